"""`awrach nlu`: how well messages are understood, and what a new model changes."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from bot.commands.model import QUIET, RASA, check_environment

app = typer.Typer(help="Measure how well messages are understood.", no_args_is_help=True)


@app.command()
def report(
    out: Annotated[Path, typer.Option(help="The page to write.")] = Path("var/nlu-report.html"),
) -> None:
    """Cross-validate over the training messages and write one HTML page; takes some minutes."""
    _become("nlu.report", "--out", str(out))


@app.command()
def diff(
    old: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A model file.")],
    new: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="Another.")],
    messages: Annotated[
        Path | None,
        typer.Option(exists=True, help="JSON lines with text and intent; without it the training data and the pairs."),
    ] = None,
) -> None:
    """Show which messages changed sides between two models."""
    _become("nlu.difference", str(old), str(new), *(("--messages", str(messages)) if messages else ()))


def _become(module: str, *arguments: str) -> NoReturn:
    check_environment()
    # In place of this process: signals and the ends of the pipes then need nobody to pass them on.
    command = [str(RASA / "python"), "-m", module, *arguments]
    os.execve(command[0], command, {**os.environ, **QUIET})  # noqa: S606 - our own program
