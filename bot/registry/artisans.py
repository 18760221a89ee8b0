"""The register of artisans: looked up by a verified number only."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.registry.models import Artisan
from bot.registry.people import normalise_phone
from bot.registry.secrecy import digest


def find_by_phone_digest(session: Session, phone_digest: str) -> Artisan | None:
    """The entry whose number is a person's verified number."""
    return session.scalar(select(Artisan).filter_by(phone_digest=phone_digest).order_by(Artisan.id.desc()))


def add_artisan(
    session: Session,
    number: str,
    name: str,
    phone: str,
    trade: str,
    place: str,
    registered_on: date,
    card_expires_on: date | None,
    *,
    is_example: bool,
) -> Artisan:
    """Adds an entry, or brings the one with that number up to date.

    Raises:
        ValueError: when the phone number is none.
    """
    normal = normalise_phone(phone)
    if normal is None:
        raise ValueError(f"entry {number}: the phone number is not valid")
    artisan = session.scalar(select(Artisan).filter_by(number=number)) or Artisan(number=number)
    artisan.name, artisan.phone, artisan.phone_digest = name, normal, digest(normal)
    artisan.trade, artisan.place = trade, place
    artisan.registered_on, artisan.card_expires_on = registered_on, card_expires_on
    artisan.is_example = is_example
    session.add(artisan)
    return artisan
