"""Answers to questions: the entry that a message asks for, the likely ones to choose from, or that it is not known."""

from __future__ import annotations

import re

from sqlalchemy.orm import Session

from actions.telling import name_title, tell
from actions.turn import Desk, Outcome, RegistryAction, Turn
from bot.channels.base import Choice, Reply
from bot.intents import QUESTIONS
from bot.registry import knowledge
from bot.registry.models import Deadline, Fact, Place
from nlu.finding.entries import Question
from nlu.finding.finder import Found, Verdict

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
LEAST_PART = 3
"""Words that a part of a message needs to be a question of its own."""

Answer = Fact | Deadline

_BETWEEN = re.compile(r"[?؟!.,،\n]+|\s(?:et|w|ou|و)\s")


class AnswerAction(RegistryAction):
    """Answers questions over all topics."""

    action_name = "action_answer"

    def act(self, session: Session, turn: Turn) -> Outcome:
        """The answer to the question of this turn, or what it may have been where that is not clear."""
        if turn.is_doubtful:
            return clarify(self.desk, session, turn)
        return answer(self.desk, session, turn, turn.intent)


class ClarifyAction(RegistryAction):
    """Answers a message of which no intent is clear, or offers likely meanings."""

    action_name = "action_clarify"

    def act(self, session: Session, turn: Turn) -> Outcome:
        """The answer where one is found all the same, two or three likely meanings, or the menu."""
        return clarify(self.desk, session, turn)


def answer(desk: Desk, session: Session, turn: Turn, intent: str) -> Outcome:
    """The answer to a question.

    Args:
        desk: what the actions work with.
        session: of the registry.
        turn: with the message, or with the entry or the topic of a tapped button.
        intent: the question; for a follow-up another than the turn's own.
    """
    chosen = turn.entity("entry") or (turn.slots.get("told") if turn.intent == "repeat" else None)
    told = knowledge.find_answer(session, str(chosen)) if chosen else None
    if told is not None:
        return _tell(desk, session, turn, intent, (told,))
    found = None if turn.is_tap else find(desk, session, turn)
    if found is None or (turn.intent == "inform" and turn.place and not _stays_on_topic(session, turn, found)):
        # A place alone asks the same question once more, for that place.
        return _browse(desk, session, turn, intent)
    return _say_found(desk, session, turn, intent, found)


def clarify(desk: Desk, session: Session, turn: Turn) -> Outcome:
    """The answer to a message that is not clear, else what it may have meant; at the second time in a row the menu."""
    if not turn.is_tap and not turn.in_form:
        found = find(desk, session, turn)
        if found.verdict not in (Verdict.NONE, Verdict.BARE):
            return _say_found(desk, session, turn, turn.intent, found)
    times = int(turn.slots.get("misunderstood") or 0) + 1
    likely = _list_likely(desk, turn)
    if times == 1 and likely:
        reply = desk.say(turn, "clarify", *likely, desk.choice(turn, "help", "button.other"))
    else:
        reply = desk.say(turn, "clarify.again", *desk.menu(turn))
    return Outcome((reply,), {"misunderstood": times})


def answer_surely(desk: Desk, session: Session, turn: Turn) -> Outcome | None:
    """The answer to a message that seemed to be something else, where it is sure, or likely on the topic at hand."""
    if turn.is_tap or turn.in_form:
        return None
    found = find(desk, session, turn)
    if found.verdict is Verdict.SURE or _stays_on_topic(session, turn, found):
        return _say_found(desk, session, turn, turn.intent, found)
    return None


def offer_answer(desk: Desk, session: Session, turn: Turn) -> tuple[Choice, ...]:
    """A button to what is known on a request, where something is."""
    if turn.is_tap:
        return ()
    found = find(desk, session, turn)
    if found.verdict not in (Verdict.SURE, Verdict.LIKELY):
        return ()
    return _list_titles(desk, session, turn, turn.intent, found.candidates[:1])


def find(desk: Desk, session: Session, turn: Turn) -> Found:
    """What the registry holds on the message of a turn."""
    return desk.answers.find(session, _ask(session, turn, turn.text, turn.meanings), desk.clock().date())


def _ask(session: Session, turn: Turn, text: str, meanings: tuple[tuple[str, str, float], ...]) -> Question:
    place = _find_place(session, turn)
    return Question(
        text,
        meanings,
        tuple(knowledge.list_ancestors(session, place.code)) if place else (),
        *(str(turn.slots[name]) if turn.slots.get(name) else None for name in ("topic", "told")),
    )


def _stays_on_topic(session: Session, turn: Turn, found: Found) -> bool:
    """Whether what is told goes on with the topic at hand."""
    told = knowledge.find_answer(session, found.candidates[0]) if found.verdict is Verdict.LIKELY else None
    return told is not None and told.topic == turn.slots.get("topic")


def _find_second(desk: Desk, session: Session, turn: Turn, told: str) -> tuple[str, ...]:
    """Of a message that asks two things, the entry that surely answers the second."""
    parts = [part for part in _BETWEEN.split(turn.text) if len(part.split()) >= LEAST_PART]
    if len(parts) < 2:
        return ()
    found = desk.answers.find(session, _ask(session, turn, parts[-1], ()), desk.clock().date())
    is_second = found.verdict is Verdict.SURE and found.candidates[0] != told
    return found.candidates[:1] if is_second else ()


def _find_place(session: Session, turn: Turn) -> Place | None:
    return knowledge.find_place(session, turn.place) if turn.place else None


def _say_found(desk: Desk, session: Session, turn: Turn, intent: str, found: Found) -> Outcome:
    if found.verdict is Verdict.BARE:
        return _browse(desk, session, turn, intent)
    slots = {"question": intent, "misunderstood": 0, "pending": None, "place": turn.place}
    if found.verdict is Verdict.OPEN:
        choices = _list_titles(desk, session, turn, intent, found.candidates)
        other = desk.choice(turn, "help", "button.other")
        return Outcome((desk.say(turn, "answer.which", *choices, other),), {**slots, "topic": turn.topic})
    first = knowledge.find_answer(session, found.candidates[0]) if found.verdict is not Verdict.NONE else None
    if first is None:
        choices = (desk.choice(turn, "request_human"), desk.choice(turn, "help", "button.menu"))
        return Outcome((desk.say(turn, "answer.unknown", *choices),), {**slots, "topic": turn.topic})
    others = found.candidates[1:] if found.verdict is Verdict.LIKELY else ()
    others = tuple(dict.fromkeys((*_find_second(desk, session, turn, first.id), *others)))[: MOST_NEXT - 1]
    return _tell(desk, session, turn, intent, (first,), others)


def _tell(
    desk: Desk, session: Session, turn: Turn, intent: str, told: tuple[Answer, ...], others: tuple[str, ...] = ()
) -> Outcome:
    """Answers, with those that may have been meant instead, or else the next steps, as buttons."""
    paragraphs = [tell(desk, session, turn, one) for one in told]
    place, first = _find_place(session, turn), told[0]
    if place is not None and first.place is None and isinstance(first, Fact) and first.kind == "fact":
        name = knowledge.name_place(session, place.code, turn.language)
        paragraphs.insert(0, desk.texts.say("answer.not_for_place", turn.language, place=name))
    choices = _list_titles(desk, session, turn, intent, others) or _list_next(desk, turn, first, intent)
    slots = {
        "question": intent,
        "misunderstood": 0,
        "pending": None,
        "topic": first.topic,
        "place": turn.place,
        "told": first.id,
    }
    return Outcome((Reply("\n\n".join(paragraphs), (*choices, desk.choice(turn, "request_human"))),), slots)


def _browse(desk: Desk, session: Session, turn: Turn, intent: str) -> Outcome:
    """What a question on a topic shows that nobody put in words of their own: its answers, one after the other."""
    topic = turn.topic
    if topic is None:
        return _ask_topic(desk, turn, intent)
    place = _find_place(session, turn)
    pages = _list_pages(desk, session, topic, intent, place.code if place else None)
    page = int(str(turn.entity("page") or 0))
    if page >= len(pages):
        slots = {"question": intent, "misunderstood": 0, "pending": None, "topic": topic, "place": turn.place}
        choices = (desk.choice(turn, "request_human"), desk.choice(turn, "help", "button.menu"))
        return Outcome((desk.say(turn, "answer.unknown", *choices),), slots)
    outcome = _tell(desk, session, turn, intent, pages[page])
    slots = {**outcome.slots, "topic": topic}
    if page + 1 == len(pages):
        return Outcome(outcome.replies, slots)
    (reply,) = outcome.replies
    more = desk.choice(turn, intent, "button.more", topic=topic, province=turn.place, page=str(page + 1))
    return Outcome((Reply(reply.text, (more, *reply.choices[: MOST_NEXT - 2], reply.choices[-1])),), slots)


def _list_pages(desk: Desk, session: Session, topic: str, intent: str, place: str | None) -> list[tuple[Answer, ...]]:
    """The answers of a topic to a question; of dates the latest first, with whether more is known of them."""
    facts = knowledge.find_facts(session, topic, intent, place, desk.clock().date())
    deadlines = knowledge.list_deadlines(session, topic, place)[:2] if intent == "ask_deadline" else []
    if not deadlines:
        return [(fact,) for fact in facts]
    together = facts[:1] if facts and facts[0].kind == "decline" else []
    return [(*deadlines, *together), *((fact,) for fact in facts[len(together) :])]


def _ask_topic(desk: Desk, turn: Turn, intent: str) -> Outcome:
    choices = tuple(desk.choice(turn, intent, f"topic.{known}", topic=known) for known in ASKED_TOPICS)
    slots = {"question": intent, "misunderstood": 0, "pending": None, "topic": None, "place": turn.place}
    return Outcome((desk.say(turn, "ask.topic", *choices),), slots)


def _list_titles(desk: Desk, session: Session, turn: Turn, intent: str, entries: tuple[str, ...]) -> tuple[Choice, ...]:
    """The titles of answers, as buttons that tell them."""
    asked = intent if intent in QUESTIONS else "ask_definition"
    choices = []
    for entry in entries:
        known = knowledge.find_answer(session, entry)
        if known is not None:
            payload = desk.choice(turn, asked, topic=known.topic, entry=known.id).payload
            choices.append(Choice(name_title(known, turn), payload))
    return tuple(choices)


def _list_next(desk: Desk, turn: Turn, told: Answer, intent: str) -> tuple[Choice, ...]:
    steps = [step for step in told.next_intents if step != intent and desk.texts.has(f"button.{step}")]
    return tuple(desk.choice(turn, step, topic=told.topic) for step in steps if step != "request_human")[
        : MOST_NEXT - 1
    ]


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
