"""Find the concepts of concepts.yml in a message: words of one meaning, in every language and script."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import yaml

from nlu.arabizi import skeleton, vowel
from nlu.folding import Token, fold, tokenize

LEXICON = Path(__file__).with_name("concepts.yml")
"""The lexicon as people edit it; a trained model carries its own copy."""

_LONGEST_PHRASE = 4
_SHORTEST_STEM = 3
_SHORTEST_SKELETON = 4
_ARABIC_PARTICLES = "فبلدكه"
_LATIN_PARTICLES = "fbldk"
_VERB_BEFORE = sorted(
    [
        "",
        "W",
        "F",
        "B",
        "L",
        "D",
        "M",
        "N",
        "T",
        "Y",
        "Q",
        "QN",
        "QT",
        "QY",
        "G",
        "GN",
        "GT",
        "GY",
        "NT",
        "YT",
        "ML",
        "LM",
    ],
    key=len,
    reverse=True,
)
_VERB_AFTER = [
    "",
    "T",
    "N",
    "H",
    "L",
    "Q",
    "C",
    "HM",
    "QM",
    "NL",
    "TC",
    "NC",
    "LN",
    "LH",
    "TL",
    "TN",
    "LQM",
    "TH",
    "NH",
]


class Found(NamedTuple):
    """A concept at `words[first:last]` of a message."""

    concept: str
    first: int
    last: int


def strip_particles(word: str) -> tuple[str, ...]:
    """The word and what is left of it without conjunction, one-letter preposition and article, longest first."""
    arabic = word[:1] > "\u0600"
    shortest = 2 if arabic else 3
    forms = [word]
    for conjunction in ("و",) if arabic else ("ou", "w"):
        rest = word.removeprefix(conjunction)
        forms += [rest] if len(rest) < len(word) and len(rest) >= shortest else []
    particles = _ARABIC_PARTICLES if arabic else _LATIN_PARTICLES
    forms += [form[1:] for form in forms if form[0] in particles and len(form) > shortest]
    for article in ("ال", "ل") if arabic else ("el", "al", "l"):
        forms += [
            form[len(article) :]
            for form in forms
            if form.startswith(article) and len(form) >= shortest + len(article)
        ]
    return tuple(dict.fromkeys(forms))


class Concepts:
    """The lexicon, indexed.

    Args:
        lexicon: concept -> its forms, separated by spaces (see concepts.yml for what may stand there).
    """

    def __init__(self, lexicon: Mapping[str, str]) -> None:
        self.lexicon = dict(lexicon)
        self._words: dict[str, set[str]] = {}
        self._vowels: dict[str, set[str]] = {}
        self._skeletons: dict[str, set[str]] = {}
        self._roots: dict[str, set[str]] = {}
        self._stems: dict[str, set[str]] = {}
        self._phrases: dict[tuple[str, ...], set[str]] = {}
        for concept, forms in self.lexicon.items():
            for form in forms.split():
                self._add(concept, form)
        self._openings = {phrase[0] for phrase in self._phrases}
        self.of_word = lru_cache(maxsize=32_768)(self._of_word)
        self._openings_of = lru_cache(maxsize=32_768)(self._find_openings)

    @classmethod
    def read(cls, path: Path = LEXICON) -> Concepts:
        """The lexicon of a YAML file."""
        return cls(yaml.safe_load(path.read_text(encoding="utf-8")))

    def _add(self, concept: str, form: str) -> None:
        words = [token.text for token in tokenize(fold(form.replace("_", " ").strip("~*")))]
        if not words:
            return
        if len(words) > 1:
            for key in (tuple(words), tuple(map(vowel, words))):
                self._phrases.setdefault(key, set()).add(concept)
            return
        word = words[0]
        if form.startswith("~"):
            self._roots.setdefault(skeleton(word), set()).add(concept)
        elif form.endswith("*"):
            self._stems.setdefault(word, set()).add(concept)
        else:
            self._words.setdefault(word, set()).add(concept)
            if len(vowel(word)) >= _SHORTEST_STEM:
                self._vowels.setdefault(vowel(word), set()).add(concept)
            if len(skeleton(word)) >= _SHORTEST_SKELETON:
                self._skeletons.setdefault(skeleton(word), set()).add(concept)

    def _of_word(self, word: str) -> tuple[str, ...]:
        """The concepts of one word, sorted."""
        found: set[str] = set()
        for form in strip_particles(word):
            found |= self._words.get(form, set())
            found |= self._vowels.get(vowel(form), set())
            found |= self._skeletons.get(skeleton(form), set())
            for length in range(_SHORTEST_STEM, len(form) + 1):
                found |= self._stems.get(form[:length], set())
        bones = skeleton(word)
        for before in _VERB_BEFORE:
            if bones.startswith(before):
                for after in _VERB_AFTER:
                    if bones.endswith(after):
                        core = bones[len(before) : len(bones) - len(after)]
                        if len(core) >= _SHORTEST_STEM:
                            found |= self._roots.get(core, set())
        return tuple(sorted(found))

    def find(self, words: Sequence[str]) -> list[Found]:
        """The concepts of a message in order of their first word; one word may bear several."""
        found = [
            Found(concept, index, index + 1)
            for index, word in enumerate(words)
            for concept in self.of_word(word)
        ]
        vowels = [vowel(word) for word in words]
        for first, word in enumerate(words):
            for opening in self._openings_of(word):
                for last in range(first + 2, min(first + _LONGEST_PHRASE, len(words)) + 1):
                    concepts = self._phrases.get((opening, *words[first + 1 : last])) or self._phrases.get(
                        (opening, *vowels[first + 1 : last])
                    )
                    found += [Found(concept, first, last) for concept in concepts or ()]
        return sorted(set(found), key=lambda item: (item.first, item.last, item.concept))

    def _find_openings(self, word: str) -> tuple[str, ...]:
        """The forms of a word that some phrase of the lexicon begins with; of most words none."""
        forms = (word, *map(vowel, strip_particles(word)))
        return tuple(form for form in dict.fromkeys(forms) if form in self._openings)


def words_of(tokens: Iterable[Token]) -> list[str]:
    """The texts of tokens."""
    return [token.text for token in tokens]
