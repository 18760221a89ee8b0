"""Starts the processes that make up the assistant, restarts one that dies, and leaves none behind."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from bot.errors import SettingsError
from bot.interrupts import Interrupts

GRACE_SECONDS = 10.0
MOST_DEATHS = 5
DEATHS_WITHIN = 60.0
MOST_LOG_BYTES = 10 * 2**20
LAST_LINES = 15
POLL_SECONDS = 0.1

# Reads the process groups that are alive, a line at each change. When the pipe ends with groups on the last line,
# their owner is gone without having stopped them: killed, or out of memory.
_GUARD = """
while read -r line; do groups=$line; done
[ -n "$groups" ] || exit 0
end() { for group in $groups; do kill -s "$1" -- "-$group" && alive=1; done; }
end TERM
tries=0
while [ "$tries" -lt 100 ]; do
    alive=; end 0
    [ -n "$alive" ] || exit 0
    sleep 0.1; tries=$((tries + 1))
done
end KILL
"""


@dataclass(frozen=True, slots=True)
class Program:
    """A process to run.

    Attributes:
        name: as people read it.
        command: program and arguments.
        environment: on top of this process's own.
        log: file that takes what it prints.
        is_ready: whether it does its work by now.
    """

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str]
    log: Path
    is_ready: Callable[[], bool] = lambda: True


class Guard:
    """A small process that ends process groups when this one disappears, kill -9 included."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            ["/bin/sh", "-c", _GUARD],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def watch(self, groups: list[int]) -> None:
        """Names the groups that are alive now."""
        assert self._process.stdin is not None  # noqa: S101 - it was opened as a pipe
        self._process.stdin.write(" ".join(map(str, groups)).encode() + b"\n")
        self._process.stdin.flush()

    def close(self) -> None:
        """Ends the guard; groups that it still watches are ended with it."""
        self._process.communicate()


@dataclass(slots=True)
class _Child:
    program: Program
    process: subprocess.Popen[bytes]
    deaths: deque[float]
    restart_at: float | None = None


class Supervisor:
    """Runs programs, each in a process group of its own. Used as a context manager: at its end all are gone.

    Args:
        interrupts: of this process.
        folder: in which the programs run.
        pause: seconds before the first restart; doubled at each further death within a minute.
    """

    def __init__(self, interrupts: Interrupts, folder: Path, pause: float = 0.5) -> None:
        self._interrupts = interrupts
        self._folder = folder
        self._pause = pause
        self._children: list[_Child] = []

    def __enter__(self) -> Self:
        with self._interrupts.hold():
            self._guard = Guard()
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        with self._interrupts.hold():
            _end_groups([child.process for child in self._children])
            self._guard.watch([])
            self._guard.close()

    @property
    def pids(self) -> list[int]:
        """The process ids of all programs."""
        return [child.process.pid for child in self._children]

    def start(self, program: Program) -> subprocess.Popen[bytes]:
        """Starts a program.

        Raises:
            SettingsError: when it cannot be run at all.
        """
        rotate(program.log)
        with self._interrupts.hold():
            try:
                process = self._spawn(program)
            except OSError as error:
                raise SettingsError(f"{program.command[0]} cannot be run: {error.strerror}") from error
            self._children.append(_Child(program, process, deque(maxlen=MOST_DEATHS)))
            self._guard.watch(self.pids)
        return process

    def wait_until_ready(self, seconds: float, watch: Callable[[str], None] = lambda _name: None) -> None:
        """Returns when every program is ready.

        Args:
            seconds: to wait at most.
            watch: is called with the name of each program that became ready.

        Raises:
            SettingsError: when a program ends before it is ready, or is not ready in time; with its last lines.
        """
        waiting = list(self._children)
        until = time.monotonic() + seconds
        while waiting:
            for child in list(waiting):
                if self.poll(child.process) is not None:
                    raise SettingsError(_describe_end(child, "did not start"))
                if child.program.is_ready():
                    waiting.remove(child)
                    watch(child.program.name)
            if waiting and time.monotonic() > until:
                raise SettingsError(_describe_end(waiting[0], f"is not ready after {seconds:.0f} s"))
            time.sleep(POLL_SECONDS if waiting else 0)

    def poll(self, process: subprocess.Popen[bytes]) -> int | None:
        """The exit code of a process, or None while it runs."""
        # A signal that broke into Popen's own lock would leave it locked, and the end would wait for ever.
        with self._interrupts.hold():
            return process.poll()

    def check(self) -> list[str]:
        """Looks after the programs once, to be called again and again.

        Returns:
            What happened, in words.

        Raises:
            SettingsError: when a program died five times within a minute; with its last lines.
        """
        events = []
        now = time.monotonic()
        for child in self._children:
            rotate(child.program.log)
            if child.restart_at is not None:
                if now >= child.restart_at:
                    self._restart(child)
                continue
            code = self.poll(child.process)
            if code is None:
                continue
            # Whatever the dead process had started itself must not hold its port.
            _signal(child.process.pid, signal.SIGKILL)
            while child.deaths and now - child.deaths[0] > DEATHS_WITHIN:
                child.deaths.popleft()
            child.deaths.append(now)
            if len(child.deaths) == MOST_DEATHS:
                raise SettingsError(_describe_end(child, f"died {MOST_DEATHS} times within a minute"))
            wait = self._pause * 2 ** (len(child.deaths) - 1)
            child.restart_at = now + wait
            events.append(f"{child.program.name} ended (code {code}); it is started again in {wait:g} s")
        return events

    def _restart(self, child: _Child) -> None:
        with self._interrupts.hold():
            child.process = self._spawn(child.program)
            child.restart_at = None
            self._guard.watch(self.pids)

    def _spawn(self, program: Program) -> subprocess.Popen[bytes]:
        program.log.parent.mkdir(parents=True, exist_ok=True)
        with program.log.open("ab") as log:
            return subprocess.Popen(
                program.command,
                env={**os.environ, **program.environment},
                cwd=self._folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )


def rotate(log: Path) -> None:
    """Copies a log that grew too large aside and empties it; the process that writes to it, appending, goes on."""
    if log.exists() and log.stat().st_size > MOST_LOG_BYTES:
        shutil.copyfile(log, log.with_name(log.name + ".1"))
        os.truncate(log, 0)


def read_last_lines(log: Path) -> str:
    """The end of a log, as far as people read it."""
    if not log.exists():
        return ""
    with log.open("rb") as file:
        file.seek(max(0, log.stat().st_size - 16_384))
        lines = file.read().decode("utf-8", "replace").rstrip().splitlines()
    return "\n".join(lines[-LAST_LINES:])


def _describe_end(child: _Child, what: str) -> str:
    log = child.program.log
    return f"{child.program.name} {what}. The last lines of {log}:\n{read_last_lines(log)}"


def _end_groups(processes: list[subprocess.Popen[bytes]]) -> None:
    for process in processes:
        _signal(process.pid, signal.SIGTERM)
    until = time.monotonic() + GRACE_SECONDS
    for process in processes:
        try:
            process.wait(max(0.0, until - time.monotonic()))
        except subprocess.TimeoutExpired:
            _signal(process.pid, signal.SIGKILL)
            process.wait()
        # What the process had started itself and did not wait for.
        _signal(process.pid, signal.SIGKILL)


def _signal(group: int, number: signal.Signals) -> None:
    try:
        os.killpg(group, number)
    except (ProcessLookupError, PermissionError):
        # macOS refuses a signal to a group of which only zombies are left.
        return
