"""Find the names of a list in a message, however they are spelled."""

from __future__ import annotations

from functools import lru_cache
from typing import Iterator, Mapping, NamedTuple, Sequence

from nlu.arabizi import skeleton, vowel
from nlu.folding import fold, tokenize

SPELLINGS, AMBIGUOUS, RISKY, NEVER = range(4)
"""How sure a spelling is: always this name; with a hint; with a strong hint; never."""

EXACT, BY_VOWELS, BY_CONSONANTS, BY_SLIP = range(4)
"""How a name was recognised."""

_LONGEST_NAME = 5
_SHORTEST_VOWELLED = 5
# consonants, the article not counted, below which too many other words look the same
_SHORTEST_SKELETON = 5
_SHORTEST_SKELETON_OF_SEVERAL = 6
_SHORTEST_SLIPPED_WORD = 4
_MOST_VOWELS, _MOST_ARABIC_VOWELS, _MOST_VOWELS_WITH_SLIP = 2, 1, 1
_SHORTEST_STRIPPED = 4
# "of": people put it between the words of a name or leave it out (صباغ ديال السيارات)
_PARTICLES = frozenset(
    {"ديال", "دال", "د", "تاع", "نتاع", "d", "dyal", "dial", "dl", "dyl", "ta3", "nta3", "de", "des", "du"}
)
_ARABIC_PARTICLES = "فبلدكم"
_LATIN_PARTICLES = "fbldm"


class Name(NamedTuple):
    """A canonical value and one of its spellings' certainty."""

    entity: str
    value: str
    certainty: int


class Match(NamedTuple):
    """`words[first:last]` bear a name; the first `cut` letters are particles, `particle` the nearest of them."""

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
    forms += [
        _Form(word[len(conjunction) :], len(conjunction), "")
        for conjunction in (("و",) if arabic else ("ou", "w"))
        if word.startswith(conjunction) and len(word) >= len(conjunction) + shortest
    ]
    for form in list(forms):
        if form.text[0] in (_ARABIC_PARTICLES if arabic else _LATIN_PARTICLES) and len(form.text) > _SHORTEST_STRIPPED:
            forms.append(_Form(form.text[1:], form.cut + 1, form.text[0]))
            if form.text.startswith("لل"):
                forms.append(_Form("ا" + form.text[1:], form.cut, "ل"))
    if articles:
        forms += [
            _Form(form.text[len(article) :], form.cut + len(article), form.particle)
            for form in forms
            for article in (("ال", "ل") if arabic else ("el", "al", "l"))
            if form.text.startswith(article) and len(form.text) >= len(article) + shortest
        ]
    return tuple({form.text: form for form in reversed(forms)}.values())[::-1]


def _bare(word: str) -> str:
    """A later word of a name, without the article and the "of" before it: البيضاء, دالزرابي."""
    article = 3 if word.startswith("دال") else 2
    return word[article:] if word.startswith(("ال", "دال")) and len(word) >= article + 3 else word


def _vary_article(first: str, *, articles: bool) -> Iterator[str]:
    """The first word of a name, its article as it is spoken (لفقيه) and, if `articles` are stripped, without it."""
    yield first
    if first.startswith("ال") and len(first) > 4:
        yield "ل" + first[2:]
        if articles:
            yield first[2:]


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


def _distance(one: str, other: str, most: int) -> int:
    """Levenshtein distance, or something above `most` if it is larger."""
    if abs(len(one) - len(other)) > most:
        return most + 1
    row = list(range(len(other) + 1))
    for index, letter in enumerate(one, 1):
        previous, row[0] = row[0], index
        for column, second in enumerate(other, 1):
            previous, row[column] = (
                row[column],
                min(previous + (letter != second), row[column] + 1, row[column - 1] + 1),
            )
    return row[-1]


class Gazetteer:
    """An index of names.

    A name is found by its spelling; if that is sure and long enough, by its vowelled form, where both scripts meet; and
    where the gazetteer is tolerant, by its consonants alone and with one slip of the finger in them.

    Args:
        common: folded words that bear a name only where they are spelled out.
        articles: whether a name is also found behind an article.
        tolerant: whether consonants are enough.
    """

    def __init__(self, common: frozenset[str], *, articles: bool, tolerant: bool) -> None:
        self._common = common
        self._articles = articles
        self._tolerant = tolerant
        self._spellings: dict[str, Name] = {}
        self._vowels: dict[str, Name] = {}
        # skeletons of the words, a hyphen between them -> vowelled forms -> name
        self._skeletons: dict[str, dict[str, Name]] = {}
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
        first, *others = [token.text for token in tokenize(fold(spelling))]
        exactly = exactly or name.certainty != SPELLINGS
        rest = [_bare(word) for word in others if word not in _PARTICLES]
        for variant in [first] if exactly else _vary_article(first, articles=self._articles):
            self._spellings.setdefault("".join([variant, *rest]), name)
            self._heads.add(skeleton(variant))
            if exactly:
                continue
            words = (variant, *rest)
            spoken = "".join(map(vowel, words))
            for key in {spoken, vowel("".join([variant, *others]))}:
                if len(key) >= _SHORTEST_VOWELLED:
                    self._vowels.setdefault(key, name)
            if self._tolerant:
                self._add_bones(name, words, spoken)

    def add_item(self, entity: str, value: str, forms: list[str], item: Mapping[str, list[str]]) -> None:
        """Index one item of a list: its own names and its spellings, each as sure as the list says.

        Args:
            entity: what the item is.
            value: its canonical value.
            forms: its own names.
            item: its lists `spellings`, `ambiguous`, `risky` and `never`, each where there is one.
        """
        doubtful = [
            (certainty, form)
            for certainty, key in ((NEVER, "never"), (RISKY, "risky"), (AMBIGUOUS, "ambiguous"))
            for form in item.get(key, [])
        ]
        for certainty, form in doubtful:
            self.add(Name(entity, value, certainty), form)
        taken = {fold(form) for _, form in doubtful}
        for form in [*forms, *item.get("spellings", [])]:
            if fold(form) not in taken:
                self.add(Name(entity, value, SPELLINGS), form)

    def _add_bones(self, name: Name, words: tuple[str, ...], spoken: str) -> None:
        article = words[0].startswith(("ال", "el", "al", "l"))
        enough = _SHORTEST_SKELETON if len(words) == 1 else _SHORTEST_SKELETON_OF_SEVERAL
        for bones in {"-".join(map(skeleton, words)), skeleton("".join(words))}:
            if len(bones.replace("-", "")) - article >= enough:
                self._skeletons.setdefault(bones, {}).setdefault(spoken, name)
                for index in range(len(bones)):
                    self._slips.setdefault(bones[:index] + bones[index + 1 :], set()).add(bones)

    def find(self, words: Sequence[str], breaks: Sequence[bool]) -> list[Match]:
        """Every name at every place of a message, overlaps included; for each span the best reading.

        Args:
            words: of the folded message.
            breaks: whether a sign stands before each word that no name goes across.
        """
        matches = []
        for first, word in enumerate(words):
            forms = _strip(word, self._articles)
            rest: list[str] = []
            for last in range(first + 1, len(words) + 1):
                if last > first + 1:
                    following = words[last - 1]
                    if breaks[last - 1] or len(rest) + 1 == _LONGEST_NAME:
                        break
                    if following in _PARTICLES:
                        continue
                    rest.append(_bare(following))
                    if len(following) == 1:
                        continue
                    if len(rest) == 1 and not any(skeleton(form.text) in self._heads for form in forms):
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
        vowels = "".join(map(vowel, rest))
        for form in forms:
            name = self._vowels.get(vowel(form.text) + vowels)
            if name:
                return Match(first, last, form.cut, form.particle, name, BY_VOWELS)
        bones = "".join(f"-{skeleton(word)}" for word in rest)
        if not self._tolerant:
            return None
        for form in forms:
            key, spoken = skeleton(form.text) + bones, vowel(form.text) + vowels
            # Arabic script writes the long vowels that Arabizi is free with
            most = _MOST_ARABIC_VOWELS if form.text[0] > "\u0600" else _MOST_VOWELS
            name = self._nearest(key, spoken, most)
            if name:
                return Match(first, last, form.cut, form.particle, name, BY_CONSONANTS)
            name = self._seek_slip(key, spoken) if form.cut <= 1 else None
            if name:
                return Match(first, last, form.cut, form.particle, name, BY_SLIP)
        return None

    def _nearest(self, bones: str, spoken: str, most: int) -> Name | None:
        """The name with these consonants whose vowelled form is nearest, if at most so many letters differ."""
        names = self._skeletons.get(bones)
        if not names:
            return None
        distance, _, name = min((_distance(spoken, other, most), other, name) for other, name in names.items())
        return name if distance <= most else None

    def _find_slip(self, bones: str, spoken: str) -> Name | None:
        words = bones.split("-")
        near = set(self._slips.get(bones, ()))
        for index in range(len(bones)):
            shorter = bones[:index] + bones[index + 1 :]
            if shorter in self._skeletons:
                near.add(shorter)
            near |= self._slips.get(shorter, set())
        near.discard(bones)
        for other in sorted(near):
            others = other.split("-")
            # people seldom mistype the first letter, and other words begin with it
            if len(others) == len(words) and all(
                one == two or (one[:1] == two[:1] and min(len(one), len(two)) >= _SHORTEST_SLIPPED_WORD)
                for one, two in zip(words, others, strict=True)
            ):
                name = self._nearest(other, spoken, _MOST_VOWELS_WITH_SLIP) if _one_slip_apart(bones, other) else None
                if name:
                    return name
        return None
