"""A linear classifier over sparse vectors with calibrated probabilities."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from joblib import Parallel, delayed
from scipy.optimize import minimize
from scipy.sparse import csr_matrix
from sklearn.model_selection import StratifiedKFold
from sklearn.svm import LinearSVC

from nlu.vocabulary import Floats, Vector

_PROCESSES = 2
_WORTH_PROCESSES = 500_000  # values of a matrix
_TOLERANCE = 0.1  # of the optimiser; a tenth of it measures the same and takes longer
_STEPS = 127  # of the signed bytes in which coefficients are kept


class HeldOut(NamedTuple):
    """What a model says of its own training messages when each was left out of training.

    Attributes:
        labels: the right label of each message, as an index into the classes.
        probabilities: shape (messages, classes).
    """

    labels: npt.NDArray[np.int64]
    probabilities: npt.NDArray[np.float64]


def softmax(scores: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Probabilities of scores along the last axis."""
    shifted = np.exp(scores - scores.max(axis=-1, keepdims=True))
    result: npt.NDArray[np.float64] = shifted / shifted.sum(axis=-1, keepdims=True)
    return result


class LinearModel:
    """One score a class: `vector @ coefficients + intercepts`, brought to probabilities by `softmax(a * score + b)`.

    Args:
        classes: the labels, sorted.
        coefficients: shape (features, classes).
        intercepts: shape (classes,).
        slope: the sharpness a of the calibration.
        offsets: the offsets b of the calibration, shape (classes,).
    """

    def __init__(
        self, classes: Sequence[str], coefficients: Floats, intercepts: Floats, slope: float, offsets: Floats
    ) -> None:
        self.classes = list(classes)
        self.coefficients = coefficients
        self.intercepts = intercepts
        self.slope = slope
        self.offsets = offsets

    def probabilities(self, vector: Vector) -> npt.NDArray[np.float64]:
        """The probability of each class, shape (classes,)."""
        scores = vector.values @ self.coefficients[vector.columns] + self.intercepts
        return softmax((self.slope * scores + self.offsets).astype(np.float64))

    def to_arrays(self) -> dict[str, npt.NDArray[np.generic]]:
        """What `from_arrays` needs, for `numpy.savez`; coefficients become bytes with one scale a feature."""
        scales = np.abs(self.coefficients).max(axis=1) / _STEPS
        scales[scales == 0] = 1
        return {
            "classes": np.array(self.classes),
            "coefficients": np.rint(self.coefficients / scales[:, None]).astype(np.int8),
            "scales": scales.astype(np.float32),
            "intercepts": self.intercepts,
            "slope": np.array(self.slope),
            "offsets": self.offsets,
        }

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, npt.NDArray[np.generic]]) -> LinearModel:
        """The model that `to_arrays` wrote."""
        coefficients = (
            arrays["coefficients"].astype(np.float32) * arrays["scales"].astype(np.float32)[:, None]
        )
        return cls(
            [str(name) for name in arrays["classes"]],
            coefficients,
            arrays["intercepts"].astype(np.float32),
            float(arrays["slope"]),
            arrays["offsets"].astype(np.float32),
        )


def stack(vectors: Sequence[Vector], width: int | None = None) -> csr_matrix:
    """Vectors as the rows of a matrix, shape (vectors, width); without a width, the highest column + 1."""
    starts = np.cumsum([0, *(len(vector.columns) for vector in vectors)])
    columns = np.concatenate([vector.columns for vector in vectors])
    values = np.concatenate([vector.values for vector in vectors])
    return csr_matrix((values, columns, starts), shape=(len(vectors), width or int(columns.max()) + 1))


def fit(
    matrix: csr_matrix,
    labels: Sequence[str],
    strength: float = 0.3,
    folds: int = 2,
) -> tuple[LinearModel, HeldOut]:
    """Train a linear support vector machine, one class against the rest, and calibrate it on held-out folds.

    Args:
        matrix: the vectors of the messages, shape (messages, features).
        labels: the label of each.
        strength: the cost C of a wrong message against large coefficients.
        folds: how many parts the held-out scores are made by.
    """
    classes, indices = np.unique(np.array(labels), return_inverse=True)
    everything = np.arange(len(indices))
    parts = max(2, min(folds, int(np.bincount(indices).min())))
    splits = list(StratifiedKFold(parts, shuffle=True, random_state=0).split(indices, indices))

    def separate(rows: npt.NDArray[np.int64]) -> _Separation:
        return _Separation(matrix, indices, len(classes), strength, rows)

    # Processes, not threads: liblinear draws from one random generator a process, so that threads would disturb
    # each other and no two trainings would give the same model.
    run = Parallel(n_jobs=_PROCESSES if matrix.nnz > _WORTH_PROCESSES else 1)
    (coefficients, intercepts), *held_out = run(
        [
            delayed(_Separation.learn)(separate(everything)),
            *(delayed(_Separation.score)(separate(learned), left_out) for learned, left_out in splits),
        ]
    )
    scores = np.zeros((len(indices), len(classes)))
    for (_, left_out), found in zip(splits, held_out, strict=True):
        scores[left_out] = found
    slope, offsets = _calibrate(scores, indices)
    model = LinearModel([str(name) for name in classes], coefficients, intercepts, slope, offsets)
    return model, HeldOut(indices.astype(np.int64), softmax(slope * scores + offsets))


class _Separation(NamedTuple):
    """One training on some of the rows; see `fit` for the rest."""

    matrix: csr_matrix
    labels: npt.NDArray[np.int64]
    classes: int
    strength: float
    rows: npt.NDArray[np.int64]

    def learn(self) -> tuple[Floats, Floats]:
        """Coefficients, shape (features, classes), and intercepts, shape (classes,)."""
        machine = LinearSVC(C=self.strength, tol=_TOLERANCE, random_state=0)
        machine.fit(self.matrix[self.rows], self.labels[self.rows])
        coefficients, intercepts = machine.coef_, machine.intercept_
        if len(machine.classes_) == 2:
            coefficients, intercepts = (
                np.vstack([-coefficients, coefficients]),
                np.concatenate([-intercepts, intercepts]),
            )
        # A class too rare to be among the rows is hardly ever found.
        placed = np.zeros((self.matrix.shape[1], self.classes), dtype=np.float32)
        placed[:, machine.classes_] = coefficients.T
        biases = np.full(self.classes, -1, dtype=np.float32)
        biases[machine.classes_] = intercepts
        return placed, biases

    def score(self, left_out: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
        """The scores of rows that it did not learn from, shape (left_out, classes)."""
        coefficients, intercepts = self.learn()
        return self.matrix[left_out] @ coefficients + intercepts


def _calibrate(
    scores: npt.NDArray[np.float64], labels: npt.NDArray[np.int64], stiffness: float = 5.0
) -> tuple[float, Floats]:
    """The slope and offsets under which held-out labels are most likely; offsets are held near zero by `stiffness`."""
    count, classes = scores.shape
    right = np.zeros((count, classes))
    right[np.arange(count), labels] = 1

    def loss(parameters: npt.NDArray[np.float64]) -> tuple[float, npt.NDArray[np.float64]]:
        slope, offsets = parameters[0], parameters[1:]
        found = softmax(slope * scores + offsets)
        wrong = found - right
        value = -np.log(found[np.arange(count), labels] + 1e-12).sum() + stiffness / 2 * (offsets @ offsets)
        return float(value), np.concatenate(
            [[(wrong * scores).sum()], wrong.sum(axis=0) + stiffness * offsets]
        )

    best = minimize(loss, np.concatenate([[4.0], np.zeros(classes)]), jac=True, method="L-BFGS-B").x
    return float(best[0]), best[1:].astype(np.float32)
