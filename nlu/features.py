"""The views of a message: ways to read its words, as written, as characters, as skeletons, as concepts."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import lru_cache
from itertools import combinations
from typing import NamedTuple

from nlu.arabizi import skeleton, vowel
from nlu.concepts import Concepts, Found
from nlu.folding import Token, fold_with_offsets, tokenize
from nlu.inflection import strip_particles

VIEWS: dict[str, float] = {
    "characters": 1.0,
    "words": 0.7,
    "word_pairs": 0.5,
    "skeletons": 0.7,
    "skeleton_pairs": 0.5,
    "skeleton_characters": 1.0,
    "vowels": 1.0,
    "concepts": 1.0,
    "concept_steps": 0.5,
    "concept_pairs": 1.2,
    "meanings": 1.0,
    "meaning_steps": 0.7,
    "stems": 0.7,
    "pattern": 0.7,
    "length": 0.3,
}
"""The views and their weights."""

_LONGEST_TEXT = 20_000
_HEAD = _TAIL = 500
_LONGEST_WORD = 40


class Reading(NamedTuple):
    """A message as the classifiers read it.

    Attributes:
        folded: the folded text, cut to its beginning and its end where it is very long.
        offsets: for each folded character its index in the original.
        tokens: the words of the folded text.
    """

    folded: str
    offsets: list[int]
    tokens: list[Token]

    def fingerprint(self) -> str:
        """What Rasa's cache knows it by; without it, Rasa prints and hashes every token many times over."""
        return hashlib.sha256(self.folded.encode()).hexdigest()


def read(text: str) -> Reading:
    """Fold a message and cut it into words."""
    folded, offsets = fold_with_offsets(text[:_LONGEST_TEXT])
    if len(folded) > _HEAD + _TAIL:
        folded = f"{folded[:_HEAD]} {folded[-_TAIL:]}"
        offsets = [*offsets[:_HEAD], offsets[_HEAD], *offsets[-_TAIL:]]
    return Reading(folded, offsets, tokenize(folded))


def _grams(word: str, shortest: int, longest: int) -> list[str]:
    padded = f" {word[:_LONGEST_WORD]} "
    return [
        padded[start : start + length]
        for length in range(shortest, longest + 1)
        for start in range(len(padded) - length + 1)
    ]


class _WordViews(NamedTuple):
    characters: list[str]
    skeleton: str
    skeleton_characters: list[str]
    vowels: list[str]
    stems: tuple[str, str]


@lru_cache(maxsize=32_768)
def _views_of(word: str) -> _WordViews:
    bones, form, stem = skeleton(word), vowel(word), strip_particles(word)[-1]
    return _WordViews(
        _grams(word, 3, 4),
        bones,
        _grams(bones, 2, 4) if bones else [],
        _grams(form, 3, 5) if form else [],
        (stem, vowel(stem)),
    )


def _steps(items: Sequence[str]) -> list[str]:
    return [f"{left} {right}" for left, right in zip(("^", *items), (*items, "$"), strict=True)]


def views(
    words: Sequence[str], found: Sequence[Found], concepts: Concepts, everyday: Concepts
) -> dict[str, list[str]]:
    """The features of a message by view; the same feature may occur several times.

    Args:
        words: the words of the folded message.
        found: the concepts in them.
        concepts: the lexicon that they were found by.
        everyday: the lexicon of everyday words, of which each bears a meaning and none the subject.
    """
    of_words = [_views_of(word) for word in words]
    bones = [of_word.skeleton for of_word in of_words if of_word.skeleton]
    named = [item.concept for item in found]
    distinct = sorted(set(named))
    pattern, meanings = [], []
    for word, of_word in zip(words, of_words, strict=True):
        concept, meaning = concepts.of_word(word), everyday.of_word(word)
        other = of_word.skeleton or word
        pattern.append(f"@{concept[0]}" if concept else other)
        meanings.append(meaning[0] if meaning else pattern[-1])
    return {
        "characters": [gram for of_word in of_words for gram in of_word.characters],
        "words": list(words),
        "word_pairs": _steps(words),
        "skeletons": bones,
        "skeleton_pairs": _steps(bones),
        "skeleton_characters": [gram for of_word in of_words for gram in of_word.skeleton_characters],
        "vowels": [gram for of_word in of_words for gram in of_word.vowels],
        "concepts": distinct,
        "concept_steps": _steps([name for at, name in enumerate(named) if not at or named[at - 1] != name]),
        "concept_pairs": [f"{left}&{right}" for left, right in combinations(distinct, 2)],
        "meanings": sorted(everyday.name(words)),
        "meaning_steps": _steps(meanings),
        "stems": [stem for of_word in of_words for stem in of_word.stems],
        "pattern": _steps(pattern),
        "length": [str(min(len(words), 12))],
    }
