"""Fourth step of the pipeline: the programme or service that a message is about."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
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
    INTENT,
    INTENT_NAME_KEY,
    TEXT,
)
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from nlu.concepts import Found
from nlu.features import Reading, Vector
from nlu.featuriser import FOUND, VECTOR
from nlu.linear import LinearModel, fit, stack
from nlu.normaliser import READING

TOPIC = "topic"
NO_TOPIC = "none"

_MODEL = "topics.npz"
_PREFIX = "topic_"  # of the concepts that name a topic


def topic_of(message: Message) -> str:
    """The topic that the training data gives a message: `metadata: {topic: X}` of its block, or "none"."""
    metadata = (message.get("metadata") or {}).get(INTENT) or {}
    return str(metadata.get(TOPIC) or NO_TOPIC)


def expect(intents: Sequence[str], topics: Sequence[str], known: Sequence[str]) -> dict[str, list[float]]:
    """How much more likely than usual each topic is under an intent, as the square root of the ratio.

    The root, since the words that tell the intent have told the topic already.

    Args:
        intents: the intent of each training message.
        topics: its topic.
        known: the topics, in the order of the ratios.
    """
    usual = Counter(topics)
    by_intent: dict[str, Counter[str]] = defaultdict(Counter)
    for intent, topic in zip(intents, topics, strict=True):
        by_intent[intent][topic] += 1
    ratios = {}
    for intent, counts in by_intent.items():
        total = sum(counts.values())
        shares = [(counts[topic] + 10 * usual[topic] / len(topics)) / (total + 10) for topic in known]
        ratios[intent] = [
            (share * len(topics) / usual[topic]) ** 0.5 for share, topic in zip(shares, known, strict=True)
        ]
    return ratios


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class TopicClassifier(GraphComponent):
    """A calibrated linear classifier of topics; where one is named it becomes an entity of the message."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """`strength`: the cost C of the linear separation."""
        return {"strength": 0.3}

    def __init__(
        self,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        model: LinearModel | None = None,
        expected: dict[str, list[float]] | None = None,
    ) -> None:
        self._config = config
        self._model_storage = model_storage
        self._resource = resource
        self._model = model
        self._expected = expected or {}

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> TopicClassifier:
        """An untrained classifier."""
        return cls(config, model_storage, resource)

    def train(self, training_data: TrainingData) -> Resource:
        """Learn the topics of the blocks of the training data and how they go with the intents."""
        messages = [message for message in training_data.intent_examples if message.get(VECTOR) is not None]
        topics = [topic_of(message) for message in messages]
        intents = [message.get(INTENT) for message in messages]
        if len(set(topics)) < 2:
            return self._resource
        matrix = stack([message.get(VECTOR) for message in messages])
        self._model, _ = fit(matrix, topics, self._config["strength"], folds=2)
        self._expected = expect(intents, topics, self._model.classes)
        with self._model_storage.write_to(self._resource) as directory:
            np.savez_compressed(
                directory / _MODEL,
                intents=np.array(list(self._expected)),
                expected=np.array(list(self._expected.values())),
                **self._model.to_arrays(),
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
    ) -> TopicClassifier:
        """The trained classifier; training data without topics leave one that finds none."""
        try:
            with (
                model_storage.read_from(resource) as directory,
                np.load(directory / _MODEL, allow_pickle=False) as arrays,
            ):
                expected = dict(zip(map(str, arrays["intents"]), arrays["expected"].tolist(), strict=True))
                model = LinearModel.from_arrays(arrays)
        except ValueError:
            return cls.create(config, model_storage, resource, execution_context)
        return cls(config, model_storage, resource, model, expected)

    def process(self, messages: list[Message]) -> list[Message]:
        """Add the entity `topic` to each message that names one."""
        if self._model is None:
            return messages
        for message in messages:
            vector: Vector | None = message.get(VECTOR)
            reading: Reading = message.get(READING)
            if vector is None or not reading.tokens:
                continue
            probabilities = self._weigh(self._model, vector, (message.get(INTENT) or {}).get(INTENT_NAME_KEY))
            best = int(probabilities.argmax())
            topic = self._model.classes[best]
            if topic == NO_TOPIC:
                continue
            start, end = _span(topic, reading, message.get(FOUND) or [], len(message.get(TEXT)))
            entity = {
                ENTITY_ATTRIBUTE_TYPE: TOPIC,
                ENTITY_ATTRIBUTE_VALUE: topic,
                ENTITY_ATTRIBUTE_START: start,
                ENTITY_ATTRIBUTE_END: end,
                "confidence": float(probabilities[best]),
                "extractor": type(self).__name__,
            }
            message.set(ENTITIES, [*message.get(ENTITIES, []), entity], add_to_output=True)
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Training messages keep the topics that people gave them."""
        return training_data

    def _weigh(self, model: LinearModel, vector: Vector, intent: str | None) -> npt.NDArray[np.float64]:
        """The probability of each topic, given the intent that was found."""
        weighed = model.probabilities(vector)
        ratios = self._expected.get(intent or "")
        if ratios is not None:
            weighed = weighed * np.array(ratios)
        normal: npt.NDArray[np.float64] = weighed / weighed.sum()
        return normal


def _span(topic: str, reading: Reading, found: Sequence[Found], length: int) -> tuple[int, int]:
    """Where in the original text the topic is named; the whole text where no word of the lexicon names it."""
    named = [item for item in found if item.concept == f"{_PREFIX}{topic}"]
    if not named:
        return 0, length
    best = max(named, key=lambda item: item.last - item.first)
    first, last = reading.tokens[best.first], reading.tokens[best.last - 1]
    return reading.offsets[first.start], reading.offsets[last.end - 1] + 1
