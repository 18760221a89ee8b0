"""Settings, read from the environment and from .env."""

from __future__ import annotations

import secrets
from contextlib import suppress
from functools import lru_cache
from pathlib import Path

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.errors import SettingsError

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT / "data"


class Settings(BaseSettings):
    """What differs from one installation to the next.

    Every field is an environment variable of the same name in capitals; fields of the assistant itself carry
    the prefix AWRACH_.
    """

    model_config = SettingsConfigDict(env_file=ROOT / ".env", extra="ignore")

    telegram_bot_token: SecretStr | None = None
    telegram_api_base_url: str = "https://api.telegram.org"
    telegram_webhook_secret: SecretStr | None = None
    public_url: str | None = None
    twilio_account_sid: str | None = None
    twilio_auth_token: SecretStr | None = None
    twilio_auth_token_secondary: SecretStr | None = None
    twilio_whatsapp_from: str | None = None
    twilio_messaging_service_sid: str | None = None
    twilio_api_base_url: str | None = None
    database_url: str | None = None
    redis_url: str | None = None

    secret_key: SecretStr | None = Field(None, alias="AWRACH_SECRET_KEY", min_length=16)
    home: Path = Field(ROOT / "var", alias="AWRACH_HOME")
    host: str = Field("127.0.0.1", alias="AWRACH_HOST")
    port: int = Field(8080, alias="AWRACH_PORT", ge=1, le=65535)
    rasa_port: int = Field(5005, alias="AWRACH_RASA_PORT", ge=1, le=65535)
    actions_port: int = Field(5055, alias="AWRACH_ACTIONS_PORT", ge=1, le=65535)
    demo: bool = Field(False, alias="AWRACH_DEMO")

    @field_validator("public_url", "telegram_api_base_url", "twilio_api_base_url")
    @classmethod
    def _drop_trailing_slash(cls, url: str | None) -> str | None:
        return url.rstrip("/") if url else url

    @property
    def database(self) -> str:
        """The database URL: DATABASE_URL, else a SQLite file in the home folder."""
        url = self.database_url or f"sqlite:///{self.home / 'awrach.db'}"
        # Hosting companies still hand out the two short forms, which SQLAlchemy does not know.
        for short in ("postgres://", "postgresql://"):
            if url.startswith(short):
                return "postgresql+psycopg://" + url.removeprefix(short)
        return url

    @property
    def media_folder(self) -> Path:
        """Where documents that people sent are kept, encrypted."""
        return self.home / "media"

    @property
    def whatsapp_sender(self) -> str | None:
        """The account that WhatsApp messages go out from, as it stands in the registry."""
        return self.twilio_whatsapp_from or self.twilio_messaging_service_sid

    def read_secret_key(self) -> str:
        """The key of the encrypted columns.

        Without AWRACH_SECRET_KEY a key is made at the first start and kept in the home folder, readable by its
        owner only: a demo needs no hand steps, and its data can be read again after a restart.

        Raises:
            SettingsError: on PostgreSQL, where a key that lies on one machine only would be lost with it.
        """
        if self.secret_key:
            return self.secret_key.get_secret_value()
        return self._keep("secret.key", needs_setting=bool(self.database_url))

    def read_internal_token(self) -> str:
        """The token with which the project's own processes recognise one another on loopback."""
        return self._keep("internal.token", needs_setting=False)

    def _keep(self, name: str, *, needs_setting: bool) -> str:
        if needs_setting:
            raise SettingsError(
                "AWRACH_SECRET_KEY is not set. With DATABASE_URL it must be: "
                "make one with `openssl rand -base64 32`, put it in .env, and keep a copy."
            )
        path = self.home / name
        self._close_home()
        if path.exists():
            return path.read_text().strip()
        value = secrets.token_urlsafe(32)
        path.touch(mode=0o600)
        path.write_text(value)
        return value

    def _close_home(self) -> None:
        self.home.mkdir(mode=0o700, parents=True, exist_ok=True)
        if self.home.stat().st_mode & 0o077:
            # Earlier releases, or an administrator, made it open to all. It may be somebody else's.
            with suppress(PermissionError):
                self.home.chmod(0o700)


@lru_cache
def read_settings() -> Settings:
    """The settings of this process."""
    return Settings()
