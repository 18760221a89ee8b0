"""Messages on their way in and out."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from bot.registry.models.base import Base
from bot.registry.models.people import Address, Person
from bot.registry.secrecy import Encrypted

ERASED = "{}"
"""Content of a message that was erased."""


class InboundState(StrEnum):
    """How far a message from a person has come."""

    RECEIVED = "received"
    WAITING = "waiting"
    DONE = "done"


class InboundMessage(Base):
    """A message from a person: the inbox. Stored before the provider is told that it arrived."""

    __tablename__ = "inbox"
    __table_args__ = (
        UniqueConstraint("channel", "account", "external_id"),
        Index("ix_inbox_lane", "person_id", "state", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    channel: Mapped[str] = mapped_column(String(16))
    account: Mapped[str] = mapped_column(String(64))
    external_id: Mapped[str] = mapped_column(String(128))
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"))
    address_id: Mapped[int] = mapped_column(ForeignKey("addresses.id"))
    # Deferred, so that a message which cannot be read can be settled all the same.
    content: Mapped[str] = mapped_column(Encrypted, deferred=True)
    state: Mapped[str] = mapped_column(String(16), default=InboundState.RECEIVED, index=True)
    attempts: Mapped[int] = mapped_column(default=0)
    received_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    apologised_at: Mapped[datetime | None]
    intent: Mapped[str | None] = mapped_column(String(32))
    topic: Mapped[str | None] = mapped_column(String(32))
    confidence: Mapped[float | None]
    erased: Mapped[bool] = mapped_column(default=False)
    person: Mapped[Person] = relationship()
    address: Mapped[Address] = relationship()


class DeliveryState(StrEnum):
    """How far a part of a reply has come; a state moves forward in this order, and back only to be tried again."""

    PLANNED = "planned"
    LEASED = "leased"
    SENDING = "sending"
    UNKNOWN = "unknown"
    SENT = "sent"
    FAILED = "failed"
    SKIPPED = "skipped"
    DELIVERED = "delivered"
    READ = "read"


class Delivery(Base):
    """One message to one person, as the provider will be handed it: the outbox."""

    __tablename__ = "outbox"
    __table_args__ = (
        UniqueConstraint("inbound_id", "purpose", "part"),
        Index("ix_outbox_due", "state", "priority", "id"),
        Index("ix_outbox_address", "address_id", "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    address_id: Mapped[int] = mapped_column(ForeignKey("addresses.id"))
    inbound_id: Mapped[int | None] = mapped_column(ForeignKey("inbox.id"))
    purpose: Mapped[str] = mapped_column(String(16), default="reply")
    part: Mapped[int] = mapped_column(default=0)
    priority: Mapped[int] = mapped_column(default=0)
    content: Mapped[str] = mapped_column(Encrypted, deferred=True)
    state: Mapped[str] = mapped_column(String(16), default=DeliveryState.PLANNED)
    attempts: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime]
    leased_until: Mapped[datetime | None]
    provider_id: Mapped[str | None] = mapped_column(String(128), index=True)
    error_code: Mapped[str | None] = mapped_column(String(32))
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    address: Mapped[Address] = relationship()


class Offer(Base):
    """A choice that was put before a person, as a button or (`numbered`) as a line to answer by its number."""

    __tablename__ = "offers"

    id: Mapped[str] = mapped_column(String(16), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"), index=True)
    inbound_id: Mapped[int | None] = mapped_column(ForeignKey("inbox.id"), index=True)
    position: Mapped[int]
    numbered: Mapped[bool] = mapped_column(default=False)
    title: Mapped[str] = mapped_column(String(200))
    payload: Mapped[str] = mapped_column(Encrypted)
    created_at: Mapped[datetime]


class ContentTemplate(Base):
    """A set of buttons or a list that Twilio's Content API holds for us."""

    __tablename__ = "content_templates"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    sid: Mapped[str] = mapped_column(String(34))


class StaffRequest(Base):
    """Something that a person of the chamber has to look at: a call for a human, a complaint, an unanswered message."""

    __tablename__ = "staff_requests"
    __table_args__ = (UniqueConstraint("inbound_id", "kind"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str | None] = mapped_column(String(24), unique=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"), index=True)
    inbound_id: Mapped[int | None] = mapped_column(ForeignKey("inbox.id"))
    kind: Mapped[str] = mapped_column(String(16))
    topic: Mapped[str | None] = mapped_column(String(32))
    text: Mapped[str | None] = mapped_column(Encrypted)
    details: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    created_at: Mapped[datetime]
    resolved_at: Mapped[datetime | None]
