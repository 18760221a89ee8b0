"""Tell Standard Arabic from Moroccan Arabic in Arabic letters.

A word that only Moroccan Arabic has decides alone (standard_arabic.yml). Without one, the words of a message, their
pieces and how they are spelled are weighed; the weights (standard_arabic.json) are learned from messages labelled by
hand, by `python -m nlu.standard_arabic_learning`. Standard library and YAML only: both environments read messages.
"""

from __future__ import annotations

import json
import math
import re
import unicodedata
from collections.abc import Collection, Sequence
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import yaml

from nlu.folding import fold

WEIGHTS = Path(__file__).with_name("standard_arabic.json")
MARKERS = Path(__file__).with_name("standard_arabic.yml")
SCALE = 100
"""Weights are kept as whole hundredths."""
POWER = 0.4
"""Long messages have many features: their sum is divided by this power of how many."""

# Folding drops hamza and its like, which people write in Standard Arabic and seldom in Moroccan: they go through it as
# letters that it leaves alone.
_AWAY = str.maketrans("ءأإآؤئةى", "αβγδεζηθ")
_BACK = str.maketrans("αβγδεζηθ", "ءأإآؤئةى")
_PLAIN = str.maketrans("أإةى", "ااهي")
_WORD = re.compile("[\u0620-\u064a]+")
# Moroccan present and future (كيدير, كنقلب, غيخرج), persons (نكملو, تصيفطو) and negation (مافهمتش); what begins or ends
# alike in Standard Arabic is left out (كيف, كنت, كتاب, كانت, غير, نرجو, مراكش).
_MOROCCAN_SHAPE = re.compile(
    r"[وف]?(?:(?:كي(?!ف|ل|ن)|كن(?!ت|ز|د|ا|و)|كت(?!ب|ا|ل)|كا[يتن](?!ت|ط|ب)|تي(?!س|ز|ف|ا|ك|ن|م)|غا[تين]|غن(?!ي|م|ا)|غي(?!ر|ا|ب)|غت)"
    r"\w{2,}|[نتي](?!ون|ول)\w{3,}و|ما?(?!راك|فت|ده|نع)\w{3,}ش)"
)
_NOT = frozenset({"ما", "وما"})
_PIECES = (2, 3, 4)
_LONG = 4  # words from which on a message is no longer short
_WEIGHED = 25  # words; a message tells sooner, and reading one must stay cheap


class Message(NamedTuple):
    """The Arabic words of a message.

    Attributes:
        spelled: folded, but with every hamza, ta marbuta and alif maqsura.
        plain: the same with a bare alif and with ه and ي at their ends.
    """

    spelled: list[str]
    plain: list[str]


class _Markers(NamedTuple):
    moroccan: frozenset[str]
    standard: frozenset[str]


class _Weights(NamedTuple):
    intercept: float
    features: dict[str, int]


def is_standard(text: str) -> bool:
    """Whether a text in Arabic letters is Standard Arabic; one that both languages write alike is not."""
    message = spell(text)
    if not message.plain or is_clearly_moroccan(message.plain):
        return False
    weights = _read_weights()
    features = extract_features(message)
    total = sum(weights.features.get(feature, 0) for feature in features) / SCALE
    return weights.intercept + total / math.pow(len(features), POWER) > 0


def spell(text: str) -> Message:
    """The Arabic words of a text, as spelled and plain."""
    folded = fold(unicodedata.normalize("NFC", text).translate(_AWAY)).translate(_BACK)
    spelled = _WORD.findall(folded)
    return Message(spelled, [word.translate(_PLAIN) for word in spelled])


def is_clearly_moroccan(plain: Sequence[str]) -> bool:
    """Whether a word stands among them that Standard Arabic does not have."""
    moroccan, _ = _read_markers()
    return any(_stands_in(word, moroccan) for word in plain)


def extract_features(message: Message) -> set[str]:
    """What is weighed of its first words: they, their pieces of two to four letters, marks ("*...") and their number.

    ^ and $ are the ends of a word.
    """
    spelled, plain = message.spelled[:_WEIGHED], message.plain[:_WEIGHED]
    features = {f"^{word}$" for word in plain}
    for word in spelled:
        bounded = f"^{word}$"
        for size in _PIECES:
            features.update(bounded[at : at + size] for at in range(len(bounded) - size + 1))
    _, standard = _read_markers()
    if any(_stands_in(word, standard) for word in plain):
        features.add("*standard")
    if any(map(_MOROCCAN_SHAPE.fullmatch, spelled)) or any(
        left in _NOT and len(right) > 3 and right.endswith("ش") for left, right in pairwise(plain)
    ):
        features.add("*moroccan")
    features.add(f"*{min(len(plain), _LONG)}")
    return features


def _stands_in(word: str, words: Collection[str]) -> bool:
    return word in words or (word[0] in "وف" and word[1:] in words)


@lru_cache(maxsize=1)
def _read_markers() -> _Markers:
    lists = yaml.safe_load(MARKERS.read_text(encoding="utf-8"))
    return _Markers(frozenset(lists["moroccan"].split()), frozenset(lists["standard"].split()))


@lru_cache(maxsize=1)
def _read_weights() -> _Weights:
    return _Weights(**json.loads(WEIGHTS.read_text(encoding="utf-8")))
