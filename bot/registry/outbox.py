"""The outbox: everything that leaves, one row a message, from planned to read.

No query here fails for a row that cannot be read: what it holds is read apart, and only in order to be sent.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from pydantic import ValidationError
from sqlalchemy import exists, select, update
from sqlalchemy.orm import Session, aliased

from bot.channels.base import Part, Receipt
from bot.errors import Unreadable
from bot.registry import requests
from bot.registry.models import ERASED, Address, Delivery, DeliveryState, StaffRequest
from bot.registry.secrecy import sealed, unseal

LEASE = timedelta(minutes=2)
LONGEST_AGE = timedelta(hours=24)
"""How long a message that did not go out is tried again; WhatsApp takes free answers for as long."""
LONGEST_WAIT = timedelta(minutes=10)
UNREADABLE = "unreadable"
_ORDER = {state: rank for rank, state in enumerate(DeliveryState)}
_UNDER_WAY = (DeliveryState.PLANNED, DeliveryState.LEASED, DeliveryState.SENDING)


@dataclass(frozen=True, slots=True)
class Leased:
    """A message that this process holds in order to send it.

    Attributes:
        id: of the row in the outbox.
        channel, account, address: where to.
        part: what.
        attempts: how often it was tried before.
        created_at: when it was planned first.
    """

    id: int
    channel: str
    account: str
    address: str
    part: Part
    attempts: int
    created_at: datetime


def plan(
    session: Session,
    address_id: int,
    parts: Sequence[Part],
    now: datetime,
    *,
    inbound_id: int | None = None,
    purpose: str = "reply",
    priority: int = 0,
) -> list[int]:
    """Puts the parts of one message into the outbox.

    Args:
        inbound_id: the message that they answer; with `purpose` it makes the parts unique.
        purpose: `reply`, or `apology` where the answer itself comes later.
        priority: lower goes first: 0 for replies, 1 for what was not asked for.

    Returns:
        Ids of the rows.
    """
    rows = [
        Delivery(
            address_id=address_id,
            inbound_id=inbound_id,
            purpose=purpose,
            part=number,
            priority=priority,
            content=part.model_dump_json(exclude_defaults=True),
            due_at=now,
            created_at=now,
        )
        for number, part in enumerate(parts)
    ]
    session.add_all(rows)
    session.flush()
    return [row.id for row in rows]


def lease(session: Session, now: datetime, limit: int, paused: Iterable[tuple[str, str]] = ()) -> list[Leased]:
    """Takes due messages, at most one an address, so that each person gets theirs in order.

    A message that cannot be read fails, and the staff are told; it holds up no other.

    Args:
        limit: most messages to take.
        paused: (channel, account) pairs that do not send at present.
    """
    earlier = aliased(Delivery)
    query = (
        select(
            Delivery.id,
            Delivery.address_id,
            Delivery.attempts,
            Delivery.created_at,
            sealed(Delivery.content).label("content"),
            Address.channel,
            Address.account,
            sealed(Address.value).label("address"),
        )
        .join(Address, Delivery.address_id == Address.id)
        .where(
            Delivery.state == DeliveryState.PLANNED,
            Delivery.due_at <= now,
            ~select(earlier.id)
            .where(
                earlier.address_id == Delivery.address_id,
                # An id that an index could be searched by: with statistics of ANALYZE, SQLite 3.40 then finds rows
                # that are not there, and nothing is ever sent again.
                earlier.id + 0 < Delivery.id,
                earlier.priority <= Delivery.priority,
                earlier.state.in_(_UNDER_WAY),
            )
            .exists(),
        )
        .order_by(Delivery.priority, Delivery.id)
        .limit(limit)
        .with_for_update(skip_locked=True, of=Delivery)
    )
    for channel, account in paused:
        query = query.where(~((Address.channel == channel) & (Address.account == account)))
    taken = []
    seen: set[int] = set()
    for row in session.execute(query).all():
        if row.address_id in seen:
            continue
        seen.add(row.address_id)
        try:
            part, address = Part.model_validate_json(unseal(row.content)), unseal(row.address)
        except (Unreadable, ValidationError):
            _set_aside(session, row.id, now)
            continue
        taken.append(Leased(row.id, row.channel, row.account, address, part, row.attempts, row.created_at))
    session.execute(
        update(Delivery)
        .where(Delivery.id.in_([message.id for message in taken]))
        .values(state=DeliveryState.LEASED, leased_until=now + LEASE, attempts=Delivery.attempts + 1)
    )
    return taken


def _set_aside(session: Session, delivery_id: int, now: datetime) -> None:
    row = session.get_one(Delivery, delivery_id)
    row.state, row.error_code = DeliveryState.FAILED, UNREADABLE
    _tell_staff(session, row, now)


def find_wait(attempts: int, asked: float = 0.0) -> timedelta:
    """How long a message waits that certainly did not go out: longer after each try, up to ten minutes.

    Args:
        attempts: how often it was tried before the last time.
        asked: seconds that the provider asks to wait at least.
    """
    return max(timedelta(seconds=asked), min(timedelta(seconds=2 ** min(attempts, 16)), LONGEST_WAIT))


def mark_sending(session: Session, message: Leased) -> bool:
    """Notes that the provider is about to be called: from here on the outcome may be unknown.

    Returns:
        Whether the message is still ours to send: a process that slept past its lease has lost it to another.
    """
    held = _find_held(session, message, DeliveryState.LEASED)
    if held is None:
        return False
    held.state = DeliveryState.SENDING
    return True


def _find_held(session: Session, message: Leased, *states: DeliveryState) -> Delivery | None:
    return session.scalar(
        select(Delivery)
        .where(
            Delivery.id == message.id,
            Delivery.state.in_(states),
            Delivery.attempts == message.attempts + 1,
        )
        .with_for_update()
    )


def mark_sent(session: Session, delivery_id: int, provider_id: str, now: datetime) -> bool:
    """Notes that the provider took the message. A status report may have come first, and stays.

    Returns:
        Whether more is planned for the same address.
    """
    row = session.get_one(Delivery, delivery_id)
    if not _is_of_former_try(row, provider_id):
        row.provider_id, row.sent_at = provider_id, now
        if _ORDER[DeliveryState(row.state)] < _ORDER[DeliveryState.SENT]:
            _settle(session, row, DeliveryState.SENT)
    more = select(Delivery.id).filter_by(address_id=row.address_id, state=DeliveryState.PLANNED).limit(1)
    return session.scalar(more) is not None


def put_back(session: Session, message: Leased, due_at: datetime, *, tried: bool) -> None:
    """Plans a message anew that certainly did not go out, if it is still ours.

    Args:
        tried: whether it counts as an attempt; waiting for one's turn does not.
    """
    row = _find_held(session, message, DeliveryState.LEASED, DeliveryState.SENDING)
    if row is not None:
        _plan_anew(session, row, due_at)
        row.attempts -= not tried


def _plan_anew(session: Session, row: Delivery, due_at: datetime) -> None:
    if _is_of_erased_person(session, row):
        row.state, row.content = DeliveryState.SKIPPED, ERASED
    else:
        row.state, row.due_at, row.leased_until = DeliveryState.PLANNED, due_at, None


def _settle(session: Session, row: Delivery, state: DeliveryState) -> None:
    row.state = state
    if _is_of_erased_person(session, row):
        row.content = ERASED


def _is_of_erased_person(session: Session, row: Delivery) -> bool:
    person_id = select(Address.person_id).where(Address.id == row.address_id).scalar_subquery()
    erased = exists().where(
        StaffRequest.person_id == person_id,
        StaffRequest.kind == "erasure",
        StaffRequest.created_at > row.created_at,
    )
    return bool(session.scalar(select(erased)))


def _is_of_former_try(row: Delivery, provider_id: str | None) -> bool:
    # A message that is tried again gets a new id of the provider. Until that is known the old one stays.
    is_settled = _ORDER[DeliveryState(row.state)] >= _ORDER[DeliveryState.SENT]
    if provider_id is None or row.provider_id is None:
        return False
    return (provider_id != row.provider_id) if is_settled else (provider_id == row.provider_id)


def erase(session: Session, person_id: str) -> None:
    """Cancels what is planned for a person and erases all but what is being sent: that is erased when it is settled."""
    theirs = Delivery.address_id.in_(select(Address.id).where(Address.person_id == person_id))
    waiting = Delivery.state.in_((DeliveryState.PLANNED, DeliveryState.LEASED))
    session.execute(update(Delivery).where(theirs, waiting).values(state=DeliveryState.SKIPPED, error_code="erased"))
    session.execute(update(Delivery).where(theirs, Delivery.state != DeliveryState.SENDING).values(content=ERASED))


def give_up(
    session: Session,
    delivery_id: int,
    state: DeliveryState,
    code: str | None,
    now: datetime,
    *,
    unreachable: bool,
) -> None:
    """Notes that a message failed or that its outcome is unknown, and shows it to the staff.

    Args:
        state: `FAILED`, `UNKNOWN` or `SKIPPED`.
        code: of the provider.
        unreachable: whether the address takes no more messages; what else is planned for it is skipped.
    """
    row = session.get_one(Delivery, delivery_id)
    if row.state not in (DeliveryState.LEASED, DeliveryState.SENDING, DeliveryState.UNKNOWN):
        # A status report came first and knows better than a time-out.
        return
    if _ORDER[state] > _ORDER[DeliveryState(row.state)]:
        row.error_code = code
        _settle(session, row, state)
    _note_failure(session, row, now, unreachable=unreachable)


def _note_failure(session: Session, row: Delivery, now: datetime, *, unreachable: bool) -> None:
    if unreachable:
        session.execute(update(Address).where(Address.id == row.address_id).values(unreachable_at=now))
        session.execute(
            update(Delivery)
            .where(Delivery.address_id == row.address_id, Delivery.state == DeliveryState.PLANNED)
            .values(state=DeliveryState.SKIPPED)
        )
    if row.inbound_id is not None:
        _tell_staff(session, row, now)


def _tell_staff(session: Session, row: Delivery, now: datetime) -> None:
    person_id = session.scalars(select(Address.person_id).where(Address.id == row.address_id)).one()
    details = {"delivery": row.id, "state": str(row.state), "code": row.error_code}
    requests.add(session, person_id, "delivery", now, row.inbound_id, details=details)


def recover(session: Session, now: datetime, *, alone: bool = False) -> None:
    """Frees what a process held that is gone: what it had not begun to send is planned anew, the rest is unknown.

    Args:
        alone: whether no other process sends from this registry, so that every lease is of one that is gone.
    """
    overdue = Delivery.leased_until < (now + 2 * LEASE if alone else now)
    session.execute(
        update(Delivery)
        .where(Delivery.state == DeliveryState.LEASED, overdue)
        .values(state=DeliveryState.PLANNED, leased_until=None)
    )
    lost = session.scalars(select(Delivery).where(Delivery.state == DeliveryState.SENDING, overdue))
    for row in lost.all():
        give_up(session, row.id, DeliveryState.UNKNOWN, "interrupted", now, unreachable=False)


def take_receipt(session: Session, receipt: Receipt, now: datetime) -> None:
    """Moves a message forward by what the provider reports; reports come late, twice and out of order.

    A failure that asks for another try plans the message anew, for as long as it would be tried otherwise.
    """
    row = session.get(Delivery, receipt.delivery_id) if receipt.delivery_id else None
    if row is None and receipt.provider_id:
        row = session.scalar(select(Delivery).filter_by(provider_id=receipt.provider_id))
    if row is None or _is_of_former_try(row, receipt.provider_id):
        return
    row.error_code = receipt.error_code or row.error_code
    row.provider_id = receipt.provider_id or row.provider_id
    state = DeliveryState(receipt.state)
    if _ORDER[state] <= _ORDER[DeliveryState(row.state)]:
        return
    if receipt.retry_after is not None and now < row.created_at + LONGEST_AGE:
        _plan_anew(session, row, now + find_wait(row.attempts - 1, receipt.retry_after))
        return
    _settle(session, row, state)
    if state is DeliveryState.FAILED:
        _note_failure(session, row, now, unreachable=receipt.unreachable)


def earliest_due(session: Session) -> datetime | None:
    """When the next planned message is due, or None where nothing is planned."""
    planned = select(Delivery.due_at).where(Delivery.state == DeliveryState.PLANNED)
    return session.scalar(planned.order_by(Delivery.due_at).limit(1))
