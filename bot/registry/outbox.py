"""The outbox: everything that leaves, one row a message, from planned to read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session, aliased

from bot.channels.base import Part, Receipt
from bot.registry.models import Address, Delivery, DeliveryState, StaffRequest

LEASE = timedelta(minutes=2)
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
    """

    id: int
    channel: str
    account: str
    address: str
    part: Part
    attempts: int


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

    Args:
        limit: most messages to take.
        paused: (channel, account) pairs that do not send at present.
    """
    earlier = aliased(Delivery)
    query = (
        select(Delivery, Address)
        .join(Address, Delivery.address_id == Address.id)
        .where(
            Delivery.state == DeliveryState.PLANNED,
            Delivery.due_at <= now,
            ~select(earlier.id)
            .where(
                earlier.address_id == Delivery.address_id,
                earlier.id < Delivery.id,
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
    for row, address in session.execute(query):
        if address.id in seen:
            continue
        seen.add(address.id)
        row.state, row.leased_until = DeliveryState.LEASED, now + LEASE
        row.attempts += 1
        taken.append(
            Leased(
                id=row.id,
                channel=address.channel,
                account=address.account,
                address=address.value,
                part=Part.model_validate_json(row.content),
                attempts=row.attempts - 1,
            )
        )
    return taken


def mark_sending(session: Session, message: Leased) -> bool:
    """Notes that the provider is about to be called: from here on the outcome may be unknown.

    Returns:
        Whether the message is still ours to send: a process that slept past its lease has lost it to another.
    """
    held = session.scalar(
        select(Delivery)
        .where(
            Delivery.id == message.id,
            Delivery.state == DeliveryState.LEASED,
            Delivery.attempts == message.attempts + 1,
        )
        .with_for_update()
    )
    if held is None:
        return False
    held.state = DeliveryState.SENDING
    return True


def mark_sent(session: Session, delivery_id: int, provider_id: str, now: datetime) -> bool:
    """Notes that the provider took the message. A status report may have come first, and stays.

    Returns:
        Whether more is planned for the same address.
    """
    row = session.get_one(Delivery, delivery_id)
    row.provider_id, row.sent_at = provider_id, now
    if _ORDER[DeliveryState(row.state)] < _ORDER[DeliveryState.SENT]:
        row.state = DeliveryState.SENT
    more = select(Delivery.id).filter_by(address_id=row.address_id, state=DeliveryState.PLANNED).limit(1)
    return session.scalar(more) is not None


def put_back(session: Session, delivery_id: int, due_at: datetime, *, tried: bool) -> None:
    """Plans a message anew that certainly did not go out.

    Args:
        tried: whether it counts as an attempt; waiting for one's turn does not.
    """
    row = session.get_one(Delivery, delivery_id)
    row.state, row.due_at, row.leased_until = DeliveryState.PLANNED, due_at, None
    if not tried:
        row.attempts -= 1


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
    if row.state in (DeliveryState.SENT, DeliveryState.DELIVERED, DeliveryState.READ):
        # A status report came first and knows better than a time-out.
        return
    if _ORDER[state] > _ORDER[DeliveryState(row.state)]:
        row.state, row.error_code = state, code
    _note_failure(session, row, now, unreachable=unreachable)


def _note_failure(session: Session, row: Delivery, now: datetime, *, unreachable: bool) -> None:
    if unreachable:
        row.address.unreachable_at = now
        session.execute(
            update(Delivery)
            .where(Delivery.address_id == row.address_id, Delivery.state == DeliveryState.PLANNED)
            .values(state=DeliveryState.SKIPPED)
        )
    known = select(StaffRequest.id).filter_by(inbound_id=row.inbound_id, kind="delivery")
    if row.inbound_id is not None and session.scalar(known) is None:
        session.add(
            StaffRequest(
                person_id=row.address.person_id,
                inbound_id=row.inbound_id,
                kind="delivery",
                details={"delivery": row.id, "state": str(row.state), "code": row.error_code},
                created_at=now,
            )
        )


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
    """Moves a message forward by what the provider reports; reports come late, twice and out of order."""
    row = session.get(Delivery, receipt.delivery_id) if receipt.delivery_id else None
    if row is None and receipt.provider_id:
        row = session.scalar(select(Delivery).filter_by(provider_id=receipt.provider_id))
    if row is None:
        return
    row.error_code = receipt.error_code or row.error_code
    row.provider_id = row.provider_id or receipt.provider_id
    state = DeliveryState(receipt.state)
    if _ORDER[state] <= _ORDER[DeliveryState(row.state)]:
        return
    row.state = state
    if state is DeliveryState.FAILED:
        _note_failure(session, row, now, unreachable=receipt.unreachable)


def earliest_due(session: Session) -> datetime | None:
    """When the next planned message is due, or None where nothing is planned."""
    planned = select(Delivery.due_at).where(Delivery.state == DeliveryState.PLANNED)
    return session.scalar(planned.order_by(Delivery.due_at).limit(1))
