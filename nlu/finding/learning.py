"""Learn the space in which questions lie near their entries.

`python -m nlu.finding.learning --out FILE` learns from the questions and texts of data/knowledge and from the messages
of data/nlu, of which intent and topic say at least among which entries the answer lies. It takes about a minute.

Each question is drawn towards the sum of the texts of its entry, without itself, and away from all others: softmax over
scaled cosines, stochastic gradients (Adam), features left out by lot so that no single word is relied on. What no entry
answers is drawn away from all of them: it stands for a class of its own, `nothing`, at a fixed cosine. The vectors
begin as the singular vectors of the entries.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix, diags, vstack
from sklearn.utils.extmath import randomized_svd

from nlu.finding.embedding import VIEWS_LEFT_OUT, Embedding, Reader
from nlu.finding.entries import Entry
from nlu.finding.files import read_files
from nlu.finding.index import QUESTION_WEIGHT, TEXT_WEIGHT, TITLE_WEIGHT
from nlu.linear import stack
from nlu.pipeline import Example, read_examples
from nlu.vocabulary import Floats
from nlu.vocabulary_learning import learn_vocabulary

DIMENSIONS = 96
EPOCHS = 3
BATCH = 512
RATE = 2e-3
LEFT_OUT = 0.5
"""Share of the features of a message that are left out by lot."""
SCALE = 12.0
"""Of the cosines, before they become probabilities."""
CELLS_WEIGHT = 0.3
"""Weight of a message of which only intent and topic are known, against a question of an entry."""

NOTHING = 0.5
"""The cosine that stands for `nothing`: what is nearer to an entry than that is likelier to be answered by it."""
OUTSIDE_WEIGHT = 0.5
"""Weight of a message that nothing answers, against a question of an entry."""
OUTSIDE_BATCH = 128

_OUTSIDE = "out_of_scope"
_DECAY_FIRST, _DECAY_SECOND, _TINY = 0.9, 0.999, 1e-8

Labels = npt.NDArray[np.int64]


class Lesson(NamedTuple):
    """What there is to learn from.

    Attributes:
        questions: their vectors, shape (questions, features).
        entries: the entry of each question.
        sums: the summed texts of each entry, shape (entries, features).
        messages: of data/nlu, shape (messages, features).
        cells: for each message the row of `members` that holds.
        members: which entries answer a pair of topic and intent, 0 or 1, shape (pairs, entries).
        outside: what nothing answers, shape (messages, features).
    """

    questions: csr_matrix
    entries: Labels
    sums: csr_matrix
    messages: csr_matrix
    cells: Labels
    members: Floats
    outside: csr_matrix


def learn(
    entries: Sequence[Entry], messages: Sequence[Example], unanswered: Sequence[str], epochs: int = EPOCHS
) -> Embedding:
    """The embedding learned from entries and labelled messages.

    Args:
        entries: with the questions that may be learned from.
        messages: of data/nlu; of those whose intent and topic no entry answers, those out of scope are answered by
            nothing, and the others left aside.
        unanswered: questions that no entry answers.
        epochs: how often each question is seen.
    """
    reader = Reader()
    cells = _gather_cells(entries)
    placed = [message for message in messages if (message.topic, message.intent) in cells]
    names = sorted(cells)
    questions = [(question, row) for row, entry in enumerate(entries) for question in entry.questions]
    texts = [(text, row) for row, entry in enumerate(entries) for text in entry.texts]
    titles = [(title, row) for row, entry in enumerate(entries) for title in entry.titles]
    outside = [*unanswered, *(message.text for message in messages if message.intent == _OUTSIDE)]
    every = [text for text, _ in (*questions, *texts, *titles)] + [message.text for message in placed] + outside
    vocabulary, vectors = learn_vocabulary(map(reader.read, every), without=VIEWS_LEFT_OUT)
    matrix = stack(vectors, vocabulary.size)
    ends = np.cumsum([len(questions), len(texts), len(titles), len(placed)])
    of_questions = matrix[: ends[0]]
    sums = sum(
        weight * (_gather(rows, len(entries)) @ matrix[start:end])
        for weight, rows, start, end in (
            (QUESTION_WEIGHT, [row for _, row in questions], 0, ends[0]),
            (TEXT_WEIGHT, [row for _, row in texts], ends[0], ends[1]),
            (TITLE_WEIGHT, [row for _, row in titles], ends[1], ends[2]),
        )
    )
    members = np.zeros((len(names), len(entries)), dtype=np.float32)
    for at, name in enumerate(names):
        members[at, cells[name]] = 1
    lesson = Lesson(
        of_questions,
        np.array([row for _, row in questions], dtype=np.int64),
        sums.tocsr(),
        matrix[ends[2] : ends[3]],
        np.array([names.index((message.topic, message.intent)) for message in placed], dtype=np.int64),
        members,
        matrix[ends[3] :],
    )
    return Embedding(vocabulary, _descend(lesson, epochs).astype(np.float16), reader)


def _gather_cells(entries: Sequence[Entry]) -> dict[tuple[str, str], list[int]]:
    cells: dict[tuple[str, str], list[int]] = {}
    for row, entry in enumerate(entries):
        for cell in entry.asked:
            cells.setdefault(cell, []).append(row)
    return cells


def _gather(rows: Sequence[int], count: int) -> csr_matrix:
    """Adds texts up by entry, shape (entries, texts)."""
    ones = np.ones(len(rows), dtype=np.float32)
    return csr_matrix((ones, (np.array(rows, dtype=np.int64), np.arange(len(rows)))), shape=(count, len(rows)))


def _descend(lesson: Lesson, epochs: int) -> Floats:
    lengths = np.sqrt(np.asarray(lesson.sums.multiply(lesson.sums).sum(axis=1)).ravel()) + 1e-9
    *_, singular = randomized_svd(diags(1 / lengths) @ lesson.sums, DIMENSIONS, random_state=0)
    vectors: Floats = np.ascontiguousarray(singular.T.astype(np.float32))
    # All in place: the arrays are large, and fresh ones for every step would take longer than the sums.
    first, second, scratch = np.zeros_like(vectors), np.zeros_like(vectors), np.empty_like(vectors)
    for step, slope in enumerate(_list_slopes(lesson, vectors, epochs), start=1):
        np.multiply(slope, slope, out=scratch)
        second *= _DECAY_SECOND
        scratch *= 1 - _DECAY_SECOND
        second += scratch
        slope *= 1 - _DECAY_FIRST
        first *= _DECAY_FIRST
        first += slope
        np.sqrt(second, out=scratch)
        scratch += _TINY
        np.divide(first, scratch, out=scratch)
        scratch *= RATE * np.sqrt(1 - _DECAY_SECOND**step) / (1 - _DECAY_FIRST**step)
        vectors -= scratch
    return vectors


def _list_slopes(lesson: Lesson, vectors: Floats, epochs: int) -> Iterator[Floats]:
    """The gradient of each batch; `vectors` changes between them."""
    chance = np.random.default_rng(0)
    back = lesson.sums.T.tocsr()
    for _ in range(epochs):
        order = chance.permutation(len(lesson.entries))
        others = chance.permutation(len(lesson.cells))
        outside = chance.permutation(lesson.outside.shape[0])
        for start in range(0, len(order), BATCH):
            prototypes = lesson.sums @ vectors
            pulls = [_pull_questions(lesson, vectors, prototypes, order[start : start + BATCH], chance)]
            if len(others):
                drawn = others[np.arange(start, start + BATCH) % len(others)]
                pulls.append(_pull_messages(lesson, vectors, prototypes, drawn, chance))
            if len(outside):
                drawn = outside[(np.arange(OUTSIDE_BATCH) + start // BATCH * OUTSIDE_BATCH) % len(outside)]
                pulls.append(_push_outside(lesson, vectors, prototypes, drawn, chance))
            slope: Floats = vstack([texts for texts, _, _ in pulls], format="csr").T @ np.vstack(
                [by for _, by, _ in pulls]
            )
            slope += back @ sum(of_prototypes for _, _, of_prototypes in pulls)
            yield slope


def _pull_questions(
    lesson: Lesson, vectors: Floats, prototypes: Floats, rows: Labels, chance: np.random.Generator
) -> tuple[csr_matrix, Floats, Floats]:
    """Of questions whose entry is known: their texts, the gradients by where these lie, and those by the prototypes."""
    whole, right, at = lesson.questions[rows], lesson.entries[rows], np.arange(len(rows))
    thinned = _thin(whole, chance)
    unit, length = _normalise(thinned @ vectors)
    targets, target_length = _normalise(prototypes)
    # A question is no evidence of where its own entry lies.
    own, own_length = _normalise(prototypes[right] - whole @ vectors)
    cosines = unit @ targets.T
    cosines[at, right] = (unit * own).sum(axis=1)
    pull = _softmax(cosines)
    pull[at, right] -= 1
    pull *= SCALE / len(rows)
    to_own = pull[at, right][:, None].copy()
    pull[at, right] = 0
    of_own = _turn(to_own * unit, own, own_length)
    of_prototypes = _turn(pull.T @ unit, targets, target_length)
    np.add.at(of_prototypes, right, of_own)
    by_texts = np.vstack([_turn(pull @ targets + to_own * own, unit, length), -of_own])
    return vstack([thinned, whole], format="csr"), by_texts.astype(np.float32), of_prototypes.astype(np.float32)


def _pull_messages(
    lesson: Lesson, vectors: Floats, prototypes: Floats, rows: Labels, chance: np.random.Generator
) -> tuple[csr_matrix, Floats, Floats]:
    """The same of messages that any entry of their cell may answer."""
    thinned, members = _thin(lesson.messages[rows], chance), lesson.members[lesson.cells[rows]]
    unit, length = _normalise(thinned @ vectors)
    targets, target_length = _normalise(prototypes)
    found = _softmax(unit @ targets.T)
    wanted = found * members
    wanted /= wanted.sum(axis=1, keepdims=True) + 1e-9
    pull = (found - wanted) * (SCALE * CELLS_WEIGHT / len(rows))
    of_prototypes = _turn(pull.T @ unit, targets, target_length)
    return thinned, _turn(pull @ targets, unit, length).astype(np.float32), of_prototypes.astype(np.float32)


def _push_outside(
    lesson: Lesson, vectors: Floats, prototypes: Floats, rows: Labels, chance: np.random.Generator
) -> tuple[csr_matrix, Floats, Floats]:
    """The same of messages that nothing answers."""
    thinned = _thin(lesson.outside[rows], chance)
    unit, length = _normalise(thinned @ vectors)
    targets, target_length = _normalise(prototypes)
    push = _softmax(unit @ targets.T) * (SCALE * OUTSIDE_WEIGHT / len(rows))
    of_prototypes = _turn(push.T @ unit, targets, target_length)
    return thinned, _turn(push @ targets, unit, length).astype(np.float32), of_prototypes.astype(np.float32)


def _thin(matrix: csr_matrix, chance: np.random.Generator) -> csr_matrix:
    thinned = matrix.copy()
    thinned.data *= (chance.random(len(thinned.data)) > LEFT_OUT).astype(np.float32) / (1 - LEFT_OUT)
    return thinned


def _normalise(vectors: Floats) -> tuple[Floats, Floats]:
    lengths: Floats = np.linalg.norm(vectors, axis=1, keepdims=True) + 1e-6
    return vectors / lengths, lengths


def _turn(slope: Floats, unit: Floats, length: Floats) -> Floats:
    """The gradient by a vector of which the gradient by its direction is known."""
    turned: Floats = (slope - unit * (unit * slope).sum(axis=1, keepdims=True)) / length
    return turned


def _softmax(cosines: Floats) -> Floats:
    """The share of each entry; what is missing to one is that of `nothing`."""
    powers = np.exp(SCALE * (cosines - NOTHING))
    shares: Floats = powers / (1 + powers.sum(axis=1, keepdims=True))
    return shares


def main(argv: Sequence[str] | None = None) -> None:
    """Learn and write the embedding."""
    parser = argparse.ArgumentParser(prog="python -m nlu.finding.learning", description="Learn to find answers.")
    parser.add_argument("--out", type=Path, required=True, help="the file to write")
    arguments = parser.parse_args(argv)
    known = read_files()
    unanswered = [text for texts in known.unanswered.values() for text in texts]
    learn(known.entries, read_examples(), unanswered).save(arguments.out)


if __name__ == "__main__":
    main()
