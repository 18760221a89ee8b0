"""Find the names of a list in a message, however they are spelled."""

from __future__ import annotations

from functools import lru_cache
from typing import Iterator, NamedTuple, Sequence

from nlu.arabizi import skeleton, vowel
from nlu.folding import fold, tokenize

SPELLINGS, AMBIGUOUS, RISKY, NEVER = range(4)
"""How sure a spelling is: always this name; with a hint; with a strong hint; never."""

EXACT, BY_VOWELS, BY_CONSONANTS, BY_SLIP = range(4)
"""How a name was recognised."""

_LONGEST_NAME = 5
_SHORTEST_VOWELLED = 5
_SHORTEST_SKELETON = 5
_SHORTEST_SLIP = 5
_ARABIC_PARTICLES = "فبلدكم"
_LATIN_PARTICLES = "fbldm"


class Name(NamedTuple):
    """A canonical value and one of its spellings' certainty."""

    entity: str
    value: str
    certainty: int


class Match(NamedTuple):
    """`words[first:last]` bear a name; `cut` letters of the first word are particles, `particle` the nearest of them."""

    first: int
    last: int
    cut: int
    particle: str
    name: Name
    manner: int


class _Form(NamedTuple):
    text: str
    cut: int
    particle: str


@lru_cache(maxsize=32_768)
def _strip(word: str, articles: bool) -> tuple[_Form, ...]:
    """A word, and what is left of it without conjunction, one-letter preposition and (if `articles`) article."""
    arabic = word[0] > "\u0600"
    shortest = 2 if arabic else 3
    forms = [_Form(word, 0, "")]
    for conjunction in ("و",) if arabic else ("ou", "w"):
        if word.startswith(conjunction) and len(word) >= len(conjunction) + shortest:
            forms.append(_Form(word[len(conjunction) :], len(conjunction), ""))
    for form in list(forms):
        if form.text[0] in (_ARABIC_PARTICLES if arabic else _LATIN_PARTICLES) and len(form.text) > shortest:
            forms.append(_Form(form.text[1:], form.cut + 1, form.text[0]))
            if form.text.startswith("لل") and len(form.text) > 3:
                forms.append(_Form("ا" + form.text[1:], form.cut, "ل"))
    if articles:
        for form in list(forms):
            for article in ("ال", "ل") if arabic else ("el", "al", "l"):
                if form.text.startswith(article) and len(form.text) >= len(article) + shortest:
                    forms.append(_Form(form.text[len(article) :], form.cut + len(article), form.particle))
    return tuple({form.text: form for form in reversed(forms)}.values())[::-1]


def _vary_articles(words: Sequence[str], *, bare: bool) -> Iterator[tuple[str, ...]]:
    """The words of a name, the article shortened as it is spoken (الفقيه, لفقيه), and left off: at the first if `bare`."""
    yield tuple(words)
    articled = [word.startswith("ال") and len(word) > 4 for word in words]
    if any(articled):
        yield tuple("ل" + word[2:] if has else word for word, has in zip(words, articled))
        yield tuple(word[2:] if has and (index or bare) else word for index, (word, has) in enumerate(zip(words, articled)))


def _one_slip_apart(one: str, other: str) -> bool:
    """Whether one letter added, lost, changed or two neighbours swapped make one of the other."""
    if abs(len(one) - len(other)) > 1:
        return False
    start = 0
    while start < min(len(one), len(other)) and one[start] == other[start]:
        start += 1
    one, other = one[start:], other[start:]
    if len(one) == len(other):
        return one[1:] == other[1:] or (one[:2] == other[1::-1] and one[2:] == other[2:])
    return one[1:] == other or one == other[1:]


class Gazetteer:
    """An index of names.

    A name is found by its spelling; if that is sure and long enough, by its vowelled form and by its consonants (both
    scripts and the spellings of Arabizi meet there), and with one slip of the finger in the consonants.

    Args:
        common: folded words that bear a name only where they are spelled out.
        articles: whether a name is also found behind an article.
    """

    def __init__(self, common: frozenset[str], *, articles: bool) -> None:
        self._common = common
        self._articles = articles
        self._spellings: dict[str, Name] = {}
        self._vowels: dict[str, Name] = {}
        self._skeletons: dict[str, Name] = {}
        self._slips: dict[str, set[str]] = {}
        self._heads: set[str] = set()
        self._seek_slip = lru_cache(maxsize=32_768)(self._find_slip)

    def add(self, name: Name, spelling: str, *, exactly: bool = False) -> None:
        """Index one spelling; a spelling that is there already keeps its name.

        Args:
            name: what it stands for.
            spelling: as people write it.
            exactly: whether only this spelling will do, whatever its certainty.
        """
        words = [token.text for token in tokenize(fold(spelling))]
        exactly = exactly or name.certainty != SPELLINGS
        for variant in [tuple(words)] if exactly else _vary_articles(words, bare=self._articles):
            joined = "".join(variant)
            self._spellings.setdefault(joined, name)
            self._heads.add(skeleton(variant[0]))
            if exactly:
                continue
            for key in {"".join(map(vowel, variant)), vowel(joined)}:
                if len(key) >= _SHORTEST_VOWELLED:
                    self._vowels.setdefault(key, name)
            key = "".join(map(skeleton, variant))
            if len(key) >= _SHORTEST_SKELETON and key not in self._skeletons:
                self._skeletons[key] = name
                for index in range(len(key)):
                    self._slips.setdefault(key[:index] + key[index + 1 :], set()).add(key)

    def find(self, words: Sequence[str], breaks: Sequence[bool]) -> list[Match]:
        """Every name at every place of a message, overlaps included; for each span the best reading.

        Args:
            words: of the folded message.
            breaks: whether a sign stands before each word that no name goes across.
        """
        matches = []
        for first, word in enumerate(words):
            forms = _strip(word, self._articles)
            for last in range(first + 1, min(first + _LONGEST_NAME, len(words)) + 1):
                if last - first > 1 and breaks[last - 1]:
                    break
                rest = words[first + 1 : last]
                if rest and not any(skeleton(form.text) in self._heads for form in forms):
                    break
                match = self._match(first, last, forms, rest)
                if match:
                    matches.append(match)
        return matches

    def _match(self, first: int, last: int, forms: tuple[_Form, ...], rest: Sequence[str]) -> Match | None:
        tail = "".join(rest)
        for form in forms:
            name = self._spellings.get(form.text + tail)
            if name:
                return Match(first, last, form.cut, form.particle, name, EXACT)
        if not rest and any(form.text in self._common for form in forms):
            return None
        vowels, bones = "".join(map(vowel, rest)), "".join(map(skeleton, rest))
        for manner, index, shape, tail in (
            (BY_VOWELS, self._vowels.get, vowel, vowels),
            (BY_CONSONANTS, self._skeletons.get, skeleton, bones),
            (BY_SLIP, self._seek_slip, skeleton, bones),
        ):
            for form in forms:
                name = index(shape(form.text) + tail)
                if name:
                    return Match(first, last, form.cut, form.particle, name, manner)
        return None

    def _find_slip(self, key: str) -> Name | None:
        if len(key) < _SHORTEST_SLIP:
            return None
        near = set(self._slips.get(key, ()))
        for index in range(len(key)):
            shorter = key[:index] + key[index + 1 :]
            if shorter in self._skeletons:
                near.add(shorter)
            near |= self._slips.get(shorter, set())
        # people seldom mistype the first letter, and other words begin with it
        near = {other for other in near if other[0] == key[0] and _one_slip_apart(key, other)}
        return self._skeletons[min(near)] if near else None
