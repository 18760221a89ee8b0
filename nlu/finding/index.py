"""All entries, ready to be compared with a message."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from nlu.finding.embedding import Embedding, normalise
from nlu.finding.entries import Entry
from nlu.vocabulary import Floats, Indices, Vector

QUESTION_WEIGHT, TEXT_WEIGHT, TITLE_WEIGHT = 1.0, 1.0, 0.5
"""How much each kind of text counts in where an entry lies."""


class Nearness(NamedTuple):
    """How near a message is to each entry.

    Attributes:
        meant: cosine in the learned space, shape (entries,).
        worded: cosine of the features themselves, shape (entries,).
    """

    meant: Floats
    worded: Floats


class Index:
    """Where each entry lies, and which features it is made of.

    Args:
        prototypes: unit vectors, shape (entries, dimensions).
        starts: for each feature, where its entries begin in `rows`; shape (features + 1,).
        rows: the entries that bear a feature.
        values: how much, each entry brought to length one.
    """

    def __init__(self, prototypes: Floats, starts: npt.NDArray[np.int64], rows: Indices, values: Floats) -> None:
        self.prototypes = prototypes
        self.starts = starts
        self.rows = rows
        self.values = values

    @classmethod
    def build(cls, entries: Sequence[Entry], embedding: Embedding) -> Index:
        """The index of entries; milliseconds an entry."""
        return cls.of_vectors([add_up(entry, embedding) for entry in entries], embedding)

    @classmethod
    def of_vectors(cls, sums: Sequence[Vector], embedding: Embedding) -> Index:
        """The index of entries of which the sums of their texts are known."""
        dimensions = embedding.matrix.shape[1]
        prototypes = np.array([embedding.place(vector) for vector in sums], dtype=np.float32).reshape(-1, dimensions)
        lengths = [float(np.sqrt(vector.values @ vector.values)) or 1.0 for vector in sums]
        columns = np.concatenate([vector.columns for vector in sums]) if sums else np.empty(0, np.int32)
        rows = np.repeat(np.arange(len(sums), dtype=np.int32), [len(vector.columns) for vector in sums])
        values = [vector.values / length for vector, length in zip(sums, lengths, strict=True)]
        order = np.argsort(columns, kind="stable")
        counts = np.bincount(columns, minlength=embedding.vocabulary.size)
        return cls(
            normalise(prototypes),
            np.concatenate([[0], np.cumsum(counts)]),
            rows[order],
            np.concatenate(values)[order] if values else np.empty(0, np.float32),
        )

    def compare(self, vector: Vector, embedding: Embedding) -> Nearness:
        """How near a message is to each entry.

        Args:
            vector: of the message; where it has no known feature, it is near to none.
            embedding: that the index was built with.
        """
        count = len(self.prototypes)
        if not len(vector.columns):
            return Nearness(np.zeros(count, np.float32), np.zeros(count, np.float32))
        meant = self.prototypes @ normalise(embedding.place(vector))
        starts, ends = self.starts[vector.columns], self.starts[vector.columns + 1]
        sizes = ends - starts
        at = np.repeat(starts - np.concatenate([[0], np.cumsum(sizes)[:-1]]), sizes) + np.arange(sizes.sum())
        length = float(np.sqrt(vector.values @ vector.values))
        weights = np.repeat(vector.values / length, sizes) * self.values[at]
        worded = np.bincount(self.rows[at], weights=weights, minlength=count).astype(np.float32)
        return Nearness(meant.astype(np.float32), worded)


def add_up(entry: Entry, embedding: Embedding) -> Vector:
    """The sum of all texts of an entry, by their weights."""
    return embedding.add_up(
        [
            *((text, QUESTION_WEIGHT) for text in entry.questions),
            *((text, TEXT_WEIGHT) for text in entry.texts),
            *((text, TITLE_WEIGHT) for text in entry.titles),
        ]
    )
