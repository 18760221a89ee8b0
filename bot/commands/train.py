"""`awrach train`: trains the model for the present data."""

from __future__ import annotations

from typing import Annotated

import typer

from bot.commands.servers import prepare_model
from bot.commands.terminal import console
from bot.interrupts import Interrupts
from bot.settings import read_settings
from bot.trained import present_embedding, present_model


def train(
    force: Annotated[bool, typer.Option("--force", help="Train even where the model is there already.")] = False,
) -> None:
    """Train the model for the present data, where it is missing."""
    interrupts = Interrupts()
    interrupts.install()
    model = present_model()
    if model.exists() and present_embedding().exists() and not force:
        console.print(f"The model for the present data is there: {model.name}")
        return
    prepare_model(read_settings(), interrupts, force=force)
