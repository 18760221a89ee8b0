"""Find the answer to a message, and say how sure it is."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from enum import Enum
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import yaml

from nlu.finding.embedding import Embedding, normalise
from nlu.finding.entries import Question
from nlu.finding.evidence import EVIDENCE, NO_TOPIC, Evidence
from nlu.finding.index import Index

WEIGHTS = Path(__file__).with_name("weights.yml")
MOST_CANDIDATES = 3
SIGNS = ("margin", "best", "among", "meant", "worded", "outside")
"""What tells whether the best entry is right, and whether any is: how far it leads, its share of all chances and that
of all candidates, its two cosines, and the probability that the message is out of scope."""

SHORT = 6
"""Words up to which a question that names no topic says no more than its intent."""

_WORD = re.compile(r"\w+")
_OUTSIDE = "out_of_scope"
_RARE = 1e-6


class Verdict(Enum):
    """What to do with what was found."""

    SURE = "sure"
    """Tell the first."""
    LIKELY = "likely"
    """Tell the first, and offer the others beside it."""
    OPEN = "open"
    """Ask which of them is meant."""
    BARE = "bare"
    """Take it for the topic at hand, or ask for one: a question as short as this, which names none, is anybody's."""
    NONE = "none"
    """Say that it is not known, and tell nothing else."""


class Found(NamedTuple):
    """What was found.

    Attributes:
        verdict: what to do with it.
        candidates: the ids of the best entries, the best first; none where nothing fits.
        right: the probability that the first of them is what is asked for.
        known: the probability that any entry is.
    """

    verdict: Verdict
    candidates: tuple[str, ...]
    right: float
    known: float


class Weights(NamedTuple):
    """What was learned of how to weigh and when to tell (`nlu.finding.learning`).

    Attributes:
        evidence: the weight of each of EVIDENCE.
        right: of each of SIGNS and the constant, for the probability that the first is right.
        known: the same for the probability that any entry answers.
        told_from: least probability of being right at which the first is told.
        sure_from: from which it is told alone.
        known_from: least probability of being known at which entries are offered.
    """

    evidence: npt.NDArray[np.float64]
    right: npt.NDArray[np.float64]
    known: npt.NDArray[np.float64]
    told_from: float
    sure_from: float
    known_from: float

    @classmethod
    def read(cls, path: Path = WEIGHTS) -> Weights:
        """The weights of a file."""
        content: Mapping[str, Any] = yaml.safe_load(path.read_text("utf-8"))
        return cls(
            np.array([content["evidence"][name] for name in EVIDENCE]),
            np.array([content["right"][name] for name in (*SIGNS, "constant")]),
            np.array([content["known"][name] for name in (*SIGNS, "constant")]),
            content["told_from"],
            content["sure_from"],
            content["known_from"],
        )


class Scored(NamedTuple):
    """The entries of an index against a message.

    Attributes:
        order: rows of the best entries, best first.
        signs: shape (signs,).
    """

    order: npt.NDArray[np.int64]
    signs: npt.NDArray[np.float64]


class Finder:
    """Finds entries.

    Args:
        embedding: of texts.
        index: of the entries.
        evidence: of the same entries.
        weights: learned.
    """

    def __init__(self, embedding: Embedding, index: Index, evidence: Evidence, weights: Weights) -> None:
        self.embedding = embedding
        self.index = index
        self.evidence = evidence
        self.weights = weights

    def find(self, question: Question, leaving_out: Collection[str] = ()) -> Found:
        """The best entries for a question, and what to do with them.

        Args:
            question: what is asked.
            leaving_out: ids of entries that may not be told: those that have expired.
        """
        if followed := self._follow(question, leaving_out):
            return followed
        scored = self.score(question, leaving_out)
        if not len(scored.order):
            return Found(Verdict.NONE, (), 0.0, 0.0)
        right, known = (_squash(scored.signs, weights) for weights in (self.weights.right, self.weights.known))
        ids = tuple(self.evidence.entries[row].id for row in scored.order[:MOST_CANDIDATES])
        return Found(self._judge(question, right, known), ids, right, known)

    def _follow(self, question: Question, leaving_out: Collection[str]) -> Found | None:
        """What a short message that names no topic asks for after another entry was told, or None.

        Such a message lies where it and the last entry lie together, and is asked of the same topic.
        """
        entries = self.evidence.entries
        last = next((row for row, entry in enumerate(entries) if entry.id == question.after), None)
        if last is None or not _is_short(question) or self.embedding.names_topic(question.text):
            return None
        rows = [row for row in self.evidence.list_following(question) if entries[row].id not in leaving_out]
        if not rows:
            return None
        where = self.index.prototypes[last].copy()
        vector = self.embedding.read(question.text)
        if len(vector.columns):
            where += normalise(self.embedding.place(vector))
        nearness = self.index.prototypes[rows] @ where
        order = [rows[at] for at in np.argsort(-nearness, kind="stable")[:MOST_CANDIDATES]]
        return Found(Verdict.LIKELY, tuple(entries[row].id for row in order), self.weights.told_from, 1.0)

    def score(self, question: Question, leaving_out: Collection[str] = ()) -> Scored:
        """The best entries for a question, with the signs of how sure they are; see `find`."""
        nearness = self.index.compare(self.embedding.read(question.text), self.embedding)
        scores = self.evidence.weigh(question, nearness) @ self.weights.evidence
        scores[self.evidence.list_elsewhere(question)] = -np.inf
        for row, entry in enumerate(self.evidence.entries) if leaving_out else ():
            if entry.id in leaving_out:
                scores[row] = -np.inf
        order = np.argsort(-scores, kind="stable")[: MOST_CANDIDATES + 1]
        order = order[np.isfinite(scores[order])]
        if not len(order):
            return Scored(order, np.zeros(len(SIGNS)))
        chances = np.exp(scores - scores[order[0]])
        chances /= chances.sum()
        best, second = (float(chances[row]) for row in (order[0], order[min(1, len(order) - 1)]))
        outside = sum(probability for intent, _, probability in question.meanings if intent == _OUTSIDE)
        signs = (
            np.log(best + _RARE) - np.log(second + _RARE),
            _stretch(best),
            _stretch(float(chances[order[:MOST_CANDIDATES]].sum())),
            float(nearness.meant[order[0]]),
            float(nearness.worded[order[0]]),
            outside,
        )
        return Scored(order, np.array(signs))

    def _judge(self, question: Question, right: float, known: float) -> Verdict:
        if right >= self.weights.sure_from:
            return Verdict.SURE
        if _is_bare(question) and (question.topic is None or right < self.weights.told_from):
            return Verdict.BARE
        if known < self.weights.known_from:
            return Verdict.NONE
        return Verdict.LIKELY if right >= self.weights.told_from else Verdict.OPEN


def _is_bare(question: Question) -> bool:
    unnamed = sum(chance for _, topic, chance in question.meanings if topic == NO_TOPIC)
    return unnamed > 1 / 2 and _is_short(question)


def _is_short(question: Question) -> bool:
    return len(_WORD.findall(question.text)) <= SHORT


def _stretch(probability: float) -> float:
    """Log odds, held within bounds."""
    held = min(max(probability, _RARE), 1 - _RARE)
    return float(np.log(held / (1 - held)))


def _squash(signs: npt.NDArray[np.float64], weights: npt.NDArray[np.float64]) -> float:
    return float(1 / (1 + np.exp(-(signs @ weights[:-1] + weights[-1]))))
