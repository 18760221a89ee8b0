"""`awrach nlu` becomes the program in Rasa's environment that does the work; here a small one stands in for it."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.__main__ import app
from bot.commands import model

PROGRAM = """#!/bin/sh
printf '%s\\n' "$@"
printf '%s\\n' "$AWRACH_HOME" "$PYTHONIOENCODING" "$RASA_TELEMETRY_ENABLED"
exit 3
"""

# `awrach nlu` in a process of its own, which the program replaces.
OWNER = """
import sys
from pathlib import Path
from bot.__main__ import app
from bot.commands import model
model.RASA = Path(sys.argv.pop(1))
app()
"""


@pytest.fixture
def rasa(tmp_path, monkeypatch) -> Path:
    """The folder of the program that stands in for Rasa's Python."""
    program = tmp_path / "bin" / "python"
    program.parent.mkdir()
    program.write_text(PROGRAM)
    program.chmod(0o755)
    monkeypatch.setattr(model, "RASA", program.parent)
    return program.parent


@pytest.fixture
def become(monkeypatch):
    """What this process would have become: path, command, environment."""
    calls = []

    def execve(*call):
        calls.append(call)
        raise SystemExit(0)  # whatever follows would not run either

    monkeypatch.setattr(os, "execve", execve)
    return calls


@pytest.fixture
def files(tmp_path) -> list[str]:
    """An old model, a new one and messages, in a folder whose name has a space."""
    paths = [tmp_path / "my models" / name for name in ("old.tar.gz", "new.tar.gz", "messages.jsonl")]
    paths[0].parent.mkdir()
    for path in paths:
        path.touch()
    return [str(path) for path in paths]


@pytest.mark.parametrize(
    ("given", "page"), [([], "var/nlu-report.html"), (["--out", "some where/a page.html"], "some where/a page.html")]
)
def test_the_report_is_written_where_it_is_wanted(rasa, become, given, page):
    run = CliRunner().invoke(app, ["nlu", "report", *given])
    assert run.exit_code == 0, run.output
    ((path, command, _),) = become
    assert path == str(rasa / "python")
    assert command == [path, "-m", "nlu.report", "--out", page]


def test_two_models_are_compared_in_the_order_given(rasa, become, files):
    old, new, messages = files
    for options in ([], ["--messages", messages]):
        run = CliRunner().invoke(app, ["nlu", "diff", old, new, *options])
        assert run.exit_code == 0, run.output
        assert become.pop()[1] == [str(rasa / "python"), "-m", "nlu.difference", old, new, *options]


@pytest.mark.parametrize("missing", [0, 1, 2], ids=["old", "new", "messages"])
def test_a_file_that_is_not_there_is_told_before_anything_starts(rasa, become, files, missing):
    Path(files[missing]).unlink()
    old, new, messages = files
    run = CliRunner().invoke(app, ["nlu", "diff", old, new, "--messages", messages])
    assert run.exit_code == 2
    assert "does not exist" in run.output
    assert become == []


@pytest.mark.parametrize("at", [0, 1], ids=["old", "new"])
def test_a_folder_is_no_model(rasa, become, files, tmp_path, at):
    files[at] = str(tmp_path)
    run = CliRunner().invoke(app, ["nlu", "diff", *files[:2]])
    assert run.exit_code == 2
    assert become == []


@pytest.mark.parametrize("command", ["report", "diff"])
def test_without_rasas_environment_the_way_to_it_is_told(rasa, become, files, command):
    (rasa / "python").unlink()
    run = CliRunner().invoke(app, ["nlu", command, *(files[:2] if command == "diff" else [])])
    assert run.exit_code == 1
    assert "make environments" in run.output
    assert become == []


def test_the_modules_are_there(rasa, become, files):
    for command in (["report"], ["diff", *files[:2]]):
        CliRunner().invoke(app, ["nlu", *command])
    assert all(find_spec(command[2]) for _, command, _ in become)
    assert len(become) == 2


def test_output_environment_and_end_are_those_of_the_program(rasa, files, tmp_path):
    arguments = ["nlu", "diff", *files[:2]]
    run = subprocess.run(
        [sys.executable, "-c", OWNER, str(rasa), *arguments],
        env={**os.environ, "AWRACH_HOME": str(tmp_path), "RASA_TELEMETRY_ENABLED": "true"},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert run.returncode == 3, run.stderr
    # Ours stay, those that keep Rasa quiet win.
    assert run.stdout.splitlines() == ["-m", "nlu.difference", *files[:2], str(tmp_path), "utf-8", "false"]
