"""Intent and topic of a message, decided together.

Each has a linear model of its own. Some intents hardly ever go with some topics (only the health cover reimburses, a
greeting names nothing), so the best pair is taken and not the best intent beside the best topic.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize_scalar
from scipy.sparse import csr_matrix

from nlu.fallback import Refusal, choose_refusal
from nlu.linear import HeldOut, LinearModel, fit
from nlu.vocabulary import Vector

Array = npt.NDArray[np.float64]

_TRUST = 0.5  # power of the affinity: the words that tell the intent have told a part of the topic already
_SMOOTHING = 10  # messages of the usual mixture of topics that every intent is given beside its own
_SHARPEST = 3.0  # and one over it: how far calibration may go


class Meaning(NamedTuple):
    """What a message means.

    Attributes:
        intents: the probability of each intent, shape (intents,).
        topics: the probability of each topic under the best intent, shape (topics,); empty where no topic is known.
        pairs: the probability of each intent with each topic, shape (intents, topics); empty like `topics`.
    """

    intents: Array
    topics: Array
    pairs: Array


def relate(intents: npt.NDArray[np.int64], topics: npt.NDArray[np.int64]) -> Array:
    """How much likelier than usual each topic is under each intent, to the power of `_TRUST`, shape (intents, topics).

    Args:
        intents: the intent of each training message, as an index.
        topics: its topic, as an index.
    """
    counts = np.zeros((intents.max() + 1, topics.max() + 1))
    np.add.at(counts, (intents, topics), 1)
    usual = counts.sum(axis=0) / counts.sum()
    shares = (counts + _SMOOTHING * usual) / (counts.sum(axis=1, keepdims=True) + _SMOOTHING)
    affinity: Array = (shares / usual) ** _TRUST
    return affinity


def pair(intents: Array, topics: Array, affinity: Array) -> Array:
    """The weight of each pair, of one message or of many.

    Args:
        intents: probabilities, shape (..., intents).
        topics: probabilities, shape (..., topics).
        affinity: see `relate`.

    Returns:
        Shape (..., intents, topics), the highest weight of a message being one.
    """
    weights: Array = intents[..., :, None] * topics[..., None, :] * affinity
    weights /= weights.max(axis=(-2, -1), keepdims=True)
    return weights


def normalise(weights: Array, sharpness: float = 1.0) -> Array:
    """Probabilities of weights along the last axis."""
    powers: Array = weights**sharpness
    powers /= powers.sum(axis=-1, keepdims=True)
    return powers


class MeaningModel:
    """Two linear models and what binds them.

    Args:
        intents: the model of the intents.
        topics: the model of the topics; none where the training messages bear no topics.
        affinity: see `relate`, shape (intents, topics).
        sharpness: the power that makes the weights of the intents probabilities which come true.
        refusal: the thresholds under which a message is refused.
    """

    def __init__(
        self,
        intents: LinearModel,
        topics: LinearModel | None,
        affinity: Array,
        sharpness: float,
        refusal: Refusal,
    ) -> None:
        self.intents = intents
        self.topics = topics
        self.affinity = affinity
        self.sharpness = sharpness
        self.refusal = refusal

    @classmethod
    def learn(
        cls,
        matrix: csr_matrix,
        intents: Sequence[str],
        topics: Sequence[str],
        strength: float,
        wrongly_refused: float,
    ) -> MeaningModel:
        """Train both models and, on held-out folds, what binds them.

        Args:
            matrix: the vectors of the messages, shape (messages, features).
            intents: the intent of each.
            topics: the topic of each.
            strength: the cost C of the linear separations.
            wrongly_refused: the share of in-scope messages that may be refused.
        """
        by_intent, held_out = fit(matrix, intents, strength)
        if len(set(topics)) < 2:
            refusal = choose_refusal(held_out, by_intent.classes, wrongly_refused)
            return cls(by_intent, None, np.ones((len(by_intent.classes), 1)), 1.0, refusal)
        by_topic, held_out_topics = fit(matrix, topics, strength)
        affinity = relate(held_out.labels, held_out_topics.labels)
        weights = np.array(
            [
                pair(by_message, topics_of, affinity).max(axis=-1)
                for by_message, topics_of in zip(
                    held_out.probabilities, held_out_topics.probabilities, strict=True
                )
            ]
        )
        right = np.arange(len(weights)), held_out.labels

        def loss(sharpness: float) -> float:
            return -float(np.log(normalise(weights, sharpness)[right] + 1e-12).sum())

        sharpness = float(minimize_scalar(loss, bounds=(1 / _SHARPEST, _SHARPEST), method="bounded").x)
        found = HeldOut(held_out.labels, normalise(weights, sharpness))
        refusal = choose_refusal(found, by_intent.classes, wrongly_refused)
        return cls(by_intent, by_topic, affinity, sharpness, refusal)

    def read(self, vector: Vector, surely: tuple[str, float] | None = None) -> Meaning:
        """What the message of a vector means.

        Args:
            vector: the features of the message.
            surely: an intent that is known otherwise, and how surely before the topic is looked at.
        """
        intents = self.intents.probabilities(vector)
        if surely is not None and surely[0] in self.intents.classes:
            known, probability = self.intents.classes.index(surely[0]), surely[1]
            intents *= (1 - probability) / max(1e-9, 1 - intents[known])
            intents[known] = probability
        if self.topics is None:
            return Meaning(intents, np.empty(0), np.empty((0, 0)))
        weights = pair(intents, self.topics.probabilities(vector), self.affinity)
        best = weights.max(axis=-1)
        pairs = normalise(weights.ravel(), self.sharpness).reshape(weights.shape)
        return Meaning(normalise(best, self.sharpness), normalise(weights[best.argmax()]), pairs)

    def to_arrays(self) -> dict[str, npt.NDArray[np.generic]]:
        """What `from_arrays` needs, for `numpy.savez`."""
        models = {"intents": self.intents, **({"topics": self.topics} if self.topics else {})}
        return {
            "affinity": self.affinity,
            "sharpness": np.array(self.sharpness),
            "refusal": np.array(self.refusal),
            **{
                f"{name}_{key}": value
                for name, model in models.items()
                for key, value in model.to_arrays().items()
            },
        }

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, npt.NDArray[np.generic]]) -> MeaningModel:
        """The model that `to_arrays` wrote."""

        def model(name: str) -> LinearModel:
            prefix = f"{name}_"
            own = {key.removeprefix(prefix): arrays[key] for key in arrays if key.startswith(prefix)}
            return LinearModel.from_arrays(own)

        return cls(
            model("intents"),
            model("topics") if "topics_classes" in arrays else None,
            arrays["affinity"].astype(np.float64),
            float(arrays["sharpness"]),
            Refusal(*(float(value) for value in arrays["refusal"])),
        )
