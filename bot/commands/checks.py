"""What `awrach doctor` looks at: each check a function from the settings to findings."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import make_url
from sqlalchemy.exc import SQLAlchemyError

from bot.commands.model import read_rasa_version
from bot.commands.runfile import find_running
from bot.commands.servers import find_obstacle
from bot.errors import SettingsError
from bot.registry.migrations import is_current
from bot.settings import Settings
from bot.trained import present_model

PROVIDER_SECONDS = 5.0
# core.telegram.org/bots/api#authorizing-your-bot; www.twilio.com/docs/iam/api/account
_TELEGRAM_TOKEN = re.compile(r"\d{6,}:[\w-]{30,}")
_TWILIO_SID = re.compile(r"AC[0-9a-f]{32}")
_TWILIO_TOKEN = re.compile(r"[0-9a-f]{32}")
_TWILIO_SENDER = re.compile(r"whatsapp:\+\d{8,15}|MG[0-9a-f]{32}")


class State(StrEnum):
    """How a finding stands."""

    GOOD = "✓"
    BROKEN = "✗"
    OPEN = "–"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the table.

    Attributes:
        subject: what was looked at.
        state: whether it works, is broken, or is neither: not configured, or not made yet.
        text: what was found.
        advice: what to do about it.
    """

    subject: str
    state: State
    text: str
    advice: str = ""


Check = Callable[[Settings, httpx.Client], Iterator[Finding]]


def check_python(_settings: Settings, _client: httpx.Client) -> Iterator[Finding]:
    """The Pythons of both environments."""
    version = ".".join(map(str, sys.version_info[:3]))
    recent = sys.version_info >= (3, 11)
    yield Finding(
        "Bot's environment",
        State.GOOD if recent else State.BROKEN,
        f"Python {version}",
        "" if recent else "Start it from .venv: `uv sync --frozen --python 3.11`",
    )
    rasa = read_rasa_version()
    if rasa and rasa.startswith("Python 3.10."):
        yield Finding("Rasa's environment", State.GOOD, rasa)
    else:
        advice = "`make environments` sets up .venv-rasa"
        yield Finding("Rasa's environment", State.BROKEN, rasa or "missing or incomplete", advice)


def check_model(_settings: Settings, _client: httpx.Client) -> Iterator[Finding]:
    """The model for the present data."""
    model = present_model()
    if model.exists():
        yield Finding("Model", State.GOOD, model.name)
    else:
        yield Finding("Model", State.OPEN, "none for the present data", "`awrach train`; `awrach up` does it by itself")


def check_database(settings: Settings, _client: httpx.Client) -> Iterator[Finding]:
    """The database: reachable and migrated."""
    url = make_url(settings.database)
    name = url.render_as_string(hide_password=True)
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").exists():
        yield Finding("Database", State.OPEN, f"{name} is not made yet", "`awrach db upgrade`; `awrach up` does it too")
        return
    try:
        current = is_current(settings.database)
    except SQLAlchemyError as error:
        # The driver's words may hold the address with the password.
        text = f"{name} cannot be reached ({type(error).__name__})"
        yield Finding("Database", State.BROKEN, text, "Look at DATABASE_URL, and whether the server runs")
        return
    if current:
        yield Finding("Database", State.GOOD, f"{name}, migrated")
    else:
        yield Finding("Database", State.OPEN, f"{name} has not all migrations", "`awrach db upgrade`")


def check_redis(settings: Settings, _client: httpx.Client) -> Iterator[Finding]:
    """Redis, where it is configured."""
    from redis import Redis, RedisError

    if not settings.redis_url:
        yield Finding("Redis", State.OPEN, "not used: locks and limits are this process's own")
        return
    try:
        with Redis.from_url(settings.redis_url, socket_timeout=2, socket_connect_timeout=2) as redis:
            redis.ping()
    except (RedisError, ValueError) as error:
        text = f"cannot be reached ({type(error).__name__})"
        yield Finding("Redis", State.BROKEN, text, "Look at REDIS_URL, and whether the server runs")
    else:
        yield Finding("Redis", State.GOOD, "answers")


def check_secret(settings: Settings, _client: httpx.Client) -> Iterator[Finding]:
    """The key of the encrypted columns."""
    if settings.secret_key:
        yield Finding("Secret key", State.GOOD, "AWRACH_SECRET_KEY is set")
    elif settings.database_url:
        advice = "Make one with `openssl rand -base64 32`, put it into .env, and keep a copy"
        yield Finding("Secret key", State.BROKEN, "AWRACH_SECRET_KEY is not set, DATABASE_URL is", advice)
    else:
        file = settings.home / "secret.key"
        text = f"{file}" if file.exists() else f"is made at the first start: {file}"
        yield Finding("Secret key", State.GOOD, text, "Keep a copy: without it the data cannot be read")


def check_ports(settings: Settings, _client: httpx.Client) -> Iterator[Finding]:
    """The three ports."""
    running = find_running(settings.home)
    if running:
        yield Finding("Ports", State.GOOD, f"awrach runs (process {running.pid}, port {running.port})")
        return
    for variable, host, port in (
        ("AWRACH_PORT", settings.host, settings.port),
        ("AWRACH_RASA_PORT", "127.0.0.1", settings.rasa_port),
        ("AWRACH_ACTIONS_PORT", "127.0.0.1", settings.actions_port),
    ):
        obstacle = find_obstacle(host, port)
        if obstacle:
            yield Finding(f"Port {port}", State.BROKEN, obstacle, f"Choose another one: {variable}=...")
        else:
            yield Finding(f"Port {port}", State.GOOD, f"free ({variable})")


def check_public_url(settings: Settings, client: httpx.Client) -> Iterator[Finding]:
    """The address at which the providers reach us."""
    url = settings.public_url
    if not url:
        if settings.twilio_account_sid:
            advice = "WhatsApp needs it: https and a name that Twilio can reach"
            yield Finding("Public URL", State.BROKEN, "PUBLIC_URL is not set", advice)
        else:
            yield Finding("Public URL", State.OPEN, "not set: Telegram is polled")
    elif not url.startswith("https://"):
        yield Finding("Public URL", State.BROKEN, f"{url} is not https", "Telegram and Twilio ask for https")
    else:
        try:
            answer = client.get(f"{url}/health")
        except httpx.HTTPError as error:
            text = f"{url} gives no answer ({type(error).__name__})"
            yield Finding("Public URL", State.OPEN, text, "It must lead to this machine when `awrach up` runs")
        else:
            state = State.GOOD if answer.is_success else State.OPEN
            yield Finding("Public URL", state, f"{url}/health gives HTTP {answer.status_code}")


def check_telegram(settings: Settings, client: httpx.Client) -> Iterator[Finding]:
    """The Telegram token, the bot that it belongs to, and its webhook."""
    token = settings.telegram_bot_token.get_secret_value() if settings.telegram_bot_token else ""
    if not token:
        yield Finding("Telegram", State.OPEN, "TELEGRAM_BOT_TOKEN is not set", "@BotFather on Telegram gives one")
        return
    if not _TELEGRAM_TOKEN.fullmatch(token):
        yield Finding("Telegram", State.BROKEN, "TELEGRAM_BOT_TOKEN is no token", "It looks like 123456:ABC-DEF...")
        return
    base = f"{settings.telegram_api_base_url}/bot{token}"
    try:
        me = _call(client, f"{base}/getMe")["result"]
        webhook = _call(client, f"{base}/getWebhookInfo")["result"]
    except SettingsError as error:
        yield Finding("Telegram", *_judge(error, "Ask @BotFather for the token again (/token)"))
        return
    yield Finding("Telegram", State.GOOD, f"@{me.get('username')}")
    yield _judge_webhook(webhook, settings.public_url)


def _judge_webhook(webhook: dict[str, Any], public_url: str | None) -> Finding:
    registered = webhook.get("url") or ""
    waiting = f"{webhook.get('pending_update_count', 0)} updates wait"
    if webhook.get("last_error_message"):
        waiting += f"; last error: {webhook['last_error_message']}"
    if not public_url:
        text = "a webhook is registered, it is removed for polling at the start" if registered else "polling"
        return Finding("Telegram webhook", State.GOOD, f"{text}; {waiting}")
    if registered.startswith(public_url + "/"):
        return Finding("Telegram webhook", State.GOOD, f"registered; {waiting}")
    return Finding("Telegram webhook", State.OPEN, f"not registered at {public_url}; {waiting}", "`awrach up` does it")


def check_whatsapp(settings: Settings, client: httpx.Client) -> Iterator[Finding]:
    """Twilio's account, token and sender."""
    sid, secret = settings.twilio_account_sid, settings.twilio_auth_token
    token = secret.get_secret_value() if secret else ""
    if not sid and not token:
        yield Finding("WhatsApp", State.OPEN, "TWILIO_ACCOUNT_SID is not set", "console.twilio.com shows SID and token")
        return
    sender = settings.whatsapp_sender or ""
    for variable, value, form, example in (
        ("TWILIO_ACCOUNT_SID", sid or "", _TWILIO_SID, "AC and 32 digits from 0-9a-f"),
        ("TWILIO_AUTH_TOKEN", token, _TWILIO_TOKEN, "32 digits from 0-9a-f"),
        ("TWILIO_WHATSAPP_FROM", sender, _TWILIO_SENDER, "whatsapp:+212..., or TWILIO_MESSAGING_SERVICE_SID: MG..."),
    ):
        if not form.fullmatch(value):
            text = f"{variable} is {'not well-formed' if value else 'not set'}"
            yield Finding("WhatsApp", State.BROKEN, text, f"It looks like: {example}")
            return
    base = settings.twilio_api_base_url or "https://api.twilio.com"
    try:
        account = _call(client, f"{base}/2010-04-01/Accounts/{sid}.json", auth=(sid or "", token))
    except SettingsError as error:
        yield Finding("WhatsApp", *_judge(error, "Compare SID and token with console.twilio.com"))
        return
    active = account.get("status") == "active"
    text = f"Twilio account {account.get('status')}, sender {sender}"
    yield Finding("WhatsApp", State.GOOD if active else State.BROKEN, text, "" if active else "See console.twilio.com")


def _call(client: httpx.Client, url: str, auth: tuple[str, str] | None = None) -> dict[str, Any]:
    # Never the error's own text: it holds the URL, and the URL may hold the token.
    try:
        response = client.get(url, auth=auth) if auth else client.get(url)
    except httpx.HTTPError as error:
        raise SettingsError(f"cannot be reached from here ({type(error).__name__})") from None
    if response.status_code in (401, 403, 404):
        raise SettingsError("the provider refuses the token")
    try:
        answer: dict[str, Any] = response.raise_for_status().json()
    except (httpx.HTTPError, ValueError):
        raise SettingsError(f"the provider answers HTTP {response.status_code}") from None
    return answer


def _judge(error: SettingsError, advice: str) -> tuple[State, str, str]:
    refused = "refuses" in str(error)
    return State.BROKEN if refused else State.OPEN, str(error), advice if refused else "Look at the connection"


CHECKS: tuple[Check, ...] = (
    check_python,
    check_model,
    check_database,
    check_redis,
    check_secret,
    check_ports,
    check_public_url,
    check_telegram,
    check_whatsapp,
)
