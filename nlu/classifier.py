"""Third step of the pipeline: the intent and the topic of a message."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import (
    ENTITIES,
    INTENT,
    INTENT_NAME_KEY,
    INTENT_RANKING_KEY,
    PREDICTED_CONFIDENCE_KEY,
    TEXT,
)
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from nlu.fallback import REFUSAL
from nlu.features import Reading
from nlu.featuriser import FOUND, VECTOR
from nlu.linear import stack
from nlu.meaning import Meaning, MeaningModel
from nlu.normaliser import READING
from nlu.sources import fingerprint_sources
from nlu.topics import NO_TOPIC, entity_of, topic_of
from nlu.vocabulary import Vector

INFORM = "inform"
MEANINGS = "meanings"
"""Message key, in the output: the likeliest pairs of intent and topic with their probabilities."""

_MODEL = "meaning.npz"
_RANKING = 10
_PAIRS = 20  # more of them are hardly ever of any weight, and every message carries them
_SURE = 0.99
# A number, an identity card, an enterprise or application number alone: nothing but information.
_BARE_IDENTIFIER = re.compile(r"\+?[\d .,/-]*\d[\d .,/-]*|[a-z]{1,4}[ -]?\d{4,}[a-z0-9-]*")


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class MeaningClassifier(GraphComponent):
    """Calibrated linear classifiers over all views; messages of a bare identifier are `inform`.

    The topic, where a message names one, becomes an entity of the message.
    """

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """What may be configured.

        `strength` is the cost C of the linear separations, `wrongly_refused` the share of in-scope messages of the
        training data that may be refused for the sake of those out of scope.
        """
        return {"strength": 0.3, "wrongly_refused": 0.03}

    def __init__(
        self,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        model: MeaningModel | None = None,
    ) -> None:
        self._config = config
        self._model_storage = model_storage
        self._resource = resource
        self._model = model

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> MeaningClassifier:
        """An untrained classifier."""
        return cls(config, model_storage, resource)

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str | None:
        """A change of the functions behind it makes a cached training stale."""
        return fingerprint_sources()

    def train(self, training_data: TrainingData) -> Resource:
        """Learn the intents and topics and, on held-out folds, how they go together and when to refuse."""
        messages = [message for message in training_data.intent_examples if message.get(VECTOR) is not None]
        self._model = MeaningModel.learn(
            stack([message.get(VECTOR) for message in messages]),
            [message.get(INTENT) for message in messages],
            [topic_of(message) for message in messages],
            self._config["strength"],
            self._config["wrongly_refused"],
        )
        with self._model_storage.write_to(self._resource) as directory:
            np.savez_compressed(directory / _MODEL, **self._model.to_arrays())
        return self._resource

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> MeaningClassifier:
        """The trained classifier."""
        with (
            model_storage.read_from(resource) as directory,
            np.load(directory / _MODEL, allow_pickle=False) as arrays,
        ):
            return cls(config, model_storage, resource, MeaningModel.from_arrays(arrays))

    def process(self, messages: list[Message]) -> list[Message]:
        """Set `intent`, `intent_ranking` and `meanings`, the entity `topic`, and `refusal` for the fallback."""
        for message in messages:
            reading: Reading = message.get(READING)
            vector: Vector | None = message.get(VECTOR)
            if self._model is None or vector is None:
                nothing = {INTENT_NAME_KEY: None, PREDICTED_CONFIDENCE_KEY: 0.0}
                message.set(INTENT, nothing, add_to_output=True)
                message.set(INTENT_RANKING_KEY, [nothing], add_to_output=True)
                continue
            bare = _BARE_IDENTIFIER.fullmatch(reading.folded)
            meaning = self._model.read(vector, surely=(INFORM, _SURE) if bare else None)
            ranking = [
                {
                    INTENT_NAME_KEY: self._model.intents.classes[at],
                    PREDICTED_CONFIDENCE_KEY: float(meaning.intents[at]),
                }
                for at in np.argsort(-meaning.intents)[:_RANKING]
            ]
            message.set(INTENT, ranking[0], add_to_output=True)
            message.set(INTENT_RANKING_KEY, ranking, add_to_output=True)
            message.set(REFUSAL, self._model.refusal)
            if self._model.topics is not None and reading.tokens:
                _name_topic(message, self._model.topics.classes, meaning)
                pairs = _list_pairs(self._model.intents.classes, self._model.topics.classes, meaning)
                message.set(MEANINGS, pairs, add_to_output=True)
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Training messages keep the intents and topics that people gave them."""
        return training_data


def _name_topic(message: Message, topics: Sequence[str], meaning: Meaning) -> None:
    best = int(meaning.topics.argmax())
    if topics[best] == NO_TOPIC:
        return
    found, length = message.get(FOUND) or [], len(message.get(TEXT))
    entity = entity_of(topics[best], float(meaning.topics[best]), message.get(READING), found, length)
    entity["extractor"] = MeaningClassifier.__name__
    message.set(ENTITIES, [*message.get(ENTITIES, []), entity], add_to_output=True)


def _list_pairs(intents: Sequence[str], topics: Sequence[str], meaning: Meaning) -> list[tuple[str, str, float]]:
    likeliest = np.argsort(-meaning.pairs, axis=None)[:_PAIRS]
    rows, columns = np.unravel_index(likeliest, meaning.pairs.shape)
    return [
        (intents[row], topics[column], round(float(meaning.pairs[row, column]), 5))
        for row, column in zip(rows, columns, strict=True)
    ]
