"""The entries of data/knowledge and the places of data/lookups, read from the files for learning and measuring.

The bot reads them from the registry instead, which the loader has filled from the same files.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from nlu.entities.extraction import extract
from nlu.finding.entries import Entry

DATA = Path(__file__).resolve().parents[2] / "data"
_PLACES = ("commune", "province", "region")
# Rabat is a region's seat, a prefecture and a commune: the province is what entries are bound to.
_PREFERRED = ("province", "region", "commune")


class Known(NamedTuple):
    """What the files hold.

    Attributes:
        entries: with the questions of all writers.
        writers: for each entry its questions by writer.
        unanswered: questions that no entry answers, by writer.
    """

    entries: list[Entry]
    writers: list[dict[str, list[str]]]
    unanswered: dict[str, list[str]]


class Places:
    """The places of data/lookups and what each lies in.

    Args:
        lists: the content of places.yml.
    """

    def __init__(self, lists: dict[str, list[dict[str, Any]]]) -> None:
        self._chains: dict[tuple[str, str], tuple[str, ...]] = {}
        of_code: dict[str, tuple[str, ...]] = {}
        for kind, parent in (("region", ""), ("province", "region"), ("commune", "province")):
            for place in lists[f"{kind}s"]:
                code = place.get("code") or f"{place['province']}/{place['fr']}"
                of_code[code] = (code, *of_code.get(str(place.get(parent)), ()))
                self._chains[kind, place["fr"]] = of_code[code]

    @classmethod
    def read(cls, data: Path = DATA) -> Places:
        """The places of a data folder."""
        return cls(_read(data / "lookups" / "places.yml"))

    def find(self, name: str | None) -> tuple[str, ...]:
        """The code of the place of a French name and of all that it lies in, smallest first; none of no name."""
        chains = (self._chains.get((kind, name or "")) for kind in _PREFERRED)
        return next((chain for chain in chains if chain), ())

    def find_in(self, text: str) -> tuple[str, ...]:
        """The same for the smallest place that a message names."""
        named = {entity.entity: str(entity.value) for entity in extract(text)}
        return self.find(next((named[kind] for kind in _PLACES if kind in named), None))


def read_files(data: Path = DATA) -> Known:
    """The entries and deadlines of a data folder."""
    contents = [_read(path) for path in sorted((data / "knowledge").rglob("*.yml"))]
    places = Places.read(data)
    questions: dict[str, dict[str, list[str]]] = {}
    unanswered: dict[str, list[str]] = {}
    for content in contents:
        questions |= content.get("questions") or {}
        unanswered |= content.get("unanswered") or {}
    entries, writers = [], []
    for content in contents:
        for given in (*(content.get("entries") or ()), *(content.get("deadlines") or ())):
            entries.append(_make(content["topic"], given, questions[given["id"]].values(), places))
            writers.append(questions[given["id"]])
    return Known(entries, writers, unanswered)


def _make(topic: str, given: dict[str, Any], questions: Iterable[Sequence[str]], places: Places) -> Entry:
    intents = given.get("answers") or [given.get("intent", "ask_deadline")]
    also = [tuple(pair.split("/", 1)) for pair in given.get("also") or ()]
    return Entry(
        given["id"],
        tuple(sorted({*((topic, intent) for intent in intents), *also})),
        places.find(given.get("place")),
        tuple((given.get("text") or given.get("subject") or {}).values()),
        (*given["title"].values(), *(given.get("declines") or {}).values()),
        tuple(question for asked in questions for question in asked),
    )


def _read(path: Path) -> Any:
    return yaml.load(path.read_text("utf-8"), Loader=yaml.CSafeLoader)
