"""What the assistant may say, and the names it knows."""

from __future__ import annotations

from datetime import date

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, event
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from bot.registry.models.base import Base, new_id

ANSWERS = "answers"


class Place(Base):
    """A region, a province or a commune. Codes and names of regions and provinces: HCP."""

    __tablename__ = "places"

    code: Mapped[str] = mapped_column(String(64), primary_key=True)
    kind: Mapped[str] = mapped_column(String(16))
    name_fr: Mapped[str] = mapped_column(String(80), index=True)
    name_ar: Mapped[str] = mapped_column(String(80))
    parent: Mapped[str | None] = mapped_column(ForeignKey("places.code"))


class Trade(Base):
    """A craft."""

    __tablename__ = "trades"

    slug: Mapped[str] = mapped_column(String(40), primary_key=True)
    name_fr: Mapped[str] = mapped_column(String(80))
    name_ar: Mapped[str] = mapped_column(String(80))
    branch: Mapped[str] = mapped_column(String(20))


class Source(Base):
    """Where a fact comes from, as it is named under an answer.

    A page that bears no date (`undated`) is told with the day on which it was read.
    """

    __tablename__ = "sources"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    name_fr: Mapped[str] = mapped_column(String(200))
    name_ar: Mapped[str] = mapped_column(String(200))
    url: Mapped[str | None] = mapped_column(String(500))
    undated: Mapped[bool] = mapped_column(default=False)


class Fact(Base):
    """An answer: what a source states of a topic, or (kind `decline`) why it cannot be stated.

    `texts` and `titles` hold one text for each reply language, `declined` the question that a decline declines;
    `examples` are questions as people ask them. `as_of` is the day the source stated it; from `expires` on it is no
    longer told.
    """

    __tablename__ = "facts"

    id: Mapped[str] = mapped_column(String(80), primary_key=True)
    topic: Mapped[str] = mapped_column(String(32))
    kind: Mapped[str] = mapped_column(String(8))
    statements: Mapped[list[str]]
    place: Mapped[str | None] = mapped_column(ForeignKey("places.code"))
    as_of: Mapped[date]
    expires: Mapped[date | None]
    source_key: Mapped[str | None] = mapped_column(ForeignKey("sources.key"))
    contact: Mapped[str | None] = mapped_column(String(16))
    next_intents: Mapped[list[str]]
    titles: Mapped[dict[str, str]]
    texts: Mapped[dict[str, str]]
    declined: Mapped[dict[str, str]]
    examples: Mapped[list[str]]
    source: Mapped[Source | None] = relationship()
    questions: Mapped[list[FactQuestion]] = relationship(back_populates="fact", cascade="all, delete-orphan")


class FactQuestion(Base):
    """A question, as (topic, intent), that a fact answers."""

    __tablename__ = "fact_questions"
    __table_args__ = (
        UniqueConstraint("fact_id", "topic", "intent"),
        Index("ix_fact_questions_asked", "topic", "intent"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    fact_id: Mapped[str] = mapped_column(ForeignKey("facts.id"))
    topic: Mapped[str] = mapped_column(String(32))
    intent: Mapped[str] = mapped_column(String(32))
    rank: Mapped[int]
    fact: Mapped[Fact] = relationship(back_populates="questions")


class Deadline(Base):
    """When an edition of a programme opens and closes at a place; without a place, in the whole country.

    `intent` is the question that it answers, `examples` how people put it, and `subject`, in each reply language, what
    it is the deadline of where that is not the programme itself.
    """

    __tablename__ = "deadlines"

    id: Mapped[str] = mapped_column(String(80), primary_key=True)
    topic: Mapped[str] = mapped_column(String(32), index=True)
    intent: Mapped[str] = mapped_column(String(32))
    subject: Mapped[dict[str, str]]
    edition: Mapped[str] = mapped_column(String(40))
    place: Mapped[str | None] = mapped_column(ForeignKey("places.code"))
    opens: Mapped[date | None]
    closes: Mapped[date | None]
    source_key: Mapped[str] = mapped_column(ForeignKey("sources.key"))
    titles: Mapped[dict[str, str]]
    examples: Mapped[list[str]]
    next_intents: Mapped[list[str]]
    source: Mapped[Source] = relationship()


class DataVersion(Base):
    """Which version of the files in data/ the registry was loaded from (`data`), and of the answers (`answers`)."""

    __tablename__ = "data_versions"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    digest: Mapped[str] = mapped_column(String(64))


@event.listens_for(Session, "before_flush")
def _note_change(session: Session, *_: object) -> None:
    """Whoever changes an answer makes a new version of the answers, by which all processes know it."""
    changed = (*session.new, *session.deleted, *filter(session.is_modified, session.dirty))
    if any(isinstance(one, Fact | FactQuestion | Deadline) for one in changed):
        session.merge(DataVersion(name=ANSWERS, digest=new_id()))
