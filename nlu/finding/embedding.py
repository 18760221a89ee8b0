"""The space in which a question lies near the entry that answers it.

A text is the weighted sum of the vectors of its features: words without particles, consonants, vowelled forms, pieces
of words, concepts. The vectors are learned (`nlu.finding.learning`) so that questions that one entry answers come to
lie together and away from all others; features that never met in one message meet there, and a text of any entry, new
ones too, has its place without further learning.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt

from nlu.concepts import EVERYDAY, Concepts
from nlu.features import read, views
from nlu.vocabulary import Floats, Vector, Vocabulary

VIEWS_LEFT_OUT = (
    "words",
    "word_pairs",
    "skeleton_pairs",
    "concept_steps",
    "concept_pairs",
    "meaning_steps",
    "pattern",
    "length",
)
"""Views that measured no better with than without; what they hold, the others hold too."""


_TOPICS = "topic_"  # what the names of such concepts begin with


class Reader:
    """Reads a text into its views, by the lexicons beside this package."""

    def __init__(self) -> None:
        self._concepts = Concepts.read()
        self._everyday = Concepts.read(EVERYDAY)

    def read(self, text: str) -> dict[str, list[str]]:
        """The features of a text by view."""
        words = [token.text for token in read(text).tokens]
        return views(words, self._concepts.find(words), self._concepts, self._everyday)


class Embedding:
    """The features that are known and their vectors.

    Args:
        vocabulary: of the features.
        matrix: a vector a feature, shape (features, dimensions), float16.
        reader: of texts.

    `name` tells it from every other embedding.
    """

    def __init__(self, vocabulary: Vocabulary, matrix: npt.NDArray[np.float16], reader: Reader | None = None) -> None:
        self.vocabulary = vocabulary
        self.matrix = matrix
        self.name = hashlib.sha256(matrix.tobytes()).hexdigest()[:12]
        self._reader = reader or Reader()

    @classmethod
    def load(cls, path: Path) -> Embedding:
        """The embedding that `save` wrote."""
        with np.load(path, allow_pickle=False) as arrays:
            return cls(Vocabulary.from_arrays(arrays), arrays["matrix"])

    def save(self, path: Path) -> None:
        """Writes the embedding to a file."""
        arrays: Mapping[str, npt.NDArray[np.generic]] = {**self.vocabulary.to_arrays(), "matrix": self.matrix}
        with path.open("wb") as file:
            np.savez_compressed(file, **arrays)

    def read(self, text: str) -> Vector:
        """The sparse vector of a text: its known features and their weights."""
        return self.vocabulary.vector(self._reader.read(text))

    def names_topic(self, text: str) -> bool:
        """Whether a word of a text names a programme or a service, by the lexicon."""
        return any(concept.startswith(_TOPICS) for concept in self._reader.read(text)["concepts"])

    def place(self, vector: Vector) -> Floats:
        """Where a sparse vector lies, not brought to length one; shape (dimensions,)."""
        placed: Floats = vector.values @ self.matrix.take(vector.columns, axis=0).astype(np.float32)
        return placed

    def add_up(self, weighted: Iterable[tuple[str, float]]) -> Vector:
        """The sum of the sparse vectors of texts, each times its weight."""
        vectors = [(self.read(text), weight) for text, weight in weighted]
        columns = np.concatenate([vector.columns for vector, _ in vectors])
        values = np.concatenate([vector.values * weight for vector, weight in vectors])
        distinct, places = np.unique(columns, return_inverse=True)
        summed = np.bincount(places, weights=values, minlength=len(distinct))
        return Vector(distinct.astype(np.int32), summed.astype(np.float32))


def normalise(vectors: Floats) -> Floats:
    """Vectors brought to length one along the last axis."""
    lengths: Floats = np.linalg.norm(vectors, axis=-1, keepdims=True)
    unit: Floats = vectors / np.maximum(lengths, 1e-6)
    return unit
