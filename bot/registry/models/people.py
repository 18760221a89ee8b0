"""People, how they are reached, and what they agreed to."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from bot.registry.models.base import Base, new_id
from bot.registry.secrecy import Encrypted


class Person(Base):
    """Someone who talks to the assistant; Rasa knows them by `id` only."""

    __tablename__ = "people"

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    language: Mapped[str | None] = mapped_column(String(8))
    language_chosen: Mapped[bool] = mapped_column(default=False)
    phone: Mapped[str | None] = mapped_column(Encrypted)
    phone_digest: Mapped[str | None] = mapped_column(String(32), unique=True)
    notified_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    addresses: Mapped[list[Address]] = relationship(back_populates="person")


class Address(Base):
    """Where a person is reached on one channel; a person may have several."""

    __tablename__ = "addresses"
    __table_args__ = (UniqueConstraint("channel", "account", "value_digest"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"), index=True)
    channel: Mapped[str] = mapped_column(String(16))
    account: Mapped[str] = mapped_column(String(64))
    value: Mapped[str] = mapped_column(Encrypted)
    value_digest: Mapped[str] = mapped_column(String(32))
    last_inbound_at: Mapped[datetime | None]
    unreachable_at: Mapped[datetime | None]
    person: Mapped[Person] = relationship(back_populates="addresses")


class Subscription(Base):
    """A person's wish to be reminded of deadlines; without a topic, of all."""

    __tablename__ = "subscriptions"
    __table_args__ = (UniqueConstraint("person_id", "topic"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"), index=True)
    topic: Mapped[str] = mapped_column(String(32), default="")
    since: Mapped[datetime]


class OptOut(Base):
    """A person's wish to receive nothing but answers to their own messages."""

    __tablename__ = "opt_outs"

    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"), primary_key=True)
    since: Mapped[datetime]


class Artisan(Base):
    """An entry in the register of artisans, as the chamber holds it."""

    __tablename__ = "artisans"

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(32), unique=True)
    name: Mapped[str] = mapped_column(Encrypted)
    phone: Mapped[str] = mapped_column(Encrypted)
    phone_digest: Mapped[str] = mapped_column(String(32), index=True)
    trade: Mapped[str] = mapped_column(ForeignKey("trades.slug"))
    place: Mapped[str] = mapped_column(ForeignKey("places.code"))
    registered_on: Mapped[date]
    card_expires_on: Mapped[date | None]
    is_example: Mapped[bool] = mapped_column(default=False)
