"""A whole installation for tests: both processes, on free ports of loopback, in a folder of its own."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from bot.settings import ROOT
from bot.trained import present_model

RASA_PYTHON = ROOT / ".venv-rasa" / "bin" / "python"
START_SECONDS = 90


@dataclass
class Installation:
    """Two running processes and a way to talk to them."""

    home: Path
    environment: dict[str, str]
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.environment['AWRACH_PORT']}"

    @property
    def token(self) -> str:
        return (self.home / "internal.token").read_text().strip()

    def say(self, person: str, account: str = "telegram", **sent: Any) -> dict[str, Any]:
        """One turn of a person, who has a phone number on WhatsApp."""
        response = httpx.post(
            f"{self.base_url}/simulator/turns",
            json={"person": person, "account": account, **sent},
            headers={"Authorization": f"Bearer {self.token}"},
            timeout=90,
        )
        response.raise_for_status()
        answer: dict[str, Any] = response.json()
        return answer

    def start_rasa(self) -> None:
        port, actions = self.environment["AWRACH_RASA_PORT"], self.environment["AWRACH_ACTIONS_PORT"]
        command = [str(RASA_PYTHON), "-m", "nlu.serve", "--model", str(present_model()), "--port", port]
        command += ["--actions", f"http://127.0.0.1:{actions}/webhook", "--trackers", str(self.home / "trackers.db")]
        self._start("rasa", command)

    def start_bot(self) -> None:
        self._start("bot", [sys.executable, "-m", "bot.app"])

    def stop(self, name: str) -> None:
        process = self.processes.pop(name)
        process.terminate()
        process.wait(30)

    def wait_until_ready(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            for name, process in self.processes.items():
                if process.poll() is not None:
                    raise RuntimeError(f"{name} ended:\n{(self.home / f'{name}.log').read_text()[-3000:]}")
            try:
                if httpx.get(f"{self.base_url}/health", timeout=5).json()["rasa"]:
                    return
            except httpx.TransportError:
                pass
            time.sleep(0.2)
        raise RuntimeError("the installation did not become ready")

    def _start(self, name: str, command: list[str]) -> None:
        with (self.home / f"{name}.log").open("ab") as log:
            self.processes[name] = subprocess.Popen(
                command, cwd=ROOT, env=self.environment, stdout=log, stderr=subprocess.STDOUT
            )


@contextmanager
def run_installation(home: Path, **settings: str) -> Iterator[Installation]:
    """Starts an installation and stops it at the end."""
    from bot.registry.database import Database
    from bot.registry.loading import load
    from bot.registry.migrations import upgrade
    from bot.settings import DATA, Settings

    ports = dict(zip(("AWRACH_PORT", "AWRACH_RASA_PORT", "AWRACH_ACTIONS_PORT"), find_free_ports(3), strict=True))
    environment = {**os.environ, "AWRACH_HOME": str(home), "AWRACH_DEMO": "1", **ports, **settings}
    configured = Settings(_env_file=None, AWRACH_HOME=home, **_name_fields(settings))
    environment["AWRACH_INTERNAL_TOKEN"] = configured.read_internal_token()
    upgrade(configured.database)
    database = Database(configured.database, configured.read_secret_key())
    load(database, DATA, demo=True)
    database.close()
    installation = Installation(home, environment)
    try:
        installation.start_rasa()
        installation.start_bot()
        installation.wait_until_ready()
        yield installation
    finally:
        for name in list(installation.processes):
            installation.stop(name)


def _name_fields(settings: dict[str, str]) -> dict[str, str]:
    return {name if name.startswith("AWRACH_") else name.lower(): value for name, value in settings.items()}


def find_free_ports(count: int) -> list[str]:
    sockets = [socket.socket() for _ in range(count)]
    try:
        for known in sockets:
            known.bind(("127.0.0.1", 0))
        return [str(known.getsockname()[1]) for known in sockets]
    finally:
        for known in sockets:
            known.close()
