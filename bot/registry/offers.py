"""Buttons: what a tap means is kept here, and only a short id travels."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from bot.channels.base import Button, Choice
from bot.registry.models import InboundMessage, Offer


def add_offers(
    session: Session,
    person_id: str,
    inbound_id: int | None,
    choices: Sequence[Choice],
    now: datetime,
    *,
    numbered: bool = False,
) -> list[Button]:
    """Keeps choices and returns the buttons that stand for them.

    Args:
        inbound_id: the message that they answer.
        numbered: whether they are shown as a numbered list.
    """
    offers = [
        Offer(
            id=secrets.token_urlsafe(9),
            person_id=person_id,
            inbound_id=inbound_id,
            position=position,
            numbered=numbered,
            title=choice.title,
            payload=choice.payload,
            created_at=now,
        )
        for position, choice in enumerate(choices, 1)
    ]
    session.add_all(offers)
    return [Button(id=offer.id, title=offer.title) for offer in offers]


def find_tapped(session: Session, person_id: str, button: str, title: str = "") -> Choice | None:
    """What a tap means.

    Args:
        button: the id that came back; the terminal may give the payload itself.
        title: the title that came back, for a list whose sender drops the id.

    Returns:
        The choice, or None where this person was never offered it.
    """
    offer = session.get(Offer, button)
    if offer is None or offer.person_id != person_id:
        offer = _newest(session, person_id, Offer.payload == button) or (
            _newest(session, person_id, Offer.title == title) if title else None
        )
    return Choice(offer.title, offer.payload) if offer else None


def find_numbered(session: Session, person_id: str, inbound_id: int, number: int) -> Choice | None:
    """What a number stands for in the numbered list that the person was shown just before.

    Args:
        inbound_id: the message that is the number.
        number: counted from 1.
    """
    before = (
        select(func.max(InboundMessage.id))
        .where(InboundMessage.person_id == person_id, InboundMessage.id < inbound_id)
        .scalar_subquery()
    )
    offer = session.scalar(
        select(Offer).where(
            Offer.person_id == person_id,
            Offer.inbound_id == before,
            Offer.position == number,
            Offer.numbered.is_(True),
        )
    )
    return Choice(offer.title, offer.payload) if offer else None


def _newest(session: Session, person_id: str, condition: ColumnElement[bool]) -> Offer | None:
    return session.scalar(
        select(Offer).where(Offer.person_id == person_id, condition).order_by(Offer.created_at.desc()).limit(1)
    )
