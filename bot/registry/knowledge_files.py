"""The files of data/knowledge, read and checked before they go into the registry.

A file holds the entries of one topic on one subject (`care.yml`), the questions that they answer
(`care.questions.yml`), sources, what was left out and why, or questions that no entry answers. All mistakes are told at
once, each with the entry that it is in.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import ValidationError

from bot.errors import SettingsError
from bot.registry.entries import Answer, DeadlineEntry, Entry, LeftOut, Part, SourceEntry
from bot.topics import TOPICS
from nlu.text import fold, tokenize

Known = TypeVar("Known", bound=Part)

_UNBOUND = {"sources", "questions", "unanswered"}
_PARTS = _UNBOUND | {"entries", "deadlines", "left_out"}


@dataclass(frozen=True, slots=True)
class Knowledge:
    """What the files hold.

    Attributes:
        sources: by key.
        entries: with their topic.
        deadlines: with their topic.
        left_out: with their topic.
        unanswered: questions that no entry answers, by writer.
    """

    sources: dict[str, SourceEntry] = field(default_factory=dict)
    entries: list[tuple[str, Entry]] = field(default_factory=list)
    deadlines: list[tuple[str, DeadlineEntry]] = field(default_factory=list)
    left_out: list[tuple[str, LeftOut]] = field(default_factory=list)
    unanswered: dict[str, list[str]] = field(default_factory=dict)


def read_knowledge(folder: Path, places: Iterable[str]) -> Knowledge:
    """All files of a folder and its folders.

    Args:
        folder: data/knowledge.
        places: French names that an entry may be bound to.

    Raises:
        SettingsError: with every mistake of every file, a line each.
    """
    knowledge, mistakes = Knowledge(), list[str]()
    files = {path: _read_file(path, mistakes) for path in sorted(folder.rglob("*.yml"))}
    asked: dict[str, dict[str, list[str]]] = {}
    for path, content in files.items():
        for entry_id, questions in (content.get("questions") or {}).items():
            if entry_id in asked:
                mistakes.append(f"{path.name}: the questions of {entry_id} stand in another file too")
            asked[entry_id] = questions
    for path, content in files.items():
        name = str(path.relative_to(folder))
        mistakes += [f"{name}: {mistake}" for mistake in _take_file(content, asked, knowledge)]
    known = {part.id for _, part in (*knowledge.entries, *knowledge.deadlines)}
    if not mistakes:
        mistakes += [f"questions of {entry_id}: there is no such entry" for entry_id in asked.keys() - known]
        mistakes += _find_contradictions(knowledge, frozenset(places))
    if mistakes:
        raise SettingsError("The knowledge is not in order:\n" + "\n".join(mistakes))
    return knowledge


def _read_file(path: Path, mistakes: list[str]) -> Mapping[str, Any]:
    try:
        content = yaml.load(path.read_text("utf-8"), Loader=yaml.CSafeLoader)
    except (OSError, yaml.YAMLError) as error:
        mistakes.append(f"{path.name} cannot be read: {error}")
        return {}
    if not isinstance(content, Mapping) or not content:
        mistakes.append(f"{path.name} is empty")
        return {}
    return content


def _take_file(
    content: Mapping[str, Any], asked: Mapping[str, dict[str, list[str]]], knowledge: Knowledge
) -> list[str]:
    """Adds what a file holds to the knowledge; returns its mistakes."""
    mistakes: list[str] = []
    topic = content.get("topic", "")
    if unknown := set(content) - {"topic", *_PARTS}:
        mistakes.append(f"unknown part {', '.join(sorted(unknown))}")
    if topic not in TOPICS and not _UNBOUND & set(content):
        mistakes.append(f"unknown topic {topic}")
    knowledge.unanswered.update(content.get("unanswered") or {})
    for key, given in (content.get("sources") or {}).items():
        if key in knowledge.sources:
            mistakes.append(f"source {key}: the key is used twice")
        knowledge.sources.update((key, source) for source in _read(SourceEntry, [given], mistakes, f"source {key}"))
    entries, deadlines = (_join_questions(content.get(name), asked) for name in ("entries", "deadlines"))
    knowledge.entries.extend((topic, part) for part in _read(Entry, entries, mistakes))
    knowledge.deadlines.extend((topic, part) for part in _read(DeadlineEntry, deadlines, mistakes))
    knowledge.left_out.extend((topic, part) for part in _read(LeftOut, content.get("left_out") or (), mistakes))
    return mistakes


def _join_questions(parts: Any, asked: Mapping[str, dict[str, list[str]]]) -> list[Any]:
    return [
        {**part, "questions": asked.get(str(part.get("id")), {})} if isinstance(part, Mapping) else part
        for part in parts or ()
    ]


def _read(model: type[Known], given: Iterable[Any], mistakes: list[str], name: str = "") -> Iterator[Known]:
    for part in given:
        try:
            yield model.model_validate(part)
        except ValidationError as error:
            named = name or (part.get("id") or part.get("facts") if isinstance(part, Mapping) else part)
            for problem in error.errors(include_url=False, include_input=False):
                where = ".".join(map(str, problem["loc"]))
                said = problem["msg"].removeprefix("Value error, ")
                mistakes.append(f"{named}: {where}: {said}" if where else f"{named}: {said}")


def _find_contradictions(knowledge: Knowledge, places: frozenset[str]) -> Iterator[str]:
    """What no entry by itself shows: ids, titles and questions given twice, names that nothing else knows."""
    known: dict[str, str] = {}
    titles: dict[tuple[str, str, str], str] = {}
    asked: dict[str, str] = {}
    answers: list[tuple[str, Answer]] = [*knowledge.entries, *knowledge.deadlines]
    for topic, entry in answers:
        if entry.id in known:
            yield f"{entry.id}: the id is used twice"
        known[entry.id] = topic
        if entry.source and entry.source not in knowledge.sources:
            yield f"{entry.id}: source {entry.source} is in no file"
        if entry.place and entry.place not in places:
            yield f"{entry.id}: {entry.place} is no place of data/lookups/places.yml"
        for language, title in entry.title.items():
            other = titles.setdefault((topic, language, _spell(title)), entry.id)
            if other != entry.id:
                yield f"{entry.id}: the title «{title}» is that of {other} too"
        for question in (question for questions in entry.questions.values() for question in questions):
            other = asked.setdefault(_spell(question), entry.id)
            if other != entry.id:
                yield f"{entry.id}: the question «{question}» is that of {other} too"
    for _, left_out in knowledge.left_out:
        for name in left_out.instead:
            if name not in known:
                yield f"left out {left_out.id}: there is no entry {name}"
        if left_out.id in known:
            yield f"left out {left_out.id}: it is an entry"
    urls: dict[str, str] = {}
    for key, source in knowledge.sources.items():
        other = urls.setdefault(source.url or key, key)
        if other != key:
            yield f"source {key}: the address is that of {other} too"


def _spell(text: str) -> str:
    """A text by its words alone, so that signs and spaces make no difference."""
    return " ".join(token.text for token in tokenize(fold(text)))
