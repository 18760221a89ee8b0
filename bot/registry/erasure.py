"""The right to be forgotten (law 09-08): what is held on a person, and its removal."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from bot.registry import applications, outbox, requests
from bot.registry.models import (
    ERASED,
    Application,
    InboundMessage,
    Offer,
    Person,
    StaffRequest,
    Subscription,
)


@dataclass(frozen=True, slots=True)
class Held:
    """How much is held on a person."""

    messages: int
    drafts: int
    lodged: int
    reminders: int


@dataclass(frozen=True, slots=True)
class Erased:
    """What an erasure leaves.

    Attributes:
        lodged: how many lodged applications stay: they are the chamber's file.
        files: paths in the media folder that no row points to any more.
    """

    lodged: int
    files: tuple[str, ...]


def count_held(session: Session, person_id: str) -> Held:
    """Counts what is held on a person."""
    draft = applications.find_draft(session, person_id)
    return Held(
        messages=session.scalar(
            select(func.count()).select_from(InboundMessage).filter_by(person_id=person_id, erased=False)
        )
        or 0,
        drafts=0 if draft is None else 1,
        lodged=len(applications.list_lodged(session, person_id)),
        reminders=session.scalar(select(func.count()).select_from(Subscription).filter_by(person_id=person_id)) or 0,
    )


def erase(session: Session, person_id: str, inbound_id: int, now: datetime) -> Erased:
    """Erases messages, drafts, requests, reminders and the verified number of a person; nothing planned is sent.

    The addresses stay, without which the answer could not be sent, and so does an opt-out; the staff are told, who
    remove the address when the conversation has ended.

    Args:
        inbound_id: the message that asks for it; it is erased when it is answered.

    Returns:
        What stays, and what is to be removed beside the database.
    """
    person = session.get_one(Person, person_id)
    unlodged = select(Application).where(Application.person_id == person_id, Application.reference.is_(None))
    files = []
    for application in session.scalars(unlodged).all():
        files += [document.path for document in application.documents]
        session.delete(application)
    person.phone = person.phone_digest = None
    session.execute(delete(Offer).filter_by(person_id=person_id))
    session.execute(delete(Subscription).filter_by(person_id=person_id))
    session.execute(update(StaffRequest).filter_by(person_id=person_id).values(text=None))
    session.execute(
        update(InboundMessage)
        .where(InboundMessage.person_id == person_id, InboundMessage.id < inbound_id)
        .values(content=ERASED, erased=True)
    )
    outbox.erase(session, person_id)
    requests.add(session, person_id, "erasure", now, inbound_id)
    return Erased(len(applications.list_lodged(session, person_id)), tuple(files))


def erase_message(session: Session, inbound_id: int) -> None:
    """Erases a message that has been answered."""
    message = session.get_one(InboundMessage, inbound_id)
    message.content, message.erased = ERASED, True
