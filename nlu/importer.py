"""How Rasa comes by the training messages.

Rasa's own reader takes half a minute for them: it parses each file again and again, in Python, and checks it against a
schema each time. What it would check, tests/nlu/test_data.py does.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Optional, Union

from rasa.shared.importers.rasa import RasaFileImporter
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from nlu.pipeline import EXAMPLES, read_examples
from nlu.topics import TOPIC


class MessageImporter(RasaFileImporter):
    """Reads the folders named `nlu` by itself and leaves every other file to Rasa.

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
        self._folders = sorted({file.parent for file in files if file.parent.name == EXAMPLES.name})
        others = [str(file) for file in files if file.parent not in self._folders]
        super().__init__(config_file, domain_path, others)

    def get_nlu_data(self, language: Optional[str] = "en") -> TrainingData:
        """All labelled messages, the topic of their block in their metadata."""
        ours = TrainingData(
            [
                Message.build(item.text, item.intent, intent_metadata={TOPIC: item.topic})
                for folder in self._folders
                for item in read_examples(folder)
            ]
        )
        return ours.merge(super().get_nlu_data(language)) if self._nlu_files else ours
