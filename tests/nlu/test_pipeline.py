"""The components of config.yml, trained together on the project's own messages."""

from __future__ import annotations

import time

import pytest

from nlu.pipeline import Parse, Pipeline


@pytest.mark.parametrize(
    ("text", "intent", "topic"),
    [
        ("شنو الوراق ديال أوراش", "ask_documents", "awrach"),
        ("chno lwra9 dyal awrach", "ask_documents", "awrach"),
        ("quels documents pour awrach", "ask_documents", "awrach"),
        ("ch7al kankhelles f amo", "ask_cost", "amo"),
        ("فين جات غرفة الصناعة التقليدية", "ask_location", "chamber"),
        ("بغيت نتسجل فالسجل الوطني", "apply", "rna"),
        ("salam", "greet", "none"),
        ("0612345678", "inform", "none"),
        ("AB123456", "inform", "none"),
        ("٠٦١٢٣٤٥٦٧٨", "inform", "none"),
        ("kifach njedded passeport", "out_of_scope", "none"),
        ("😀😀😀", "nlu_fallback", "none"),
        ("", "nlu_fallback", "none"),
    ],
)
def test_messages_are_understood(pipeline: Pipeline, text: str, intent: str, topic: str) -> None:
    parse = pipeline.parse(text)
    assert (parse.intent, parse.topic) == (intent, topic)


def test_the_ranking_begins_with_the_intent_and_is_short(pipeline: Pipeline) -> None:
    parse = pipeline.parse("واش نقدر نتسجل")
    assert parse.ranking[0]["name"] == parse.intent
    assert 0 < len(parse.ranking) <= 11
    confidences = [entry["confidence"] for entry in parse.ranking[1:]]
    assert confidences == sorted(confidences, reverse=True)


def test_script_and_language_are_told(pipeline: Pipeline) -> None:
    parse = pipeline.parse("wach kayn chi takwin")
    assert (parse.script, parse.language) == ("latn", "ary-Latn")


@pytest.mark.parametrize(
    "text",
    [
        "x" * 10_000,
        "😀" * 5_000,
        "\u202e\x00\u200b" * 4_000,
        "".join(chr(code) for code in range(0, 0x110000, 211)),
        "\ud800",
    ],
    ids=["letters", "emoji", "controls", "planes", "surrogate"],
)
def test_hostile_messages_are_parsed_in_time(pipeline: Pipeline, text: str) -> None:
    began = time.perf_counter()
    parse = pipeline.parse(text)
    assert time.perf_counter() - began < 0.05
    assert isinstance(parse, Parse)
