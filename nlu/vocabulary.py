"""The features that are known, and the sparse vector that they make of a message.

Each view is weighted by tf-idf, brought to length one and scaled, so that a long view does not drown a short one. All
is kept in plain dictionaries and numpy arrays, so that a message becomes a vector in a fraction of a millisecond.
"""

from __future__ import annotations

import hashlib
import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix, hstack

from nlu.features import VIEWS

Floats = npt.NDArray[np.float32]
Indices = npt.NDArray[np.int32]

# Messages in which a feature must occur to be learned: those of pieces and pairs are many and mostly chance.
_FEWEST = {"concepts": 1, "meanings": 1, "length": 1, "words": 2, "skeletons": 2, "stems": 2}
_FEWEST_OTHERWISE = 3


class Vector(NamedTuple):
    """A sparse vector: the columns that are not zero and their values."""

    columns: Indices
    values: Floats

    def fingerprint(self) -> str:
        """What Rasa's cache knows it by; the text of an array, which it takes otherwise, leaves the middle out."""
        return hashlib.sha256(self.columns.tobytes() + self.values.tobytes()).hexdigest()


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


class Vocabulary:
    """The features known from training, each with its column and weight.

    Args:
        terms: view -> its features in the order of their columns; columns run on from view to view.
        weights: inverse document frequency by column.
    """

    def __init__(self, terms: Mapping[str, Sequence[str]], weights: Floats) -> None:
        self.terms = {view: list(features) for view, features in terms.items()}
        self.weights = weights
        self._columns: list[tuple[str, float, dict[str, int]]] = []
        start = 0
        for view, features in self.terms.items():
            self._columns.append((view, VIEWS[view], {term: start + at for at, term in enumerate(features)}))
            start += len(features)
        self.size = start

    @classmethod
    def learn(
        cls, messages: Iterable[Mapping[str, Sequence[str]]], without: Iterable[str] = ()
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
            Vector(rows.indices[start:end].astype(np.int32), rows.data[start:end])
            for start, end in pairwise(rows.indptr)
        ]
        return cls(terms, np.concatenate(weights)), vectors

    def vector(self, message: Mapping[str, Sequence[str]]) -> Vector:
        """The vector of a message; without any known feature it is empty."""
        columns: list[int] = []
        values: list[float] = []
        weights = self.weights
        for view, scale, known in self._columns:
            counts: dict[int, int] = {}
            for term in message[view]:
                column = known.get(term)
                if column is not None:
                    counts[column] = counts.get(column, 0) + 1
            if not counts:
                continue
            at = np.fromiter(counts, dtype=np.int32, count=len(counts))
            weighted = (
                1 + np.log(np.fromiter(counts.values(), dtype=np.float32, count=len(counts)))
            ) * weights[at]
            weighted *= scale / math.sqrt(float(weighted @ weighted))
            columns.extend(counts)
            values.extend(weighted.tolist())
        return Vector(np.array(columns, dtype=np.int32), np.array(values, dtype=np.float32))

    def to_arrays(self) -> dict[str, npt.NDArray[np.generic]]:
        """What `from_arrays` needs, for `numpy.savez`; terms hold no line break, since folding turns it to a space."""
        arrays: dict[str, npt.NDArray[np.generic]] = {"weights": self.weights}
        for view, known in self.terms.items():
            arrays[f"terms_{view}"] = np.frombuffer("\n".join(known).encode(), dtype=np.uint8)
        return arrays

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, npt.NDArray[np.generic]]) -> Vocabulary:
        """The vocabulary that `to_arrays` wrote."""
        terms = {}
        for view in VIEWS:
            name = f"terms_{view}"
            if name in arrays:
                text = bytes(arrays[name]).decode()
                terms[view] = text.split("\n") if text else []
        return cls(terms, arrays["weights"].astype(np.float32))
