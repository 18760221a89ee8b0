"""Measure how often the right entry is found, on questions that nobody learned from."""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from nlu.finding.embedding import Embedding
from nlu.finding.entries import Question
from nlu.finding.evidence import Evidence
from nlu.finding.files import Known, Places
from nlu.finding.finder import Finder, Found, Verdict, Weights
from nlu.finding.index import Index, add_up
from nlu.pipeline import ROOT, Pipeline

SUCCESSORS = ROOT / "tests" / "benchmarks" / "successors.yml"

_TOLD = (Verdict.SURE, Verdict.LIKELY)
_SHOWN = (*_TOLD, Verdict.OPEN)


class Trial(NamedTuple):
    """A labelled question and what was found for it.

    Attributes:
        text: the question.
        script: how it is written.
        accepted: ids of the entries that may stand first; none where no entry answers.
        found: what the finder says.
    """

    text: str
    script: str
    accepted: frozenset[str]
    found: Found

    @property
    def is_told_right(self) -> bool:
        """Whether an accepted entry is told."""
        return self.found.verdict in _TOLD and self.found.candidates[0] in self.accepted

    @property
    def is_told_wrong(self) -> bool:
        """Whether another entry is told as if it answered."""
        return self.found.verdict in _TOLD and self.found.candidates[0] not in self.accepted

    @property
    def is_offered(self) -> bool:
        """Whether an accepted entry is told, or stands as a button."""
        shown = self.found.candidates[:1] if self.found.verdict is Verdict.SURE else self.found.candidates
        return self.found.verdict in _SHOWN and bool(self.accepted.intersection(shown))

    @property
    def is_refused(self) -> bool:
        """Whether it is said that the answer is not known, and nothing told."""
        return self.found.verdict is Verdict.NONE


def make_finder(known: Known, embedding: Path) -> Finder:
    """The finder over the entries of the files."""
    learned = Embedding.load(embedding)
    return Finder(learned, Index.build(known.entries, learned), Evidence(known.entries), Weights.read())


def try_out(finder: Finder, pipeline: Pipeline, lines: Iterable[str]) -> list[Trial]:
    """What is found for each line of labelled questions: JSON with `text`, `script` and `accept`.

    An entry that took the place of a labelled one counts for it, as SUCCESSORS says.
    """
    successors: Mapping[str, Sequence[str]] = yaml.safe_load(SUCCESSORS.read_text("utf-8"))
    places, trials = Places.read(), []
    for line in lines:
        item: Mapping[str, Any] = json.loads(line)
        question = Question(item["text"], tuple(pipeline.parse(item["text"]).meanings), places.find_in(item["text"]))
        accepted = {entry for named in item["accept"] for entry in (named, *(successors.get(named) or ()))}
        trials.append(Trial(item["text"], item["script"], frozenset(accepted), finder.find(question)))
    return trials


def tabulate(trials: Sequence[Trial]) -> dict[str, dict[str, float]]:
    """Prints and returns the shares, over all and by script; see `Trial`."""
    figures: dict[str, dict[str, float]] = {}
    print(
        f"{'':8}{'questions':>10}{'first':>8}{'offered':>9}{'another':>9}{'refused':>9}   {'without':>8}{'refused':>9}"
    )
    for name in ("all", *sorted({trial.script for trial in trials})):
        chosen = [trial for trial in trials if name in ("all", trial.script)]
        with_answer = [trial for trial in chosen if trial.accepted]
        without = [trial for trial in chosen if not trial.accepted]
        figures[name] = {
            "questions": len(with_answer),
            "first": _share(trial.is_told_right for trial in with_answer),
            "offered": _share(trial.is_offered for trial in with_answer),
            "another": _share(trial.is_told_wrong for trial in with_answer),
            "refused": _share(trial.is_refused for trial in with_answer),
            "without": len(without),
            "without_refused": _share(trial.is_refused for trial in without),
        }
        values = list(figures[name].values())
        print(
            f"{name:8}{values[0]:10}{values[1]:8.3f}{values[2]:9.3f}{values[3]:9.3f}{values[4]:9.3f}"
            f"   {values[5]:8}{values[6]:9.3f}"
        )
    return figures


def time_choices(known: Known, embedding: Path, count: int) -> float:
    """Milliseconds, as the median over questions of the entries, to choose among `count` entries on one thread.

    Where there are fewer, the same entries stand in the index several times over.
    """
    finder = make_finder(known, embedding)
    wanted = [known.entries[at % len(known.entries)] for at in range(count)]
    sums = [add_up(entry, finder.embedding) for entry in known.entries]
    index = Index.of_vectors([sums[at % len(sums)] for at in range(count)], finder.embedding)
    many = Finder(finder.embedding, index, Evidence(wanted), finder.weights)
    questions = [
        Question(entry.questions[0], ((entry.asked[0][1], entry.asked[0][0], 0.9),)) for entry in known.entries
    ]
    times = []
    for question in questions:
        began = time.perf_counter()
        many.find(question)
        times.append((time.perf_counter() - began) * 1000)
    return round(statistics.median(times), 2)


def _share(values: Iterable[bool]) -> float:
    flags = list(values)
    return round(sum(flags) / len(flags), 4) if flags else float("nan")
