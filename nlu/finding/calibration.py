"""Learn how to weigh the evidence and when to tell, and write `weights.yml` beside this module.

`python -m nlu.finding.calibration` takes some minutes. Every question is weighed by an embedding and an index that its
writer had no part in: three times over, one of the three writers of each entry is left out of both. The weights are
those under which the right entries are likeliest (conditional logit); the probabilities of being right and of being
known are logistic in a few signs; the thresholds are chosen on the same held-out questions.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import yaml
from scipy.optimize import minimize
from sklearn.linear_model import LogisticRegression

from nlu.finding.entries import Entry, Question
from nlu.finding.evidence import EVIDENCE, Evidence
from nlu.finding.files import Known, Places, read_files
from nlu.finding.finder import MOST_CANDIDATES, SIGNS, WEIGHTS, Finder, Weights
from nlu.finding.index import Index
from nlu.finding.learning import learn
from nlu.pipeline import Pipeline, list_questions, read_examples

FOLDS = 3
WEIGHED = 1500
"""Questions of each fold that the weights are learned from; more give the same."""
UNANSWERED_SHARE = 0.1
"""How many of the questions that arrive no entry answers: an assumption, on the side of too many."""
MOST_WRONG = 0.07
"""Share of answered questions that may be told another entry."""
LEAST_REFUSED = 0.5
"""Share of unanswered questions for which not even likely entries are offered; more would cost too many answers."""
SURE = 0.93
"""Probability of being right from which the first entry is told without others beside it."""

Array = npt.NDArray[np.float64]


class Asked(NamedTuple):
    """A question that was held out.

    Attributes:
        question: as the finder is asked it.
        row: of the entry that answers it, or None.
    """

    question: Question
    row: int | None


class Fold(NamedTuple):
    """Questions of the writers that a finder knows nothing of."""

    finder: Finder
    asked: list[Asked]


def make_folds(known: Known, folds: int = FOLDS) -> list[Fold]:
    """Finders that each know all but one writer of every entry, and what those writers ask.

    Args:
        known: the entries of the files.
        folds: how many writers an entry has.
    """
    places, examples = Places.read(), read_examples()
    turn_of = {name: turn for turn, name in enumerate(_sort(known.unanswered))}
    turn_of |= {name: turn for writers in known.writers for turn, name in enumerate(_sort(writers))}

    def ask(pipeline: Pipeline, text: str, row: int | None) -> Asked:
        return Asked(Question(text, tuple(pipeline.parse(text).meanings), places.find_in(text)), row)

    made = []
    for fold in range(folds):
        kept = [_keep(entry, writers, fold) for entry, writers in zip(known.entries, order_of(known), strict=True)]
        others = [
            text for writer, texts in known.unanswered.items() if turn_of[writer] % folds != fold for text in texts
        ]
        embedding = learn(kept, examples, others)
        pipeline = Pipeline().train([*examples, *list_questions(kept)])
        finder = Finder(embedding, Index.build(kept, embedding), Evidence(kept), _start())
        asked = [
            ask(pipeline, text, row)
            for row, writers in enumerate(order_of(known))
            for turn, texts in enumerate(writers)
            if turn == fold
            for text in texts
        ]
        unanswered = [
            text for writer, texts in known.unanswered.items() if turn_of[writer] % folds == fold for text in texts
        ]
        made.append(Fold(finder, [*asked, *(ask(pipeline, text, None) for text in unanswered)]))
    return made


def order_of(known: Known) -> list[list[list[str]]]:
    """The questions of each entry by writer, the writers in their order."""
    return [[writers[name] for name in _sort(writers)] for writers in known.writers]


def _sort(writers: Iterable[str]) -> list[str]:
    return sorted(writers, key=lambda name: (len(name), name))


def _keep(entry: Entry, writers: Sequence[Sequence[str]], left_out: int) -> Entry:
    kept = tuple(text for turn, texts in enumerate(writers) if turn != left_out for text in texts)
    return entry._replace(questions=kept)


def _start() -> Weights:
    nothing = np.zeros(len(SIGNS) + 1)
    return Weights(np.zeros(len(EVIDENCE)), nothing, nothing, 0.0, 0.0, 0.0)


def learn_evidence(folds: Sequence[Fold]) -> Array:
    """The weights under which the right entries are likeliest."""
    chance = np.random.default_rng(0)
    blocks, rights = [], []
    for finder, asked in folds:
        answered = [item for item in asked if item.row is not None]
        for at in chance.permutation(len(answered))[:WEIGHED]:
            question, row = answered[at]
            nearness = finder.index.compare(finder.embedding.read(question.text), finder.embedding)
            blocks.append(finder.evidence.weigh(question, nearness).astype(np.float32))
            rights.append(row)
    weighed, right = np.stack(blocks), np.array(rights)
    spread = weighed.reshape(-1, len(EVIDENCE)).std(axis=0) + 1e-9
    weighed /= spread
    at = np.arange(len(right))

    def loss(weights: Array) -> tuple[float, Array]:
        scores = weighed @ weights.astype(np.float32)
        chances = np.exp(scores - scores.max(axis=1, keepdims=True))
        chances /= chances.sum(axis=1, keepdims=True)
        expected = np.einsum("qe,qef->f", chances, weighed)
        slope = (expected - weighed[at, right].sum(axis=0)) / len(right) + 2e-3 * weights
        return float(-np.log(chances[at, right] + 1e-12).mean() + 1e-3 * (weights @ weights)), slope

    best: Array = minimize(loss, np.zeros(len(EVIDENCE)), jac=True, method="L-BFGS-B").x / spread
    return best


class Judged(NamedTuple):
    """Held-out questions with what was found for them.

    Attributes:
        signs: shape (questions, signs).
        right: whether the best entry is the right one.
        among: whether it is among the candidates.
        answered: whether any entry answers.
    """

    signs: Array
    right: npt.NDArray[np.bool_]
    among: npt.NDArray[np.bool_]
    answered: npt.NDArray[np.bool_]


def judge(folds: Sequence[Fold], evidence: Array) -> Judged:
    """What the finders find with these weights."""
    signs, right, among, answered = [], [], [], []
    for fold in folds:
        finder = Finder(
            fold.finder.embedding, fold.finder.index, fold.finder.evidence, _start()._replace(evidence=evidence)
        )
        for question, row in fold.asked:
            scored = finder.score(question)
            signs.append(scored.signs)
            right.append(row is not None and len(scored.order) > 0 and scored.order[0] == row)
            among.append(row is not None and row in scored.order[:MOST_CANDIDATES])
            answered.append(row is not None)
    return Judged(np.array(signs), np.array(right), np.array(among), np.array(answered))


def fit_chances(signs: Array, true: npt.NDArray[np.bool_], answered: npt.NDArray[np.bool_]) -> Array:
    """The weights of the signs, and a constant, by which a probability comes true."""
    share = UNANSWERED_SHARE * answered.sum() / (1 - UNANSWERED_SHARE) / max(1, (~answered).sum())
    model = LogisticRegression(C=10.0, max_iter=1000).fit(signs, true, sample_weight=np.where(answered, 1.0, share))
    weights: Array = np.concatenate([model.coef_[0], model.intercept_])
    return weights


def estimate(signs: Array, weights: Array) -> Array:
    """The probabilities that the weights of `fit_chances` give."""
    chances: Array = 1 / (1 + np.exp(-(signs @ weights[:-1] + weights[-1])))
    return chances


def choose_thresholds(judged: Judged, right: Array, known: Array) -> tuple[float, float]:
    """From which probability on the first is told, and from which on anything is offered.

    As many unanswered questions as LEAST_REFUSED are refused; of what is left, as much is told as leaves MOST_WRONG
    of the answered ones told another entry.
    """
    known_from = float(np.quantile(known[~judged.answered], LEAST_REFUSED))
    offered = judged.answered & (known >= known_from)
    for told_from in np.linspace(0, SURE, 187):
        told = offered & (right >= told_from) | (judged.answered & (right >= SURE))
        if (told & ~judged.right).sum() <= MOST_WRONG * judged.answered.sum():
            return float(told_from), known_from
    return SURE, known_from


def calibrate() -> None:
    """Learn everything and write it."""
    folds = make_folds(read_files())
    evidence = learn_evidence(folds)
    conclude(evidence, judge(folds, evidence))


def conclude(evidence: Array, judged: Judged) -> None:
    """Write what follows from held-out questions, and print how often it is right on them.

    Args:
        evidence: the weights of EVIDENCE.
        judged: what was found with them.
    """
    weights = {
        "right": fit_chances(judged.signs, judged.right, judged.answered),
        "known": fit_chances(judged.signs, judged.among, judged.answered),
    }
    right, known = (estimate(judged.signs, of_signs) for of_signs in weights.values())
    told_from, known_from = choose_thresholds(judged, right, known)
    content = {
        "evidence": _round(dict(zip(EVIDENCE, evidence, strict=True))),
        **{name: _round(dict(zip((*SIGNS, "constant"), values, strict=True))) for name, values in weights.items()},
        "told_from": round(told_from, 3),
        "sure_from": SURE,
        "known_from": round(known_from, 3),
    }
    comment = "# Learned by `python -m nlu.finding.calibration`, which also says how; not to be changed by hand.\n"
    WEIGHTS.write_text(comment + yaml.safe_dump(content, sort_keys=False), "utf-8")
    _print_table(judged, right, known, told_from, known_from)


def _round(values: dict[str, float]) -> dict[str, float]:
    return {name: round(float(value), 4) for name, value in values.items()}


def _print_table(judged: Judged, right: Array, known: Array, told_from: float, known_from: float) -> None:
    told = (right >= SURE) | ((known >= known_from) & (right >= told_from))
    refused = (right < SURE) & (known < known_from)
    answered = judged.answered
    print(f"held out: {answered.sum()} questions with an answer, {(~answered).sum()} without")
    for name, value in (
        ("best entry is right", judged.right[answered].mean()),
        ("right entry among the candidates", judged.among[answered].mean()),
        ("told, and right", (told & judged.right)[answered].mean()),
        ("told, and another", (told & ~judged.right)[answered].mean()),
        ("asked back, right entry offered", (~told & ~refused & judged.among)[answered].mean()),
        ("said not to be known, though it is", refused[answered].mean()),
        ("without an answer: said so", refused[~answered].mean()),
        ("without an answer: asked back", (~told & ~refused)[~answered].mean()),
        ("without an answer: something told", told[~answered].mean()),
    ):
        print(f"{name:36} {value:.3f}")


if __name__ == "__main__":
    calibrate()
