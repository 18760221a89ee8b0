"""How Rasa comes by the training messages.

Rasa's own reader takes half a minute for them: it parses each file again and again, in Python, and checks it against a
schema each time. What it would check, tests/nlu/test_data.py does.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, Optional, Union

from rasa.shared.importers.rasa import RasaFileImporter
from rasa.shared.nlu.constants import INTENT, METADATA, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from nlu.featuriser import VECTOR
from nlu.finding.files import read_files
from nlu.pipeline import EXAMPLES, Example, list_questions, read_examples
from nlu.topics import TOPIC


class LabelledMessage(Message):
    """A training message that Rasa tells from others in a moment.

    Rasa asks for the fingerprint of each message a few dozen times in a training and makes it of everything on the
    message, features included, in Python. Text, labels and vector are all that makes one of ours.
    """

    def __deepcopy__(self, memo: dict[int, Any]) -> LabelledMessage:
        # Rasa copies all messages whenever it merges data; nothing changes what a value of ours holds.
        return LabelledMessage(self.data)

    def set(self, prop: str, info: Any, add_to_output: bool = False) -> None:
        """As Rasa's, but for setting what is set already, which it does to every label again and again."""
        if add_to_output or self.data.get(prop) is not info:
            super().set(prop, info, add_to_output)

    def fingerprint(self) -> str:
        """A hexadecimal number, kept until something is set on the message."""
        if self._cached_fingerprint is None:
            vector = self.get(VECTOR)
            seen = (self.get(TEXT), self.get(INTENT), self.get(METADATA), vector and vector.fingerprint())
            self._cached_fingerprint = hashlib.sha256(repr(seen).encode("utf-8", "surrogatepass")).hexdigest()
        return self._cached_fingerprint


class MessageImporter(RasaFileImporter):
    """Reads the files of folders named `nlu` by itself and leaves every other file to Rasa.

    Args:
        config_file: Rasa's configuration.
        domain_path: the domain.
        training_data_paths: files and folders.
    """

    def __init__(
        self,
        config_file: Optional[str] = None,
        domain_path: Optional[str] = None,
        training_data_paths: Optional[Union[Sequence[str], str]] = None,
    ) -> None:
        given = [training_data_paths] if isinstance(training_data_paths, str) else training_data_paths or []
        files = [file for path in map(Path, given) for file in ([path] if path.is_file() else path.rglob("*.yml"))]
        self._ours = sorted({file for file in files if file.parent.name == EXAMPLES.name})
        super().__init__(config_file, domain_path, [str(file) for file in files if file not in self._ours])

    def _read_knowledge(self) -> list[Example]:
        """The questions of the entries that lie beside the messages."""
        folders = sorted({file.parent.parent for file in self._ours})
        known = [read_files(folder) for folder in folders if (folder / "knowledge").is_dir()]
        return [example for files in known for example in list_questions(files.entries)]

    @cached_property
    def _messages(self) -> list[Message]:
        return [
            LabelledMessage.build(item.text, item.intent, intent_metadata={TOPIC: item.topic})
            for item in (*read_examples(self._ours), *self._read_knowledge())
        ]

    def get_nlu_data(self, language: Optional[str] = "en") -> TrainingData:
        """All labelled messages, the topic of their block in their metadata."""
        ours = TrainingData(self._messages)
        return ours.merge(super().get_nlu_data(language)) if self._nlu_files else ours
