"""`awrach doctor`: what works, what does not, and what to do about it."""

from __future__ import annotations

import httpx
import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from bot.commands.checks import CHECKS, PROVIDER_SECONDS, Finding, State
from bot.settings import read_settings

_STYLES = {State.GOOD: "green", State.BROKEN: "bold red", State.OPEN: "yellow"}


def doctor() -> None:
    """Look at everything that the assistant needs; exit code 1 where something needed is broken."""
    settings = read_settings()
    with httpx.Client(timeout=PROVIDER_SECONDS) as client:
        findings = [finding for check in CHECKS for finding in check(settings, client)]
    Console(highlight=False).print(draw(findings))
    if any(finding.state is State.BROKEN for finding in findings):
        raise typer.Exit(1)


def draw(findings: list[Finding]) -> Table:
    """The findings as a table."""
    table = Table("", "What", "Found", "What to do", box=None, pad_edge=False, header_style="bold")
    for finding in findings:
        state = Text(finding.state, style=_STYLES[finding.state])
        table.add_row(state, Text(finding.subject), Text(finding.text), Text(finding.advice))
    return table
