"""`awrach parse`: what messages are understood as."""

from __future__ import annotations

import sys
from io import BufferedReader
from typing import BinaryIO, NoReturn, cast

import httpx

from bot.commands.lines import Source, read_batches, write_json
from bot.commands.model import become
from bot.commands.runfile import Running, find_running
from bot.commands.servers import prepare_model
from bot.errors import SettingsError
from bot.interrupts import Interrupts
from bot.settings import Settings, read_settings

MOST_AT_ONCE = 64
PARSE_SECONDS = 60.0


def parse() -> None:
    """Read messages from standard input, one a line; write what each is understood as, one JSON object a line."""
    settings = read_settings()
    running = find_running(settings.home)
    if running:
        ask_server(running, settings.read_internal_token(), cast(BufferedReader, sys.stdin.buffer), sys.stdout.buffer)
    else:
        _become_parser(settings)


def ask_server(running: Running, token: str, source: Source, sink: BinaryIO) -> None:
    """Has the running Rasa server parse the lines.

    Raises:
        SettingsError: when the server ends on the way.
    """
    url = f"http://127.0.0.1:{running.rasa_port}/webhooks/gateway/parse"
    headers = {"Authorization": f"Bearer {token}"}
    with httpx.Client(trust_env=False, timeout=PARSE_SECONDS, headers=headers) as client:
        for texts in read_batches(source, MOST_AT_ONCE):
            try:
                parses = client.post(url, json={"texts": texts}).raise_for_status().json()
            except httpx.HTTPError as error:
                raise SettingsError(f"The running Rasa server gave no answer ({type(error).__name__}).") from error
            for parsed in parses:
                write_json(sink, parsed)


def _become_parser(settings: Settings) -> NoReturn:
    interrupts = Interrupts()
    interrupts.install()
    model = prepare_model(settings, interrupts)
    become("nlu.parse", "--model", str(model))
