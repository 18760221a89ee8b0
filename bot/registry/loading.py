"""Loads the files in data/ into the registry: places, trades, knowledge, and for a demo the example register."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from bot.errors import SettingsError
from bot.registry.artisans import add_artisan
from bot.registry.database import Database
from bot.registry.entries import Entry
from bot.registry.knowledge import find_place
from bot.registry.knowledge_files import Knowledge, read_knowledge
from bot.registry.models import DataVersion, Deadline, Fact, FactQuestion, Place, Source, Trade


def load(database: Database, folder: Path, *, demo: bool) -> bool:
    """Brings the registry up to date with the files, in one transaction.

    Args:
        database: the registry.
        folder: data/.
        demo: whether to load the example register as well.

    Returns:
        Whether there was anything new.

    Raises:
        SettingsError: when a file contradicts another or is not in order.
    """
    files = [*sorted((folder / "lookups").glob("*.yml")), *sorted((folder / "knowledge").rglob("*.yml"))]
    files += [folder / "example" / "artisans.yml"] if demo else []
    version = hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()
    with database.begin() as session:
        known = session.get(DataVersion, "data") or DataVersion(name="data", digest="")
        if known.digest == version:
            return False
        _load_places(session, _read(folder / "lookups" / "places.yml"))
        _load_trades(session, _read(folder / "lookups" / "trades.yml"))
        _load_knowledge(session, read_knowledge(folder / "knowledge", read_place_names(folder)))
        if demo:
            _load_examples(session, _read(folder / "example" / "artisans.yml"))
        known.digest = version
        session.add(known)
    return True


def read_place_names(folder: Path) -> list[str]:
    """The French names of all places that data/lookups knows."""
    places = _read(folder / "lookups" / "places.yml")
    return [place["fr"] for kind in places.values() for place in kind]


def _read(path: Path) -> Any:
    try:
        return yaml.load(path.read_text("utf-8"), Loader=yaml.CSafeLoader)
    except (OSError, yaml.YAMLError) as error:
        raise SettingsError(f"{path.name} cannot be read: {error}") from error


def _load_places(session: Session, places: dict[str, list[dict[str, Any]]]) -> None:
    for kind, parent in (("region", None), ("province", "region"), ("commune", "province")):
        for place in places[f"{kind}s"]:
            session.merge(
                Place(
                    code=place.get("code") or f"{place['province']}/{place['fr']}",
                    kind=kind,
                    name_fr=place["fr"],
                    name_ar=place["ar"],
                    parent=place[parent] if parent else None,
                )
            )
        session.flush()


def _load_trades(session: Session, trades: list[dict[str, Any]]) -> None:
    for trade in trades:
        session.merge(Trade(slug=trade["slug"], name_fr=trade["fr"], name_ar=trade["ar"], branch=trade["branch"]))
    session.flush()


def _load_knowledge(session: Session, knowledge: Knowledge) -> None:
    for table in (FactQuestion, Fact, Deadline, Source):
        session.execute(delete(table))
    for key, source in knowledge.sources.items():
        session.add(Source(key=key, name_fr=source.fr, name_ar=source.ar, url=source.url, undated=source.undated))
    session.flush()
    for topic, deadline in knowledge.deadlines:
        session.add(
            Deadline(
                id=deadline.id,
                topic=topic,
                intent=deadline.intent,
                subject=deadline.subject or {},
                edition=deadline.edition,
                place=_find_scope(session, deadline.place),
                opens=deadline.opens,
                closes=deadline.closes,
                source_key=deadline.source,
                titles=deadline.title,
                examples=_list_examples(deadline.questions),
                next_intents=deadline.next,
            )
        )
    for topic, entry in knowledge.entries:
        session.add(_make_fact(session, topic, entry))
    session.flush()


def _make_fact(session: Session, topic: str, entry: Entry) -> Fact:
    asked = {(topic, intent) for intent in entry.answers}
    asked |= {(other, intent) for other, _, intent in (pair.partition("/") for pair in entry.also)}
    return Fact(
        id=entry.id,
        topic=topic,
        kind=entry.kind,
        statements=entry.facts,
        place=_find_scope(session, entry.place),
        as_of=entry.as_of,
        expires=entry.expires,
        source_key=entry.source,
        contact=entry.contact,
        next_intents=entry.next,
        titles=entry.title,
        texts=entry.text,
        declined=entry.declines or {},
        examples=_list_examples(entry.questions),
        questions=[
            FactQuestion(topic=asked_topic, intent=intent, rank=entry.rank) for asked_topic, intent in sorted(asked)
        ],
    )


def _list_examples(questions: dict[str, list[str]]) -> list[str]:
    return [question for asked in questions.values() for question in asked]


def _find_scope(session: Session, name: str | None) -> str | None:
    return _find_code(session, name) if name else None


@contextmanager
def _name_mistakes(session: Session, entry: str) -> Iterator[None]:
    """Says in which entry of the files it is that something is missing or contradicts the other files."""
    try:
        yield
        session.flush()
    except KeyError as error:
        raise SettingsError(f"{entry}: {error} is missing") from error
    except ValueError as error:
        raise SettingsError(f"{entry}: {error}") from error
    except IntegrityError as error:
        raise SettingsError(f"{entry} names something that no other file knows: {error.orig}") from error


def _find_code(session: Session, name: str) -> str:
    place = find_place(session, name)
    if place is None:
        raise SettingsError(f"{name} is no place of data/lookups/places.yml")
    return place.code


def _load_examples(session: Session, register: dict[str, list[dict[str, Any]]]) -> None:
    for entry in register["artisans"]:
        with _name_mistakes(session, f"example {entry.get('number')}"):
            add_artisan(
                session,
                entry["number"],
                entry["name"],
                entry["phone"],
                entry["trade"],
                _find_code(session, entry["province"]),
                entry["registered_on"],
                entry.get("card_expires_on"),
                is_example=True,
            )
