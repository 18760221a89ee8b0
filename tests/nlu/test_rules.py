"""Domain, rules and training messages fit together, by Rasa's own check."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_rasa_finds_nothing_wrong() -> None:
    checked = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "rasa", "data", "validate", "--data", "data/nlu", "data/rules.yml"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        env={"RASA_TELEMETRY_ENABLED": "false", "PATH": "", "PYTHONIOENCODING": "utf-8"},
    )
    assert checked.returncode == 0, checked.stderr[-2000:]
    assert "No story structure conflicts found" in checked.stdout + checked.stderr
