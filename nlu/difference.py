"""Which messages two models read differently: `python -m nlu.difference OLD NEW`."""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import sys
import warnings
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from nlu.evaluation import agrees
from nlu.pipeline import ROOT, read_examples

PAIRS = ROOT / "tests" / "benchmarks" / "pairs.jsonl"


class Change(NamedTuple):
    """A message whose intent is no longer the same; `expected` is its right intent."""

    text: str
    expected: str
    before: str
    after: str

    @property
    def side(self) -> str:
        """`gained`, `lost`, or `moved` from one wrong intent to another."""
        before, after = (agrees(found, [self.expected]) for found in (self.before, self.after))
        return "moved" if before == after else "gained" if after else "lost"


def read_labelled(path: Path | None = None) -> list[tuple[str, str]]:
    """Messages and their intents.

    Args:
        path: JSON lines with `text` and `intent`; without it the training data and both sides of the pairs.
    """
    if path is not None:
        items = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        return [(item["text"], item["intent"]) for item in items]
    pairs = [json.loads(line) for line in PAIRS.read_text(encoding="utf-8").splitlines()]
    known = [(item.text, item.intent) for item in read_examples()]
    return known + [(pair[side], pair["intent"]) for pair in pairs for side in ("arab", "latn")]


def compare(labelled: Iterable[tuple[str, str]], before: Iterable[str], after: Iterable[str]) -> list[Change]:
    """The messages whose intent changed, the lost ones first."""
    order = ("lost", "moved", "gained")
    changes = [
        Change(text, expected, old, new)
        for (text, expected), old, new in zip(labelled, before, after, strict=True)
        if old != new
    ]
    return sorted(changes, key=lambda change: order.index(change.side))


async def read_intents(model: Path, texts: Sequence[str]) -> list[str]:
    """What a trained model says of each text.

    Args:
        model: a model file of Rasa.
        texts: the messages.
    """
    from rasa.core.agent import Agent
    from rasa.utils.log_utils import configure_structlog

    from nlu.channel import neutralise

    # Rasa's own default is to log every message in full.
    configure_structlog(logging.WARNING)
    agent = Agent.load(str(model))
    return [str((await agent.parse_message(neutralise(text)))["intent"]["name"]) for text in texts]


def main(argv: Sequence[str] | None = None) -> None:
    """Print a line a message that changed sides, then how many of each side."""
    parser = argparse.ArgumentParser(prog="python -m nlu.difference", description="Compare two models.")
    parser.add_argument("old", type=Path)
    parser.add_argument("new", type=Path)
    parser.add_argument("--messages", type=Path, help="JSON lines with text and intent")
    arguments = parser.parse_args(argv)
    # Loading Rasa switches deprecation warnings on, and Rasa 3.6 will not be mended.
    warnings.simplefilter("ignore")
    labelled = read_labelled(arguments.messages)
    texts = [text for text, _ in labelled]
    before, after = (asyncio.run(read_intents(model, texts)) for model in (arguments.old, arguments.new))
    changes = compare(labelled, before, after)
    for change in changes:
        print(f"{change.side:7} {change.expected:22} {change.before:22} {change.after:22} {change.text}")
    for side in ("gained", "lost", "moved"):
        print(f"{side}: {sum(change.side == side for change in changes)}", file=sys.stderr)


if __name__ == "__main__":
    main()
