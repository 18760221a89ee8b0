"""What speaks for and against each entry: nearness, intent and topic, and the place."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from nlu.finding.entries import Entry, Question
from nlu.finding.index import Nearness

EVIDENCE = (
    "meant",
    "worded",
    "intent",
    "topic",
    "both",
    "same_place",
    "wider_place",
    "inner_place",
    "whole_country",
    "bound_unasked",
)
"""The columns of `Evidence.weigh`: the two cosines; logarithms of probabilities; the place, as 0 or 1.

`same_place`: the entry is bound to the place that is asked for; `wider_place`: to one that this lies in; `inner_place`:
to one within it; `whole_country`: a place is asked for and the entry is bound to none; `bound_unasked`: none is asked
for and the entry is bound to one. An entry of another place is out of the question altogether.
"""

NO_TOPIC = "none"
TAKEN_OVER = 0.8
"""Share of what a message that names no topic means which goes to the topic at hand."""

LIKELY = 0.15
"""Probability from which on an intent of a short message may be the one that is meant."""

_LEAST = 1e-4
Array = npt.NDArray[np.float64]
Named = TypeVar("Named", bound=Hashable)


class Evidence:
    """What is known of entries besides where they lie.

    Args:
        entries: of the index, in its order.
    """

    def __init__(self, entries: Sequence[Entry]) -> None:
        self.entries = entries
        asked = [(row, topic, intent) for row, entry in enumerate(entries) for topic, intent in entry.asked]
        self._by_intent = _gather((intent, row) for row, _, intent in asked)
        self._by_topic = _gather((topic, row) for row, topic, _ in asked)
        self._by_pair = _gather(((intent, topic), row) for row, topic, intent in asked)
        self._by_bound = _gather((entry.places, row) for row, entry in enumerate(entries))

    def weigh(self, question: Question, nearness: Nearness) -> Array:
        """The evidence on each entry.

        Args:
            question: what is asked.
            nearness: of the question to the entries.

        Returns:
            Shape (entries, evidence), in the order of EVIDENCE.
        """
        intents, topics, pairs = _spread(question)
        weighed = np.zeros((len(self.entries), len(EVIDENCE)))
        weighed[:, 0] = nearness.meant
        weighed[:, 1] = nearness.worded
        weighed[:, 2] = self._raise(self._by_intent, intents)
        weighed[:, 3] = self._raise(self._by_topic, topics)
        weighed[:, 4] = self._raise(self._by_pair, pairs)
        for bound, rows in self._by_bound.items():
            relation = relate(bound, question.places)
            if relation in EVIDENCE:
                weighed[rows, EVIDENCE.index(relation)] = 1
        return weighed

    def list_elsewhere(self, question: Question) -> npt.NDArray[np.int64]:
        """The rows of entries that are bound to a place other than the one that is asked for."""
        rows = [rows for bound, rows in self._by_bound.items() if relate(bound, question.places) == "elsewhere"]
        return np.concatenate(rows) if rows else np.empty(0, np.int64)

    def list_following(self, question: Question) -> npt.NDArray[np.int64]:
        """The rows that a short message may ask for after another entry: of the topic at hand, without that entry.

        Where it names a place, those that are bound to it; else those that answer a likely intent.
        """
        of_topic = [
            row for row in self._by_topic.get(question.topic or "", ()) if self.entries[row].id != question.after
        ]
        if question.places:
            near = {"same_place", "wider_place", "inner_place"}
            bound = [row for row in of_topic if relate(self.entries[row].places, question.places) in near]
            if bound:
                return np.array(bound, dtype=np.int64)
        intents, _, _ = _spread(question)
        likely = {intent for intent, chance in intents.items() if chance >= LIKELY}
        asked = [row for row in of_topic if any(intent in likely for _, intent in self.entries[row].asked)]
        return np.array(asked, dtype=np.int64)

    def _raise(self, rows_of: Mapping[Named, npt.NDArray[np.int64]], probabilities: Mapping[Named, float]) -> Array:
        """For each entry the logarithm of the highest probability of what it answers."""
        highest = np.zeros(len(self.entries))
        for named, probability in probabilities.items():
            if (rows := rows_of.get(named)) is not None:
                highest[rows] = np.maximum(highest[rows], probability)
        return np.log(highest + _LEAST)


def _gather(pairs: Iterable[tuple[Named, int]]) -> dict[Named, npt.NDArray[np.int64]]:
    gathered: dict[Named, list[int]] = {}
    for named, row in pairs:
        gathered.setdefault(named, []).append(row)
    return {named: np.array(rows, dtype=np.int64) for named, rows in gathered.items()}


def relate(bound: Sequence[str], asked: Sequence[str]) -> str:
    """How the place of an entry stands to the place that is asked for, each with all that it lies in.

    Returns:
        One of the last five of EVIDENCE, "elsewhere", or "" where no place has a part in it.
    """
    if not bound:
        return "whole_country" if asked else ""
    if not asked:
        return "bound_unasked"
    if bound[0] == asked[0]:
        return "same_place"
    if bound[0] in asked:
        return "wider_place"
    return "inner_place" if asked[0] in bound else "elsewhere"


def _spread(question: Question) -> tuple[Mapping[str, float], Mapping[str, float], Mapping[tuple[str, str], float]]:
    """Probabilities of intents, of topics, and of both; what names no topic goes to the topic at hand."""
    intents: dict[str, float] = {}
    topics: dict[str, float] = {}
    pairs: dict[tuple[str, str], float] = {}
    for intent, topic, probability in question.meanings:
        shares = [(topic, probability)]
        if topic == NO_TOPIC and question.topic is not None:
            shares = [(topic, probability * (1 - TAKEN_OVER)), (question.topic, probability * TAKEN_OVER)]
        for about, share in shares:
            intents[intent] = intents.get(intent, 0.0) + share
            topics[about] = topics.get(about, 0.0) + share
            pairs[intent, about] = pairs.get((intent, about), 0.0) + share
    return intents, topics, pairs
