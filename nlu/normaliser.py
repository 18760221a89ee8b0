"""First step of the pipeline: read a message and tell how it is written."""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from nlu.features import read
from nlu.sources import fingerprint_sources
from nlu.text import detect_script, reply_language

READING = "reading"
"""Message key: its `nlu.features.Reading`."""
SCRIPT = "script"
"""Message key, in the output: arab, latn, fr, msa, mixed or tfng."""
LANGUAGE = "language"
"""Message key, in the output: the language and script to answer in."""


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_TOKENIZER, is_trainable=False)
class MessageNormaliser(GraphComponent):
    """Folds a message, cuts it into words and sets its script and the language of the reply."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """`language`: what `language` is where a message does not tell."""
        return {"language": "ary-Arab"}

    def __init__(self, config: dict[str, Any]) -> None:
        self._default = str(config["language"])

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> MessageNormaliser:
        """A normaliser of this configuration; it keeps nothing in the model."""
        return cls(config)

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str | None:
        """A change of the functions behind it makes a cached training stale."""
        return fingerprint_sources()

    def process(self, messages: list[Message]) -> list[Message]:
        """Set `reading`, `script` and `language` on each message."""
        for message in messages:
            text = message.get(TEXT) or ""
            message.set(READING, read(text))
            message.set(SCRIPT, detect_script(text), add_to_output=True)
            message.set(LANGUAGE, reply_language(text, self._default), add_to_output=True)
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Read every training message; its script and language are of no use to any training."""
        for message in training_data.training_examples:
            message.set(READING, read(message.get(TEXT) or ""))
        return training_data
