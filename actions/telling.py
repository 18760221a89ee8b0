"""An answer in words: what a stored fact states with its source and date, a deadline as it stands today."""

from __future__ import annotations

from datetime import date

from sqlalchemy.orm import Session

from actions.turn import Desk, Turn
from bot.registry import knowledge
from bot.registry.models import Deadline, Fact, Source


def tell(desk: Desk, session: Session, turn: Turn, answer: Fact | Deadline) -> str:
    """A fact, a decline or a deadline in the language of the turn."""
    if isinstance(answer, Deadline):
        return _tell_deadline(desk, session, turn, answer, desk.clock().date())
    text = answer.texts.get(turn.language) or answer.texts["ary-Arab"]
    if answer.source is not None:
        return f"{text}\n\n{_name_source(desk, answer.source, answer.as_of, turn.language)}"
    contact = desk.texts.say(f"contact.{answer.contact or 'chamber'}", turn.language)
    return f"{text}\n\n{contact}"


def name_title(answer: Fact | Deadline, turn: Turn) -> str:
    """What an answer is called as a button, in the language of the turn."""
    return answer.titles.get(turn.language) or answer.titles["ary-Arab"]


def _tell_deadline(desk: Desk, session: Session, turn: Turn, deadline: Deadline, today: date) -> str:
    language = turn.language
    place = (
        knowledge.name_place(session, deadline.place, language)
        if deadline.place
        else desk.texts.say("place.country", language)
    )
    if deadline.opens and deadline.opens > today:
        key = "deadline.not_yet"
    elif deadline.closes is None:
        key = "deadline.opened"
    else:
        key = "deadline.closed" if deadline.closes < today else "deadline.open"
    told = desk.texts.say(
        key,
        language,
        topic=deadline.subject.get(language) or desk.texts.say(f"topic.{deadline.topic}", language),
        place=place,
        edition=deadline.edition,
        opens=write_date(desk, deadline.opens, language, exact=True) if deadline.opens else "",
        closes=write_date(desk, deadline.closes, language, exact=True) if deadline.closes else "",
        days=(deadline.closes - today).days if deadline.closes else "",
    )
    return f"{told}\n{_name_source(desk, deadline.source, None, language)}"


def _name_source(desk: Desk, source: Source, as_of: date | None, language: str) -> str:
    name = source.name_ar if language in ("ary-Arab", "ar") else source.name_fr
    if as_of is None:
        return desk.texts.say("source.undated", language, source=name)
    key = "source.seen" if source.undated else "source"
    return desk.texts.say(key, language, source=name, date=write_date(desk, as_of, language))


def write_date(desk: Desk, day: date, language: str, *, exact: bool = False) -> str:
    """A day as it is said: `16 مارس 2022`.

    Args:
        exact: whether the first of a month is that day; of sources it stands for the month, as the first of January
            does for the year, where the source tells no more.
    """
    if not exact and (day.month, day.day) == (1, 1):
        return str(day.year)
    month = f"{desk.texts.say(f'month.{day.month}', language)} {day.year}"
    if day.day > 1:
        return f"{day.day} {month}"
    return f"{'1er' if language == 'fr' else 1} {month}" if exact else month
