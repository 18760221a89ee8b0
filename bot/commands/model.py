"""Training, in Rasa's environment, and what else is run there."""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

from bot.errors import SettingsError
from bot.interrupts import Interrupts
from bot.settings import ROOT
from bot.supervisor import Program, Supervisor, read_last_lines
from bot.trained import remove_old

RASA = ROOT / ".venv-rasa" / "bin"
QUIET = {
    "RASA_TELEMETRY_ENABLED": "false",
    "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "PYTHONWARNINGS": "ignore",
    "PYTHONIOENCODING": "utf-8",
}
_STEP = re.compile(r"Starting to train component '(\w+)'")


def train_model(
    model: Path, log: Path, interrupts: Interrupts, watch: Callable[[str], None], config: Path = ROOT / "config.yml"
) -> float:
    """Trains Rasa's model for the present data.

    Args:
        model: file to make; it appears only when it is complete.
        log: takes what Rasa prints.
        interrupts: of this process.
        watch: is called with the name of each component, as its training begins.
        config: Rasa's configuration of pipeline and policies.

    Returns:
        Seconds that it took.

    Raises:
        SettingsError: when Rasa's environment is missing or the training fails; with the last lines.
    """
    return _train(model, lambda made: _command(config, made.parent, made.name), log, interrupts, watch)


def train_embedding(embedding: Path, log: Path, interrupts: Interrupts) -> float:
    """Learns to find answers, from the present data.

    Args:
        embedding: file to make; it appears only when it is complete.
        log: takes what is printed.
        interrupts: of this process.

    Returns:
        Seconds that it took.

    Raises:
        SettingsError: when Rasa's environment is missing or the training fails; with the last lines.
    """
    python = str(RASA / "python")
    return _train(
        embedding, lambda made: (python, "-m", "nlu.finding.learning", "--out", str(made)), log, interrupts, str
    )


def _train(
    wanted: Path,
    command: Callable[[Path], tuple[str, ...]],
    log: Path,
    interrupts: Interrupts,
    watch: Callable[[str], object],
) -> float:
    check_environment()
    started = time.monotonic()
    wanted.parent.mkdir(parents=True, exist_ok=True)
    log.unlink(missing_ok=True)
    with (
        tempfile.TemporaryDirectory(prefix=".training-", dir=wanted.parent) as folder,
        Supervisor(interrupts, ROOT) as supervisor,
    ):
        made = Path(folder) / wanted.name
        process = supervisor.start(Program("The training", command(made), QUIET, log))
        shown = 0
        ended = False
        while not ended:
            time.sleep(0.2)
            ended = supervisor.poll(process) is not None
            steps = _STEP.findall(log.read_text("utf-8", "replace"))
            for step in steps[shown:]:
                watch(step)
            shown = len(steps)
        if process.returncode or not made.exists():
            raise SettingsError(f"The training failed. The last lines of {log}:\n{read_last_lines(log)}")
        made.replace(wanted)
    remove_old(wanted.parent)
    return time.monotonic() - started


def check_environment() -> None:
    """Looks whether Rasa's environment is there.

    Raises:
        SettingsError: when it is not.
    """
    if not (RASA / "python").exists():
        raise SettingsError(
            "Rasa's environment .venv-rasa is missing. `make environments` sets it up, or: "
            "UV_PROJECT_ENVIRONMENT=.venv-rasa uv sync --frozen --python 3.10"
        )


def read_rasa_version() -> str | None:
    """The Python and Rasa of .venv-rasa in words, or None where they do not work."""
    code = (
        "import sys; from importlib.metadata import version; "
        "print('Python', sys.version.split()[0] + ', Rasa', version('rasa'))"
    )
    try:
        run = subprocess.run([RASA / "python", "-c", code], capture_output=True, text=True, timeout=60, check=True)
    except (OSError, subprocess.SubprocessError):
        return None
    return run.stdout.strip()


def become(module: str, *arguments: str) -> NoReturn:
    """Goes on as a program of Rasa's environment, in place of this process.

    Signals and the ends of the pipes then need nobody to pass them on.

    Args:
        module: to run with `python -m`.
        arguments: its command line.

    Raises:
        SettingsError: when Rasa's environment is missing.
    """
    check_environment()
    command = [str(RASA / "python"), "-m", module, *arguments]
    os.execve(command[0], command, {**os.environ, **QUIET})  # noqa: S606 - our own program


def _command(config: Path, folder: Path, name: str) -> tuple[str, ...]:
    # Not data/ as a whole: Rasa would read knowledge and lookups too, only to find that they are not its own.
    data = ["data/nlu", "data/rules.yml", *(str(path.relative_to(ROOT)) for path in ROOT.glob("data/stories*"))]
    return (
        *(str(RASA / "python"), "-m", "rasa", "train"),
        *("--config", str(config), "--domain", "domain.yml", "--data", *data),
        # The data is checked by the tests; Rasa's own look at it takes longer than the policy's training. Without
        # --force it goes through all messages once more, to see what it may have kept.
        *("--out", str(folder), "--fixed-model-name", name, "--skip-validation", "--force"),
    )
