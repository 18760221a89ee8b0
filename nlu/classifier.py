"""Third step of the pipeline: the intent of a message."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import INTENT, INTENT_NAME_KEY, INTENT_RANKING_KEY, PREDICTED_CONFIDENCE_KEY
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from nlu.fallback import NEVER, REFUSAL, Refusal, choose_refusal
from nlu.features import Reading, Vector
from nlu.featuriser import VECTOR
from nlu.linear import LinearModel, fit, stack
from nlu.normaliser import READING

OUT_OF_SCOPE = "out_of_scope"
INFORM = "inform"

_MODEL = "intents.npz"
_RANKING = 10
_SURE = 0.99
# A number, an identity card, an enterprise or application number alone: nothing but information.
_BARE_IDENTIFIER = re.compile(r"\+?[\d .,/-]*\d[\d .,/-]*|[a-z]{1,4}[ -]?\d{4,}[a-z0-9-]*")


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class LinearIntentClassifier(GraphComponent):
    """A calibrated linear classifier over all views; messages of a bare identifier are `inform`."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """What may be configured.

        `strength` is the cost C of the linear separation, `wrongly_refused` the share of in-scope messages of the
        training data that may be refused for the sake of those out of scope.
        """
        return {"strength": 0.3, "wrongly_refused": 0.03}

    def __init__(
        self,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        model: LinearModel | None = None,
        refusal: Refusal = NEVER,
    ) -> None:
        self._config = config
        self._model_storage = model_storage
        self._resource = resource
        self._model = model
        self._refusal = refusal

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> LinearIntentClassifier:
        """An untrained classifier."""
        return cls(config, model_storage, resource)

    def train(self, training_data: TrainingData) -> Resource:
        """Learn the intents and, on held-out folds, the calibration and when to refuse."""
        messages = [message for message in training_data.intent_examples if message.get(VECTOR) is not None]
        matrix = stack([message.get(VECTOR) for message in messages])
        labels = [message.get(INTENT) for message in messages]
        self._model, held_out = fit(matrix, labels, self._config["strength"])
        self._refusal = choose_refusal(held_out, self._model.classes, self._config["wrongly_refused"])
        with self._model_storage.write_to(self._resource) as directory:
            np.savez_compressed(
                directory / _MODEL, refusal=np.array(self._refusal), **self._model.to_arrays()
            )
        return self._resource

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> LinearIntentClassifier:
        """The trained classifier."""
        with (
            model_storage.read_from(resource) as directory,
            np.load(directory / _MODEL, allow_pickle=False) as arrays,
        ):
            refusal = Refusal(*(float(value) for value in arrays["refusal"]))
            model = LinearModel.from_arrays(arrays)
        return cls(config, model_storage, resource, model, refusal)

    def process(self, messages: list[Message]) -> list[Message]:
        """Set `intent` and `intent_ranking` on each message, and `refusal` for the fallback."""
        for message in messages:
            ranking = self._rank(message)
            message.set(INTENT, ranking[0], add_to_output=True)
            message.set(INTENT_RANKING_KEY, ranking, add_to_output=True)
            message.set(REFUSAL, self._refusal)
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Training messages keep the intents that people gave them."""
        return training_data

    def _rank(self, message: Message) -> list[dict[str, Any]]:
        reading: Reading = message.get(READING)
        vector: Vector | None = message.get(VECTOR)
        if self._model is None or vector is None:
            return [{INTENT_NAME_KEY: None, PREDICTED_CONFIDENCE_KEY: 0.0}]
        probabilities = self._model.probabilities(vector)
        if INFORM in self._model.classes and _BARE_IDENTIFIER.fullmatch(reading.folded):
            inform = self._model.classes.index(INFORM)
            probabilities *= (1 - _SURE) / max(1e-9, 1 - probabilities[inform])
            probabilities[inform] = _SURE
        best = np.argsort(-probabilities)[:_RANKING]
        return [
            {INTENT_NAME_KEY: self._model.classes[at], PREDICTED_CONFIDENCE_KEY: float(probabilities[at])}
            for at in best
        ]
