"""The note by which commands find the assistant that runs: var/run.json."""

from __future__ import annotations

import fcntl
import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from bot.errors import SettingsError

NAME = "run.json"


@dataclass(frozen=True, slots=True)
class Running:
    """An assistant that runs on this machine.

    Attributes:
        pid: of `awrach up`.
        port: the public port.
        rasa_port: of the Rasa server, on loopback.
    """

    pid: int
    port: int
    rasa_port: int


class RunFile:
    """Holds the home folder for one assistant, from `with` to its end.

    The note is good only while its writer holds the lock on it, which the system lets go however the writer ends:
    a note that was left behind is never taken for a running assistant.

    Args:
        home: the home folder.
    """

    def __init__(self, home: Path) -> None:
        self._path = home / NAME

    def __enter__(self) -> Self:
        """Takes the home folder.

        Raises:
            SettingsError: when another assistant has it.
        """
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._file = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(self._file)
            raise SettingsError(_describe_owner(find_running(self._path.parent), self._path.parent)) from None
        os.fchmod(self._file, 0o600)
        os.truncate(self._file, 0)
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        os.truncate(self._file, 0)
        os.close(self._file)

    def write(self, running: Running) -> None:
        """Makes the assistant known, once it is ready."""
        os.pwrite(self._file, json.dumps(asdict(running)).encode(), 0)


def find_running(home: Path) -> Running | None:
    """The assistant that runs with this home folder and is ready, if there is one."""
    try:
        with (home / NAME).open() as file:
            content = file.read()
            if not content:
                return None
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return Running(**json.loads(content))
    except (OSError, ValueError, TypeError):
        return None
    return None


def _describe_owner(running: Running | None, home: Path) -> str:
    if running is None:
        return f"Another awrach uses {home} and is starting, or talks in a terminal. AWRACH_HOME names another folder."
    return (
        f"Awrach runs already (process {running.pid}, port {running.port}). Stop it first, "
        "or give this one its own AWRACH_HOME, AWRACH_PORT, AWRACH_RASA_PORT and AWRACH_ACTIONS_PORT."
    )
