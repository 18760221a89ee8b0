"""A server on loopback in place of Rasa and the bot, and a home folder that is nobody's."""

from __future__ import annotations

import json
import signal
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from bot.interrupts import SIGNALS
from bot.settings import Settings, read_settings

Answer = tuple[int, Any]


class FakeServer(ThreadingHTTPServer):
    """Answers each request as `answer` says and keeps what it was asked."""

    answer: Callable[[str, Any], Answer] = staticmethod(lambda _path, _body: (200, {}))

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked: list[tuple[str, Any]] = []
        self.tokens: set[str | None] = set()

    @property
    def port(self) -> int:
        return self.server_address[1]

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"


class Handler(BaseHTTPRequestHandler):
    server: FakeServer

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self._answer(body)

    def do_GET(self) -> None:
        self._answer(None)

    def log_message(self, *_args: Any) -> None:
        """Keeps the tests' output clean."""

    def _answer(self, body: Any) -> None:
        self.server.asked.append((self.path, body))
        self.server.tokens.add(self.headers["Authorization"])
        status, content = self.server.answer(self.path, body)
        data = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


@pytest.fixture
def server() -> Iterator[FakeServer]:
    with FakeServer() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Settings]:
    """The settings of an installation without any, in a home folder of the test's own."""
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
        monkeypatch.delenv(f"AWRACH_{name.upper()}", raising=False)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("AWRACH_HOME", str(tmp_path / "home"))
    read_settings.cache_clear()
    yield Settings()
    read_settings.cache_clear()


@pytest.fixture
def signals() -> Iterator[None]:
    """Gives the signals back to pytest."""
    before = {number: signal.getsignal(number) for number in SIGNALS}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)
