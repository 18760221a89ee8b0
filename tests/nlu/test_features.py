"""Views, vocabulary and vectors."""

from __future__ import annotations

import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlu.concepts import EVERYDAY, Concepts
from nlu.features import VIEWS, read, views
from nlu.vocabulary import Vocabulary
from nlu.vocabulary_learning import learn_vocabulary

CONCEPTS = Concepts.read()
WORDS = Concepts.read(EVERYDAY)


def look(text: str) -> dict[str, list[str]]:
    words = [token.text for token in read(text).tokens]
    return views(words, CONCEPTS.find(words), CONCEPTS, WORDS)


MESSAGES = [
    "بغيت نتسجل فأوراش",
    "bghit ntsejjel f awrach",
    "je veux m'inscrire",
    "شحال كنخلص",
    "ch7al nkhelles",
]


LOOKS = [look(text) for text in MESSAGES] * 3  # what is met once or twice is not learned


def test_every_view_is_there() -> None:
    assert set(look("salam")) == set(VIEWS)


def test_both_scripts_share_skeletons_and_concepts() -> None:
    arabic, latin = look("بغيت نتسجل فأوراش"), look("bghit ntsejel f awrach")
    assert set(arabic["skeletons"]) & set(latin["skeletons"]) >= {"BGT", "NTSJL"}
    assert set(arabic["concepts"]) & set(latin["concepts"]) >= {"want", "register", "topic_awrach"}


def test_each_view_of_a_vector_has_the_length_of_its_weight() -> None:
    vocabulary, _ = learn_vocabulary(LOOKS, without=set(VIEWS) - {"words"})
    vector = vocabulary.vector(look(MESSAGES[0]))
    assert np.linalg.norm(vector.values) == pytest.approx(VIEWS["words"], rel=1e-5)


def test_the_vectors_of_training_are_those_of_later() -> None:
    vocabulary, vectors = learn_vocabulary(LOOKS)
    for seen, learned in zip(LOOKS, vectors, strict=True):
        later = vocabulary.vector(seen)
        assert dict(zip(learned.columns, learned.values, strict=True)) == pytest.approx(
            dict(zip(later.columns, later.values, strict=True))
        )


def test_views_can_be_left_out() -> None:
    vocabulary, _ = learn_vocabulary(LOOKS, without={"characters"})
    assert "characters" not in vocabulary.terms


def test_a_vocabulary_survives_its_arrays() -> None:
    vocabulary, _ = learn_vocabulary(LOOKS)
    again = Vocabulary.from_arrays(vocabulary.to_arrays())
    for text in MESSAGES:
        before, after = vocabulary.vector(look(text)), again.vector(look(text))
        assert before.columns.tolist() == after.columns.tolist()
        assert before.values == pytest.approx(after.values)


@settings(max_examples=50, deadline=None)
@given(st.text(st.characters(blacklist_categories=()), max_size=80))
def test_any_text_has_a_vector(text: str) -> None:
    vocabulary, _ = learn_vocabulary(LOOKS)
    vector = vocabulary.vector(look(text))
    assert len(vector.columns) == len(vector.values)
    assert np.isfinite(vector.values).all()


@pytest.mark.parametrize(
    "text",
    [
        "x" * 10_000,
        "سلام " * 2_000,
        "😀" * 5_000,
        "\u202e\u200f\x00\x1b" * 3_000,
        "".join(chr(code) for code in range(0, 0x110000, 211)),
        " ".join(f"w{number}" for number in range(2_000)),
    ],
    ids=["letters", "words", "emoji", "controls", "planes", "distinct words"],
)
def test_a_hostile_message_is_read_in_time(text: str) -> None:
    vocabulary, _ = learn_vocabulary(LOOKS)
    began = time.perf_counter()
    vocabulary.vector(look(text))
    assert time.perf_counter() - began < 0.05


def test_a_long_message_keeps_its_beginning_and_its_end() -> None:
    reading = read("salam " + "bla " * 1_000 + "ch7al")
    assert reading.tokens[0].text == "salam"
    assert reading.tokens[-1].text == "ch7al"
    assert len(reading.offsets) == len(reading.folded)
