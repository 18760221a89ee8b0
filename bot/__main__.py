"""The command line: `awrach`, or `python -m bot`."""

from __future__ import annotations

import os
from typing import Any

import typer
from pydantic import ValidationError
from typer.core import TyperGroup

from bot.commands import bench, chat, database, doctor, facts, nlu, parse, train, up
from bot.commands.terminal import complain
from bot.errors import AwrachError


class Group(TyperGroup):
    """All commands; what they raise of our own is told in words, without a trace."""

    def invoke(self, ctx: Any) -> Any:
        """Runs the command that was named."""
        # What any command writes is for nobody else on this machine: registry, logs, documents, keys.
        os.umask(0o077)
        try:
            return super().invoke(ctx)
        except AwrachError as error:
            complain(str(error))
        except ValidationError as error:
            # Pydantic's own text repeats the value, and the value may be a token.
            for problem in error.errors(include_input=False, include_url=False, include_context=False):
                complain(f"Setting {'.'.join(map(str, problem['loc'])).upper()}: {problem['msg']}")
        raise typer.Exit(1)


app = typer.Typer(
    cls=Group,
    help="The assistant of a chamber of crafts for its artisans, on Telegram and WhatsApp.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_show_locals=False,
)
app.command("up")(up.up)
app.command("demo")(up.demo)
app.command("doctor")(doctor.doctor)
app.command("train")(train.train)
app.command("parse")(parse.parse)
app.command("chat")(chat.chat)
app.command("bench")(bench.bench)
app.add_typer(database.app, name="db")
app.add_typer(facts.app, name="facts")
app.add_typer(nlu.app, name="nlu")

if __name__ == "__main__":
    app()
