"""The inbox: every message from a person, from the moment it is stored until it is answered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from pydantic import ValidationError
from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from bot.channels.base import Inbound, Kind
from bot.errors import Unreadable
from bot.registry.models import InboundMessage, InboundState, Person
from bot.registry.people import find_or_add_address
from bot.registry.secrecy import sealed, unseal


@dataclass(frozen=True, slots=True)
class Claimed:
    """A message that is being handled.

    Attributes:
        id: of the row in the inbox.
        person_id: whose message it is.
        address_id: where the answer goes.
        message: what was sent; where it cannot be read any more, nothing but the account that it came to.
        language: reply language of the person, where one is known.
        language_chosen: whether the person asked for it.
        attempts: how often it was tried before.
        apologised: whether the person was told that the answer takes longer.
        readable: whether the message can still be read.
    """

    id: int
    person_id: str
    address_id: int
    message: Inbound
    language: str | None
    language_chosen: bool
    attempts: int
    apologised: bool
    readable: bool = True


@dataclass(frozen=True, slots=True)
class Understanding:
    """What a message was understood as, for the record."""

    intent: str | None = None
    topic: str | None = None
    confidence: float | None = None


def accept(session: Session, message: Inbound, now: datetime) -> str | None:
    """Stores a message.

    Returns:
        The id of the person who sent it; None where the same message had been stored before.
    """
    known = select(InboundMessage.id).filter_by(
        channel=message.channel, account=message.account, external_id=message.external_id
    )
    if session.scalar(known) is not None:
        return None
    address = find_or_add_address(session, message.channel, message.account, message.address, message.phone, now)
    row = InboundMessage(
        channel=message.channel,
        account=message.account,
        external_id=message.external_id,
        person_id=address.person_id,
        address_id=address.id,
        content=message.model_dump_json(exclude_defaults=True),
        received_at=now,
    )
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:
        # Two workers were handed the same message at once: the unique index decides.
        return None
    return address.person_id


def claim_next(session: Session, person_id: str) -> Claimed | None:
    """The oldest message of a person that has no answer yet, or None.

    Nothing that a message holds keeps it from being claimed, so that each try counts and none blocks its lane.
    """
    row = session.execute(
        select(
            InboundMessage.id,
            InboundMessage.channel,
            InboundMessage.account,
            InboundMessage.external_id,
            InboundMessage.address_id,
            InboundMessage.attempts,
            InboundMessage.apologised_at,
            sealed(InboundMessage.content).label("content"),
            Person.language,
            Person.language_chosen,
        )
        .join(Person, InboundMessage.person_id == Person.id)
        .where(InboundMessage.person_id == person_id, InboundMessage.state != InboundState.DONE)
        .order_by(InboundMessage.id)
        .limit(1)
    ).one_or_none()
    if row is None:
        return None
    session.execute(
        update(InboundMessage).where(InboundMessage.id == row.id).values(attempts=InboundMessage.attempts + 1)
    )
    try:
        message = Inbound.model_validate_json(unseal(row.content))
        readable = True
    except (Unreadable, ValidationError):
        message = Inbound(
            channel=row.channel, account=row.account, external_id=row.external_id, address="", kind=Kind.EMPTY
        )
        readable = False
    return Claimed(
        id=row.id,
        person_id=person_id,
        address_id=row.address_id,
        message=message,
        language=row.language,
        language_chosen=row.language_chosen,
        attempts=row.attempts,
        apologised=row.apologised_at is not None,
        readable=readable,
    )


def finish(session: Session, inbound_id: int, understanding: Understanding, now: datetime) -> None:
    """Marks a message as answered."""
    row = session.get_one(InboundMessage, inbound_id)
    row.state, row.answered_at = InboundState.DONE, now
    row.intent, row.topic, row.confidence = (
        understanding.intent,
        understanding.topic,
        understanding.confidence,
    )


def postpone(session: Session, inbound_id: int, now: datetime) -> None:
    """Keeps a message to be answered when the dialogue is back; the person has been told."""
    row = session.get_one(InboundMessage, inbound_id)
    row.state = InboundState.WAITING
    row.apologised_at = row.apologised_at or now


def has_unanswered(session: Session, person_id: str) -> bool:
    """Whether a person has a message that has no answer yet."""
    undone = select(InboundMessage.id).where(
        InboundMessage.person_id == person_id, InboundMessage.state != InboundState.DONE
    )
    session.flush()
    return session.scalar(undone.limit(1)) is not None


def list_unanswered_people(session: Session) -> list[str]:
    """Ids of all people who have a message without an answer, longest waiting first."""
    return list(
        session.scalars(
            select(InboundMessage.person_id)
            .where(InboundMessage.state != InboundState.DONE)
            .group_by(InboundMessage.person_id)
            .order_by(func.min(InboundMessage.id))
        )
    )


def find_person(session: Session, inbound_id: int) -> str:
    """Id of the person whose message it is by now; two people may have been found to be one."""
    return session.get_one(InboundMessage, inbound_id).person_id
