"""What may be said: the facts that answer a question, and the deadlines of a programme."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from bot.registry.models import DataVersion, Deadline, Fact, FactQuestion, Place, Trade
from bot.registry.models.knowledge import ANSWERS
from bot.topics import PARENT_TOPICS
from nlu.finding.entries import Entry


def find_facts(session: Session, topic: str, intent: str, place: str | None, today: date) -> list[Fact]:
    """The facts and declines for a question, best first.

    Where a place is asked for, a fact of that place comes before one of its region, that before one of the whole
    country, and facts of other places are left out: they do not hold there. Where none is, the editors' rank decides;
    only where several places have facts of their own does what holds everywhere come first. Expired facts are never
    told.

    Args:
        topic: what is asked about; where it has no fact, the programme that it is part of answers.
        intent: the question.
        place: code of the place that is asked for.
        today: the day on which a fact must not have expired.
    """
    wanted = list_ancestors(session, place) if place else []
    for asked in (topic, PARENT_TOPICS.get(topic)):
        rows = session.execute(
            select(Fact, FactQuestion.rank)
            .join(FactQuestion, FactQuestion.fact_id == Fact.id)
            .where(FactQuestion.topic == asked, FactQuestion.intent == intent)
        )
        fitting = [
            (fact, rank)
            for fact, rank in rows
            if (fact.expires is None or fact.expires > today)
            and (not wanted or fact.place is None or fact.place in wanted)
        ]
        if fitting:
            split = len({fact.place for fact, _ in fitting if fact.place}) > 1

            def order(known: tuple[Fact, int], split: bool = split) -> tuple[int, int, bool, int, str]:
                fact, rank = known
                near = wanted.index(fact.place) - len(wanted) if fact.place in wanted else 0
                far = split and not wanted and fact.place is not None
                return near + far, rank, fact.place is not None, -fact.as_of.toordinal(), fact.id

            return [fact for fact, _ in sorted(fitting, key=order)]
    return []


def list_deadlines(session: Session, topic: str, place: str | None) -> list[Deadline]:
    """The deadlines of a programme and its parts, the latest first.

    Args:
        topic: the programme.
        place: code of a place; deadlines of other places are left out.
    """
    topics = [topic, *(part for part, whole in PARENT_TOPICS.items() if whole == topic)]
    if topic in PARENT_TOPICS:
        topics.append(PARENT_TOPICS[topic])
    wanted = list_ancestors(session, place) if place else []
    deadlines = session.scalars(select(Deadline).where(Deadline.topic.in_(topics))).all()
    return sorted(
        (deadline for deadline in deadlines if not wanted or deadline.place is None or deadline.place in wanted),
        key=lambda deadline: deadline.closes or deadline.opens or date.min,
        reverse=True,
    )


def find_answer(session: Session, answer_id: str) -> Fact | Deadline | None:
    """The fact, decline or deadline of that id."""
    return session.get(Fact, answer_id) or session.get(Deadline, answer_id)


def list_entries(session: Session) -> list[Entry]:
    """All answers as they are found: see `nlu.finding`."""
    parents = {place.code: place.parent for place in session.scalars(select(Place))}

    def trace(code: str | None) -> tuple[str, ...]:
        return (code, *trace(parents[code])) if code else ()

    facts = session.scalars(select(Fact).options(selectinload(Fact.questions)).order_by(Fact.id))
    entries = [
        Entry(
            fact.id,
            tuple(sorted((question.topic, question.intent) for question in fact.questions)),
            trace(fact.place),
            tuple(fact.texts.values()),
            (*fact.titles.values(), *fact.declined.values()),
            tuple(fact.examples),
        )
        for fact in facts
    ]
    entries += [
        Entry(
            deadline.id,
            ((deadline.topic, deadline.intent),),
            trace(deadline.place),
            tuple(deadline.subject.values()),
            tuple(deadline.titles.values()),
            tuple(deadline.examples),
        )
        for deadline in session.scalars(select(Deadline).order_by(Deadline.id))
    ]
    return entries


def list_expired(session: Session, today: date) -> list[str]:
    """The ids of the facts that are no longer told."""
    return list(session.scalars(select(Fact.id).where(Fact.expires <= today)))


def find_place(session: Session, name: str) -> Place | None:
    """The place of that French name, as messages are understood to name it."""
    places = session.scalars(select(Place).filter_by(name_fr=name)).all()
    # Rabat is a region's seat, a prefecture and a commune: the province is what facts are scoped to.
    order = {"province": 0, "region": 1, "commune": 2}
    return min(places, key=lambda place: order[place.kind], default=None)


def list_ancestors(session: Session, code: str) -> list[str]:
    """The code of a place and of all that it lies in, smallest first."""
    codes = []
    place = session.get(Place, code)
    while place is not None:
        codes.append(place.code)
        place = session.get(Place, place.parent) if place.parent else None
    return codes


def name_place(session: Session, code: str, language: str) -> str:
    """What a place is called in a reply language."""
    place = session.get_one(Place, code)
    return place.name_ar if language in ("ary-Arab", "ar") else place.name_fr


def name_trade(session: Session, slug: str, language: str) -> str:
    """What a trade is called in a reply language."""
    trade = session.get_one(Trade, slug)
    return trade.name_ar if language in ("ary-Arab", "ar") else trade.name_fr


def read_version(session: Session) -> str:
    """What changes whenever an answer does."""
    known = session.get(DataVersion, ANSWERS)
    return known.digest if known else ""


def get_place(session: Session, code: str) -> Place:
    """The place of that code."""
    return session.get_one(Place, code)
