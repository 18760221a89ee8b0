"""Intent and topic together."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlu.linear import stack
from nlu.meaning import MeaningModel, normalise, pair, relate
from nlu.vocabulary import Vector

GREET, COVERAGE = 0, 1
NONE, AMO = 0, 1
AFFINITY = relate(np.array([GREET] * 50 + [COVERAGE] * 50), np.array([NONE] * 50 + [AMO] * 45 + [NONE] * 5))


def vector(*columns: int) -> Vector:
    return Vector(np.array(columns, dtype=np.int32), np.ones(len(columns), dtype=np.float32))


def test_pairs_that_were_seen_together_are_likelier() -> None:
    assert AFFINITY[COVERAGE, AMO] > 1 > AFFINITY[GREET, AMO]


def test_the_topic_decides_between_intents_that_are_equally_likely() -> None:
    weights = pair(np.array([0.52, 0.48]), np.array([0.1, 0.9]), AFFINITY)
    assert np.unravel_index(weights.argmax(), weights.shape) == (COVERAGE, AMO)


def test_a_clear_intent_outweighs_an_unlikely_topic() -> None:
    weights = pair(np.array([0.98, 0.02]), np.array([0.4, 0.6]), AFFINITY)
    assert weights.max(axis=-1).argmax() == GREET


@given(st.lists(st.floats(0.001, 1), min_size=2, max_size=6), st.floats(0.4, 3))
def test_weights_become_probabilities_in_the_same_order(weights: list[float], sharpness: float) -> None:
    found = normalise(np.array(weights), sharpness)
    assert found.sum() == pytest.approx(1)
    assert weights[found.argmax()] == max(weights)


@pytest.fixture(scope="module")
def model() -> MeaningModel:
    rows = [vector(0)] * 30 + [vector(1, 2)] * 30 + [vector(3)] * 30
    intents = ["greet"] * 30 + ["ask_coverage"] * 30 + ["out_of_scope"] * 30
    return MeaningModel.learn(stack(rows, 4), intents, ["none"] * 30 + ["amo"] * 30 + ["none"] * 30, 0.3, 0.03)


def test_a_model_reads_both(model: MeaningModel) -> None:
    meaning = model.read(vector(1, 2))
    assert model.intents.classes[meaning.intents.argmax()] == "ask_coverage"
    assert model.topics is not None
    assert model.topics.classes[meaning.topics.argmax()] == "amo"


def test_what_is_known_otherwise_comes_first(model: MeaningModel) -> None:
    meaning = model.read(vector(1, 2), surely=("greet", 0.99))
    assert model.intents.classes[meaning.intents.argmax()] == "greet"


def test_a_model_survives_its_arrays(model: MeaningModel) -> None:
    again = MeaningModel.from_arrays(model.to_arrays())
    for row in (vector(0), vector(1, 2), vector(3)):
        assert again.read(row).intents == pytest.approx(model.read(row).intents, abs=0.02)
        assert again.read(row).topics == pytest.approx(model.read(row).topics, abs=0.02)
    assert again.refusal == model.refusal


def test_messages_without_topics_leave_none() -> None:
    rows = [vector(0)] * 10 + [vector(1)] * 10
    model = MeaningModel.learn(stack(rows, 2), ["a"] * 10 + ["b"] * 10, ["none"] * 20, 0.3, 0.03)
    assert model.topics is None
    assert model.read(vector(0)).topics.size == 0
    assert MeaningModel.from_arrays(model.to_arrays()).topics is None
