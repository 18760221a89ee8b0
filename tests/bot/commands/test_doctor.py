"""`awrach doctor` tells what is broken, what to do, and no secret."""

from __future__ import annotations

import socket
from types import SimpleNamespace

import httpx
import pytest
from typer.testing import CliRunner

from bot.__main__ import app
from bot.commands import checks
from bot.commands.checks import State
from bot.commands.runfile import RunFile, Running
from bot.commands.servers import choose_free_ports, migrate
from bot.settings import read_settings

TELEGRAM_TOKEN = "123456:" + "example_of_a_token_" * 2
SID = "AC" + "0" * 32
TWILIO_TOKEN = "1" * 32
SENDER = "whatsapp:+212600000009"


def look(check, settings, answer=lambda _request: httpx.Response(500), **changes):
    """The findings of a check, with the providers answering as `answer` says."""
    with httpx.Client(transport=httpx.MockTransport(answer)) as client:
        return list(check(settings.model_copy(update=changes), client))


def secret(value):
    return SimpleNamespace(get_secret_value=lambda: value)


def answer_telegram(webhook):
    def answer(request):
        assert request.url.path.startswith(f"/bot{TELEGRAM_TOKEN}/")
        method = request.url.path.rsplit("/", 1)[1]
        result = {"getMe": {"username": "example_bot"}, "getWebhookInfo": webhook}[method]
        return httpx.Response(200, json={"ok": True, "result": result})

    return answer


@pytest.mark.parametrize(
    ("token", "public_url", "webhook", "states", "words"),
    [
        ("", None, {}, [State.OPEN], "not set"),
        ("hello", None, {}, [State.BROKEN], "no token"),
        (TELEGRAM_TOKEN, None, {"url": "", "pending_update_count": 2}, [State.GOOD] * 2, "polling; 2 updates wait"),
        (TELEGRAM_TOKEN, None, {"url": "https://old.example"}, [State.GOOD] * 2, "removed for polling"),
        (TELEGRAM_TOKEN, "https://a.example", {"url": "https://a.example/x"}, [State.GOOD] * 2, "registered"),
        (TELEGRAM_TOKEN, "https://a.example", {"url": ""}, [State.GOOD, State.OPEN], "not registered"),
        (
            TELEGRAM_TOKEN,
            "https://a.example",
            {"url": "https://a.example.evil/x", "last_error_message": "Connection timed out"},
            [State.GOOD, State.OPEN],
            "Connection timed out",
        ),
    ],
)
def test_telegram(settings, token, public_url, webhook, states, words):
    findings = look(
        checks.check_telegram,
        settings,
        answer_telegram(webhook),
        telegram_bot_token=secret(token),
        public_url=public_url,
    )
    assert [finding.state for finding in findings] == states
    assert words in findings[-1].text


def refuse(_request):
    return httpx.Response(401, json={"ok": False})


def fail(_request):
    return httpx.Response(502, text="bad gateway")


def time_out(request):
    raise httpx.ConnectTimeout(f"cannot reach {request.url}")


@pytest.mark.parametrize(
    ("answer", "state", "words"),
    [(refuse, State.BROKEN, "refuses"), (fail, State.OPEN, "HTTP 502"), (time_out, State.OPEN, "ConnectTimeout")],
)
def test_a_provider_that_gives_no_good_answer(settings, answer, state, words):
    for check, changes in (
        (checks.check_telegram, {"telegram_bot_token": secret(TELEGRAM_TOKEN)}),
        (
            checks.check_whatsapp,
            {"twilio_account_sid": SID, "twilio_auth_token": secret(TWILIO_TOKEN), "twilio_whatsapp_from": SENDER},
        ),
    ):
        (finding,) = look(check, settings, answer, **changes)
        assert finding.state is state
        assert words in finding.text
        assert finding.advice
        assert TELEGRAM_TOKEN not in repr(finding)
        assert TWILIO_TOKEN not in repr(finding)


@pytest.mark.parametrize(
    ("sid", "token", "sender", "status", "state", "words"),
    [
        (None, "", None, "active", State.OPEN, "TWILIO_ACCOUNT_SID is not set"),
        (SID, "", SENDER, "active", State.BROKEN, "TWILIO_AUTH_TOKEN is not set"),
        ("hello", TWILIO_TOKEN, SENDER, "active", State.BROKEN, "TWILIO_ACCOUNT_SID is not well-formed"),
        (SID, TWILIO_TOKEN, None, "active", State.BROKEN, "TWILIO_WHATSAPP_FROM is not set"),
        (SID, TWILIO_TOKEN, "+212600000009", "active", State.BROKEN, "TWILIO_WHATSAPP_FROM is not well-formed"),
        (SID, TWILIO_TOKEN, SENDER, "active", State.GOOD, "account active"),
        (SID, TWILIO_TOKEN, "MG" + "a" * 32, "active", State.GOOD, "account active"),
        (SID, TWILIO_TOKEN, SENDER, "suspended", State.BROKEN, "account suspended"),
    ],
)
def test_whatsapp(settings, sid, token, sender, status, state, words):
    def answer(request):
        assert request.url.path == f"/2010-04-01/Accounts/{SID}.json"
        assert request.headers["Authorization"].startswith("Basic ")
        return httpx.Response(200, json={"status": status})

    (finding,) = look(
        checks.check_whatsapp,
        settings,
        answer,
        twilio_account_sid=sid,
        twilio_auth_token=secret(token),
        twilio_whatsapp_from=sender,
    )
    assert finding.state is state
    assert words in finding.text


@pytest.mark.parametrize(
    ("url", "sid", "answer", "state"),
    [
        (None, None, fail, State.OPEN),
        (None, SID, fail, State.BROKEN),
        ("http://a.example", None, fail, State.BROKEN),
        ("https://a.example", None, fail, State.OPEN),
        ("https://a.example", None, time_out, State.OPEN),
        ("https://a.example", None, lambda _request: httpx.Response(200), State.GOOD),
    ],
)
def test_the_public_url(settings, url, sid, answer, state):
    (finding,) = look(checks.check_public_url, settings, answer, public_url=url, twilio_account_sid=sid)
    assert finding.state is state


def test_the_database_is_not_made_then_behind_then_right(settings, tmp_path):
    (finding,) = look(checks.check_database, settings)
    assert (finding.state, "db upgrade" in finding.advice) == (State.OPEN, True)
    settings.home.mkdir()
    (settings.home / "awrach.db").touch()
    (finding,) = look(checks.check_database, settings)
    assert "has not all migrations" in finding.text
    migrate(settings)
    (finding,) = look(checks.check_database, settings)
    assert finding.state is State.GOOD


def test_a_database_or_redis_that_is_away_is_broken_and_its_password_not_shown(settings):
    (port,) = choose_free_ports(1)
    changes = {
        "database_url": f"postgresql://awrach:hunter2@127.0.0.1:{port}/awrach",
        "redis_url": f"redis://:hunter2@127.0.0.1:{port}/0",
    }
    for check in (checks.check_database, checks.check_redis):
        (finding,) = look(check, settings, **changes)
        assert finding.state is State.BROKEN
        assert "hunter2" not in repr(finding)
    assert look(checks.check_redis, settings)[0].state is State.OPEN


@pytest.mark.parametrize(
    ("key", "url", "state"),
    [
        (None, None, State.GOOD),
        (None, "postgresql://host/awrach", State.BROKEN),
        (secret("k" * 32), "postgresql://host/awrach", State.GOOD),
    ],
)
def test_the_secret_key(settings, key, url, state):
    (finding,) = look(checks.check_secret, settings, secret_key=key, database_url=url)
    assert finding.state is state
    assert "k" * 32 not in repr(finding)


def test_a_port_in_use_is_broken_unless_it_is_ours(settings):
    free = dict(zip(("port", "rasa_port", "actions_port"), choose_free_ports(3), strict=True))
    with socket.create_server(("127.0.0.1", free["port"])):
        taken, *others = look(checks.check_ports, settings, **free)
        assert (taken.state, "AWRACH_PORT" in taken.advice) == (State.BROKEN, True)
        assert {finding.state for finding in others} == {State.GOOD}
        with RunFile(settings.home) as note:
            note.write(Running(77, free["port"], free["rasa_port"]))
            (finding,) = look(checks.check_ports, settings, **free)
    assert (finding.state, "process 77" in finding.text) == (State.GOOD, True)


def test_the_command_ends_with_1_where_something_needed_is_broken(settings, monkeypatch):
    ports = choose_free_ports(3)
    for name, port in zip(("AWRACH_PORT", "AWRACH_RASA_PORT", "AWRACH_ACTIONS_PORT"), ports, strict=True):
        monkeypatch.setenv(name, str(port))
    monkeypatch.setattr(checks, "read_rasa_version", lambda: "Python 3.10.13, Rasa 3.6.21")
    good = CliRunner().invoke(app, ["doctor"])
    assert good.exit_code == 0
    assert "✗" not in good.stdout
    monkeypatch.setattr(checks, "read_rasa_version", lambda: None)
    broken = CliRunner().invoke(app, ["doctor"])
    assert broken.exit_code == 1
    assert "✗" in broken.stdout
    assert "make environments" in broken.stdout


def test_a_setting_that_is_wrong_is_named_and_its_value_is_not(settings, monkeypatch):
    monkeypatch.setenv("AWRACH_SECRET_KEY", "hunter2")
    monkeypatch.setenv("AWRACH_PORT", "eighty")
    read_settings.cache_clear()
    run = CliRunner().invoke(app, ["doctor"])
    assert run.exit_code == 1
    assert "AWRACH_SECRET_KEY" in run.stderr
    assert "AWRACH_PORT" in run.stderr
    assert "hunter2" not in run.output
