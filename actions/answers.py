"""Answers to questions: what a stored fact states, with its source and date, or that it is not known."""

from __future__ import annotations

from datetime import date

from sqlalchemy.orm import Session

from actions.relevance import bring_forward, find_common_words, sort_by_relevance
from actions.turn import Desk, Outcome, RegistryAction, Turn
from bot.channels.base import Choice, Reply
from bot.intents import QUESTIONS
from bot.registry import knowledge
from bot.registry.models import Deadline, Fact, Source
from bot.topics import PARENT_TOPICS

ASKED_TOPICS = (
    "awrach",
    "amo",
    "rna",
    "cpu",
    "training",
    "apprenticeship",
    "vae",
    "equipment",
    "cooperative",
    "chamber",
)
"""What a question without a topic is offered, at most as many as a list on WhatsApp holds."""

UNTOLD_AFTER_CLARIFYING = frozenset({"nlu_fallback", "out_of_scope", "inform", "insult"})
MEANT_IN_A_FORM = frozenset({"affirm", "deny", "skip", "cancel", "correct_answer"})
MOST_NEXT = 3


class AnswerAction(RegistryAction):
    """Answers the 17 questions over all topics."""

    action_name = "action_answer"

    def act(self, session: Session, turn: Turn) -> Outcome:
        """The answer to the question of this turn, or what it may have been where that is not clear."""
        if turn.is_doubtful:
            return clarify(self.desk, turn)
        return answer(self.desk, session, turn, turn.intent)


class ClarifyAction(RegistryAction):
    """Offers likely meanings of a message that was not understood; at the second time the menu and a person."""

    action_name = "action_clarify"

    def act(self, session: Session, turn: Turn) -> Outcome:
        """Two or three likely meanings, or the menu."""
        return clarify(self.desk, turn)


def clarify(desk: Desk, turn: Turn) -> Outcome:
    """What someone may have meant, as choices; at the second time in a row the menu and a person."""
    times = int(turn.slots.get("misunderstood") or 0) + 1
    likely = _list_likely(desk, turn)
    if times == 1 and likely:
        reply = desk.say(turn, "clarify", *likely, desk.choice(turn, "help", "button.other"))
    else:
        reply = desk.say(turn, "clarify.again", *desk.menu(turn))
    return Outcome((reply,), {"misunderstood": times})


def _list_likely(desk: Desk, turn: Turn) -> list[Choice]:
    choices: list[Choice] = []
    for intent in turn.ranking:
        if intent in MEANT_IN_A_FORM and not turn.in_form:
            continue
        if intent in UNTOLD_AFTER_CLARIFYING or not desk.texts.has(f"button.{intent}"):
            continue
        choices.append(desk.choice(turn, intent, topic=turn.topic if intent in QUESTIONS else None))
        if len(choices) == MOST_NEXT - 1:
            break
    return choices


def answer(desk: Desk, session: Session, turn: Turn, intent: str) -> Outcome:
    """The answer to a question.

    Args:
        desk: what the actions work with.
        session: of the registry.
        turn: names the topic and the place.
        intent: the question; for a follow-up another than the turn's own.
    """
    named = turn.place or (turn.slots.get("place") if turn.intent == "repeat" else None)
    place = knowledge.find_place(session, named) if named else None
    topic = turn.topic if turn.entity("topic") or place is None else _guess_topic(session, turn, intent, place.code)
    slots = {"question": intent, "misunderstood": 0, "pending": None, "topic": topic, "place": named}
    if topic is None:
        choices = tuple(desk.choice(turn, intent, f"topic.{known}", topic=known) for known in ASKED_TOPICS)
        return Outcome((desk.say(turn, "ask.topic", *choices),), slots)
    today = desk.clock().date()
    facts = knowledge.find_facts(session, topic, intent, place.code if place else None, today)
    page, front = _read_page(turn)
    facts = (
        bring_forward(facts, front)
        if turn.is_tap
        else sort_by_relevance(facts, turn.text, turn.language, _read_common(session))
    )
    paragraphs = []
    is_general = bool(facts) and facts[0].kind == "fact" and not any(fact.place for fact in facts)
    if place and is_general and page == 0:
        name = knowledge.name_place(session, place.code, turn.language)
        paragraphs.append(desk.texts.say("answer.not_for_place", turn.language, place=name))
    deadlines = _list_told_deadlines(session, topic, intent, place.code if place else None, page)
    paragraphs += [_tell_deadline(desk, session, turn, deadline, today) for deadline in deadlines]
    shown = facts[page] if page < len(facts) else None
    # A passed deadline and "whether it is open now is not known" belong together, other facts come one at a time.
    if shown is not None and (not deadlines or shown.kind == "decline"):
        paragraphs.append(_tell_fact(desk, turn, shown))
    if not paragraphs:
        paragraphs.append(desk.texts.say("answer.unknown", turn.language))
    more = page + 1 < len(facts)
    choices = _list_next(desk, turn, topic, intent, shown, f"{page + 1} {facts[0].id}" if more else None)
    return Outcome((Reply("\n\n".join(paragraphs), choices),), slots)


def _read_page(turn: Turn) -> tuple[int, str]:
    """Which fact of the list is asked for, and the id of the one that the question had brought to its front."""
    page, _, front = str(turn.entity("page") or 0).partition(" ")
    return int(page), front


def _guess_topic(session: Session, turn: Turn, intent: str, place: str) -> str | None:
    """The topic at hand, unless a fact of the place on something else fits the message clearly better."""
    at_hand = _find_family(turn.topic)
    facts = knowledge.list_facts_of_place(session, intent, place)
    facts.sort(key=lambda fact: _find_family(fact.topic) != at_hand)
    if not facts:
        return turn.topic
    likeliest = sort_by_relevance(facts, turn.text, turn.language, _read_common(session))[0]
    return turn.topic if _find_family(likeliest.topic) == at_hand else likeliest.topic


def _find_family(topic: str | None) -> str | None:
    return PARENT_TOPICS.get(topic, topic) if topic else None


def _read_common(session: Session) -> frozenset[str]:
    return find_common_words(knowledge.read_version(session), lambda: knowledge.list_texts(session))


def _list_told_deadlines(session: Session, topic: str, intent: str, place: str | None, page: int) -> list[Deadline]:
    return [] if page else knowledge.list_deadlines(session, topic, intent, place)[:2]


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


def _tell_fact(desk: Desk, turn: Turn, fact: Fact) -> str:
    text = fact.texts.get(turn.language) or fact.texts["ary-Arab"]
    if fact.source is not None:
        return f"{text}\n\n{_name_source(desk, fact.source, fact.as_of, turn.language)}"
    contact = desk.texts.say(f"contact.{fact.contact or 'chamber'}", turn.language)
    return f"{text}\n\n{contact}"


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


def _list_next(
    desk: Desk, turn: Turn, topic: str, intent: str, shown: Fact | None, next_page: str | None
) -> tuple[Choice, ...]:
    more = desk.choice(turn, intent, "button.more", topic=topic, province=turn.place, page=next_page)
    choices = [more] if next_page else []
    wanted = shown.next_intents if shown else ["ask_definition", "ask_conditions"]
    for step in wanted:
        if len(choices) == MOST_NEXT - 1:
            break
        if step != intent and desk.texts.has(f"button.{step}"):
            choices.append(desk.choice(turn, step, topic=topic))
    return (*choices, desk.choice(turn, "request_human"))
