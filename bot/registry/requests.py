"""What waits for a person of the chamber."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.registry.models import StaffRequest


def add(
    session: Session,
    person_id: str,
    kind: str,
    now: datetime,
    inbound_id: int | None = None,
    *,
    topic: str | None = None,
    text: str | None = None,
    details: Mapping[str, Any] | None = None,
) -> StaffRequest:
    """Puts something before the staff, once for each message and kind.

    Args:
        kind: `human`, `complaint`, `suggestion`, `update`, `withdrawal`, `erasure`, `unanswered` or `delivery`.
        inbound_id: the message that led to it.
        text: what the person said of it.
        details: what else the staff need to know, without personal data.
    """
    if inbound_id is not None:
        known = session.scalar(select(StaffRequest).filter_by(inbound_id=inbound_id, kind=kind))
        if known is not None:
            return known
    request = StaffRequest(
        person_id=person_id,
        inbound_id=inbound_id,
        kind=kind,
        topic=topic,
        text=text,
        details=dict(details or {}),
        created_at=now,
    )
    session.add(request)
    session.flush()
    request.reference = f"R-{now.year}-{request.id:05d}"
    return request


def resolve_unanswered(session: Session, inbound_id: int, now: datetime) -> None:
    """Takes a message off the staff's list that has been answered after all."""
    session.execute(
        update(StaffRequest)
        .where(
            StaffRequest.inbound_id == inbound_id,
            StaffRequest.kind == "unanswered",
            StaffRequest.resolved_at.is_(None),
        )
        .values(resolved_at=now)
    )
