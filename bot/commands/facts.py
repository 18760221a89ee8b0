"""`awrach facts`: what may be said, as it stands in the files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bot.commands.terminal import console
from bot.registry.knowledge_files import read_knowledge
from bot.registry.loading import read_place_names
from bot.settings import DATA

app = typer.Typer(help="What may be said: the entries of data/knowledge.", no_args_is_help=True)


@app.command()
def check(
    folder: Annotated[Path, typer.Argument(exists=True, file_okay=False, help="The folder data/.")] = DATA,
) -> None:
    """Read all entries and tell every mistake at once."""
    knowledge = read_knowledge(folder / "knowledge", read_place_names(folder))
    facts = sum(entry.kind == "fact" for _, entry in knowledge.entries)
    console.print(
        f"{len(knowledge.entries)} entries ({facts} facts), {len(knowledge.deadlines)} deadlines, "
        f"{len(knowledge.sources)} sources: in order."
    )
