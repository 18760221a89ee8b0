"""What each programme asks of an applicant, from data/programmes: the next programme is a file, not code."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, Field

from bot.registry.applications import SKIPPED
from bot.settings import DATA

Wording = dict[str, str]
"""A text in each reply language."""

FieldType = Literal[
    "consent",
    "choice",
    "text",
    "ice",
    "cnss_number",
    "province",
    "commune",
    "trade",
    "number",
    "phone",
    "documents",
]


class Option(BaseModel, frozen=True):
    """One of the answers to choose from."""

    value: str
    title: Wording


class Question(BaseModel, frozen=True):
    """A question of an application form.

    Attributes:
        field: name under which the answer is kept.
        type: which validator reads the answer.
        ask: the question.
        label: the short name of the field, for the read-back.
        optional: whether it may be left out.
        when: other fields and the values of theirs for which this question is asked.
        options: of a choice.
        least, most: bounds of a number, or of how many documents.
    """

    field: str
    type: FieldType
    ask: Wording
    label: Wording
    optional: bool = False
    when: dict[str, list[str]] = Field(default_factory=dict)
    options: tuple[Option, ...] = ()
    least: int = 1
    most: int = 1_000_000

    def applies(self, answers: Mapping[str, str]) -> bool:
        """Whether this question is asked of someone who gave these answers."""
        return all(answers.get(field) in values for field, values in self.when.items())


class Programme(BaseModel, frozen=True):
    """A programme that one can apply for in conversation.

    Attributes:
        id: its topic in the contract.
        topics: topics of messages that lead to it.
        prefix: of the references of its applications.
        name: what it is called.
        intro: what is said before the first question.
        questions: in the order in which they are asked.
    """

    id: str
    topics: tuple[str, ...]
    prefix: str
    name: Wording
    intro: Wording
    questions: tuple[Question, ...]

    def find(self, field: str) -> Question:
        """The question for a field.

        Raises:
            KeyError: when there is none.
        """
        for question in self.questions:
            if question.field == field:
                return question
        raise KeyError(field)

    def next_question(self, answers: Mapping[str, str], asked: str | None = None) -> Question | None:
        """The question to put now: the one that is open, else the first without an answer; None at the end.

        Args:
            answers: so far, by field.
            asked: the field that is open, where a particular one was asked for.
        """
        if asked and asked not in answers and any(question.field == asked for question in self.questions):
            return self.find(asked)
        return next(
            (question for question in self.questions if question.field not in answers and question.applies(answers)),
            None,
        )

    def list_given(self, answers: Mapping[str, str]) -> list[Question]:
        """The questions that were answered and not skipped, in their order; consent is not among them."""
        return [
            question
            for question in self.questions
            if question.type != "consent"
            and answers.get(question.field, SKIPPED) != SKIPPED
            and question.applies(answers)
        ]


class Programmes:
    """All programmes that one can apply for.

    Args:
        folder: with one YAML file a programme.
    """

    def __init__(self, folder: Path) -> None:
        read = [
            Programme.model_validate(yaml.safe_load(path.read_text("utf-8"))) for path in sorted(folder.glob("*.yml"))
        ]
        self._by_id = {programme.id: programme for programme in read}
        self._by_topic = {topic: programme for programme in read for topic in (programme.id, *programme.topics)}

    def __iter__(self) -> Iterator[Programme]:
        return iter(self._by_id.values())

    def get(self, programme_id: str) -> Programme:
        """The programme of that id.

        Raises:
            KeyError: when there is none.
        """
        return self._by_id[programme_id]

    def find(self, topic: str | None) -> Programme | None:
        """The programme that someone who names `topic` can apply for, or None."""
        return self._by_topic.get(topic or "")


@lru_cache
def read_programmes() -> Programmes:
    """The programmes of this installation."""
    return Programmes(DATA / "programmes")
