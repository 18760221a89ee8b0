"""Fold a message to one canonical surface form and cut it into words.

The form is what every other module of this package reads: whatever keyboard, script variant or encoding a
message came from, the same words come out the same. Pure functions, standard library only.
"""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

_LETTERS = {
    # alif, hamza, ya and ta marbuta: Moroccan spelling mixes them freely
    "ٱ": "ا", "ٲ": "ا", "ٳ": "ا", "ٵ": "ا", "ء": "", "ٴ": "", "ى": "ي", "ی": "ي", "ے": "ي", "ې": "ي", "ۍ": "ي",
    "ة": "ه", "ہ": "ه", "ە": "ه", "ھ": "ه", "ۀ": "ه", "ۃ": "ه", "ۂ": "ه", "ۓ": "ي", "ۇ": "و", "ۋ": "و", "ۆ": "و",
    # letters of Persian, Ottoman and Moroccan keyboards; /g/ is written with any of them
    "ک": "ك", "ڪ": "ك", "گ": "ك", "ڭ": "ك", "ݣ": "ك", "ڰ": "ك", "پ": "ب", "ڤ": "ف", "ڥ": "ف", "ڢ": "ف", "ڨ": "ق",
    "ڧ": "ق", "چ": "ش", "ژ": "ج", "ڒ": "ر", "ړ": "ر", "ٹ": "ت", "ڈ": "د", "ں": "ن", "ڬ": "ك", "ڴ": "ك",
    "ـ": "",
    "؟": "?", "،": ",", "؛": ";", "٪": "%", "٫": ".", "٬": ",", "۔": ".", "«": '"', "»": '"', "“": '"', "”": '"',
    "„": '"', "’": "'", "‘": "'", "ʼ": "'", "ʻ": "'", "ʿ": "'", "ʾ": "'", "`": "'", "´": "'", "′": "'", "–": "-",
    "—": "-", "‐": "-", "‑": "-", "−": "-", "œ": "oe", "æ": "ae", "ß": "ss", "ø": "o", "ı": "i", "ł": "l",
}  # fmt: skip
_DROPPED = frozenset({"Mn", "Me", "Mc", "Cc", "Cf", "Cs", "Co", "Cn"})
# A run of one letter or sign longer than a language uses is emphasis; digits are never touched.
_RUN = re.compile(r" {2,}|ا{2,}|([^\d ])\1{2,}")
# Signs that people send in place of a word: yes, no, thanks.
_SIGNS = "👍👌✅✔👎❌🙏"
_WORD = re.compile(rf"(?:[^\W_]|(?<=[^\W_])'(?=[^\W_]))+|[{_SIGNS}]")
# French elision before a word (l'amo, d'awrach, qu'on); "bri't" or "aujourd'hui" stay whole.
_ELISION = re.compile(r"(?:[ldjncsmtf]|qu|jusqu|lorsqu|puisqu)'(?=.)")


class Token(NamedTuple):
    """A word of a folded text: `folded[start:end] == text`."""

    text: str
    start: int
    end: int


class _Table(dict[int, str]):
    """Code point -> its folded characters, filled as characters are met (`str.translate` protocol)."""

    def __missing__(self, code: int) -> str:
        folded = _fold_character(chr(code))
        if len(self) < 20_000:
            self[code] = folded
        return folded


def _fold_character(character: str) -> str:
    """The folded form of one character, alone: zero, one or (ligatures, ﷺ) several characters."""
    if character in _LETTERS:
        return _LETTERS[character]
    if character.isspace():
        return " "
    if unicodedata.category(character) in _DROPPED:
        return ""
    if unicodedata.category(character) == "Nd":
        return str(unicodedata.digit(character))
    parts = unicodedata.normalize("NFKD", character.lower())
    if parts == character:
        return character
    return "".join(_fold_character(part) for part in parts)


_TABLE = _Table()


def _squeeze(run: re.Match[str]) -> str:
    # الله keeps its two lam however often they are pressed
    return "لل" if run[1] == "ل" else run[0][0]


def fold(text: str) -> str:
    """The canonical surface form of `text`.

    Compatibility forms are decomposed; accents, vowel signs, tatweel, bidi, control and zero-width characters go;
    forms of alif, hamza, ya and ta marbuta and letters of Persian keyboards become one letter; digits of any
    script become 0-9; Latin is lower-cased; elongation ("بزاااف", "slaaam", "!!!!") and white space are squeezed.
    Idempotent; any string is accepted, lone surrogates included.
    """
    return _RUN.sub(_squeeze, text.translate(_TABLE)).strip(" ")


def fold_with_offsets(text: str) -> tuple[str, list[int]]:
    """`fold(text)` and, for each of its characters, the index in `text` of the character that it came from."""
    characters: list[str] = []
    origins: list[int] = []
    for index, character in enumerate(text):
        folded = _TABLE[ord(character)]
        characters.append(folded)
        origins.extend([index] * len(folded))
    wide = "".join(characters)
    pieces: list[str] = []
    offsets: list[int] = []
    position = 0
    for run in _RUN.finditer(wide):
        kept = _squeeze(run)
        pieces += [wide[position : run.start()], kept]
        offsets += origins[position : run.start()] + origins[run.start() : run.start() + len(kept)]
        position = run.end()
    pieces.append(wide[position:])
    offsets += origins[position:]
    squeezed = "".join(pieces)
    stripped = squeezed.lstrip(" ")
    lead = len(squeezed) - len(stripped)
    stripped = stripped.rstrip(" ")
    return stripped, offsets[lead : lead + len(stripped)]


def tokenize(folded: str) -> list[Token]:
    """The words and numbers of a folded text, in order.

    A word is a run of letters and digits, so that Arabizi digits stay in it (3afak, 7ta, sda9). An apostrophe
    inside a word belongs to it, except after a French elision, which is a word of its own ("l'amo": l, amo).
    """
    tokens: list[Token] = []
    for match in _WORD.finditer(folded):
        start, end = match.span()
        while elision := _ELISION.match(folded, start, end):
            tokens.append(Token(elision[0][:-1], start, elision.end() - 1))
            start = elision.end()
        tokens.append(Token(folded[start:end], start, end))
    return tokens
