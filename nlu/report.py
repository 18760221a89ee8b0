"""Write one HTML page on how well messages are understood: `python -m nlu.report --out PAGE`.

Everything in it comes from five-fold cross-validation over data/nlu: each message is judged by a model that has not
seen it.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from html import escape
from pathlib import Path

import numpy as np

from nlu.evaluation import agrees, distinct, hold_out, share
from nlu.pictures import draw_confusions, draw_curve
from nlu.pipeline import Example, Parse, Pipeline, read_examples

Result = tuple[Example, Parse]

SHARES = (0.1, 0.25, 0.5)
"""Of the training messages, for the points of the learning curve before the last."""
MOST_ERRORS = 50
_BINS = 10
_FEWEST = 10  # messages of a bin that tell something
_PAGE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Understanding</title>
<style>body{{font:15px/1.5 sans-serif;max-width:1000px;margin:2em auto;padding:0 1em}}
table{{border-collapse:collapse}}td,th{{padding:.2em .7em;border-bottom:1px solid #ddd;text-align:start}}
.wide{{overflow-x:auto}}</style>
<h1>Understanding</h1><p>{messages} distinct messages, five-fold cross-validation.</p>
<h2>By script</h2>{scripts}
<h2>Confusions</h2><p>A row a right intent, a column what it was read as; point at a square for its count.</p>
<div class="wide">{confusions}</div>
<h2>Calibration</h2>{calibration}
<h2>Learning curve</h2>{learning}
<h2>The {errors_count} most confident errors</h2>{errors}
</html>
"""


def examine(examples: Sequence[Example], tell: Callable[[str], None]) -> tuple[list[Result], list[tuple[float, float]]]:
    """Cross-validate, and learn from ever larger parts of the first fold.

    Args:
        examples: labelled messages without duplicates.
        tell: is given each step in words.

    Returns:
        Every example with what a pipeline that never saw it says; points (messages learned, accuracy of the intent).
    """
    results: list[Result] = []
    curve: list[tuple[float, float]] = []
    for at, (learned, asked) in enumerate(hold_out(examples)):
        if at == 0:
            order = np.random.RandomState(0).permutation(len(learned))
            for part in SHARES:
                some = [learned[index] for index in order[: int(part * len(learned))]]
                tell(f"Learning from {len(some)} messages")
                curve.append((len(some), _accuracy(_ask(Pipeline().train(some), asked))))
        tell(f"Fold {at + 1}, {len(learned)} messages")
        answers = _ask(Pipeline().train(learned), asked)
        if at == 0:
            curve.append((len(learned), _accuracy(answers)))
        results += answers
    return results, curve


def write_page(results: Sequence[Result], curve: Sequence[tuple[float, float]]) -> str:
    """The page as HTML."""
    errors = sorted(
        (result for result in results if not _right(result)), key=lambda result: -result[1].confidence
    )[:MOST_ERRORS]
    names = sorted({name for item, parse in results for name in (item.intent, parse.intent)})
    places = {name: at for at, name in enumerate(names)}
    counts = np.zeros((len(names), len(names)), dtype=np.int64)
    for item, parse in results:
        counts[places[item.intent], places[parse.intent]] += 1
    return _PAGE.format(
        messages=len(results),
        scripts=_tabulate_scripts(results),
        confusions=draw_confusions(names, counts),
        calibration=draw_curve(_calibrate(results), "confidence", "right", diagonal=True),
        learning=draw_curve(curve, "messages learned", "right intent", widest=max(count for count, _ in curve)),
        errors_count=len(errors),
        errors=_tabulate(
            ("message", "is", "read as", "confidence"),
            [(item.text, item.intent, parse.intent, f"{parse.confidence:.2f}") for item, parse in errors],
        ),
    )


def _ask(pipeline: Pipeline, asked: Sequence[Example]) -> list[Result]:
    return [(item, pipeline.parse(item.text)) for item in asked]


def _right(result: Result) -> bool:
    item, parse = result
    return agrees(parse.intent, [item.intent])


def _accuracy(results: Sequence[Result]) -> float:
    return share(map(_right, results))


def _tabulate_scripts(results: Sequence[Result]) -> str:
    groups = {"all": list(results)}
    for result in results:
        groups.setdefault(result[1].script, []).append(result)
    rows = []
    for name, group in groups.items():
        topics = [parse.topic == item.topic for item, parse in group]
        both = [_right(result) and topic for result, topic in zip(group, topics, strict=True)]
        shares = (_accuracy(group), share(topics), share(both))
        rows.append((name, str(len(group)), *(f"{value:.3f}" for value in shares)))
    return _tabulate(("script", "messages", "intent", "topic", "both"), rows)


def _calibrate(results: Sequence[Result]) -> list[tuple[float, float]]:
    """Mean confidence and share of right intents by tenth of confidence, where it holds ten messages or more."""
    confidences = np.array([parse.confidence for _, parse in results])
    right = np.array([_right(result) for result in results])
    bins = np.minimum((confidences * _BINS).astype(int), _BINS - 1)
    return [
        (float(confidences[bins == at].mean()), float(right[bins == at].mean()))
        for at in range(_BINS)
        if (bins == at).sum() >= _FEWEST
    ]


def _tabulate(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    def row(cells: Sequence[str], tag: str) -> str:
        return "<tr>" + "".join(f'<{tag} dir="auto">{escape(cell)}</{tag}>' for cell in cells) + "</tr>"

    return f"<table>{row(head, 'th')}{''.join(row(cells, 'td') for cells in rows)}</table>"


def main(argv: Sequence[str] | None = None) -> None:
    """Cross-validate and write the page."""
    parser = argparse.ArgumentParser(prog="python -m nlu.report", description="Report on understanding.")
    parser.add_argument("--out", type=Path, default=Path("var/nlu-report.html"))
    arguments = parser.parse_args(argv)
    results, curve = examine(distinct(read_examples()), lambda step: print(step, file=sys.stderr, flush=True))
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    arguments.out.write_text(write_page(results, curve), encoding="utf-8")
    print(arguments.out)


if __name__ == "__main__":
    main()
