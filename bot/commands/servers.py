"""The two processes of the assistant, as they are started from the command line."""

from __future__ import annotations

import errno
import os
import socket
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import httpx

from bot.commands.model import QUIET, RASA, check_environment, train_embedding, train_model
from bot.commands.terminal import console, progress
from bot.errors import SettingsError
from bot.interrupts import Interrupts
from bot.settings import DATA, Settings
from bot.supervisor import Program
from bot.trained import present_embedding, present_model

START_SECONDS = 180.0
_LOOPBACK = "127.0.0.1"
_CHANNEL_SETTINGS = (
    "TELEGRAM_BOT_TOKEN",
    "TWILIO_ACCOUNT_SID",
    "TWILIO_AUTH_TOKEN",
    "TWILIO_WHATSAPP_FROM",
    "TWILIO_MESSAGING_SERVICE_SID",
    "PUBLIC_URL",
)


def check_ports(settings: Settings) -> None:
    """Looks whether the address and the three ports can be had.

    Raises:
        SettingsError: when one cannot; it names the variable to change.
    """
    ports = {
        "AWRACH_PORT": (settings.host, settings.port),
        "AWRACH_RASA_PORT": (_LOOPBACK, settings.rasa_port),
        "AWRACH_ACTIONS_PORT": (_LOOPBACK, settings.actions_port),
    }
    if find_obstacle(settings.host, 0):
        raise SettingsError(f"{settings.host} is no address of this machine. AWRACH_HOST is the one to listen on.")
    taken: set[int] = set()
    for variable, (host, port) in ports.items():
        reason = "is asked for twice" if port in taken else find_obstacle(host, port)
        if reason:
            raise SettingsError(f"Port {port} {reason}. Choose another one: {variable}={_choose_near(host, port)}")
        taken.add(port)


def find_obstacle(host: str, port: int) -> str | None:
    """Why a server could not listen on a port, in words, or None where it could."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            reasons = {
                errno.EADDRINUSE: f"on {host} is in use by another program",
                errno.EACCES: "may be used by root only",
            }
            return reasons.get(error.errno or 0, f"on {host} cannot be had: {error.strerror}")
    return None


def _choose_near(host: str, port: int) -> int:
    lowest = port + 1 if port >= 1024 else 8080
    return next(near for near in range(lowest, 65536) if not find_obstacle(host, near))


def choose_free_ports(count: int) -> list[int]:
    """Ports on loopback that nobody uses now."""
    probes = [socket.create_server((_LOOPBACK, 0)) for _ in range(count)]
    try:
        return [probe.getsockname()[1] for probe in probes]
    finally:
        for probe in probes:
            probe.close()


def isolate(settings: Settings) -> Settings:
    """Settings for an assistant of a command's own: free ports on loopback, no real channels.

    They are put into this process's environment, from where its child processes have them.
    """
    port, rasa_port, actions_port = choose_free_ports(3)
    os.environ.update(
        # An empty value stands in the way of the one in .env.
        dict.fromkeys(_CHANNEL_SETTINGS, ""),
        AWRACH_DEMO="1",
        AWRACH_HOST=_LOOPBACK,
        AWRACH_HOME=str(settings.home.resolve()),
        AWRACH_PORT=str(port),
        AWRACH_RASA_PORT=str(rasa_port),
        AWRACH_ACTIONS_PORT=str(actions_port),
    )
    return Settings()


def prepare_model(settings: Settings, interrupts: Interrupts, *, force: bool = False) -> Path:
    """The model for the present data, and the embedding beside it, trained first where missing or `force` asks for it.

    Raises:
        SettingsError: when a training fails.
    """
    check_environment()
    model, embedding, logs = present_model(), present_embedding(), settings.home / "log"
    if force or not model.exists():
        with progress("Training the model for the present data (about a minute) ...") as show:
            seconds = train_model(
                model, logs / "train.log", interrupts, lambda step: show(f"Training the model: {step} ...")
            )
        console.print(f"Trained {model.name} in {seconds:.0f} s.")
    if force or not embedding.exists():
        with progress("Learning to find answers (a minute or two) ..."):
            seconds = train_embedding(embedding, logs / "learning.log", interrupts)
        console.print(f"Learned {embedding.name} in {seconds:.0f} s.")
    return model


def migrate(settings: Settings) -> None:
    """Brings the database to the present shape of the registry.

    Raises:
        SettingsError: when the database cannot be reached or is of a later release.
    """
    from alembic.util import CommandError
    from sqlalchemy import make_url
    from sqlalchemy.exc import OperationalError

    from bot.registry.migrations import upgrade

    url = make_url(settings.database)
    if url.get_backend_name() == "sqlite" and url.database:
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    try:
        upgrade(settings.database)
    except OperationalError as error:
        reason = str(error.orig).strip().splitlines()[0]
        raise SettingsError(f"The database cannot be used: {reason}. `awrach doctor` tells more.") from error
    except CommandError as error:
        raise SettingsError(f"The database cannot be migrated: {error}") from error


def prepare_database(settings: Settings, *, examples: bool) -> bool:
    """Migrates the database and loads the files in data/ into it.

    Args:
        settings: name the database.
        examples: whether to load the example register as well.

    Returns:
        Whether there was anything new to load.

    Raises:
        SettingsError: when the database cannot be used.
    """
    from bot.registry.database import Database
    from bot.registry.loading import load

    migrate(settings)
    with closing(Database(settings.database, settings.read_secret_key())) as database:
        return load(database, DATA, demo=examples)


def prepare_database_apart(*, examples: bool) -> None:
    """`prepare_database` in a process of its own, whose memory is free again afterwards; with the settings of ours.

    Raises:
        SettingsError: when the database cannot be used.
    """
    command = [sys.executable, "-m", "bot", "db", "load", *(["--examples"] if examples else [])]
    run = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if run.returncode:
        raise SettingsError(run.stderr.split("Error: ", 1)[-1].strip())


def describe_rasa(settings: Settings, model: Path, trackers: Path, log: str = "rasa.log") -> Program:
    """The Rasa server.

    Args:
        settings: ports, token and Redis.
        model: file to serve.
        trackers: SQLite file of the conversations, where there is no Redis.
        log: name of the log.
    """
    token = settings.read_internal_token()
    return Program(
        "Rasa",
        (
            *(str(RASA / "python"), "-m", "nlu.serve", "--model", str(model), "--port", str(settings.rasa_port)),
            *("--actions", f"http://{_LOOPBACK}:{settings.actions_port}/webhook", "--trackers", str(trackers)),
        ),
        {**QUIET, "AWRACH_INTERNAL_TOKEN": token, "REDIS_URL": settings.redis_url or ""},
        settings.home / "log" / log,
        _probe(f"http://{_LOOPBACK}:{settings.rasa_port}/webhooks/gateway/", token),
    )


def describe_bot(settings: Settings, log: str = "bot.log") -> Program:
    """The process with the public port."""
    return Program(
        "The bot",
        (sys.executable, "-m", "bot.app"),
        {"AWRACH_HOME": str(settings.home.resolve())},
        settings.home / "log" / log,
        _probe(f"{locate(settings)}/health", settings.read_internal_token()),
    )


def locate(settings: Settings) -> str:
    """The address of the public port, as seen from this machine."""
    host = _LOOPBACK if settings.host in ("0.0.0.0", "::", "") else settings.host  # noqa: S104 - it is only compared
    return f"http://[{host}]:{settings.port}" if ":" in host else f"http://{host}:{settings.port}"


def _probe(url: str, token: str) -> Callable[[], bool]:
    # A proxy of the environment has no part in what goes over loopback.
    client = httpx.Client(trust_env=False, timeout=2.0, headers={"Authorization": f"Bearer {token}"})

    def is_ready() -> bool:
        try:
            return client.get(url).is_success
        except httpx.HTTPError:
            return False

    return is_ready
