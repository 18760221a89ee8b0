"""Measure understanding.

`python -m nlu.evaluation WHAT`, with WHAT one of

    cv           stratified 5-fold over data/nlu: intent, topic, both; by script
    dev          --messages PATH: a set of labelled messages (JSON lines) that no training saw
    oos          messages out of scope refused, messages in scope wrongly refused, by cross-validation
    arbanking    --csv PATH: ArBanking77 in Moroccan Arabic, stratified 5-fold, by the same pipeline
    crossscript  trained on Arabic script, tested on the same messages in both scripts
    ablation     what each family of views brings (two of the five folds)
    script       how a message is written, on tests/benchmarks/scripts.jsonl
    speed        time to parse, one process
    facts        --messages PATH: whether the right entry is told, on questions labelled with entries

Each prints a table and, as its last line, its figures as one JSON object.
"""

from __future__ import annotations

import argparse
import csv
import json
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.model_selection import StratifiedKFold

from nlu.finding.files import read_files
from nlu.finding.measuring import make_finder, time_choices, try_out
from nlu.finding.measuring import tabulate as tabulate_facts
from nlu.pipeline import ROOT, Example, Parse, Pipeline, read_examples, read_training
from nlu.script import detect_script
from nlu.text import fold
from nlu.topics import NO_TOPIC

BENCHMARKS = ROOT / "tests" / "benchmarks"
SHARED = ROOT.parent / "shared" / "benchmarks"
REFUSALS = frozenset({"out_of_scope", "nlu_fallback"})
FOLDS = 5
MANY_ENTRIES = 5000
FAMILIES: dict[str, tuple[str, ...]] = {
    "characters": ("characters",),
    "words": ("words", "word_pairs", "stems"),
    "skeletons": ("skeletons", "skeleton_pairs", "skeleton_characters"),
    "vowelled forms": ("vowels",),
    "both shared forms": ("skeletons", "skeleton_pairs", "skeleton_characters", "vowels", "stems", "pattern"),
    "concepts": ("concepts", "concept_steps", "concept_pairs", "pattern"),
    "everyday words": ("meanings", "meaning_steps"),
    "both lexicons": ("concepts", "concept_steps", "concept_pairs", "pattern", "meanings", "meaning_steps"),
}

Figures = dict[str, Any]
_ARABIC_SCRIPT = frozenset({"arab", "msa"})


def distinct(examples: Iterable[Example]) -> list[Example]:
    """The examples without those whose folded text has come before."""
    return list({fold(item.text): item for item in reversed(list(examples))}.values())[::-1]


def hold_out(examples: Sequence[Example], folds: int = FOLDS) -> Iterator[tuple[list[Example], list[Example]]]:
    """Stratified folds by intent with seed 0: what to learn from and what to be asked."""
    labels = [item.intent for item in examples]
    for learned, asked in StratifiedKFold(folds, shuffle=True, random_state=0).split(labels, labels):
        yield [examples[at] for at in learned], [examples[at] for at in asked]


def share(values: Iterable[bool]) -> float:
    """The share of true values, rounded to four digits; NaN of none."""
    flags = list(values)
    return round(sum(flags) / len(flags), 4) if flags else float("nan")


def agrees(found: str, intents: Iterable[str]) -> bool:
    """Whether an intent is one of those expected; a refusal is right where out of scope is."""
    return found in intents or (found in REFUSALS and "out_of_scope" in intents)


def tabulate(rows: Iterable[tuple[str, str, bool, bool]]) -> Figures:
    """Shares of right intents and topics, overall and by script.

    Args:
        rows: script, intent expected, intent right, topic right.
    """
    groups: dict[str, list[tuple[bool, bool]]] = {"all": []}
    for script, _, intent, topic in rows:
        groups["all"].append((intent, topic))
        groups.setdefault(script, []).append((intent, topic))
    figures: Figures = {}
    print(f"{'':8}{'messages':>9}{'intent':>9}{'topic':>9}{'both':>9}")
    for name, right in groups.items():
        figures[name] = {
            "messages": len(right),
            "intent": share(intent for intent, _ in right),
            "topic": share(topic for _, topic in right),
            "both": share(intent and topic for intent, topic in right),
        }
        print(f"{name:8}{len(right):9}" + "".join(f"{figures[name][key]:9.3f}" for key in ("intent", "topic", "both")))
    return figures


def cross_validate(examples: Sequence[Example], **options: Any) -> list[tuple[Example, Parse]]:
    """Every example with what a pipeline that never saw it says."""
    results = []
    for learned, asked in hold_out(examples):
        pipeline = Pipeline(**options).train(learned)
        results += [(item, pipeline.parse(item.text)) for item in asked]
    return results


def measure_cv(arguments: argparse.Namespace) -> Figures:
    """Intent and topic by cross-validation."""
    results = cross_validate(distinct(read_examples()))
    return tabulate(
        (parse.script, item.intent, agrees(parse.intent, [item.intent]), parse.topic == item.topic)
        for item, parse in results
    )


def measure_dev(arguments: argparse.Namespace) -> Figures:
    """Intent and topic on messages outside the training data."""
    return tabulate(
        ask_messages(Pipeline().train(read_training()), Path(arguments.messages or SHARED / "messages_dev.jsonl"))
    )


def ask_messages(pipeline: Pipeline, path: Path) -> list[tuple[str, str, bool, bool]]:
    """What `tabulate` needs, for each line of a file of labelled messages."""
    rows = []
    for line in path.read_text(encoding="utf-8").splitlines():
        item: Mapping[str, Any] = json.loads(line)
        parse = pipeline.parse(item["text"])
        intents = [item["intent"], *item.get("also_intents", [])]
        topics = [topic or NO_TOPIC for topic in (item["topic"], *item.get("also_topics", []))]
        rows.append((item["script"], item["intent"], agrees(parse.intent, intents), parse.topic in topics))
    return rows


def measure_oos(arguments: argparse.Namespace) -> Figures:
    """What is refused, rightly and wrongly, by cross-validation."""
    results = cross_validate(distinct(read_examples()))
    outside = [parse.intent in REFUSALS for item, parse in results if item.intent == "out_of_scope"]
    inside = [parse.intent in REFUSALS for item, parse in results if item.intent != "out_of_scope"]
    figures = {
        "refused": share(outside),
        "wrongly_refused": share(inside),
        "out": len(outside),
        "in": len(inside),
    }
    print(f"out of scope, refused    {figures['refused']:.3f} of {len(outside)}")
    print(f"in scope, wrongly refused {figures['wrongly_refused']:.3f} of {len(inside)}")
    return figures


def measure_arbanking(arguments: argparse.Namespace) -> Figures:
    """Accuracy on the 77 intents of ArBanking77, Moroccan part, by the pipeline of config.yml."""
    with Path(arguments.csv).open(encoding="utf-8", newline="") as file:
        examples = [Example(row["text"], row["label"], NO_TOPIC) for row in csv.DictReader(file)]
    right = []
    for at, (learned, asked) in enumerate(hold_out(examples)):
        pipeline = Pipeline().train(learned)
        found = [pipeline.parse(item.text).ranking for item in asked]
        fold_right = [
            next(entry["name"] for entry in ranking if entry["name"] not in REFUSALS) == item.intent
            for ranking, item in zip(found, asked, strict=True)
        ]
        right += fold_right
        print(f"fold {at + 1}: {share(fold_right):.4f}")
    print(f"accuracy {share(right):.4f} of {len(right)}")
    return {"accuracy": share(right), "messages": len(right)}


def measure_crossscript(arguments: argparse.Namespace) -> Figures:
    """Accuracy of a pipeline that has seen Arabic script only, on the same unseen messages in either script."""
    lines = (BENCHMARKS / "pairs.jsonl").read_text(encoding="utf-8").splitlines()
    pairs = [json.loads(line) for line in lines]
    known = [item for item in distinct(read_examples()) if detect_script(item.text) in _ARABIC_SCRIPT]
    same, cross = [], []
    by_text = {pair["arab"]: pair["latn"] for pair in pairs}
    for learned, asked in hold_out([Example(pair["arab"], pair["intent"], NO_TOPIC) for pair in pairs]):
        pipeline = Pipeline().train([*known, *learned])
        for item in asked:
            same.append(agrees(pipeline.parse(item.text).intent, [item.intent]))
            cross.append(agrees(pipeline.parse(by_text[item.text]).intent, [item.intent]))
    figures = {
        "pairs": len(pairs),
        "arab": share(same),
        "latn": share(cross),
        "gap": round(share(same) - share(cross), 4),
    }
    print("trained on Arabic script only, accuracy on the same messages:")
    print(f"Arabic {figures['arab']:.3f}, Arabizi {figures['latn']:.3f}, gap {figures['gap']:.3f}")
    return figures


def measure_ablation(arguments: argparse.Namespace) -> Figures:
    """Accuracy of the intent without each family of views, by script, on two of the five folds."""
    parts = list(hold_out(distinct(read_examples())))[:2]
    figures: Figures = {}
    for name, without in [
        ("all views", ()),
        *((f"without {name}", views) for name, views in FAMILIES.items()),
    ]:
        rows: list[tuple[str, bool]] = []
        for learned, asked in parts:
            pipeline = Pipeline(without=without).train(learned)
            for item in asked:
                parse = pipeline.parse(item.text)
                rows.append((parse.script, agrees(parse.intent, [item.intent])))
        figures[name] = {"all": share(right for _, right in rows)}
        for script in ("arab", "latn", "fr", "mixed", "msa"):
            figures[name][script] = share(right for found, right in rows if found == script)
        print(
            f"{name:22}" + "".join(f"{key:>7} {value:.3f}" for key, value in figures[name].items()),
            flush=True,
        )
    return figures


def measure_script(arguments: argparse.Namespace) -> Figures:
    """Accuracy of the script on messages labelled by hand."""
    lines = (BENCHMARKS / "scripts.jsonl").read_text(encoding="utf-8").splitlines()
    items = [json.loads(line) for line in lines]
    figures: Figures = {"all": share(detect_script(item["text"]) == item["script"] for item in items)}
    for script in sorted({item["script"] for item in items}):
        figures[script] = share(detect_script(item["text"]) == script for item in items if item["script"] == script)
    for name, value in figures.items():
        print(f"{name:6} {value:.3f}")
    return {**figures, "messages": len(items)}


def measure_speed(arguments: argparse.Namespace) -> Figures:
    """Seconds of training and milliseconds of parsing, one process."""
    examples = read_training()
    began = time.perf_counter()
    pipeline = Pipeline().train(examples)
    training = time.perf_counter() - began
    times = []
    for item in examples[::5]:
        began = time.perf_counter()
        pipeline.parse(item.text)
        times.append((time.perf_counter() - began) * 1000)
    figures = {
        "training_s": round(training, 1),
        "p50_ms": round(float(np.percentile(times, 50)), 3),
        "p95_ms": round(float(np.percentile(times, 95)), 3),
    }
    print(f"training {figures['training_s']} s; parse p50 {figures['p50_ms']} ms, p95 {figures['p95_ms']} ms")
    return figures


def measure_facts(arguments: argparse.Namespace) -> Figures:
    """Whether the right entry is told, offered or refused."""
    embedding = arguments.embedding or max(ROOT.glob("models/awrach-*.npz"), key=lambda path: path.stat().st_mtime)
    finder = make_finder(read_files(), Path(embedding))
    lines = Path(arguments.messages or SHARED / "facts_dev.jsonl").read_text("utf-8").splitlines()
    figures: Figures = tabulate_facts(try_out(finder, Pipeline().train(read_training()), lines))
    for count in (len(finder.evidence.entries), MANY_ENTRIES):
        figures[f"ms_among_{count}"] = time_choices(read_files(), Path(embedding), count)
        print(f"to choose among {count} entries: {figures[f'ms_among_{count}']} ms")
    return figures


MEASURES = {
    "cv": measure_cv,
    "dev": measure_dev,
    "oos": measure_oos,
    "arbanking": measure_arbanking,
    "crossscript": measure_crossscript,
    "ablation": measure_ablation,
    "script": measure_script,
    "speed": measure_speed,
    "facts": measure_facts,
}


def main(argv: Sequence[str] | None = None) -> None:
    """Run one measure and print its figures."""
    parser = argparse.ArgumentParser(prog="python -m nlu.evaluation", description="Measure understanding.")
    parser.add_argument("what", choices=MEASURES)
    parser.add_argument(
        "--messages", help="labelled messages for dev and facts; without it those that the shared folder holds"
    )
    parser.add_argument("--embedding", help="for facts; without it the newest that was learned")
    parser.add_argument("--csv", default=str(SHARED / "arbanking77_moroccan.csv"), help="the file for arbanking")
    arguments = parser.parse_args(argv)
    print(json.dumps(MEASURES[arguments.what](arguments), ensure_ascii=False))


if __name__ == "__main__":
    main()
