"""Reads an answer to a question of a form: the value it gives, what is wrong with it, or that it is none.

A message can be anything while a form is open. A question or a request goes to its own rule and the form goes on
after it; only what can be an answer is read as one.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from actions.turn import Turn
from bot.intents import QUESTIONS, REQUESTS
from bot.programmes import Question
from bot.registry.people import normalise_phone
from nlu.entities import extract
from nlu.text import fold

CONSENTED = "yes"
REFUSED = "no"
OTHER = "other"

TALK = frozenset({"greet", "goodbye", "thank", "affirm", "deny", "bot_challenge", "insult", "repeat", "help"})
SURE = 0.5
LONGEST_TEXT = 120
MOST_NAME_DIGITS = 6
_DIGITS = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Given:
    """An answer.

    Attributes:
        value: canonical.
        field: which question it answers, where a button of another one was tapped.
    """

    value: str
    field: str | None = None


@dataclass(frozen=True, slots=True)
class Wrong:
    """Something that was meant as an answer and cannot be one.

    Attributes:
        key: of the text that says why.
        values: for the places in that text.
    """

    key: str
    values: dict[str, object] = field(default_factory=dict)


Reading = Given | Wrong | None
"""None: the message is no answer at all."""


def read_answer(question: Question, turn: Turn) -> Reading:
    """What a message gives as the answer to `question`."""
    tapped = turn.entity("field")
    if tapped and "=" in str(tapped):
        name, value = str(tapped).split("=", 1)
        return Given(value, name)
    if turn.is_tap and turn.intent not in ("affirm", "deny"):
        return None
    if is_request(turn):
        return None
    return _READERS[question.type](question, turn)


def is_request(turn: Turn) -> bool:
    """Whether a message asks for something of its own rather than answering."""
    wants_something = turn.intent in QUESTIONS or turn.intent in REQUESTS
    # One or two words are read as an answer first: the name of a place or of a firm is easily taken for something else.
    return wants_something and turn.confidence >= SURE and (len(turn.text.split()) > 2 or turn.intent in REQUESTS)


def leaves_out(question: Question, turn: Turn) -> bool:
    """Whether a yes or no leaves an optional question out: "no" to what is asked, "that is all" to more papers."""
    ends = turn.intent == "deny" or (question.type == "documents" and turn.intent == "affirm")
    return question.optional and ends and not turn.is_tap


def is_valid_ice(digits: str) -> bool:
    """Whether 15 digits are an ICE: the two last make the whole divisible by 97.

    The rule is nowhere official; it held for every published number that it was tried on.
    """
    return len(digits) == 15 and int(digits) % 97 == 0


def _read_consent(question: Question, turn: Turn) -> Reading:
    return {"affirm": Given(CONSENTED), "deny": Given(REFUSED)}.get(turn.intent)


def _read_choice(question: Question, turn: Turn) -> Reading:
    values = [option.value for option in question.options]
    named = turn.entity(question.field)
    if named in values:
        return Given(str(named))
    said = fold(turn.text)
    for option in question.options:
        if any(fold(title) == said for title in option.title.values()):
            return Given(option.value)
    return _refuse(turn, Wrong("form.wrong.choice"))


def _read_text(question: Question, turn: Turn) -> Reading:
    text = " ".join(turn.text.split())
    if turn.intent in TALK and turn.confidence >= SURE:
        return None
    # "Cooperative" alone is what it is, not what it is called.
    if turn.entity("legal_form") and len(text.split()) == 1:
        return Wrong("form.wrong.text")
    is_name = any(character.isalpha() for character in text) and len(_join_digits(turn)) < MOST_NAME_DIGITS
    if not 2 <= len(text) <= LONGEST_TEXT or not is_name:
        return Wrong("form.wrong.text")
    return Given(text)


def _read_ice(question: Question, turn: Turn) -> Reading:
    digits = _join_digits(turn)
    if not digits:
        return _refuse(turn, Wrong("form.wrong.ice_length", {"count": 0}))
    if len(digits) != 15:
        return Wrong("form.wrong.ice_length", {"count": len(digits)})
    return Given(digits) if is_valid_ice(digits) else Wrong("form.wrong.ice_check")


def _read_cnss_number(question: Question, turn: Turn) -> Reading:
    digits = _join_digits(turn)
    # Form 322-1-11 of the CNSS has seven boxes for the employer's number.
    if len(digits) == 7:
        return Given(digits)
    wrong = Wrong("form.wrong.cnss_number", {"count": len(digits)})
    return wrong if digits else _refuse(turn, wrong)


def _read_province(question: Question, turn: Turn) -> Reading:
    if named := _find(turn, "province") or _find(turn, "commune"):
        return Given(named)
    if region := _find(turn, "region"):
        return Wrong("form.wrong.region", {"region": region})
    return _refuse(turn, Wrong("form.wrong.province"))


def _read_commune(question: Question, turn: Turn) -> Reading:
    named = _find(turn, "commune") or _find(turn, "province")
    return Given(named) if named else _read_text(question, turn)


def _read_trade(question: Question, turn: Turn) -> Reading:
    if trade := _find(turn, "trade"):
        return Given(trade)
    return _refuse(turn, Wrong("form.wrong.trade"))


def _read_number(question: Question, turn: Turn) -> Reading:
    numbers = [int(value) for value in turn.entities.get("number", ())]
    digits = _DIGITS.findall(fold(turn.text))
    if not numbers and len(digits) == 1 and len(digits[0]) < 9:
        numbers = [int(digits[0])]
    if not numbers:
        return _refuse(turn, Wrong("form.wrong.number"))
    if not question.least <= numbers[-1] <= question.most:
        return Wrong("form.wrong.range", {"least": question.least, "most": question.most})
    return Given(str(numbers[-1]))


def _read_phone(question: Question, turn: Turn) -> Reading:
    phone = turn.entity("phone") or normalise_phone(turn.text)
    if phone:
        return Given(str(phone))
    return _refuse(turn, Wrong("form.wrong.phone"))


def _read_documents(question: Question, turn: Turn) -> Reading:
    return _refuse(turn, Wrong("form.wrong.document"))


def _find(turn: Turn, entity: str) -> str | None:
    """An entity that was asked for: "safi" alone is the town to who asked for a place, and "enough" to others."""
    if named := turn.entity(entity):
        return str(named)
    return next((str(found.value) for found in extract(turn.text, expected={entity}) if found.entity == entity), None)


def _refuse(turn: Turn, wrong: Wrong) -> Reading:
    # Where nothing in the message could be an answer, even a faint sign of a question sends it to its own rule.
    return None if turn.intent in TALK | QUESTIONS | REQUESTS else wrong


def _join_digits(turn: Turn) -> str:
    return "".join(_DIGITS.findall(fold(turn.text)))


_READERS: dict[str, Callable[[Question, Turn], Reading]] = {
    "consent": _read_consent,
    "choice": _read_choice,
    "text": _read_text,
    "ice": _read_ice,
    "cnss_number": _read_cnss_number,
    "province": _read_province,
    "commune": _read_commune,
    "trade": _read_trade,
    "number": _read_number,
    "phone": _read_phone,
    "documents": _read_documents,
}
