"""The model belongs to the data that it was trained on."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from bot import trained
from bot.commands import model
from bot.errors import SettingsError
from bot.interrupts import Interrupts


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for name in ("config.yml", "domain.yml", "data/rules.yml", "data/nlu/talk.yml", "data/lookups/places.yml"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    for name in ("nlu/classifier.py", "nlu/entities/places.py", "nlu/concepts.yml", "nlu/serve.py"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    return tmp_path


@pytest.mark.parametrize(
    ("name", "matters"),
    [
        ("config.yml", True),
        ("domain.yml", True),
        ("data/rules.yml", True),
        ("data/nlu/talk.yml", True),
        ("data/nlu/new.yml", True),
        ("data/stories.yml", True),
        ("data/lookups/places.yml", True),
        ("nlu/classifier.py", True),
        ("nlu/entities/places.py", True),
        ("nlu/concepts.yml", True),
        ("nlu/serve.py", False),
        ("nlu/finding/learning.py", True),
        ("nlu/finding/finder.py", False),
        ("nlu/finding/weights.yml", False),
        ("data/knowledge/amo.yml", False),
        ("README.md", False),
    ],
)
def test_the_fingerprint_changes_with_what_the_model_is_made_of(project, name, matters):
    before = trained.fingerprint(project)
    path = project / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("something else")
    assert (trained.fingerprint(project) != before) is matters


def test_the_fingerprint_tells_one_file_from_two(project):
    before = trained.fingerprint(project)
    (project / "data/nlu/talk.yml").rename(project / "data/nlu/talks.yml")
    assert trained.fingerprint(project) != before


def test_the_two_newest_models_of_ours_stay(tmp_path):
    names = ["awrach-1", "awrach-2", "awrach-3", "awrach-4", "20261121-130000-mine"]
    for age, name in enumerate(f"{name}.{kind}" for kind in ("npz", "tar.gz") for name in names):
        (tmp_path / name).touch()
        os.utime(tmp_path / name, (1000 - age, 1000 - age))
    trained.remove_old(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "20261121-130000-mine.npz",
        "20261121-130000-mine.tar.gz",
        "awrach-1.npz",
        "awrach-1.tar.gz",
        "awrach-2.npz",
        "awrach-2.tar.gz",
    ]


FAKE_RASA = """#!/bin/sh
echo "INFO rasa - Starting to train component 'ViewFeaturiser'."
for argument; do
    [ "$last" = --out ] && out=$argument
    [ "$last" = --fixed-model-name ] && name=$argument
    last=$argument
done
{end}
"""


@pytest.fixture
def fake_rasa(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def install(end: str) -> None:
        program = tmp_path / "bin" / "python"
        program.parent.mkdir()
        program.write_text(FAKE_RASA.format(end=end))
        program.chmod(0o755)
        monkeypatch.setattr(model, "RASA", program.parent)

    return install


def test_a_model_appears_when_it_is_complete(tmp_path, fake_rasa):
    fake_rasa('echo model > "$out/$name"; exit 0')
    made = tmp_path / "models" / "awrach-0123456789ab.tar.gz"
    steps = []
    assert model.train_model(made, tmp_path / "log" / "train.log", Interrupts(), steps.append) > 0
    assert made.read_text() == "model\n"
    assert steps == ["ViewFeaturiser"]
    assert [path.name for path in made.parent.iterdir()] == [made.name]


@pytest.mark.parametrize("end", ["echo 'YAML is broken' >&2; exit 1", "echo 'YAML is broken'; exit 0"])
def test_a_training_that_fails_tells_its_last_lines_and_leaves_no_model(tmp_path, fake_rasa, end):
    fake_rasa(end)
    made = tmp_path / "models" / "awrach-0123456789ab.tar.gz"
    with pytest.raises(SettingsError, match=r"(?s)training failed.*YAML is broken"):
        model.train_model(made, tmp_path / "log" / "train.log", Interrupts(), lambda _: None)
    assert list(made.parent.iterdir()) == []


def test_without_rasas_environment_the_way_to_it_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr(model, "RASA", tmp_path)
    with pytest.raises(SettingsError, match="make environments"):
        model.check_environment()
    assert model.read_rasa_version() is None
