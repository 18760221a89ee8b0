"""The linear classifier and its calibration."""

from __future__ import annotations

import numpy as np
import pytest

from nlu.fallback import choose_refusal
from nlu.linear import HeldOut, LinearModel, fit, softmax, stack
from nlu.vocabulary import Vector


def vectors() -> tuple[list[Vector], list[str]]:
    random = np.random.RandomState(0)
    labels = ["a", "b", "c"] * 40
    made = []
    for label in labels:
        own = "abc".index(label)
        columns = np.array([own, 3 + random.randint(5)], dtype=np.int32)
        made.append(Vector(columns, np.array([1.0, 0.5], dtype=np.float32)))
    return made, labels


def test_a_model_learns_and_is_calibrated() -> None:
    made, labels = vectors()
    model, held_out = fit(stack(made), labels)
    found = [model.classes[int(model.probabilities(vector).argmax())] for vector in made]
    assert found == labels
    assert held_out.probabilities.sum(axis=1) == pytest.approx(np.ones(len(labels)))
    assert (held_out.probabilities.argmax(axis=1) == held_out.labels).all()


def test_two_classes_have_two_columns() -> None:
    made, labels = vectors()
    two = [(vector, label) for vector, label in zip(made, labels, strict=True) if label != "c"]
    model, _ = fit(stack([vector for vector, _ in two]), [label for _, label in two])
    assert [model.classes[int(model.probabilities(vector).argmax())] for vector, _ in two] == [
        label for _, label in two
    ]


@pytest.mark.filterwarnings("ignore:The least populated class")
def test_a_class_of_one_message_is_learned() -> None:
    made, labels = vectors()
    model, held_out = fit(stack([*made, made[0]]), [*labels, "rare"])
    assert model.classes == ["a", "b", "c", "rare"]
    assert np.isfinite(held_out.probabilities).all()


def test_a_model_survives_its_arrays() -> None:
    made, labels = vectors()
    model, _ = fit(stack(made), labels)
    again = LinearModel.from_arrays(model.to_arrays())
    for vector in made[:10]:
        assert again.probabilities(vector) == pytest.approx(model.probabilities(vector), abs=0.02)


def test_an_empty_vector_has_probabilities() -> None:
    made, labels = vectors()
    model, _ = fit(stack(made), labels)
    empty = Vector(np.array([], dtype=np.int32), np.array([], dtype=np.float32))
    assert model.probabilities(empty).sum() == pytest.approx(1)


def test_softmax_takes_large_scores() -> None:
    assert softmax(np.array([1e4, 0.0])) == pytest.approx([1, 0])


def test_thresholds_refuse_what_is_outside_and_spare_what_is_inside() -> None:
    classes = ["apply", "out_of_scope"]
    inside = [[0.9, 0.1]] * 97 + [[0.3, 0.7]] * 3
    outside = [[0.2, 0.8]] * 45 + [[0.8, 0.2]] * 5
    held_out = HeldOut(np.array([0] * 100 + [1] * 50), np.array(inside + outside))
    refusal = choose_refusal(held_out, classes, 0.03)
    probabilities = held_out.probabilities
    refused = (probabilities.max(axis=1) < refusal.confidence) | (probabilities[:, 1] >= refusal.outside)
    assert refused[:100].mean() <= 0.03
    assert refused[100:].mean() >= 0.9


def test_without_a_class_outside_only_doubt_refuses() -> None:
    held_out = HeldOut(np.zeros(4, dtype=np.int64), np.array([[0.9, 0.1], [0.8, 0.2], [0.7, 0.3], [0.6, 0.4]]))
    assert choose_refusal(held_out, ["a", "b"], 0.25).outside == 1.0
