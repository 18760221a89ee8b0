"""A message as the finders of this package read it, and what they find in it."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from typing import NamedTuple

from nlu.folding import Token, fold_with_offsets, tokenize

LONGEST = 1_500
"""Characters of a message that are read; nobody names a place after that many."""

# Arabic letters never share a word with others; a number sheds a preposition (f2023) and a unit (20dh, 6ans).
_PIECE = re.compile(
    r"[\u0600-\u06ff]+"
    r"|(?<![^\W\u0600-\u06ff])[bdflw](?=\d{2,}(?:[\u0600-\u06ff]|$))"
    r"|\d+(?=(?:dhs?|drhm|dirhams?|mad|ans?|mois|jours?|alf|mille|ryal|rial|millions?)$)"
    r"|(?<=\d)(?:dhs?|drhm|dirhams?|mad|ans?|mois|jours?|alf|mille|ryal|rial|millions?)$"
    r"|[^\u0600-\u06ff]+"
)
_SENTENCE_SIGN = re.compile(r"[^\s'\-_]")


class Entity(NamedTuple):
    """A thing named in a message: `message[start:end] == text`.

    `value` is canonical: the French name of a place, the slug of a trade, E.164, ISO 8601, dirhams, a number.
    """

    entity: str
    value: str | int | float
    start: int
    end: int
    text: str


class Finding(NamedTuple):
    """What a finder claims: `folded[start:end]` is this entity, or, with entity None, that it is none at all."""

    entity: str | None
    value: str | int | float
    start: int
    end: int


class Utterance:
    """A message, folded and cut into words, finer than for the classifiers: ف2023, f2023 and 20dh are two words each.

    Args:
        text: the message, whatever it holds.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.folded, self._offsets = fold_with_offsets(text[:LONGEST])
        self.words: list[Token] = []
        for token in tokenize(self.folded):
            pieces = list(_PIECE.finditer(token.text))
            if len(pieces) == 1:
                self.words.append(token)
            else:
                self.words += [
                    Token(piece[0], token.start + piece.start(), token.start + piece.end()) for piece in pieces
                ]
        self.texts = [word.text for word in self.words]
        self._starts = [word.start for word in self.words]
        self._ends = [word.end for word in self.words]
        # breaks[i]: a comma or the like stands between word i and the word before it
        self.breaks = [
            index > 0 and bool(_SENTENCE_SIGN.search(self.folded, self.words[index - 1].end, word.start))
            for index, word in enumerate(self.words)
        ]

    def original(self, position: int) -> str:
        """The character of the message that a character of the folded text came from."""
        return self.text[self._offsets[position]]

    def before(self, position: int, count: int) -> list[str]:
        """The last `count` words that end at or before a position of the folded text, nearest last."""
        index = bisect_right(self._ends, position)
        return self.texts[max(0, index - count) : index]

    def after(self, position: int, count: int) -> list[str]:
        """The first `count` words that start at or after a position of the folded text."""
        index = bisect_left(self._starts, position)
        return self.texts[index : index + count]

    def entity(self, finding: Finding) -> Entity:
        """A finding, placed in the message as it was written."""
        start = self._offsets[finding.start]
        end = self._offsets[finding.end - 1] + 1
        following = self._offsets[finding.end] if finding.end < len(self._offsets) else min(len(self.text), LONGEST)
        # letters that folding dropped at the end are part of the word: the hamza of بناء, the drawl of fessss
        while end < following and self.text[end].isalnum():
            end += 1
        return Entity(str(finding.entity), finding.value, start, end, self.text[start:end])
