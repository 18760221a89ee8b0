"""Read numbers: digits with their separators, and number words of Moroccan Arabic, French and Standard Arabic."""

from __future__ import annotations

import re
from typing import Any, Mapping, NamedTuple

from nlu.arabizi import vowel
from nlu.entities.lookups import Lookups, folded
from nlu.entities.utterance import Finding, Utterance
from nlu.folding import fold

_LITERAL = re.compile(
    r"\d{1,3}(?:[ .]\d{3})+(?!\d)(?:,\d{1,2}(?!\d))?"
    r"|\d{1,3}(?:,\d{3})+(?!\d)(?:\.\d{1,2}(?!\d))?"
    r"|\d+[.,]\d{1,2}(?!\d)"
    r"|\d+"
)
_THOUSANDS = re.compile(r"[ .,](?=\d{3}(?!\d))")
_PERCENT = re.compile(
    r" ?(?:%|pour ?cent\b|(?:f |fi |b)?l(?:mya|miya)\b|(?:f|ف|في|sur) ?100\b"
    r"|(?:ف|في|ب) ?ال(?:ميه|ميا|ميات|مئه|مايه|مائه)\b)"
)
_MOST_DIGITS = 9
_SHORTEST_VOWELLED = 5
_LITERAL_KIND, _WORD, _SHORT, _SCALE, _HALF = range(5)


class Numeral(NamedTuple):
    """A number at `folded[start:end]`, in `words[first:last]` of the utterance."""

    value: int | float
    first: int
    last: int
    start: int
    end: int

    @property
    def finding(self) -> Finding:
        """The number as an entity."""
        return Finding("number", self.value, self.start, self.end)


class _Atom(NamedTuple):
    """A part of a number: `words[first:last]` without its first `cut` letters, `joined` by "and" to what is before."""

    kind: int
    value: float
    text: str
    joined: bool
    first: int
    last: int
    cut: int


class _Sum(NamedTuple):
    """What atoms up to `last` (excluded) come to."""

    value: float
    last: int


def simplify(value: float) -> int | float:
    """A whole number as int, another with two decimals."""
    rounded = round(value, 2)
    return int(rounded) if rounded == int(rounded) else rounded


def _index(table: Mapping[Any, list[str]]) -> dict[str, float]:
    return {fold(word): float(value) for value, words in table.items() for word in words}


class NumberReader:
    """Reads the numbers of a message by the words of numbers.yml.

    Args:
        lookups: of data/lookups.
    """

    def __init__(self, lookups: Lookups) -> None:
        numbers = lookups["numbers"]
        self._words = _index(numbers["words"])
        self._short = _index(numbers["short"])
        self._scales = _index(numbers["scales"])
        self._vowelled: dict[str, float] = {}
        for word, value in self._words.items():
            if len(vowel(word)) >= _SHORTEST_VOWELLED:
                self._vowelled.setdefault(vowel(word), value)
        self._half = folded(numbers["half"])
        self._joiners = folded(numbers["joiners"])
        self._particles = folded(numbers["particles"])
        self._ambiguous = folded(numbers["ambiguous"])
        self._counted = folded(numbers["counted"])
        self._thanks = folded(numbers["thanks"])
        self._lone = folded(numbers["lone"])
        self._no_count = folded(numbers["no_count"])

    def read(self, utterance: Utterance) -> list[Numeral]:
        """The numbers of a message in order; percentages, ordinals, "one" as an article and laws are left out."""
        numerals = []
        percent = 0
        for run in self._find_runs(utterance):
            position = 0
            while position < len(run):
                total = self._add_up(run, position)
                if total is None:
                    position += 1
                    continue
                first, last = run[position], run[total.last - 1]
                numeral = Numeral(
                    simplify(total.value),
                    first.first,
                    last.last,
                    utterance.words[first.first].start + first.cut,
                    utterance.words[last.last - 1].end,
                )
                share = _PERCENT.match(utterance.folded, numeral.end)
                if share:
                    percent = share.end()
                elif numeral.start >= percent and self._counts(utterance, numeral, single=total.last - position == 1):
                    numerals.append(numeral)
                position = total.last
        return numerals

    def _counts(self, utterance: Utterance, numeral: Numeral, *, single: bool) -> bool:
        texts = utterance.texts
        following = texts[numeral.last] if numeral.last < len(texts) else ""
        before = texts[max(0, numeral.first - 3) : numeral.first]
        if self._no_count.intersection(before):
            return False
        if not single:
            return following not in self._thanks
        word = utterance.folded[numeral.start : numeral.end]
        if numeral.value == 1 and not word.isdigit():
            return len(texts) == 1
        if word in self._short or word in self._ambiguous:
            return following in self._counted or len(texts) == 1
        if word in self._scales:
            return following not in self._thanks
        if word.isdigit() and len(word) == 1:
            return following not in self._lone
        return True

    # ---- from words to atoms

    def _find_runs(self, utterance: Utterance) -> list[list[_Atom]]:
        """The atoms of a message, in runs without another word or a sign between them."""
        runs: list[list[_Atom]] = []
        index = 0
        while index < len(utterance.words):
            follows = bool(runs) and runs[-1][-1].last == index and not utterance.breaks[index]
            atom = self._read_atom(utterance, index, follows=follows)
            if atom is None:
                index += 1
                continue
            if follows:
                runs[-1].append(atom)
            else:
                runs.append([atom])
            index = atom.last
        return runs

    def _read_atom(self, utterance: Utterance, index: int, *, follows: bool) -> _Atom | None:
        texts = utterance.texts
        text = texts[index]
        if text.isdigit():
            return self._read_literal(utterance, index)
        if follows and index + 1 < len(texts) and not utterance.breaks[index + 1]:
            following = texts[index + 1]
            if text in self._joiners:
                atom = (
                    self._read_literal(utterance, index + 1)
                    if following.isdigit()
                    else self._look_up(following, index + 1)
                )
                return atom._replace(joined=True) if atom else None
            if text in self._particles:
                scale = self._scales.get(following.removeprefix("ال").removeprefix("ل"))
                if scale and scale >= 1000:
                    return _Atom(_SCALE, scale, following, False, index, index + 2, 0)
        atom = self._look_up(text, index)
        if atom is None and text[0] == "و":
            atom = self._look_up(text[1:], index)
            return atom._replace(joined=follows, cut=1) if atom else None
        if atom is None and text[0] in "بلدفك" and len(text) > 3:
            atom = self._look_up(text[1:], index) or self._look_up(text[1:].removeprefix("ال"), index)
            return atom._replace(cut=len(text) - len(atom.text)) if atom else None
        if atom is None and text[0] == "w" and follows and len(text) > 3:
            atom = self._look_up(text[1:], index)
            return atom._replace(joined=True, cut=1) if atom else None
        return atom

    def _look_up(self, text: str, index: int) -> _Atom | None:
        for kind, table in ((_WORD, self._words), (_SHORT, self._short), (_SCALE, self._scales)):
            if text in table:
                return _Atom(kind, table[text], text, False, index, index + 1, 0)
        if text in self._half:
            return _Atom(_HALF, 0.5, text, False, index, index + 1, 0)
        value = self._vowelled.get(vowel(text))
        return None if value is None else _Atom(_WORD, value, text, False, index, index + 1, 0)

    def _read_literal(self, utterance: Utterance, index: int) -> _Atom | None:
        start = utterance.words[index].start
        match = _LITERAL.match(utterance.folded, start)
        if match is None:
            return None
        digits = _THOUSANDS.sub("", match[0]).replace(",", ".")
        whole = digits.partition(".")[0]
        last = index
        while last < len(utterance.words) and utterance.words[last].start < match.end():
            last += 1
        if len(whole) > _MOST_DIGITS or (len(whole) > 1 and whole[0] == "0"):
            return None
        return _Atom(_LITERAL_KIND, float(digits), match[0], False, index, last, 0)

    # ---- from atoms to numbers

    def _add_up(self, run: list[_Atom], position: int) -> _Sum | None:
        """The number that begins at an atom: groups below a thousand, each times its scale, larger scales first."""
        total, room, first = 0.0, float("inf"), position
        while position < len(run):
            atom = run[position]
            if position > first and not (atom.joined or _is_latin_word(atom)):
                break
            group = self._add_group(run, position)
            if group is None:
                break
            value, scale, after = group.value, 1.0, group.last
            if atom.kind == _WORD and atom.value >= 2000:
                scale = 1000
            elif atom.kind == _SCALE and atom.value >= 1000:
                scale = atom.value
            elif after < len(run) and run[after].kind == _SCALE and run[after].value >= 1000 and not run[after].joined:
                scale = run[after].value
                value, after = value * scale, after + 1
            if value >= room:
                break
            total, room, position = total + value, scale, after
            if position < len(run) and run[position].kind == _HALF and run[position].joined:
                return _Sum(total + scale / 2, position + 1)
            if scale == 1:
                break
        return _Sum(total, position) if position > first else None

    def _add_group(self, run: list[_Atom], position: int) -> _Sum | None:
        """Up to three digits' worth of atoms: literal, hundreds and what follows them, or less."""
        atom = run[position]
        following = run[position + 1] if position + 1 < len(run) else None
        if atom.kind == _HALF:
            return None
        if atom.kind == _SCALE and atom.value >= 1000:
            return _Sum(atom.value, position + 1)
        if atom.kind == _WORD and atom.value >= 2000:
            return _Sum(atom.value, position + 1)
        if atom.kind == _SCALE:
            hundreds = _Sum(100, position + 1)
        elif atom.kind == _WORD and atom.value >= 100:
            hundreds = _Sum(atom.value, position + 1)
        elif (
            following
            and following.kind == _SCALE
            and following.value == 100
            and not following.joined
            and 2 <= atom.value <= 9
        ):
            hundreds = _Sum(atom.value * 100, position + 2)
        elif atom.kind == _LITERAL_KIND:
            return _Sum(atom.value, position + 1)
        else:
            return self._add_tens(run, position)
        if hundreds.last < len(run):
            rest = run[hundreds.last]
            if rest.kind == _WORD and rest.value < 100 and (rest.joined or _is_latin_word(rest)):
                tens = self._add_tens(run, hundreds.last)
                return _Sum(hundreds.value + tens.value, tens.last)
        return hundreds

    def _add_tens(self, run: list[_Atom], position: int) -> _Sum:
        """Less than a hundred: خمسة وعشرين, ثلاثة عشر, quatre-vingt-dix-sept, soixante et onze."""
        atom = run[position]
        here = _Sum(atom.value, position + 1)
        if here.last == len(run) or run[here.last].kind != _WORD:
            return here
        following = run[here.last]
        if atom.value < 10 and not following.joined and following.text in {"عشر", "عشره"}:
            return _Sum(10 + atom.value, position + 2)
        if atom.value < 10 and following.joined and following.value in range(20, 100, 10):
            return _Sum(atom.value + following.value, position + 2)
        if not (_is_latin_word(atom) and _is_latin_word(following)):
            return here
        if atom.value == 4 and following.text.startswith("vingt"):
            here = _Sum(80, position + 2)
        if here.last == len(run) or run[here.last].kind != _WORD:
            return here
        following = run[here.last]
        limit = {10: 10, 60: 20, 80: 20}.get(int(here.value), 10 if here.value in range(20, 60, 10) else 0)
        if here.value == 10 and following.value < 7:
            return here
        if following.value < limit and (not following.joined or following.value in {1, 11}):
            rest = self._add_tens(run, here.last) if following.value == 10 else _Sum(following.value, here.last + 1)
            return _Sum(here.value + rest.value, rest.last)
        return here


def _is_latin_word(atom: _Atom) -> bool:
    return atom.kind != _LITERAL_KIND and atom.text.isascii() and atom.text.isalpha()
