"""Ports, addresses and environments of the two processes."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from bot.commands import servers
from bot.errors import SettingsError
from bot.settings import Settings


def bind(port: int = 0) -> socket.socket:
    return socket.create_server(("127.0.0.1", port))


@pytest.mark.parametrize(
    ("field", "variable"),
    [("port", "AWRACH_PORT"), ("rasa_port", "AWRACH_RASA_PORT"), ("actions_port", "AWRACH_ACTIONS_PORT")],
)
def test_a_busy_port_is_named_with_the_variable_to_change(settings, field, variable):
    free = dict(zip(("port", "rasa_port", "actions_port"), servers.choose_free_ports(3), strict=True))
    servers.check_ports(settings.model_copy(update=free))
    with bind() as taken:
        port = taken.getsockname()[1]
        with pytest.raises(SettingsError, match=rf"Port {port} on 127.0.0.1 is in use.*{variable}=\d+"):
            servers.check_ports(settings.model_copy(update={**free, field: port}))


def test_one_port_for_two_servers_is_refused(settings):
    one, two = servers.choose_free_ports(2)
    asked = {"port": one, "rasa_port": two, "actions_port": one}
    with pytest.raises(SettingsError, match=f"Port {one} is asked for twice.*AWRACH_ACTIONS_PORT"):
        servers.check_ports(settings.model_copy(update=asked))


def test_an_address_of_another_machine_is_told(settings):
    with pytest.raises(SettingsError, match=r"192\.0\.2\.1.*AWRACH_HOST"):
        servers.check_ports(settings.model_copy(update={"host": "192.0.2.1"}))


def test_free_ports_are_free_and_different():
    ports = servers.choose_free_ports(5)
    assert len(set(ports)) == 5
    for port in ports:
        bind(port).close()


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("127.0.0.1", "http://127.0.0.1:8080"),
        ("0.0.0.0", "http://127.0.0.1:8080"),
        ("::", "http://127.0.0.1:8080"),
        ("::1", "http://[::1]:8080"),
        ("192.0.2.7", "http://192.0.2.7:8080"),
    ],
)
def test_the_address_is_one_to_open_on_this_machine(settings, host, address):
    assert servers.locate(settings.model_copy(update={"host": host})) == address


def test_a_server_of_a_commands_own_reaches_no_real_channel(settings, monkeypatch, tmp_path):
    environment = dict(os.environ)
    env = tmp_path / ".env"
    env.write_text("TELEGRAM_BOT_TOKEN=1:secret\nPUBLIC_URL=https://assistant.example.ma\n")
    monkeypatch.setitem(Settings.model_config, "env_file", env)
    assert Settings().telegram_bot_token
    try:
        own = servers.isolate(Settings())
    finally:
        os.environ.clear()
        os.environ.update(environment)
    assert not own.telegram_bot_token
    assert not own.public_url
    assert own.host == "127.0.0.1"
    assert own.demo
    assert len({own.port, own.rasa_port, own.actions_port} - {8080, 5005, 5055}) == 3


def test_rasa_is_given_the_token_by_its_environment_and_is_ready_with_a_model(settings, server):
    rasa = servers.describe_rasa(settings.model_copy(update={"rasa_port": server.port}), Path("m"), Path("t.db"))
    token = settings.read_internal_token()
    assert token not in " ".join(rasa.command)
    assert rasa.environment["AWRACH_INTERNAL_TOKEN"] == token
    server.answer = lambda _path, _body: (503, {"ready": False})
    assert not rasa.is_ready()
    server.answer = lambda _path, _body: (200, {"ready": True})
    assert rasa.is_ready()
    assert server.tokens == {f"Bearer {token}"}
    assert server.asked[0][0] == "/webhooks/gateway/"


def test_the_bot_is_ready_when_its_health_says_so(settings, server):
    bot = servers.describe_bot(settings.model_copy(update={"port": server.port}))
    assert bot.is_ready()
    assert server.asked == [("/health", None)]
    assert not servers.describe_bot(settings.model_copy(update={"port": servers.choose_free_ports(1)[0]})).is_ready()


def test_a_database_that_is_away_is_told_without_its_password(settings):
    (port,) = servers.choose_free_ports(1)
    away = settings.model_copy(update={"database_url": f"postgresql://awrach:hunter2@127.0.0.1:{port}/awrach"})
    with pytest.raises(SettingsError, match="database cannot be used") as raised:
        servers.migrate(away)
    assert "hunter2" not in str(raised.value)


def test_a_database_is_made_and_loaded_apart(settings, monkeypatch, tmp_path):
    servers.prepare_database_apart(examples=True)
    assert not servers.prepare_database(settings, examples=True)
    (port,) = servers.choose_free_ports(1)
    monkeypatch.setenv("DATABASE_URL", f"postgresql://awrach:hunter2@127.0.0.1:{port}/awrach")
    monkeypatch.setenv("AWRACH_SECRET_KEY", "k" * 32)
    with pytest.raises(SettingsError, match=r"^The database cannot be used: ") as raised:
        servers.prepare_database_apart(examples=False)
    assert "hunter2" not in str(raised.value)
