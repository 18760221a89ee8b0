"""Applications and what belongs to their file."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from bot.registry.models.base import Base
from bot.registry.models.people import Person
from bot.registry.secrecy import Encrypted


class ApplicationState(StrEnum):
    """The life of an application."""

    DRAFT = "draft"
    CANCELLED = "cancelled"
    LODGED = "lodged"
    IN_REVIEW = "in_review"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


TRANSITIONS: dict[ApplicationState, frozenset[ApplicationState]] = {
    ApplicationState.DRAFT: frozenset({ApplicationState.LODGED, ApplicationState.CANCELLED}),
    ApplicationState.LODGED: frozenset({ApplicationState.IN_REVIEW, ApplicationState.WITHDRAWN}),
    ApplicationState.IN_REVIEW: frozenset(
        {ApplicationState.ACCEPTED, ApplicationState.REFUSED, ApplicationState.WITHDRAWN}
    ),
    ApplicationState.CANCELLED: frozenset(),
    ApplicationState.ACCEPTED: frozenset(),
    ApplicationState.REFUSED: frozenset(),
    ApplicationState.WITHDRAWN: frozenset(),
}


class Application(Base):
    """A file for a programme, from the first answer to the decision."""

    __tablename__ = "applications"
    __table_args__ = (
        # One draft a person, whatever two messages at once may try.
        Index(
            "uq_applications_draft",
            "person_id",
            unique=True,
            sqlite_where=text("state = 'draft'"),
            postgresql_where=text("state = 'draft'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str | None] = mapped_column(String(24), unique=True)
    programme: Mapped[str] = mapped_column(String(40), index=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"), index=True)
    state: Mapped[str] = mapped_column(String(16), default=ApplicationState.DRAFT)
    asked: Mapped[str | None] = mapped_column(String(40))
    started_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    consented_at: Mapped[datetime | None]
    lodged_at: Mapped[datetime | None]
    lodged_by: Mapped[int | None] = mapped_column(ForeignKey("inbox.id"), unique=True)
    ended_by: Mapped[int | None] = mapped_column(ForeignKey("inbox.id"), index=True)
    person: Mapped[Person] = relationship()
    answers: Mapped[list[ApplicationAnswer]] = relationship(
        back_populates="application", cascade="all, delete-orphan", order_by="ApplicationAnswer.id"
    )
    documents: Mapped[list[Document]] = relationship(
        back_populates="application", cascade="all, delete-orphan", order_by="Document.id"
    )


class ApplicationAnswer(Base):
    """What was answered to one question of an application; an empty value was skipped."""

    __tablename__ = "application_answers"
    __table_args__ = (UniqueConstraint("application_id", "field"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    application_id: Mapped[int] = mapped_column(ForeignKey("applications.id"))
    field: Mapped[str] = mapped_column(String(40))
    value: Mapped[str] = mapped_column(Encrypted)
    inbound_id: Mapped[int | None] = mapped_column(ForeignKey("inbox.id"))
    application: Mapped[Application] = relationship(back_populates="answers")


class Document(Base):
    """A photo or file that belongs to an application; the file itself lies encrypted in the media folder."""

    __tablename__ = "documents"
    __table_args__ = (UniqueConstraint("application_id", "inbound_id", "part"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    application_id: Mapped[int] = mapped_column(ForeignKey("applications.id"))
    field: Mapped[str] = mapped_column(String(40))
    inbound_id: Mapped[int] = mapped_column(ForeignKey("inbox.id"))
    part: Mapped[int] = mapped_column(default=0)
    path: Mapped[str] = mapped_column(String(200))
    mime: Mapped[str] = mapped_column(String(80))
    size: Mapped[int]
    application: Mapped[Application] = relationship(back_populates="documents")
