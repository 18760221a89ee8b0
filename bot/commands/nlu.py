"""`awrach nlu`: how well messages are understood, and what a new model changes."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bot.commands.model import become

app = typer.Typer(help="Measure how well messages are understood.", no_args_is_help=True)


@app.command()
def report(
    out: Annotated[Path, typer.Option(help="The page to write.")] = Path("var/nlu-report.html"),
) -> None:
    """Cross-validate over the training messages and write one HTML page; takes some minutes."""
    become("nlu.report", "--out", str(out))


@app.command()
def diff(
    old: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A model file.")],
    new: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="Another.")],
    messages: Annotated[
        Path | None,
        typer.Option(
            exists=True,
            dir_okay=False,
            help="JSON lines with text and intent; without it the training data and the pairs.",
        ),
    ] = None,
) -> None:
    """Show which messages changed sides between two models."""
    become("nlu.difference", str(old), str(new), *(("--messages", str(messages)) if messages else ()))
