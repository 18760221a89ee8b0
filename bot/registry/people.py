"""Who a message comes from, and which addresses are one person's."""

from __future__ import annotations

from datetime import datetime

import phonenumbers
from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from bot.registry.models import (
    Address,
    Application,
    ApplicationState,
    InboundMessage,
    Offer,
    OptOut,
    Person,
    StaffRequest,
    Subscription,
)
from bot.registry.secrecy import digest


def normalise_phone(typed: str) -> str | None:
    """The E.164 form of a Moroccan or international phone number, or None where it is none.

    Args:
        typed: the number as a person writes it, in any digits.
    """
    try:
        number = phonenumbers.parse(typed, "MA")
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def find_or_add_address(
    session: Session, channel: str, account: str, value: str, phone: str | None, now: datetime
) -> Address:
    """The address of a sender, and with it the person; both are added where they are new.

    A number that the provider vouches for makes the sender the person who has that number on another channel.

    Args:
        channel: name of the channel.
        account: our account on it.
        value: the sender's address, as the provider writes it.
        phone: the sender's own number in E.164, where the provider vouches for it.
        now: the time of the message.
    """
    known = select(Address).filter_by(channel=channel, account=account, value_digest=digest(value))
    address = session.scalar(known)
    if address is None:
        person = (find_by_phone(session, phone) if phone else None) or Person(created_at=now)
        try:
            with session.begin_nested():
                address = Address(
                    person=person, channel=channel, account=account, value=value, value_digest=digest(value)
                )
                session.add(address)
        except IntegrityError:
            # Two workers were handed this sender's first messages at once: the unique index decides.
            address = session.scalars(known).one()
    # Whoever writes can be written to again.
    address.last_inbound_at, address.unreachable_at = now, None
    # A new number replaces the old one, but who has one never takes over the number of somebody else.
    if phone and (address.person.phone_digest is None or find_by_phone(session, phone) is None):
        verify_phone(session, address.person, phone)
    session.flush()
    return address


def add_guest(session: Session, person_id: str, now: datetime) -> None:
    """Adds someone who talks without a channel (`rasa shell`), where they are new."""
    if session.get(Person, person_id[:32]) is None:
        session.add(Person(id=person_id[:32], created_at=now))


def find_by_phone(session: Session, phone: str) -> Person | None:
    """The person whose verified number this is."""
    return session.scalar(select(Person).filter_by(phone_digest=digest(phone)))


def verify_phone(session: Session, person: Person, phone: str) -> Person:
    """Notes that `phone` is the person's own, and joins them with the person who already has it.

    Returns:
        The person who has the number from now on; another than `person` where two were joined.
    """
    known = find_by_phone(session, phone)
    if known is not None and known.id != person.id:
        _join(session, person, into=known)
        return known
    person.phone, person.phone_digest = phone, digest(phone)
    return person


def _join(session: Session, person: Person, into: Person) -> None:
    if not into.language_chosen:
        into.language, into.language_chosen = person.language or into.language, person.language_chosen
    session.flush()
    has_draft = select(Application).filter_by(person_id=into.id, state=ApplicationState.DRAFT)
    if session.scalar(has_draft) is not None:
        session.execute(
            update(Application)
            .filter_by(person_id=person.id, state=ApplicationState.DRAFT)
            .values(state=ApplicationState.CANCELLED)
        )
    known_topics = select(Subscription.topic).filter_by(person_id=into.id)
    session.execute(
        delete(Subscription).where(Subscription.person_id == person.id, Subscription.topic.in_(known_topics))
    )
    if session.get(OptOut, into.id) is not None:
        session.execute(delete(OptOut).filter_by(person_id=person.id))
    for owned in (Address, InboundMessage, Offer, Application, StaffRequest, Subscription, OptOut):
        session.execute(update(owned).filter_by(person_id=person.id).values(person_id=into.id))
    session.expire_all()
    session.execute(delete(Person).filter_by(id=person.id))


def set_language(session: Session, person_id: str, language: str, *, chosen: bool) -> None:
    """Remembers in which language and script to answer; a language that was chosen is not overruled by a guess."""
    person = session.get_one(Person, person_id)
    if chosen or not person.language_chosen:
        person.language, person.language_chosen = language, chosen or person.language_chosen


def subscribe(session: Session, person_id: str, topic: str | None, now: datetime) -> None:
    """Notes the wish to be reminded of deadlines, of one topic or of all; it undoes an opt-out."""
    session.execute(delete(OptOut).filter_by(person_id=person_id))
    known = session.scalar(select(Subscription).filter_by(person_id=person_id, topic=topic or ""))
    if known is None:
        session.add(Subscription(person_id=person_id, topic=topic or "", since=now))


def unsubscribe(session: Session, person_id: str, now: datetime) -> None:
    """Ends all reminders and broadcasts to a person."""
    session.execute(delete(Subscription).filter_by(person_id=person_id))
    if session.get(OptOut, person_id) is None:
        session.add(OptOut(person_id=person_id, since=now))
