"""Second step of the pipeline: the sparse vector of a message, which the classifier reads."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from nlu.concepts import EVERYDAY, LEXICON, Concepts
from nlu.features import Reading, read, views
from nlu.normaliser import READING
from nlu.sources import fingerprint_sources
from nlu.vocabulary import Vocabulary
from nlu.vocabulary_learning import learn_vocabulary

VECTOR = "vector"
"""Message key: its `nlu.vocabulary.Vector`."""
FOUND = "concepts"
"""Message key: the `nlu.concepts.Found` of its reading."""

_VOCABULARY = "vocabulary.npz"
_LEXICON = "concepts.json"
_EVERYDAY = "everyday.json"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=True)
class ViewFeaturiser(GraphComponent):
    """Turns the words of a message into one sparse vector over all views."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """`without`: names of views to leave out (see `nlu.features.VIEWS`)."""
        return {"without": []}

    def __init__(
        self,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        concepts: Concepts | None = None,
        everyday: Concepts | None = None,
        vocabulary: Vocabulary | None = None,
    ) -> None:
        self._config = config
        self._model_storage = model_storage
        self._resource = resource
        self._concepts = concepts or Concepts.read(LEXICON)
        self._everyday = everyday or Concepts.read(EVERYDAY)
        self._vocabulary = vocabulary

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> ViewFeaturiser:
        """A featuriser that knows the lexicon and no vocabulary yet."""
        return cls(config, model_storage, resource)

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str | None:
        """A change of the lexicons or of the functions behind the views makes a cached training stale."""
        return fingerprint_sources()

    def train(self, training_data: TrainingData) -> Resource:
        """Learn the vocabulary of all messages that bear an intent."""
        messages = [message for message in training_data.intent_examples if message.get(INTENT)]
        self._vocabulary, vectors = learn_vocabulary(map(self._views, messages), without=self._config["without"])
        for message, vector in zip(messages, vectors, strict=True):
            message.set(VECTOR, vector)
        with self._model_storage.write_to(self._resource) as directory:
            np.savez_compressed(directory / _VOCABULARY, **self._vocabulary.to_arrays())
            for name, concepts in ((_LEXICON, self._concepts), (_EVERYDAY, self._everyday)):
                (directory / name).write_text(json.dumps(concepts.lexicon, ensure_ascii=False), encoding="utf-8")
        return self._resource

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> ViewFeaturiser:
        """The trained featuriser, with the lexicon of its training."""
        with model_storage.read_from(resource) as directory:
            concepts, everyday = (
                Concepts(json.loads((directory / name).read_text(encoding="utf-8"))) for name in (_LEXICON, _EVERYDAY)
            )
            with np.load(directory / _VOCABULARY, allow_pickle=False) as arrays:
                vocabulary = Vocabulary.from_arrays(arrays)
        return cls(config, model_storage, resource, concepts, everyday, vocabulary)

    def _views(self, message: Message) -> dict[str, list[str]]:
        reading: Reading = message.get(READING) or read(message.get(TEXT) or "")
        words = [token.text for token in reading.tokens]
        found = self._concepts.find(words)
        message.set(FOUND, tuple(found))
        return views(words, found, self._concepts, self._everyday)

    def process(self, messages: list[Message]) -> list[Message]:
        """Set `vector` and `concepts` on each message."""
        if self._vocabulary is not None:
            for message in messages:
                message.set(VECTOR, self._vocabulary.vector(self._views(message)))
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Give every training message the vector that it does not have from `train`."""
        self.process([message for message in training_data.training_examples if message.get(VECTOR) is None])
        return training_data
