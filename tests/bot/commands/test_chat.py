"""`awrach chat`: turns in, answers out."""

from __future__ import annotations

import base64
import io
import json

import pytest
from rich.console import Console
from typer.testing import CliRunner

from bot.__main__ import app
from bot.commands.chat import converse, talk
from bot.commands.runfile import RunFile, Running
from bot.commands.servers import choose_free_ports
from bot.commands.turns import Person
from bot.errors import SettingsError

GREETING = {
    "intent": "greet",
    "topic": None,
    "replies": [
        {
            "text": "مرحبا",
            "buttons": [{"title": "أوراش", "payload": '/ask_definition{"topic": "awrach"}'}],
            "media": [],
        },
        {"text": "شنو بغيتي؟", "buttons": [{"title": "شخص", "payload": "/request_human"}], "media": []},
    ],
}


@pytest.fixture
def person(server):
    server.answer = lambda _path, _body: (200, GREETING)
    someone = Person(server.address, "secret", "telegram", "terminal")
    yield someone
    someone.close()


def run_lines(person: Person, *lines: str) -> list[dict]:
    sink = io.BytesIO()
    converse(person, [f"{line}\n".encode() for line in lines], sink)
    return [json.loads(line) for line in sink.getvalue().splitlines()]


@pytest.mark.parametrize(
    ("line", "sent"),
    [
        ("سلام", {"text": "سلام"}),
        ("", {"text": ""}),
        ("{ machi json", {"text": "{ machi json"}),
        ('"slm"', {"text": '"slm"'}),
        ('{"text": "slm"}', {"text": "slm"}),
        ('{"button": "/request_human"}', {"button": "/request_human"}),
        ('{"location": [32.93, -5.66]}', {"location": [32.93, -5.66]}),
        ('{"contact": "+212600000001"}', {"contact": "+212600000001"}),
    ],
)
def test_a_line_is_a_turn(server, person, line, sent):
    (answer,) = run_lines(person, line)
    assert server.asked == [("/simulator/turns", {"account": "telegram", "person": "terminal", **sent})]
    assert server.tokens == {"Bearer secret"}
    user = json.loads(line) if line.startswith("{") and line.endswith("}") else line
    assert answer == {"user": user, **GREETING}


@pytest.mark.parametrize(
    ("kind", "name", "mime"),
    [
        ("photo", "card.jpg", "image/jpeg"),
        ("photo", "card.png", "image/png"),
        ("voice", "note.ogg", "audio/ogg"),
        ("photo", "unknown", "application/octet-stream"),
    ],
)
def test_a_file_is_sent_with_its_content(server, person, tmp_path, kind, name, mime):
    path = tmp_path / name
    path.write_bytes(b"content")
    run_lines(person, json.dumps({kind: str(path)}))
    content = {"name": name, "mime": mime, "data": base64.b64encode(b"content").decode()}
    assert server.asked[0][1][kind] == content


@pytest.mark.parametrize(
    ("turn", "reason"),
    [
        ({"photo": "missing.jpg"}, "missing.jpg cannot be read: No such file"),
        ({"photo": "."}, "cannot be read"),
        ({"sing": "a song"}, "exactly one of text, button"),
        ({"text": "slm", "button": "/greet"}, "exactly one of"),
        ({}, "exactly one of"),
    ],
)
def test_a_turn_that_cannot_be_sent_is_told_and_the_conversation_goes_on(person, capsys, turn, reason):
    wrong, right = run_lines(person, json.dumps(turn), "slm")
    assert wrong["user"] == turn
    assert reason in wrong["error"]
    assert reason in capsys.readouterr().err.replace("\n", " ")
    assert right["intent"] == "greet"


@pytest.mark.parametrize(
    ("status", "content", "reason"),
    [
        (422, {"detail": "the file is too large for this channel"}, "the file is too large for this channel"),
        (422, {"detail": [{"msg": "Input should be a valid number"}]}, "Input should be a valid number"),
        (504, {"detail": "no answer in time; the message is kept"}, "no answer in time"),
        (500, "oops", "HTTP 500"),
    ],
)
def test_a_turn_that_the_assistant_does_not_take_is_told(server, person, status, content, reason):
    server.answer = lambda _path, _body: (status, content)
    (answer,) = run_lines(person, "slm")
    assert reason in answer["error"]


@pytest.mark.parametrize("status", [401, 404])
def test_a_server_that_is_not_ours_ends_the_conversation(server, person, status):
    server.answer = lambda _path, _body: (status, {})
    with pytest.raises(SettingsError, match="takes no turns"):
        run_lines(person, "slm")


def test_a_server_that_is_gone_ends_the_conversation():
    person = Person(f"http://127.0.0.1:{choose_free_ports(1)[0]}", "secret", "telegram", "terminal", patience=0)
    with pytest.raises(SettingsError, match="does not answer"):
        run_lines(person, "slm")
    person.close()


@pytest.mark.parametrize(
    ("account", "name", "phone"),
    [("whatsapp", "+212600000001", "+212600000001"), ("whatsapp", "amina", None), ("telegram", "+212600000001", None)],
)
def test_on_whatsapp_a_number_is_a_verified_number(server, account, name, phone):
    server.answer = lambda _path, _body: (200, GREETING)
    person = Person(server.address, "secret", account, name)
    run_lines(person, "slm")
    person.close()
    assert server.asked[0][1].get("phone") == phone


def test_bytes_that_are_no_text_do_not_end_the_conversation(person):
    sink = io.BytesIO()
    converse(person, [b"\xff\n"], sink)
    assert json.loads(sink.getvalue())["user"] == "\ufffd"


def test_at_the_terminal_a_number_taps_a_button(server, person):
    screen = Console(file=io.StringIO(), width=80)
    talk(person, ["slm", " ", "2", "7", '{"location": [32.9, -5.6]}'], screen)
    sent = [{**body} for _, body in server.asked]
    contents = [{key: value for key, value in body.items() if key not in ("account", "person")} for body in sent]
    assert contents == [{"text": "slm"}, {"button": "/request_human"}, {"text": "7"}, {"location": [32.9, -5.6]}]
    assert "2. شخص" in screen.file.getvalue()


def test_the_command_uses_the_assistant_that_runs(settings, server):
    server.answer = lambda _path, _body: (200, GREETING)
    with RunFile(settings.home) as note:
        note.write(Running(1, server.port, 1))
        run = CliRunner().invoke(app, ["chat", "--json", "--channel", "whatsapp", "--person", "amina"], input="سلام\n")
    assert run.exit_code == 0
    assert json.loads(run.stdout) == {"user": "سلام", **GREETING}
    assert server.asked == [("/simulator/turns", {"account": "whatsapp", "person": "amina", "text": "سلام"})]
    assert server.tokens == {f"Bearer {settings.read_internal_token()}"}
