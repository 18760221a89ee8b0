"""What the training messages must be: people's own words, each its own, none of the evaluation."""

from __future__ import annotations

import csv
import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

from nlu.arabizi import skeleton
from nlu.evaluation import BENCHMARKS, SHARED
from nlu.pipeline import Example, read_examples
from nlu.text import fold, tokenize

EXAMPLES = read_examples()


def frames(text: str) -> Iterator[tuple[str, ...]]:
    """The words of a message with each in turn left open, spellings apart; none of very short messages."""
    words = [skeleton(token.text) or token.text for token in tokenize(fold(text))]
    if len(words) >= 4:
        for at in range(len(words)):
            yield (*words[:at], "*", *words[at + 1 :])


def near_duplicates(examples: list[Example]) -> int:
    by_frame: defaultdict[tuple[str, ...], list[int]] = defaultdict(list)
    for at, item in enumerate(examples):
        for frame in set(frames(item.text)):
            by_frame[frame].append(at)
    return len({at for places in by_frame.values() if len(places) > 1 for at in places})


def read_texts(path: Path) -> Iterator[str]:
    if path.suffix == ".csv":
        with path.open(encoding="utf-8", newline="") as file:
            yield from (row["text"] for row in csv.DictReader(file))
        return
    for line in path.read_text(encoding="utf-8").splitlines():
        item = json.loads(line)
        yield from (item[key] for key in ("text", "arab", "latn") if key in item)


def test_a_frame_with_another_word_is_a_near_duplicate() -> None:
    examples = [
        Example(text, "greet", "none")
        for text in ("bghit n3ref chno lwra9", "bghit n3ref chno chorot", "fin jat lghorfa dyalkom")
    ]
    assert near_duplicates(examples) == 2


def test_near_duplicates_are_at_most_a_tenth() -> None:
    assert near_duplicates(EXAMPLES) <= len(EXAMPLES) / 10


def test_no_message_stands_twice_under_different_intents() -> None:
    intents: defaultdict[str, set[str]] = defaultdict(set)
    for item in EXAMPLES:
        intents[fold(item.text)].add(item.intent)
    assert {text: found for text, found in intents.items() if len(found) > 1} == {}


def test_every_block_has_examples_and_no_line_is_empty() -> None:
    assert [item for item in EXAMPLES if not item.text] == []
    assert min(Counter(item.intent for item in EXAMPLES).values()) >= 80


@pytest.mark.parametrize(
    "path",
    [
        SHARED / "messages_dev.jsonl",
        SHARED / "arbanking77_moroccan.csv",
        BENCHMARKS / "pairs.jsonl",
    ],
    ids=lambda path: path.name,
)
def test_no_message_of_the_evaluation_is_learned(path: Path) -> None:
    if not path.exists():
        pytest.skip(f"{path.name} is not here")
    learned = {fold(item.text) for item in EXAMPLES}
    # A greeting or a "yes" is the same for everybody.
    asked = {fold(text) for text in read_texts(path) if len(text.split()) > 2}
    assert len(learned & asked) == 0
