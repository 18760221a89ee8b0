"""The topic of a message as Rasa's training data and entities bear it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rasa.shared.nlu.constants import (
    ENTITY_ATTRIBUTE_END,
    ENTITY_ATTRIBUTE_START,
    ENTITY_ATTRIBUTE_TYPE,
    ENTITY_ATTRIBUTE_VALUE,
    INTENT,
    METADATA,
)
from rasa.shared.nlu.training_data.message import Message

from nlu.concepts import Found
from nlu.features import Reading

TOPIC = "topic"
NO_TOPIC = "none"

_PREFIX = "topic_"  # of the concepts that name a topic


def topic_of(message: Message) -> str:
    """The topic that the training data gives a message: `metadata: {topic: X}` of its block, or "none"."""
    metadata = (message.get(METADATA) or {}).get(INTENT) or {}
    return str(metadata.get(TOPIC) or NO_TOPIC)


def entity_of(
    topic: str, confidence: float, reading: Reading, found: Sequence[Found], length: int
) -> dict[str, Any]:
    """The entity that tells the topic of a message.

    Args:
        topic: one of the contract.
        confidence: its probability.
        reading: the message as it was read.
        found: the concepts in it.
        length: of the original text, in characters.
    """
    start, end = _span(topic, reading, found, length)
    return {
        ENTITY_ATTRIBUTE_TYPE: TOPIC,
        ENTITY_ATTRIBUTE_VALUE: topic,
        ENTITY_ATTRIBUTE_START: start,
        ENTITY_ATTRIBUTE_END: end,
        "confidence": confidence,
    }


def _span(topic: str, reading: Reading, found: Sequence[Found], length: int) -> tuple[int, int]:
    """Where in the original text the topic is named; the whole text where no word of the lexicon names it."""
    named = [item for item in found if item.concept == f"{_PREFIX}{topic}"]
    if not named:
        return 0, length
    best = max(named, key=lambda item: item.last - item.first)
    first, last = reading.tokens[best.first], reading.tokens[best.last - 1]
    return reading.offsets[first.start], reading.offsets[last.end - 1] + 1
