"""Find the concepts of a lexicon in a message: words of one meaning, in every language and script."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import yaml

from nlu.arabizi import skeleton, vowel
from nlu.folding import fold, tokenize
from nlu.inflection import strip_particles, strip_persons, strip_to_roots

LEXICON = Path(__file__).with_name("concepts.yml")
"""What the programmes are about, as people edit it; a trained model carries its own copy."""
EVERYDAY = Path(__file__).with_name("everyday.yml")
"""Everyday words, in the same form."""

_SHORTEST_STEM = 3
_SHORTEST_SKELETON = 4


class Found(NamedTuple):
    """A concept at `words[first:last]` of a message."""

    concept: str
    first: int
    last: int


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
        self._longest = max(map(len, self._phrases), default=1)
        self.of_word = lru_cache(maxsize=65_536)(self._of_word)
        self._openings_of = lru_cache(maxsize=65_536)(self._find_openings)

    @classmethod
    def read(cls, path: Path = LEXICON) -> Concepts:
        """The lexicon of a YAML file."""
        return cls(yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader))

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
        for root in strip_to_roots(skeleton(word)):
            found |= self._roots.get(root, set())
        return tuple(sorted(found or self._of_inflected(word)))

    def _of_inflected(self, word: str) -> set[str]:
        """The concepts of the longest forms that the word may be an inflection of."""
        cores = {core for form in strip_particles(word) for core in strip_persons(vowel(form))}
        known = cores & self._vowels.keys()
        longest = max(map(len, known), default=0)
        return {concept for core in known if len(core) == longest for concept in self._vowels[core]}

    def find(self, words: Sequence[str]) -> list[Found]:
        """The concepts of a message in order of their first word; one word may bear several."""
        found = {
            Found(concept, index, index + 1)
            for index, word in enumerate(words)
            for concept in self.of_word(word)
        }
        found.update(self._find_phrases(words))
        return sorted(found, key=lambda item: (item.first, item.last, item.concept))

    def name(self, words: Sequence[str]) -> set[str]:
        """The names of the concepts of a message."""
        of_words = {concept for word in words for concept in self.of_word(word)}
        return of_words | {item.concept for item in self._find_phrases(words)}

    def _find_phrases(self, words: Sequence[str]) -> Iterator[Found]:
        for first, word in enumerate(words):
            for opening in self._openings_of(word):
                for last in range(first + 2, min(first + self._longest, len(words)) + 1):
                    rest = words[first + 1 : last]
                    concepts = self._phrases.get((opening, *rest)) or self._phrases.get(
                        (opening, *map(vowel, rest))
                    )
                    for concept in concepts or ():
                        yield Found(concept, first, last)

    def _find_openings(self, word: str) -> tuple[str, ...]:
        """The forms of a word that some phrase of the lexicon begins with; of most words none."""
        forms = (word, *map(vowel, strip_particles(word)))
        return tuple(form for form in dict.fromkeys(forms) if form in self._openings)
