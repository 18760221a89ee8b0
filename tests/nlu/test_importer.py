"""Training messages as Rasa gets them."""

from __future__ import annotations

import copy
from pathlib import Path

import numpy as np
from rasa.shared.importers.rasa import RasaFileImporter

from nlu.finding.files import read_files
from nlu.importer import LabelledMessage, MessageImporter
from nlu.pipeline import EXAMPLES
from nlu.topics import topic_of
from nlu.vocabulary import Vector

MESSAGES = """version: "3.1"
nlu:
- intent: ask_cost
  metadata:
    topic: amo
  examples: |
    - ch7al
    - بشحال؟
- intent: greet
  examples: |
    - salam
"""
DOMAIN = """version: "3.1"
intents: [greet, ask_cost]
actions: [action_greet]
"""
RULES = """version: "3.1"
rules:
- rule: greet
  steps:
  - intent: greet
  - action: action_greet
"""


def test_messages_are_those_that_rasa_would_read(tmp_path: Path) -> None:
    folder = tmp_path / "nlu"
    folder.mkdir()
    (folder / "some.yml").write_text(MESSAGES, encoding="utf-8")
    (tmp_path / "rules.yml").write_text(RULES, encoding="utf-8")
    domain = tmp_path / "domain.yml"
    domain.write_text(DOMAIN, encoding="utf-8")
    ours, theirs = (
        kind(domain_path=str(domain), training_data_paths=[str(folder), str(tmp_path / "rules.yml")])
        for kind in (MessageImporter, RasaFileImporter)
    )
    assert [
        (message.get("text"), message.get("intent"), topic_of(message))
        for message in ours.get_nlu_data().training_examples
    ] == [
        (message.get("text"), message.get("intent"), topic_of(message))
        for message in theirs.get_nlu_data().training_examples
    ]
    assert ours.get_stories().story_steps


def test_a_copied_message_is_the_same_until_its_label_differs() -> None:
    message = LabelledMessage.build("ch7al", "ask_cost", intent_metadata={"topic": "amo"})
    again = copy.deepcopy(message)
    assert again is not message
    assert again == message
    again.set("vector", Vector(np.array([1], dtype=np.int32), np.array([1.0], dtype=np.float32)))
    assert again != message
    again = copy.deepcopy(message)
    again.set("intent", "greet")
    assert again != message
    assert message != LabelledMessage.build("ch7al", "ask_cost", intent_metadata={"topic": "cpu"})


def test_a_file_is_read_without_its_neighbours(tmp_path: Path) -> None:
    folder = tmp_path / "nlu"
    folder.mkdir()
    for name in ("some.yml", "other.yml"):
        (folder / name).write_text(MESSAGES, encoding="utf-8")
    importer = MessageImporter(training_data_paths=[str(folder / "some.yml")])
    assert len(importer.get_nlu_data().training_examples) == 3


def test_one_folder_of_all_data_will_do(tmp_path: Path) -> None:
    (tmp_path / "nlu").mkdir()
    (tmp_path / "nlu" / "some.yml").write_text(MESSAGES, encoding="utf-8")
    assert len(MessageImporter(training_data_paths=str(tmp_path)).get_nlu_data().training_examples) == 3


def test_the_questions_of_entries_beside_them_are_messages_too() -> None:
    texts = {
        message.get("text")
        for message in MessageImporter(training_data_paths=[str(EXAMPLES)]).get_nlu_data().intent_examples
    }
    entry = next(entry for entry in read_files().entries if len(entry.asked) == 1)
    assert texts.issuperset(entry.questions)
