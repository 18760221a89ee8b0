"""What may be said, as the files of data/knowledge hold it, and what each part must be."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from bot.intents import QUESTIONS, TOLD_REQUESTS
from bot.texts import LANGUAGES
from bot.topics import TOPICS
from nlu.text import detect_script

FEWEST_QUESTIONS = 6
LONGEST_TITLE = 20
"""Characters: WhatsApp's limit for the title of a button."""
LONGEST_LINE = {"ary-Arab": 120, "ary-Latn": 120, "fr": 130, "ar": 120}
MOST_LINES = 3
MOST_ITEMS = 8
CONTACTS = ("anapec", "cnss", "dgi", "rna", "chamber", "province", "odco")
ASKED = QUESTIONS | TOLD_REQUESTS

_ITEM = re.compile(r"•|\d+\.\s")
_SCRIPTS = {"arab", "latn", "fr"}


def _check_languages(texts: dict[str, str]) -> dict[str, str]:
    missing = [language for language in LANGUAGES if not texts.get(language, "").strip()]
    if missing:
        raise ValueError(f"missing in {', '.join(missing)}")
    if unknown := set(texts) - set(LANGUAGES):
        raise ValueError(f"{', '.join(sorted(unknown))} is no reply language")
    return texts


def _check_title(texts: dict[str, str]) -> dict[str, str]:
    for language, title in texts.items():
        if len(title) > LONGEST_TITLE:
            raise ValueError(f"{language}: {len(title)} characters, {LONGEST_TITLE} at most: {title}")
    return texts


def _check_length(texts: dict[str, str]) -> dict[str, str]:
    for language, text in texts.items():
        lines = text.split("\n")
        items = sum(bool(_ITEM.match(line)) for line in lines)
        if len(lines) - items > MOST_LINES or items > MOST_ITEMS:
            raise ValueError(f"{language}: {MOST_LINES} lines and a list of {MOST_ITEMS} at most")
        for line in lines:
            if len(line) > LONGEST_LINE[language]:
                raise ValueError(f"{language}: a line of {len(line)}, {LONGEST_LINE[language]} at most: {line}")
        if re.search("[٠-٩]", text):
            raise ValueError(f"{language}: digits are 0-9")
    return texts


def _check_questions(questions: dict[str, list[str]]) -> dict[str, list[str]]:
    every = [question for asked in questions.values() for question in asked]
    if len(every) < FEWEST_QUESTIONS:
        raise ValueError(f"{len(every)} questions, {FEWEST_QUESTIONS} at least")
    if missing := _SCRIPTS - {detect_script(question) for question in every}:
        raise ValueError(f"no question is written in {', '.join(sorted(missing))}")
    return questions


Texts = Annotated[dict[str, str], AfterValidator(_check_languages)]
Title = Annotated[Texts, AfterValidator(_check_title)]
Told = Annotated[Texts, AfterValidator(_check_length)]
Questions = Annotated[dict[str, list[str]], AfterValidator(_check_questions)]
"""As people ask, by who wrote them down: a writer can be left out when the finding of answers is measured."""


class Part(BaseModel):
    """A part of a file: nothing in it that is not known."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class SourceEntry(Part):
    """Where facts come from; see `bot.registry.models.Source`."""

    fr: str = Field(min_length=1)
    ar: str = Field(min_length=1)
    url: Annotated[str, Field(pattern="^https?://")] | None = None
    undated: bool = False


class LeftOut(Part):
    """A statement that is not told, or an entry that is no longer one.

    Attributes:
        why: the reason, for an editor.
        id: of the entry that was taken out, where there was one.
        facts: the statements that no entry holds.
        instead: the entries that answer what it answered.
    """

    why: str
    id: str | None = None
    facts: list[str] = []
    instead: list[str] = []


class Answer(Part):
    """What an entry and a deadline have in common.

    Attributes:
        title: what it answers, as a button.
        questions: it is found by.
        place: French name of the place that it holds for; without one, for the whole country.
        next: intents that are offered under it.
    """

    id: str = Field(pattern=r"^[a-z0-9-]+$")
    title: Title
    questions: Questions
    place: str | None = None
    source: str | None = None
    facts: list[str] = []
    next: list[str] = []


class DeadlineEntry(Answer):
    """When something opens and closes; see `bot.registry.models.Deadline`."""

    intent: str = "ask_deadline"
    subject: Texts | None = None
    edition: str
    opens: date | None = None
    closes: date | None = None
    source: str
    facts: list[str]

    @model_validator(mode="after")
    def _check_dates(self) -> DeadlineEntry:
        if self.opens is None and self.closes is None:
            raise ValueError("neither opens nor closes is given")
        if self.opens and self.closes and self.opens > self.closes:
            raise ValueError("it closes before it opens")
        return self


class Entry(Answer):
    """What a source states, or (kind `decline`) that the question has no answer, and whom to ask."""

    kind: Literal["fact", "decline"]
    answers: list[str] = Field(min_length=1)
    also: list[str] = []
    rank: int = 50
    as_of: date
    expires: date | None = None
    contact: str | None = None
    text: Told
    declines: Texts | None = None

    @model_validator(mode="after")
    def _check_kind(self) -> Entry:
        if self.kind == "fact" and not (self.source and self.facts):
            raise ValueError("a fact names its source and what it states (facts)")
        if self.kind == "decline" and not (self.declines and self.contact):
            raise ValueError("a decline says which question it declines (declines) and whom to ask (contact)")
        if self.kind == "decline" and (self.source or self.facts):
            raise ValueError("a decline states nothing: what a source says is told by a fact")
        if self.kind == "fact" and self.declines:
            raise ValueError("only a decline declines a question")
        if self.contact is not None and self.contact not in CONTACTS:
            raise ValueError(f"contact {self.contact} is none of {', '.join(CONTACTS)}")
        return self

    @model_validator(mode="after")
    def _check_intents(self) -> Entry:
        if unknown := set(self.answers) - ASKED:
            raise ValueError(f"unknown question {', '.join(sorted(unknown))}")
        for pair in self.also:
            topic, _, intent = pair.partition("/")
            if topic not in TOPICS or intent not in ASKED:
                raise ValueError(f"also: {pair} is no topic/question")
        return self
