"""`awrach db`: the registry's database."""

from __future__ import annotations

from typing import Annotated

import typer

from bot.commands import servers
from bot.commands.terminal import console, progress
from bot.settings import read_settings

app = typer.Typer(help="The registry's database.", no_args_is_help=True)


@app.command()
def upgrade() -> None:
    """Bring the database to the present shape of the registry."""
    with progress("Migrating the database ..."):
        servers.migrate(read_settings())
    console.print("The database has the present shape.")


@app.command()
def load(
    examples: Annotated[bool, typer.Option("--examples", help="Load the example register as well.")] = False,
) -> None:
    """Load places, trades and knowledge from data/ into the registry; migrates first."""
    settings = read_settings()
    with progress("Loading data/ into the registry ..."):
        changed = servers.prepare_database(settings, examples=examples)
    console.print("Loaded." if changed else "Nothing is new.")
