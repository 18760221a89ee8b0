"""Where Arabic script and Arabizi meet: forms of a word that do not depend on the script it was written in.

Arabizi loses emphatics and length, writes ح as h or 7, ق as k, q, g or 9, drops e always and a and i often. The
consonant skeleton keeps only what both scripts write; the vowelled form keeps the long vowels as well.
"""

from __future__ import annotations

import re
from functools import lru_cache

# Skeleton letters are capitals, so that a skeleton is its own skeleton.
_ARABIC = {
    "ب": "B", "ت": "T", "ط": "T", "ث": "T", "ج": "J", "ح": "H", "ه": "H", "خ": "X", "د": "D", "ض": "D", "ذ": "D",
    "ظ": "D", "ر": "R", "ز": "Z", "س": "S", "ص": "S", "ش": "C", "ع": "E", "غ": "G", "ف": "F", "ق": "Q", "ك": "Q",
    "ل": "L", "م": "M", "ن": "N", "و": "w", "ي": "y", "ا": "a",
}  # fmt: skip
_LATIN = {
    "b": "B", "p": "B", "t": "T", "6": "T", "j": "J", "h": "H", "7": "H", "8": "H", "5": "X", "d": "D", "r": "R",
    "z": "Z", "s": "S", "x": "C", "3": "E", "f": "F", "v": "F", "9": "Q", "k": "Q", "q": "Q", "g": "Q", "l": "L",
    "m": "M", "n": "N", "w": "w", "y": "y", "a": "a", "i": "y", "u": "w", "o": "w",
}  # fmt: skip
_DIGRAPHS = {
    "kh": "X", "gh": "G", "ch": "C", "sh": "C", "th": "T", "dh": "D", "ph": "F", "dj": "J", "qu": "Q", "ck": "Q",
    "ou": "w", "oo": "w", "ee": "y", "ai": "y", "ei": "y", "3'": "G", "7'": "X",
}  # fmt: skip
_CAPITALS = frozenset("BTJHXDRZSECGFQLMNWY")
_SOFT_C = re.compile(r"c(?=[eiy])")
_LATIN_UNIT = re.compile("|".join([*_DIGRAPHS, "."]), re.DOTALL)
_DOUBLE = re.compile(r"(.)\1+", re.DOTALL)
_VOWELS = str.maketrans("", "", "awy")
_INITIAL = {"w": "W", "و": "W", "W": "W", "y": "Y", "ي": "Y", "Y": "Y"}
_INITIAL_OU = re.compile("ou[aei]")
_ARABIC_LETTER = re.compile("[\u0621-\u064a]")


@lru_cache(maxsize=65_536)
def vowel(word: str) -> str:
    """The word with its consonants as skeleton letters and its vowels as a, w (u, o, و) and y (i, ي).

    "نتسجل" and "ntsejel" give the same form, "كيفاش" and "kifach" too; e is dropped, since Arabic script never
    writes it, and so is a final ه or Latin "h" after a, which is how a feminine ending is written.

    Args:
        word: a folded word; a number stays as it is.
    """
    if word.isdigit():
        return word
    if _ARABIC_LETTER.search(word):
        if len(word) > 2 and word[-1] == "ه":
            word = word[:-1] + "ا"
        units = [_ARABIC.get(letter, letter if letter in _CAPITALS else "") for letter in word]
    else:
        if len(word) > 2 and word.endswith("ah"):
            word = word[:-1]
        word = _SOFT_C.sub("s", word)
        units = [
            _DIGRAPHS.get(unit)
            or _LATIN.get(unit)
            or ("Q" if unit == "c" else unit if unit in _CAPITALS else "")
            for unit in _LATIN_UNIT.findall(word)
        ]
    return _DOUBLE.sub(r"\1", "".join(units))


@lru_cache(maxsize=65_536)
def skeleton(word: str) -> str:
    """The consonant skeleton of a word, the same in Arabic script and in Arabizi.

    "بغيت", "bghit" and "bghyt" give "BGT"; "الوثائق" and "lwata2i9" give "LTQ". An initial w or y is a consonant and
    stays. Emphatics are lost, ح is ه, ق is ك, doubled letters are one. Letters of other scripts give nothing.
    Idempotent; a word of vowels alone gives "".

    Args:
        word: a folded word; a number stays as it is.
    """
    if word.isdigit():
        return word
    first = "W" if _INITIAL_OU.match(word) else _INITIAL.get(word[:1], "") if len(word) > 1 else ""
    rest = vowel(word).translate(_VOWELS)
    return _DOUBLE.sub(r"\1", first + rest)
