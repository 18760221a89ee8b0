"""`awrach up` and `awrach demo`: starts the assistant and looks after it."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Annotated

import httpx
import typer
from rich.console import Console
from rich.markup import escape

from bot.commands import servers
from bot.commands.runfile import RunFile, Running
from bot.commands.terminal import console, progress
from bot.interrupts import Interrupts
from bot.settings import Settings, read_settings
from bot.supervisor import Supervisor

WATCH_SECONDS = 0.5


def up() -> None:
    """Start the assistant with the configured settings, and keep it running until Ctrl-C."""
    run(read_settings())


def demo(
    attached: Annotated[bool, typer.Option("--attached", hidden=True, help="Stop when the caller is gone.")] = False,
) -> None:
    """Start the assistant with the phone simulator and an example register; no tokens are needed."""
    os.environ["AWRACH_DEMO"] = "1"
    run(Settings(), watch_caller() if attached else lambda: False)


def watch_caller() -> Callable[[], bool]:
    """What tells whether the process that started this one, or the terminal that both are on, is gone.

    `make` outlives its terminal as long as its recipe runs, and the recipe would never hear of it.
    """
    caller, had_terminal = os.getppid(), _has_terminal()
    return lambda: os.getppid() != caller or (had_terminal and not _has_terminal())


def run(settings: Settings, is_abandoned: Callable[[], bool] = lambda: False) -> None:
    """Starts Rasa and the bot and returns when they have been stopped.

    Args:
        settings: of the assistant.
        is_abandoned: whether to stop, because nobody is there any more who would say so.

    Raises:
        SettingsError: when something does not allow the start, or a process does not stay alive.
    """
    interrupts = Interrupts()
    interrupts.install()
    try:
        with RunFile(settings.home) as note:
            servers.check_ports(settings)
            model = servers.prepare_model(settings, interrupts)
            with Supervisor(interrupts, Path.cwd()) as supervisor:
                _start(supervisor, settings, model)
                note.write(Running(os.getpid(), settings.port, settings.rasa_port))
                _introduce(settings)
                while not is_abandoned():
                    for event in supervisor.check():
                        console.print(escape(event))
                    time.sleep(WATCH_SECONDS)
    except KeyboardInterrupt:
        # The terminal itself may be what went away.
        with suppress(OSError):
            console.print("Stopped.")


def _start(supervisor: Supervisor, settings: Settings, model: Path) -> None:
    with progress("Starting Rasa and the bot ...") as show:
        # Rasa loads its model while the database is made ready.
        supervisor.start(servers.describe_rasa(settings, model, settings.home / "trackers.db"))
        servers.prepare_database_apart(examples=settings.demo)
        supervisor.start(servers.describe_bot(settings))
        supervisor.wait_until_ready(servers.START_SECONDS, lambda name: show(f"{name} is ready ..."))


def _has_terminal() -> bool:
    try:
        os.close(os.open(os.ctermid(), os.O_RDONLY | os.O_NOCTTY))
    except OSError:
        return False
    return True


def _introduce(settings: Settings) -> None:
    address = servers.locate(settings)
    lines = ["[bold green]Awrach is ready.[/]"]
    if settings.demo:
        lines.append(f"  Phone simulator  {address}/simulator")
    lines.append(f"  Logs             {escape(str(settings.home / 'log'))}")
    lines.append("  Stop             Ctrl-C")
    real = _list_real_channels(address)
    if real:
        lines.append(f"  Channels         {escape(', '.join(real))}")
    else:
        lines.append("  Real channels    put a Telegram token or Twilio's settings into .env (see .env.example),")
        lines.append("                   check them with `uv run awrach doctor`, start with `uv run awrach up`")
    Console(highlight=False, soft_wrap=True).print("\n".join(lines))


def _list_real_channels(address: str) -> list[str]:
    try:
        channels = httpx.get(f"{address}/health", trust_env=False, timeout=5.0).json()["channels"]
    except (httpx.HTTPError, ValueError, KeyError):
        return []
    return [str(name) for name in channels if not str(name).startswith("simulator")]
