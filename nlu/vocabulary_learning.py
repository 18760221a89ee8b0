"""Learn the features of training messages.

Apart from `nlu.vocabulary`, which is all that reading a message takes: this needs SciPy.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

import numpy as np
from scipy.sparse import csr_matrix, hstack

from nlu.features import VIEWS
from nlu.vocabulary import Floats, Indices, Vector, Vocabulary

# Messages in which a feature must occur to be learned: those of pieces and pairs are many and mostly chance.
_FEWEST = {"concepts": 1, "meanings": 1, "length": 1, "words": 2, "skeletons": 2, "stems": 2}
_FEWEST_OTHERWISE = 3


class _Numbers(dict[str, int]):
    """Features, numbered as they are asked for."""

    def __missing__(self, feature: str) -> int:
        number = self[feature] = len(self)
        return number


class _Counted:
    """How often each feature of one view occurs in each message; features are numbered as they are met."""

    def __init__(self) -> None:
        self._numbers = _Numbers()
        self._columns: list[int] = []
        self._counts: list[int] = []
        self._ends: list[int] = [0]

    def add(self, features: Sequence[str]) -> None:
        """Count the features of the next message."""
        counts = Counter(features)
        self._columns += map(self._numbers.__getitem__, counts)
        self._counts += counts.values()
        self._ends.append(len(self._columns))

    def choose(self, fewest: int) -> tuple[list[str], Indices, Floats]:
        """The features of at least `fewest` messages, sorted.

        Returns:
            The features; for each number its place among them or -1; in how many messages each of them occurs.
        """
        frequencies = np.bincount(np.array(self._columns, dtype=np.int32), minlength=len(self._numbers))
        chosen = sorted(feature for feature, number in self._numbers.items() if frequencies[number] >= fewest)
        columns = np.full(len(self._numbers), -1, dtype=np.int32)
        numbers = np.array([self._numbers[feature] for feature in chosen], dtype=np.int32)
        columns[numbers] = np.arange(len(chosen))
        return chosen, columns, frequencies[numbers].astype(np.float32)

    def matrix(self, columns: Indices, weights: Floats, length: float) -> csr_matrix:
        """The weighted counts, each message brought to `length`; shape (messages, features chosen)."""
        shape = len(self._ends) - 1, len(weights)
        counts = csr_matrix(
            (np.array(self._counts, dtype=np.float32), np.array(self._columns, dtype=np.int32), self._ends),
            shape=(shape[0], len(columns)),
        )
        kept = columns[counts.indices] >= 0
        rows = np.repeat(np.arange(shape[0]), np.diff(counts.indptr))[kept]
        places = columns[counts.indices[kept]]
        values = (1 + np.log(counts.data[kept])) * weights[places]
        sizes = np.sqrt(np.bincount(rows, weights=values**2, minlength=shape[0]))
        values *= (length / sizes[rows]).astype(np.float32)
        return csr_matrix((values, (rows, places)), shape=shape, dtype=np.float32)


def learn_vocabulary(
    messages: Iterable[Mapping[str, Sequence[str]]], without: Iterable[str] = ()
) -> tuple[Vocabulary, list[Vector]]:
    """The vocabulary of training messages, and their vectors as `vector` would give them, at a third of its time.

    Args:
        messages: the views of each message.
        without: views to leave out.
    """
    left_out = frozenset(without)
    counted = {view: _Counted() for view in VIEWS if view not in left_out}
    total = 0
    for message in messages:
        total += 1
        for view, counts in counted.items():
            counts.add(message[view])
    terms: dict[str, list[str]] = {}
    weights: list[Floats] = []
    parts: list[csr_matrix] = []
    for view, counts in counted.items():
        terms[view], columns, frequencies = counts.choose(_FEWEST.get(view, _FEWEST_OTHERWISE))
        weights.append((np.log((1 + total) / (1 + frequencies)) + 1).astype(np.float32))
        parts.append(counts.matrix(columns, weights[-1], VIEWS[view]))
    rows = hstack(parts, format="csr")
    vectors = [
        Vector(rows.indices[start:end].astype(np.int32), rows.data[start:end]) for start, end in pairwise(rows.indptr)
    ]
    return Vocabulary(terms, np.concatenate(weights)), vectors
