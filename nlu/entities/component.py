"""The extractor as a step of Rasa's pipeline."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import (
    ENTITIES,
    ENTITY_ATTRIBUTE_END,
    ENTITY_ATTRIBUTE_START,
    ENTITY_ATTRIBUTE_TYPE,
    ENTITY_ATTRIBUTE_VALUE,
    EXTRACTOR,
    TEXT,
)
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from nlu.entities.extraction import Extractor
from nlu.entities.lookups import Lookups, read_lookups
from nlu.entities.utterance import Entity

_FILE = "lookups.json"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=True)
class EntityExtractor(GraphComponent):
    """Adds to a message the entities that it names; "training" puts the lists of data/lookups into the model."""

    def __init__(self, model_storage: ModelStorage, resource: Resource, lookups: Lookups | None = None) -> None:
        self._storage = model_storage
        self._resource = resource
        self._extractor = Extractor(lookups) if lookups else None

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> EntityExtractor:
        """An extractor without lists, to be trained."""
        return cls(model_storage, resource)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> EntityExtractor:
        """The extractor of a trained model, with the lists it was trained with."""
        with model_storage.read_from(resource) as folder:
            return cls(model_storage, resource, json.loads((folder / _FILE).read_text(encoding="utf-8")))

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str:
        """The lists are data that the graph does not know: a change of theirs makes a new model."""
        return hashlib.sha256(_serialise(read_lookups()).encode()).hexdigest()

    def train(self, training_data: TrainingData) -> Resource:
        """Put the lists into the model."""
        lookups = read_lookups()
        self._extractor = Extractor(lookups)
        with self._storage.write_to(self._resource) as folder:
            (folder / _FILE).write_text(_serialise(lookups), encoding="utf-8")
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        """Add the entities of each message to those it has."""
        if self._extractor is None:
            raise RuntimeError("the extractor was neither trained nor loaded")
        for message in messages:
            found = [self._describe(entity) for entity in self._extractor.extract(message.get(TEXT) or "")]
            message.set(ENTITIES, message.get(ENTITIES, []) + found, add_to_output=True)
        return messages

    def _describe(self, entity: Entity) -> dict[str, Any]:
        return {
            ENTITY_ATTRIBUTE_TYPE: entity.entity,
            ENTITY_ATTRIBUTE_VALUE: entity.value,
            ENTITY_ATTRIBUTE_START: entity.start,
            ENTITY_ATTRIBUTE_END: entity.end,
            TEXT: entity.text,
            EXTRACTOR: type(self).__name__,
        }


def _serialise(lookups: Lookups) -> str:
    return json.dumps(lookups, ensure_ascii=False, sort_keys=False)
