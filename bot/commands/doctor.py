"""`awrach doctor`: what works, what does not, and what to do about it."""

from __future__ import annotations

import httpx
import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from bot.settings import read_settings

STYLES = {"✓": "green", "✗": "bold red", "–": "yellow"}


def doctor() -> None:
    """Look at everything that the assistant needs; exit code 1 where something needed is broken."""
    # Only this command needs the database's library: the others start faster and stay smaller without it.
    from bot.commands.checks import CHECKS, PROVIDER_SECONDS, State

    settings = read_settings()
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("", "What", "Found", "What to do"):
        table.add_column(title, overflow="fold")
    broken = False
    with httpx.Client(timeout=PROVIDER_SECONDS) as client:
        for finding in (finding for check in CHECKS for finding in check(settings, client)):
            broken |= finding.state is State.BROKEN
            state = Text(finding.state, style=STYLES[finding.state])
            table.add_row(state, Text(finding.subject), Text(finding.text), Text(finding.advice))
    Console(highlight=False).print(table)
    if broken:
        raise typer.Exit(1)
