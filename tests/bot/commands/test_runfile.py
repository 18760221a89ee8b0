"""One assistant a home folder, and commands find the one that runs."""

from __future__ import annotations

import json
import stat

import pytest

from bot.commands.runfile import NAME, RunFile, Running, find_running
from bot.errors import SettingsError

RUNNING = Running(pid=4321, port=8080, rasa_port=5005)


def test_a_running_assistant_is_found_once_it_is_ready(tmp_path):
    assert find_running(tmp_path) is None
    with RunFile(tmp_path) as note:
        assert find_running(tmp_path) is None
        note.write(RUNNING)
        assert find_running(tmp_path) == RUNNING
        assert stat.S_IMODE((tmp_path / NAME).stat().st_mode) == 0o600
    assert find_running(tmp_path) is None


@pytest.mark.parametrize(
    "content", [json.dumps({"pid": 1, "port": 8080, "rasa_port": 5005}), "", "{", "[]", '{"pid": 1}', "\xff"]
)
def test_a_note_that_was_left_behind_is_no_running_assistant(tmp_path, content):
    (tmp_path / NAME).write_text(content)
    assert find_running(tmp_path) is None
    with RunFile(tmp_path) as note:
        note.write(RUNNING)
        assert find_running(tmp_path) == RUNNING


def test_a_second_assistant_is_told_of_the_first(tmp_path):
    with RunFile(tmp_path) as note:
        with pytest.raises(SettingsError, match="is starting"), RunFile(tmp_path):
            pass
        note.write(RUNNING)
        with pytest.raises(SettingsError, match=r"runs already \(process 4321, port 8080\)"), RunFile(tmp_path):
            pass
        assert find_running(tmp_path) == RUNNING
