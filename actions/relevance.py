"""Among facts that answer the same question, the one that the message is about comes first."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache

from bot.registry.models import Fact
from nlu.concepts import Concepts
from nlu.text import fold, skeleton, tokenize

SHORTEST = 3
MARGIN = 0.8
COMMON_SHARE = 0.05
"""A word that stands in more than this share of all facts tells none of them apart."""

_ASKING = frozenset({"want", "need", "can", "right_to", "definition"})
_READ_FOR = {"fr": ("fr",), "ar": ("ar", "ary-Arab")}
_EITHER_SCRIPT = ("ary-Arab", "ary-Latn", "ar")


def sort_by_relevance(facts: Sequence[Fact], text: str, language: str, common: frozenset[str]) -> list[Fact]:
    """The facts, with one in front that shares rarer words with the message than the others do.

    Words meet as they are written and by their consonants, so that Arabizi finds a text in Arabic script; words that
    all facts share weigh nothing, and a small lead changes nothing: the order by rank is the editors'. A fact never
    passes one of a nearer place.

    Args:
        facts: in their order.
        text: the message; empty for a tapped button.
        language: the reply language.
        common: words that count for nothing, from `find_common_words`.
    """
    # A decline that stands first says that the question has no sure answer: nothing may be told before it.
    if len(facts) < 2 or facts[0].kind == "decline":
        return list(facts)
    near = [fact for fact in facts if fact.place == facts[0].place and fact.kind == "fact"]
    read = _READ_FOR.get(language, _EITHER_SCRIPT)
    known = [_collect(fact.texts[name] for name in read) for fact in near]
    scores = [0.0] * len(near)
    for keys in _read_words(text):
        written = frozenset(key for key in keys if not key.isupper())
        if any(map(_asks, written)):
            continue
        # A rare word may share its consonants with a common one: where facts write it too, how it is written decides.
        if (written if any(written & words for words in known) else keys) & common:
            continue
        for meant in (keys, written):
            shared = [bool(meant & words) for words in known]
            if any(shared):
                weight = math.log(len(near) / sum(shared))
                scores = [score + weight * share for score, share in zip(scores, shared, strict=True)]
    best = max(range(len(near)), key=lambda index: (scores[index], -index))
    if scores[best] <= scores[0] + MARGIN:
        return list(facts)
    return bring_forward(facts, near[best].id)


def bring_forward(facts: Sequence[Fact], fact_id: str) -> list[Fact]:
    """The facts, with the one of that id in front, if it is among them."""
    return sorted(facts, key=lambda fact: fact.id != fact_id)


_common: dict[str, frozenset[str]] = {}


def find_common_words(version: str, read_texts: Callable[[], Iterable[Mapping[str, str]]]) -> frozenset[str]:
    """Words, as written and by their consonants, that stand in many facts: "ديال", "dyal", "des".

    Args:
        version: of the facts; for each the words are counted once.
        read_texts: the texts of all facts, by reply language.
    """
    if version not in _common:
        facts = [_collect(texts.values()) for texts in read_texts()]
        spread = Counter(word for words in facts for word in words)
        _common.clear()
        _common[version] = frozenset(word for word, count in spread.items() if count > COMMON_SHARE * len(facts))
    return _common[version]


@lru_cache(maxsize=1)
def _read_lexicon() -> Concepts:
    return Concepts.read()


@lru_cache(maxsize=4096)
def _asks(word: str) -> bool:
    """Whether a word puts a question rather than tells what it is about: "what", "who", "I want", "entitled"."""
    return any(name.startswith("q_") or name in _ASKING for name in _read_lexicon().of_word(word))


def _collect(texts: Iterable[str]) -> set[str]:
    return {key for text in texts for keys in _read_words(text) for key in keys}


@lru_cache(maxsize=4096)
def _read_words(text: str) -> tuple[frozenset[str], ...]:
    """The keys of each word: as it is written (in lower case) and by its consonants (in capitals)."""
    words = []
    for token in tokenize(fold(text)):
        consonants = skeleton(token.text)
        # The article is written to its word in both scripts.
        keys = (token.text, consonants, consonants.removeprefix("L"))
        if long := frozenset(key for key in keys if len(key) >= SHORTEST):
            words.append(long)
    return tuple(words)
