"""`awrach up` from start to stop, with two small servers in place of Rasa and the bot."""

from __future__ import annotations

import json
import os
import pty
import signal
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import psutil
import pytest

from bot.commands import servers, up
from bot.commands.runfile import NAME, find_running
from bot.commands.servers import choose_free_ports
from bot.errors import SettingsError
from bot.supervisor import Program

SERVER = """
import json, sys
from http.server import BaseHTTPRequestHandler, HTTPServer
class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        data = json.dumps({"status": "ok", "channels": ["simulator:telegram", "telegram:@example_bot"]}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)
HTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
"""

# `awrach demo` in a process of its own, its two programs replaced.
OWNER = f"""
import sys
from pathlib import Path
from dataclasses import replace
from bot.__main__ import app
from bot.commands import servers
for name, field in (("describe_rasa", "rasa_port"), ("describe_bot", "port")):
    def describe(settings, *rest, real=getattr(servers, name), field=field):
        command = (sys.executable, "-c", {SERVER!r}, str(getattr(settings, field)))
        return replace(real(settings, *rest), command=command)
    setattr(servers, name, describe)
servers.prepare_model = lambda settings, interrupts: Path("model.tar.gz")
servers.prepare_database_apart = lambda examples: None
app(sys.argv[1:])
"""


@pytest.fixture
def environment(tmp_path):
    ports = dict(zip(("AWRACH_PORT", "AWRACH_RASA_PORT", "AWRACH_ACTIONS_PORT"), choose_free_ports(3), strict=True))
    return {
        **os.environ,
        **{name: str(port) for name, port in ports.items()},
        "AWRACH_HOME": str(tmp_path / "home"),
        "PYTHONPATH": str(Path(__file__).parents[3]),
        "COLUMNS": "200",
    }


def start(environment, tmp_path, command="demo"):
    return subprocess.Popen(
        [sys.executable, "-c", OWNER, command],
        env=environment,
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        umask=0o022,
    )


def read_until(stream, words):
    lines = []
    while not lines or words not in lines[-1]:
        line = stream.readline()
        assert line, f"ended after {lines}"
        lines.append(line)
    return "".join(lines)


def list_open(home):
    """Everything of the home folder that others on this machine may touch."""
    return [path for path in (home, *home.rglob("*")) if path.stat().st_mode & 0o077]


@pytest.mark.parametrize("home_before", [None, 0o755, 0o777])
def test_what_a_command_writes_is_for_nobody_else(tmp_path, environment, home_before):
    home = tmp_path / "home"
    if home_before:
        home.mkdir()
        home.chmod(home_before)
    command = [sys.executable, "-m", "bot", "db", "load"]
    subprocess.run(command, env=environment, umask=0o022, check=True, capture_output=True)
    assert {path.name for path in home.iterdir()} >= {"awrach.db", "secret.key"}
    assert list_open(home) == []


def test_demo_starts_introduces_itself_is_found_and_leaves_nothing(tmp_path, environment):
    owner = start(environment, tmp_path)
    shown = read_until(owner.stdout, "Channels")
    port = environment["AWRACH_PORT"]
    assert f"http://127.0.0.1:{port}/simulator" in shown
    assert "Ctrl-C" in shown
    assert "telegram:@example_bot" in shown
    assert "simulator:telegram" not in shown
    home = tmp_path / "home"
    assert list_open(home) == []
    running = find_running(home)
    assert running is not None
    assert (running.pid, running.port) == (owner.pid, int(port))
    assert httpx.get(f"http://127.0.0.1:{port}/health", trust_env=False).is_success
    children = psutil.Process(owner.pid).children(recursive=True)

    second = start(environment, tmp_path, "up")
    _, complaint = second.communicate(timeout=30)
    assert second.returncode == 1
    assert f"runs already (process {owner.pid}, port {port})" in complaint

    owner.send_signal(signal.SIGINT)
    _, rest = owner.communicate(timeout=30)
    assert owner.returncode == 0
    assert "Stopped." in rest
    assert not psutil.wait_procs(children, 5)[1]
    assert find_running(home) is None
    assert sorted(path.name for path in (home / "log").iterdir()) == ["bot.log", "rasa.log"]


def test_a_server_that_dies_comes_back(tmp_path, environment):
    owner = start(environment, tmp_path, "up")
    read_until(owner.stdout, "Channels")
    port = int(environment["AWRACH_PORT"])
    (bot,) = [child for child in psutil.Process(owner.pid).children() if str(port) in child.cmdline()]
    bot.kill()
    assert "The bot ended (code -9); it is started again" in read_until(owner.stderr, "started again")
    owner.send_signal(signal.SIGTERM)
    owner.communicate(timeout=30)
    assert owner.returncode == 0


def test_a_busy_port_is_one_clear_line(tmp_path, environment):
    with socket.create_server(("127.0.0.1", int(environment["AWRACH_PORT"]))):
        owner = start(environment, tmp_path)
        shown, complaint = owner.communicate(timeout=30)
    assert owner.returncode == 1
    assert shown == ""
    assert complaint.startswith(f"Error: Port {environment['AWRACH_PORT']} on 127.0.0.1 is in use by another program.")
    assert len(complaint.splitlines()) == 1


def test_a_server_that_does_not_start_ends_all(settings, monkeypatch, signals, tmp_path):
    log = tmp_path / "rasa.log"
    code = "raise SystemExit('the model is of another release')"
    rasa = Program("Rasa", (sys.executable, "-c", code), {}, log, lambda: False)
    bot = Program("The bot", (sys.executable, "-c", "import signal; signal.pause()"), {}, tmp_path / "bot.log")
    monkeypatch.setattr(servers, "prepare_model", lambda *_: Path("model.tar.gz"))
    monkeypatch.setattr(servers, "prepare_database_apart", lambda examples: None)
    monkeypatch.setattr(servers, "describe_rasa", lambda *_: rasa)
    monkeypatch.setattr(servers, "describe_bot", lambda *_: bot)
    free = dict(zip(("port", "rasa_port", "actions_port"), choose_free_ports(3), strict=True))
    with pytest.raises(SettingsError, match=r"(?s)Rasa did not start.*another release"):
        up.run(settings.model_copy(update=free))
    assert psutil.Process().children() == []
    assert find_running(settings.home) is None


def test_a_demo_that_nobody_watches_any_more_ends(settings, monkeypatch, signals):
    found = []
    monkeypatch.setattr(servers, "prepare_model", lambda *_: Path("model.tar.gz"))
    monkeypatch.setattr(up, "_start", lambda *_: None)
    monkeypatch.setattr(up, "_introduce", lambda settings: found.append(json.loads((settings.home / NAME).read_text())))
    free = dict(zip(("port", "rasa_port", "actions_port"), choose_free_ports(3), strict=True))
    up.run(settings.model_copy(update=free), lambda: True)
    assert found == [{"pid": os.getpid(), "port": free["port"], "rasa_port": free["rasa_port"]}]


# The first process of a terminal outlives it, as make does; the second is started on the same terminal.
ON_A_TERMINAL = """
import signal, subprocess, sys
signal.signal(signal.SIGHUP, signal.SIG_IGN)
subprocess.run([sys.executable, "-c", sys.argv[1]])
"""
ATTACHED = """
import time
from bot.commands.up import watch_caller
is_abandoned = watch_caller()
print(is_abandoned(), flush=True)
while not is_abandoned():
    time.sleep(0.01)
"""


def test_the_end_of_the_caller_or_of_its_terminal_is_noticed(environment):
    pid, terminal = pty.fork()
    if pid == 0:
        os.execve(sys.executable, [sys.executable, "-c", ON_A_TERMINAL, ATTACHED], environment)
    assert b"False" in os.read(terminal, 100)
    children = psutil.Process(pid).children()
    assert len(children) == 1
    os.close(terminal)
    assert not psutil.wait_procs(children, 20)[1]
    os.waitpid(pid, 0)

    caller = subprocess.Popen(
        [sys.executable, "-c", ON_A_TERMINAL, ATTACHED],
        env=environment,
        stdout=subprocess.PIPE,
        start_new_session=True,
    )
    assert caller.stdout is not None
    assert caller.stdout.readline() == b"False\n"
    children = psutil.Process(caller.pid).children()
    caller.kill()
    caller.communicate()
    assert not psutil.wait_procs(children, 20)[1]
