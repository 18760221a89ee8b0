"""What is read from the environment, and what is refused."""

import stat

import pytest
from pydantic import ValidationError

from bot.errors import SettingsError
from bot.settings import Settings


@pytest.fixture
def make(monkeypatch, tmp_path):
    """Settings from nothing but what the test says, through the environment as in life."""
    for name, field in Settings.model_fields.items():
        monkeypatch.delenv((field.alias or name).upper(), raising=False)
    monkeypatch.chdir(tmp_path)

    def make(**environment):
        for name, value in {"AWRACH_HOME": str(tmp_path / "home"), **environment}.items():
            monkeypatch.setenv(name, value)
        return Settings()

    return make


@pytest.mark.parametrize(
    ("given", "used"),
    [
        ("postgres://u:p%40x@db:5432/awrach", "postgresql+psycopg://u:p%40x@db:5432/awrach"),
        ("postgresql://u@db/awrach?sslmode=require", "postgresql+psycopg://u@db/awrach?sslmode=require"),
        ("postgresql+psycopg://u@db/awrach", "postgresql+psycopg://u@db/awrach"),
        ("sqlite:////srv/awrach.db", "sqlite:////srv/awrach.db"),
    ],
)
def test_database_urls(make, given, used):
    assert make(DATABASE_URL=given).database == used


def test_without_a_database_url_it_is_a_file_in_the_home_folder(make, tmp_path):
    assert make().database == f"sqlite:///{tmp_path}/home/awrach.db"


def test_with_a_database_url_the_key_must_be_given(make):
    with pytest.raises(SettingsError, match="AWRACH_SECRET_KEY"):
        make(DATABASE_URL="postgres://u@db/awrach").read_secret_key()
    key = "k" * 16
    assert make(DATABASE_URL="postgres://u@db/awrach", AWRACH_SECRET_KEY=key).read_secret_key() == key


def test_a_short_key_is_refused(make):
    with pytest.raises(ValidationError):
        make(AWRACH_SECRET_KEY="short")


def test_a_demo_makes_its_key_once_and_for_its_owner_only(make, tmp_path):
    key = make().read_secret_key()
    assert make().read_secret_key() == key
    assert len(key) >= 32
    path = tmp_path / "home" / "secret.key"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert make().read_internal_token() not in ("", key)
    assert stat.S_IMODE((tmp_path / "home" / "internal.token").stat().st_mode) == 0o600


def test_no_secret_is_shown_by_accident(make):
    settings = make(
        TELEGRAM_BOT_TOKEN="1:telegram-secret",
        TWILIO_AUTH_TOKEN="twilio-secret",
        AWRACH_SECRET_KEY="column-secret-key",
        TELEGRAM_WEBHOOK_SECRET="webhook-secret",
    )
    assert "secret" not in repr(settings).replace("_secret", "").replace("secret_key", "")


def test_settings_are_read_from_the_project_s_file_too(make, tmp_path, monkeypatch):
    env = tmp_path / ".env"
    env.write_text("PUBLIC_URL=https://example.org/\nAWRACH_PORT=9000\nUNKNOWN=1\n")
    monkeypatch.setitem(Settings.model_config, "env_file", env)
    settings = make()
    assert (settings.public_url, settings.port) == ("https://example.org", 9000)
    assert make(AWRACH_PORT="9001").port == 9001


def test_the_variables_of_the_shell_are_not_ours(make, monkeypatch):
    for name in ("HOME", "HOST", "PORT", "DEMO", "SECRET_KEY"):
        monkeypatch.setenv(name, "/somewhere/else/8081")
    settings = make()
    assert "somewhere" not in f"{settings.home}{settings.host}{settings.secret_key}{settings.port}"


@pytest.mark.parametrize("port", ["0", "65536", "http"])
def test_ports_are_ports(make, port):
    with pytest.raises(ValidationError):
        make(AWRACH_PORT=port)


def test_the_whatsapp_sender_is_a_number_or_a_service(make):
    assert make().whatsapp_sender is None
    assert make(TWILIO_MESSAGING_SERVICE_SID="MG1").whatsapp_sender == "MG1"
    assert make(TWILIO_WHATSAPP_FROM="whatsapp:+212500000000").whatsapp_sender == "whatsapp:+212500000000"
