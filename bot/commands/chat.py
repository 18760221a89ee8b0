"""`awrach chat`: a conversation in the terminal."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, nullcontext
from enum import StrEnum
from pathlib import Path
from typing import Annotated, BinaryIO

import typer
from rich.console import Console
from rich.text import Text

from bot.commands import servers
from bot.commands.lines import write_json
from bot.commands.runfile import RunFile, find_running
from bot.commands.terminal import complain, progress
from bot.commands.turns import Person, TurnRejected, read_content, read_turn
from bot.interrupts import Interrupts
from bot.settings import Settings, read_settings
from bot.supervisor import Supervisor


class Account(StrEnum):
    """The channel whose ways and limits the conversation has."""

    TELEGRAM = "telegram"
    WHATSAPP = "whatsapp"


def chat(
    json_lines: Annotated[
        bool, typer.Option("--json", help="One turn a line on standard input, one JSON object a turn on output.")
    ] = False,
    channel: Annotated[Account, typer.Option(help="The channel to talk through.")] = Account.TELEGRAM,
    person: Annotated[str, typer.Option(help="Who talks; on WhatsApp also a phone number.")] = "terminal",
    db: Annotated[
        Path | None, typer.Option(dir_okay=False, help="SQLite file to use; a server of its own is started.")
    ] = None,
) -> None:
    """Talk with the assistant.

    A line is a text or an object: {"button": payload}, {"photo": path}, {"voice": path}, {"location": (lat, lon as
    a list)}, {"contact": phone number}. Without --json, the buttons of the last answer are tapped by number.
    """
    settings = read_settings()
    running = find_running(settings.home) if db is None else None
    with _join(settings, running.port) if running else _serve(settings, db) as address:
        someone = Person(address, settings.read_internal_token(), channel, person)
        if json_lines:
            converse(someone, sys.stdin.buffer, sys.stdout.buffer)
        else:
            talk(someone, _read_prompt(), Console(highlight=False, soft_wrap=True))
        someone.close()


def converse(person: Person, source: Iterable[bytes], sink: BinaryIO) -> None:
    """Sends each line of `source` and writes the answer, one JSON object a line.

    A turn that cannot be sent gives an object with `error` in place of an answer, and the conversation goes on.
    """
    for line in source:
        turn = read_turn(line.decode("utf-8", "replace").rstrip("\r\n"))
        try:
            answer = person.send(read_content(turn))
        except TurnRejected as error:
            complain(str(error))
            answer = {"error": str(error)}
        write_json(sink, {"user": turn, **answer})


def talk(person: Person, lines: Iterable[str], screen: Console) -> None:
    """Sends each line and shows the answer; the buttons of the last answer are tapped by their number."""
    payloads: list[str] = []
    for line in lines:
        if not line.strip():
            continue
        number = int(line) if line.strip().isdecimal() else 0
        turn = {"button": payloads[number - 1]} if 0 < number <= len(payloads) else read_turn(line)
        try:
            answer = person.send(read_content(turn))
        except TurnRejected as error:
            complain(str(error))
            continue
        payloads = []
        for reply in answer["replies"]:
            screen.print(Text(reply["text"], style="cyan"))
            for button in reply["buttons"]:
                payloads.append(button["payload"])
                screen.print(Text(f"  {len(payloads)}. {button['title']}", style="green"))
        screen.print(Text(f"{answer['intent']} · {answer['topic'] or '–'}", style="dim"))


def _read_prompt() -> Iterator[str]:
    while True:
        try:
            yield input("> " if sys.stdin.isatty() else "")
        except EOFError:
            return


@contextmanager
def _join(settings: Settings, port: int) -> Iterator[str]:
    yield servers.locate(settings.model_copy(update={"port": port}))


@contextmanager
def _serve(settings: Settings, db: Path | None) -> Iterator[str]:
    """An assistant for this conversation only; yields the address of its public port."""
    interrupts = Interrupts()
    interrupts.install()
    is_new = db is not None and not db.exists()
    trackers = settings.home / "trackers.db"
    if db is not None:
        # A file of another place still belongs to this installation: it is opened with the same key.
        os.environ["AWRACH_SECRET_KEY"] = settings.read_secret_key()
        os.environ["DATABASE_URL"] = f"sqlite:///{db.resolve()}"
        os.environ["REDIS_URL"] = ""
        trackers = db.resolve().with_name(f"{db.name}.trackers")
    own = servers.isolate(settings)
    with RunFile(settings.home) if db is None else nullcontext():
        model = servers.prepare_model(own, interrupts)
        with Supervisor(interrupts, Path.cwd()) as supervisor:
            with progress("Starting Rasa and the bot ..."):
                supervisor.start(servers.describe_rasa(own, model, trackers, "chat-rasa.log"))
                servers.prepare_database_apart(examples=settings.demo or is_new)
                supervisor.start(servers.describe_bot(own, "chat-bot.log"))
                supervisor.wait_until_ready(servers.START_SECONDS)
            yield servers.locate(own)
