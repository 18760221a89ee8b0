"""`awrach facts`: what may be said, as it stands in the files, and a page of it for those who read it over."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bot.commands.terminal import console
from bot.errors import SettingsError
from bot.registry.entries import DeadlineEntry, Entry, LeftOut, SourceEntry
from bot.registry.knowledge_files import Knowledge, read_knowledge
from bot.registry.loading import read_place_names
from bot.settings import DATA
from bot.texts import LANGUAGES
from bot.topics import TOPICS

SOON = timedelta(days=60)
"""What ends within this time is marked on the page: it has to be looked up anew."""

# Not in what a reader marks as right: found by, offered after, looked up by the editors.
_UNREAD = {"questions", "next", "rank", "facts"}

app = typer.Typer(help="What may be said: the entries of data/knowledge.", no_args_is_help=True)

Folder = Annotated[Path, typer.Argument(exists=True, file_okay=False, help="The folder data/.")]


@dataclass(frozen=True, slots=True)
class Card:
    """An entry or a deadline as the page shows it.

    Attributes:
        entry: what it shows.
        kind: `fact`, `decline` or `deadline`.
        topic: that it stands under.
        answers: the questions that it answers, with the topic that each is on.
        source: where it is from.
        standing: `over`, `soon` or nothing; of a deadline, too.
        version: another one as soon as anything differs that was read.
    """

    entry: Entry | DeadlineEntry
    kind: str
    topic: str
    answers: list[tuple[str, str]]
    source: SourceEntry | None
    standing: str
    version: str


@app.command()
def check(folder: Folder = DATA) -> None:
    """Read all entries and tell every mistake at once."""
    knowledge = _read(folder)
    facts = sum(entry.kind == "fact" for _, entry in knowledge.entries)
    console.print(
        f"{len(knowledge.entries)} entries ({facts} facts), {len(knowledge.deadlines)} deadlines, "
        f"{len(knowledge.sources)} sources: in order."
    )


@app.command()
def page(
    folder: Folder = DATA,
    out: Annotated[Path, typer.Option(dir_okay=False, help="The page to write.")] = Path("var/facts.html"),
) -> None:
    """Write one HTML page with all entries, for a native speaker to read and mark."""
    html = write_page(_read(folder), datetime.now(UTC).date())
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(html, encoding="utf-8")
    except OSError as error:
        raise SettingsError(f"{out} cannot be written: {error}") from error
    typer.echo(out)


def write_page(knowledge: Knowledge, today: date) -> str:
    """The page as HTML, with nothing beside it.

    Args:
        knowledge: what it shows.
        today: the day that tells what is over.
    """
    cards: dict[str, list[Card]] = {topic: [] for topic in TOPICS}
    for card in _make_cards(knowledge, today):
        cards[card.topic].append(card)
    left_out: dict[str, list[LeftOut]] = {topic: [] for topic in TOPICS}
    for topic, part in knowledge.left_out:
        left_out[topic].append(part)
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("facts_page.html").render(
        cards={topic: some for topic, some in cards.items() if some},
        left_out={topic: some for topic, some in left_out.items() if some},
        languages=LANGUAGES,
        today=today,
        soon=SOON.days,
    )


def _read(folder: Path) -> Knowledge:
    knowledge = read_knowledge(folder / "knowledge", read_place_names(folder))
    if not knowledge.entries:
        raise SettingsError(f"There are no entries in {folder / 'knowledge'}.")
    return knowledge


def _make_cards(knowledge: Knowledge, today: date) -> Iterator[Card]:
    parts: list[tuple[str, Entry | DeadlineEntry]] = [*knowledge.entries, *knowledge.deadlines]
    for topic, entry in parts:
        if isinstance(entry, DeadlineEntry):
            kind, answers, last = "deadline", [(topic, entry.intent)], entry.closes
        else:
            kind, answers = entry.kind, [(topic, intent) for intent in entry.answers]
            for pair in entry.also:
                other, _, intent = pair.partition("/")
                answers.append((other, intent))
            # Told for the last time on the day before it expires; a deadline can still be met on its own day.
            last = entry.expires - timedelta(days=1) if entry.expires else None
        read = entry.model_dump_json(exclude=_UNREAD, exclude_defaults=True)
        yield Card(
            entry=entry,
            kind=kind,
            topic=topic,
            answers=list(dict.fromkeys(answers)),
            source=knowledge.sources[entry.source] if entry.source else None,
            standing=_judge(last, today),
            version=hashlib.sha256(read.encode()).hexdigest()[:12],
        )


def _judge(last: date | None, today: date) -> str:
    if last is None or last >= today + SOON:
        return ""
    return "over" if last < today else "soon"
