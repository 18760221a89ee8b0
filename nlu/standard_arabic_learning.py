"""Learn the weights by which Standard Arabic is told: `python -m nlu.standard_arabic_learning`, in Rasa's environment.

Reads data/scripts/arabic.jsonl, messages in Arabic letters labelled by hand ("msa" or "arab"), prints how many of each
kind are found when they are left out of learning, and writes nlu/standard_arabic.json. A message whose folded words
stand in tests/benchmarks/scripts.jsonl is not learned from.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix
from sklearn.feature_extraction import DictVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold

from nlu.folding import fold, tokenize
from nlu.standard_arabic import POWER, SCALE, WEIGHTS, extract_features, is_clearly_moroccan, spell

ROOT = Path(__file__).resolve().parent.parent
LABELLED = ROOT / "data" / "scripts" / "arabic.jsonl"
HELD_OUT = ROOT / "tests" / "benchmarks" / "scripts.jsonl"
KEPT = 4000
"""Features that are kept, the heaviest of those that occur twice."""
LEAN = 0.4
"""From this probability on a message is called standard: the two errors are about as frequent there."""

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


def read_labelled() -> tuple[list[str], Flags]:
    """The messages to learn from, and which of them are standard."""
    asked = {_reduce(item["text"]) for item in _read_lines(HELD_OUT)}
    items = [item for item in _read_lines(LABELLED) if _reduce(item["text"]) not in asked]
    return [item["text"] for item in items], np.array([item["script"] == "msa" for item in items])


def learn(matrix: csr_matrix, standard: Flags) -> tuple[float, Floats]:
    """The intercept and one weight a column, zero where the feature is not kept; standard is above zero."""
    weights = np.zeros(matrix.shape[1])
    common = np.flatnonzero(matrix.getnnz(axis=0) >= 2)
    strength = np.abs(_fit(matrix[:, common], standard).coef_[0])
    kept = common[np.argsort(-strength, kind="stable")[:KEPT]]
    model = _fit(matrix[:, kept], standard)
    weights[kept] = np.rint(model.coef_[0] * SCALE) / SCALE
    return float(model.intercept_[0] - np.log(LEAN / (1 - LEAN))), weights


def main() -> None:
    """Cross-validate, print the shares found, learn from everything and write the weights."""
    texts, standard = read_labelled()
    messages = [spell(text) for text in texts]
    vectoriser = DictVectorizer()
    matrix = csr_matrix(vectoriser.fit_transform([_weigh(extract_features(message)) for message in messages]))
    moroccan = np.array([is_clearly_moroccan(message.plain) for message in messages])
    found = _cross_validate(matrix, standard) & ~moroccan
    sys.stdout.write(
        f"{len(texts)} messages, five-fold: msa {found[standard].mean():.3f}, arab {1 - found[~standard].mean():.3f}\n"
    )
    intercept, weights = learn(matrix, standard)
    features = {
        name: round(float(weight) * SCALE)
        for name, weight in sorted(zip(vectoriser.get_feature_names_out(), weights, strict=True))
        if weight
    }
    document = {"intercept": round(intercept, 3), "features": features}
    WEIGHTS.write_text(json.dumps(document, ensure_ascii=False, indent=0) + "\n", encoding="utf-8")
    sys.stdout.write(f"{len(features)} features, {WEIGHTS.stat().st_size / 1000:.0f} KB: {WEIGHTS.relative_to(ROOT)}\n")


def _cross_validate(matrix: csr_matrix, standard: Flags) -> Flags:
    found = np.zeros(len(standard), dtype=bool)
    for learned, asked in StratifiedKFold(5, shuffle=True, random_state=0).split(standard, standard):
        intercept, weights = learn(matrix[learned], standard[learned])
        found[asked] = matrix[asked] @ weights + intercept > 0
    return found


def _fit(matrix: csr_matrix, standard: Flags) -> LogisticRegression:
    return LogisticRegression(C=10, class_weight="balanced", max_iter=1000).fit(matrix, standard)


def _weigh(features: set[str]) -> dict[str, float]:
    return dict.fromkeys(features, 1 / len(features) ** POWER)


def _reduce(text: str) -> tuple[str, ...]:
    """The folded words of a text: two that differ in a sign or an accent are the same message."""
    return tuple(token.text for token in tokenize(fold(text)))


def _read_lines(path: Path) -> Sequence[dict[str, str]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


if __name__ == "__main__":
    main()
