"""Measure the entities on labelled messages: `python -m nlu.entities.evaluation`.

Precision, recall and F1 of each entity over all messages, over those that the lists were not tuned on (held out), and
by script; then how long a message takes, and one line of JSON with the figures. A value counts when it is the labelled
one; where in the message it stood does not.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Iterable

from nlu.entities.extraction import Extractor
from nlu.entities.lookups import read_lookups

MESSAGES = Path(__file__).parents[2] / "tests" / "benchmarks" / "entities.jsonl"
"""Messages of our own: text, script, entities (a value or a list of values each), held_out."""

TODAY = date(2026, 3, 4)
"""The Wednesday on which the labels of relative dates are true."""

_REPEATS = 5


@dataclass
class Counts:
    """Right, invented and missed values."""

    right: int = 0
    invented: int = 0
    missed: int = 0

    def add(self, labelled: Counter[Any], found: Counter[Any]) -> None:
        """Count the values of one message."""
        right = sum((labelled & found).values())
        self.right += right
        self.invented += sum(found.values()) - right
        self.missed += sum(labelled.values()) - right

    @property
    def labelled(self) -> int:
        """How many values the labels hold."""
        return self.right + self.missed

    @property
    def precision(self) -> float:
        """Share of the found values that are labelled."""
        return self.right / max(self.right + self.invented, 1)

    @property
    def recall(self) -> float:
        """Share of the labelled values that are found."""
        return self.right / max(self.labelled, 1)

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall."""
        return 2 * self.right / max(2 * self.right + self.invented + self.missed, 1)


@dataclass
class Report:
    """Counts by entity and group: "all", "held out", and each script."""

    counts: dict[tuple[str, str], Counts] = field(default_factory=lambda: defaultdict(Counts))
    errors: list[tuple[dict[str, Any], list[tuple[str, Any]], list[tuple[str, Any]]]] = field(default_factory=list)

    def f1(self, entity: str, group: str = "all") -> float:
        """F1 of one entity ("any" for all together) in one group."""
        return self.counts[entity, group].f1


def evaluate(extractor: Extractor, messages: Iterable[dict[str, Any]]) -> Report:
    """Compare what is found in labelled messages with their labels."""
    report = Report()
    for message in messages:
        labelled = Counter(
            (entity, value)
            for entity, values in message["entities"].items()
            for value in (values if isinstance(values, list) else [values])
        )
        found = Counter((entity.entity, entity.value) for entity in extractor.extract(message["text"], _today(message)))
        groups = ["all", "held out" if message.get("held_out") else "tuned on", message["script"]]
        for name in {entity for entity, _ in [*labelled, *found]} | {"any"}:
            for group in groups:
                report.counts[name, group].add(_only(labelled, name), _only(found, name))
        if labelled != found:
            report.errors.append(
                (
                    message,
                    sorted((labelled - found).elements(), key=str),
                    sorted((found - labelled).elements(), key=str),
                )
            )
    return report


def read_messages(path: Path = MESSAGES) -> list[dict[str, Any]]:
    """The labelled messages of a file."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def _today(message: dict[str, Any]) -> date:
    return date.fromisoformat(message["today"]) if "today" in message else TODAY


def _only(values: Counter[tuple[str, Any]], name: str) -> Counter[tuple[str, Any]]:
    return Counter({key: count for key, count in values.items() if name in ("any", key[0])})


def _measure_speed(extractor: Extractor, messages: list[dict[str, Any]]) -> list[float]:
    """Milliseconds a message, sorted."""
    times = []
    for _ in range(_REPEATS):
        for message in messages:
            start = time.perf_counter()
            extractor.extract(message["text"], _today(message))
            times.append((time.perf_counter() - start) * 1000)
    return sorted(times)


def _print(line: str) -> None:
    sys.stdout.write(line + "\n")


def main() -> None:
    """Print the tables and, last, the figures as one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--messages", type=Path, default=MESSAGES, help="labelled messages, one JSON object a line")
    parser.add_argument("--errors", action="store_true", help="list what is wrong, held-out messages excepted")
    arguments = parser.parse_args()
    messages = read_messages(arguments.messages)
    extractor = Extractor(read_lookups())
    report = evaluate(extractor, messages)
    scripts = sorted({message["script"] for message in messages})
    names = [*sorted({name for name, _ in report.counts} - {"any"}), "any"]
    _print(f"{'':14}{'all':>28}{'held out':>28}")
    _print(f"{'':14}" + f"{'n':>7}{'P':>7}{'R':>7}{'F1':>7}" * 2 + "".join(f"{script:>8}" for script in scripts))
    for name in names:
        line = f"{name:14}"
        for group in ("all", "held out"):
            counts = report.counts[name, group]
            line += f"{counts.labelled:7}{counts.precision:7.3f}{counts.recall:7.3f}{counts.f1:7.3f}"
        for script in scripts:
            counts = report.counts[name, script]
            line += f"{counts.f1:8.3f}" if counts.labelled + counts.invented else f"{'-':>8}"
        _print(line)
    if arguments.errors:
        for message, missed, invented in report.errors:
            if not message.get("held_out"):
                _print(f"{message['text']}\n    missed {missed}\n    invented {invented}")
    times = _measure_speed(extractor, messages)
    figures = {
        "messages": len(messages),
        "f1": {name: round(report.f1(name), 4) for name in names},
        "f1_held_out": {name: round(report.f1(name, "held out"), 4) for name in names},
        "ms_p50": round(times[len(times) // 2], 3),
        "ms_p95": round(times[len(times) * 95 // 100], 3),
    }
    _print(json.dumps(figures))


if __name__ == "__main__":
    main()
