"""The features that are known, and the sparse vector that they make of a message.

Each view is weighted by tf-idf, brought to length one and scaled, so that a long view does not drown a short one. All
is kept in plain dictionaries and numpy arrays, so that a message becomes a vector in a fraction of a millisecond.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from nlu.features import VIEWS

Floats = npt.NDArray[np.float32]
Indices = npt.NDArray[np.int32]


class Vector(NamedTuple):
    """A sparse vector: the columns that are not zero and their values."""

    columns: Indices
    values: Floats

    def fingerprint(self) -> str:
        """What Rasa's cache knows it by; the text of an array, which it takes otherwise, leaves the middle out."""
        return hashlib.sha256(self.columns.tobytes() + self.values.tobytes()).hexdigest()


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
            weighted = (1 + np.log(np.fromiter(counts.values(), dtype=np.float32, count=len(counts)))) * weights[at]
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
