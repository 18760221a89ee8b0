"""Buttons: what a tap means is kept here, and only a short id travels."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.channels.base import Button, Choice
from bot.registry.models import InboundMessage, Offer
from bot.titles import reduce_title
from nlu.text import fold

RECENT = 60


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
        recent = session.scalars(
            select(Offer).filter_by(person_id=person_id).order_by(Offer.created_at.desc(), Offer.position).limit(RECENT)
        ).all()
        offer = next((known for known in recent if known.payload == button), None) or next(
            (known for known in recent if title and known.title == title), None
        )
    return Choice(offer.title, offer.payload) if offer else None


def find_meant(session: Session, person_id: str, inbound_id: int, text: str, *, by_number: bool) -> Choice | None:
    """What a text means that is the title or the number of a choice which the person was shown just before.

    Args:
        inbound_id: the message that is the text.
        text: as it was written.
        by_number: whether a number counts also where the choices were buttons and not a numbered list.
    """
    before = (
        select(func.max(InboundMessage.id))
        .where(InboundMessage.person_id == person_id, InboundMessage.id < inbound_id)
        .scalar_subquery()
    )
    number, title = fold(text).rstrip(".)"), reduce_title(text)
    shown = select(Offer).where(Offer.person_id == person_id, Offer.inbound_id == before)
    for offer in session.scalars(shown.order_by(Offer.position)):
        is_number = number == str(offer.position) and (by_number or offer.numbered)
        if is_number or (title and title == reduce_title(offer.title)):
            return Choice(offer.title, offer.payload)
    return None
