"""Providers on loopback: they note every call and answer what the test says."""

import asyncio
import json
import socket
import threading
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qsl

import httpx
import pytest
import uvicorn
from fastapi import FastAPI
from starlette.applications import Starlette
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.settings import Settings

SPECS = Path(__file__).parents[3].parent / "shared" / "specs"


@dataclass
class Call:
    """A request that a provider received."""

    method: str
    path: str
    query: str
    headers: dict
    body: bytes

    @property
    def name(self):
        return self.path.rpartition("/")[2]

    @property
    def form(self):
        return dict(parse_qsl(self.body.decode(), keep_blank_values=True))

    @property
    def json(self):
        return json.loads(self.body)


class Provider(uvicorn.Server):
    """A server whose answers are queued by the last part of the path; the last one of a queue stays."""

    def __init__(self):
        self.calls = []
        self._answers = defaultdict(list)
        self._ready = threading.Event()
        self._called = threading.Condition()
        route = Route("/{path:path}", self._handle, methods=["GET", "POST"])
        super().__init__(
            uvicorn.Config(Starlette(routes=[route]), lifespan="off", log_config=None, ws="none", access_log=False)
        )
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self._thread = threading.Thread(target=self.run, kwargs={"sockets": [self._socket]})

    def answer(self, name, *responses):
        """Queues answers: a Response, a function of the Call, or None to hold the call until the caller leaves."""
        self._answers[name] = list(responses)

    def named(self, name):
        return [call for call in self.calls if call.name == name]

    async def wait_for(self, name, count=1):
        """Waits until `name` was called so often."""

        def wait():
            with self._called:
                return self._called.wait_for(lambda: len(self.named(name)) >= count, timeout=10)

        assert await asyncio.to_thread(wait)

    async def startup(self, sockets=None):
        await super().startup(sockets=sockets)
        self._ready.set()

    async def _handle(self, request):
        body = await request.body()
        call = Call(request.method, request.url.path, request.url.query, dict(request.headers), body)
        with self._called:
            self.calls.append(call)
            self._called.notify_all()
        queue = self._answers[call.name]
        if not queue:
            return JSONResponse({"ok": False, "description": "no answer is set"}, 500)
        response = queue.pop(0) if len(queue) > 1 else queue[0]
        if response is None:
            while (await request.receive())["type"] != "http.disconnect":
                pass
            return Response()
        return response(call) if not isinstance(response, Response) else response

    def __enter__(self):
        self._thread.start()
        assert self._ready.wait(10)
        return self

    def __exit__(self, *_):
        self.should_exit = True
        self._thread.join(10)
        self._socket.close()


@pytest.fixture
def provider():
    with Provider() as provider:
        yield provider


@pytest.fixture
def closed_url():
    """An address at which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    return f"http://127.0.0.1:{port}"


class Inbox:
    """What `accept` and `report` of the gateway would store."""

    def __init__(self):
        self.messages = []
        self.receipts = []
        self.failures = []

    async def accept(self, message):
        if self.failures:
            raise self.failures.pop(0)
        known = any(message.external_id == other.external_id for other in self.messages)
        if not known:
            self.messages.append(message)
        return not known

    async def report(self, receipt):
        self.receipts.append(receipt)


@pytest.fixture
def inbox():
    return Inbox()


@pytest.fixture
def make_client(inbox):
    """Serves a channel's webhooks as the public port would."""

    def make(channel, base_url="http://internal:8080"):
        app = FastAPI()
        app.include_router(channel.routes(inbox.accept, inbox.report))
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        return httpx.AsyncClient(transport=transport, base_url=base_url)

    return make


@pytest.fixture
def make_settings(monkeypatch):
    """Settings from nothing but what the test says."""
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)

    def make(**values):
        return Settings(_env_file=None, **values)

    return make


@pytest.fixture
def read_spec():
    def read(name):
        path = SPECS / name
        if not path.exists():
            pytest.skip(f"the specification {name} is not beside this repository")
        return json.loads(path.read_text())

    return read
