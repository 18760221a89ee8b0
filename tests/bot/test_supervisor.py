"""Processes are started, restarted and ended; none is left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from bot.errors import SettingsError
from bot.interrupts import SIGNALS, Interrupts
from bot.supervisor import MOST_LOG_BYTES, Program, Supervisor, read_last_lines, rotate

WAITS = "import signal; print('waits', flush=True); signal.pause()"
FAILS = "raise SystemExit('the model is broken')"
SECONDS = 20.0


@pytest.fixture
def supervisor(tmp_path: Path) -> Iterator[Supervisor]:
    with Supervisor(Interrupts(), tmp_path, pause=0.01) as supervisor:
        yield supervisor


def make_program(folder: Path, code: str, name: str = "Rasa", is_ready: Callable[[], bool] | None = None) -> Program:
    log = folder / "log" / f"{name}.log"
    ready = is_ready or (lambda: log.exists() and b"waits" in log.read_bytes())
    return Program(name, (sys.executable, "-c", code), {"AWRACH_TEST": "yes"}, log, ready)


def check_until(supervisor: Supervisor, condition: Callable[[list[str]], bool]) -> list[str]:
    """Looks after the programs until what happened meets the condition."""
    events: list[str] = []
    until = time.monotonic() + SECONDS
    while not condition(events):
        assert time.monotonic() < until
        events += supervisor.check()
    return events


def is_alive(pid: int) -> bool:
    return psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE


def test_both_programs_start_in_groups_of_their_own_and_end_with_the_block(tmp_path):
    ready = []
    with Supervisor(Interrupts(), tmp_path) as supervisor:
        supervisor.start(make_program(tmp_path, WAITS, "Rasa"))
        supervisor.start(make_program(tmp_path, WAITS, "The bot"))
        supervisor.wait_until_ready(SECONDS, ready.append)
        pids = supervisor.pids
        assert [os.getpgid(pid) for pid in pids] == pids
        assert supervisor.check() == []
    assert sorted(ready) == ["Rasa", "The bot"]
    assert not any(map(is_alive, pids))


def test_the_environment_of_a_program_is_its_own_on_top_of_ours(tmp_path, supervisor):
    code = "import os; print(os.environ['AWRACH_TEST'], 'PATH' in os.environ); " + WAITS
    supervisor.start(make_program(tmp_path, code))
    supervisor.wait_until_ready(SECONDS)
    assert read_last_lines(tmp_path / "log" / "Rasa.log").startswith("yes True")


def test_a_program_that_dies_is_started_again(tmp_path, supervisor):
    supervisor.start(make_program(tmp_path, WAITS))
    supervisor.wait_until_ready(SECONDS)
    (first,) = supervisor.pids
    os.kill(first, signal.SIGKILL)
    events = check_until(supervisor, lambda _: supervisor.pids != [first])
    assert events == ["Rasa ended (code -9); it is started again in 0.01 s"]
    supervisor.wait_until_ready(SECONDS)


def test_what_a_dead_program_had_started_is_ended_before_the_restart(tmp_path, supervisor):
    code = (
        "import subprocess, sys; child = subprocess.Popen([sys.executable, '-c', 'import signal; signal.pause()']); "
        "print(child.pid, flush=True); " + WAITS
    )
    supervisor.start(make_program(tmp_path, code))
    supervisor.wait_until_ready(SECONDS)
    grandchild = psutil.Process(int((tmp_path / "log" / "Rasa.log").read_text().split()[0]))
    os.kill(supervisor.pids[0], signal.SIGKILL)
    check_until(supervisor, bool)
    assert grandchild.wait(SECONDS) is None or not grandchild.is_running()


def test_a_program_that_dies_again_and_again_is_given_up_with_its_last_lines(tmp_path, supervisor):
    supervisor.start(make_program(tmp_path, FAILS))
    with pytest.raises(SettingsError, match=r"(?s)Rasa died 5 times within a minute.*the model is broken"):
        check_until(supervisor, lambda _: False)


def test_the_pause_before_a_restart_doubles(tmp_path, supervisor):
    supervisor.start(make_program(tmp_path, FAILS))
    events = check_until(supervisor, lambda events: len(events) == 3)
    assert [event.split()[-2] for event in events] == ["0.01", "0.02", "0.04"]


def test_a_program_that_ends_before_it_is_ready_ends_the_start(tmp_path, supervisor):
    supervisor.start(make_program(tmp_path, FAILS))
    with pytest.raises(SettingsError, match=r"(?s)Rasa did not start.*the model is broken"):
        supervisor.wait_until_ready(SECONDS)


def test_a_program_that_is_never_ready_ends_the_start(tmp_path, supervisor):
    supervisor.start(make_program(tmp_path, WAITS, is_ready=lambda: False))
    with pytest.raises(SettingsError, match="Rasa is not ready after 0 s"):
        supervisor.wait_until_ready(0.0)


def test_a_program_that_does_not_listen_is_killed(tmp_path, monkeypatch):
    monkeypatch.setattr("bot.supervisor.GRACE_SECONDS", 0.1)
    with Supervisor(Interrupts(), tmp_path) as supervisor:
        deaf = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); "
        supervisor.start(make_program(tmp_path, deaf + WAITS))
        supervisor.wait_until_ready(SECONDS)
        pids = supervisor.pids
    assert not any(map(is_alive, pids))


def test_a_program_that_cannot_be_found_is_told_by_name(tmp_path, supervisor):
    with pytest.raises(SettingsError, match="missing-program"):
        supervisor.start(Program("Rasa", ("/missing-program",), {}, tmp_path / "rasa.log"))


# A process of its own, as `awrach up` is: starts two programs and looks after them until a signal comes.
OWNER = f"""
import sys
from pathlib import Path
from bot.interrupts import Interrupts
from bot.supervisor import Program, Supervisor
interrupts = Interrupts()
interrupts.install()
try:
    with Supervisor(interrupts, Path.cwd()) as supervisor:
        for name in ("Rasa", "bot"):
            supervisor.start(Program(name, (sys.executable, "-c", {WAITS!r}), {{}}, Path(name + ".log")))
        print(*supervisor.pids, flush=True)
        while True:
            supervisor.check()
except KeyboardInterrupt:
    print("stopped", flush=True)
"""


@pytest.mark.parametrize("number", [*SIGNALS, signal.SIGKILL], ids=lambda number: number.name)
def test_no_process_is_left_whatever_ends_the_owner(tmp_path, number):
    owner = subprocess.Popen(
        [sys.executable, "-c", OWNER],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )
    assert owner.stdout is not None
    children = [psutil.Process(int(pid)) for pid in owner.stdout.readline().split()]
    assert len(children) == 2
    owner.send_signal(number)
    rest, _ = owner.communicate(timeout=SECONDS)
    _, alive = psutil.wait_procs(children, SECONDS)
    assert not alive
    assert rest == (b"" if number is signal.SIGKILL else b"stopped\n")


def test_a_large_log_is_put_aside_once(tmp_path):
    log = tmp_path / "bot.log"
    log.write_bytes(b"x" * MOST_LOG_BYTES)
    rotate(log)
    assert log.stat().st_size == MOST_LOG_BYTES
    with log.open("ab") as writer:
        writer.write(b"more")
        writer.flush()
        rotate(log)
        writer.write(b"later")
    assert log.read_bytes() == b"later"
    assert (tmp_path / "bot.log.1").stat().st_size == MOST_LOG_BYTES + 4


def test_the_last_lines_are_few_and_readable(tmp_path):
    log = tmp_path / "bot.log"
    assert read_last_lines(log) == ""
    log.write_bytes(b"\xff" * 20_000 + b"\n" + b"\n".join(b"line %d" % number for number in range(50)) + b"\n\n")
    lines = read_last_lines(log).splitlines()
    assert lines[0] == "line 35"
    assert lines[-1] == "line 49"
