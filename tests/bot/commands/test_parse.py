"""`awrach parse` with the running server."""

from __future__ import annotations

import io
import json

import pytest

from bot.commands import parse
from bot.commands.runfile import Running
from bot.commands.servers import choose_free_ports
from bot.errors import SettingsError


def answer_parses(_path, body):
    return 200, [{"text": text, "intent": "greet"} for text in body["texts"]]


def test_lines_go_to_the_server_in_batches_and_come_back_one_a_line(server):
    server.answer = answer_parses
    lines = [f"سلام {number}" for number in range(150)] + [""]
    sink = io.BytesIO()
    source = io.BytesIO("".join(f"{line}\n" for line in lines).encode())
    parse.ask_server(Running(1, 2, server.port), "secret", source, sink)
    assert [json.loads(line)["text"] for line in sink.getvalue().splitlines()] == lines
    assert [len(body["texts"]) for _, body in server.asked] == [64, 64, 23]
    assert {path for path, _ in server.asked} == {"/webhooks/gateway/parse"}
    assert server.tokens == {"Bearer secret"}


@pytest.mark.parametrize("status", [401, 500, 503])
def test_a_server_that_fails_is_told(server, status):
    server.answer = lambda _path, _body: (status, {})
    with pytest.raises(SettingsError, match="no answer"):
        parse.ask_server(Running(1, 2, server.port), "secret", io.BytesIO(b"slm\n"), io.BytesIO())


def test_a_server_that_is_gone_is_told():
    with pytest.raises(SettingsError, match="no answer"):
        parse.ask_server(Running(1, 2, choose_free_ports(1)[0]), "secret", io.BytesIO(b"slm"), io.BytesIO())
