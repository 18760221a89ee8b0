"""Among facts that answer the same question, the one that the message is about comes first."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

from bot.registry.models import Fact
from nlu.text import fold, skeleton, tokenize

SHORTEST = 3
MARGIN = 0.5


def sort_by_relevance(facts: Sequence[Fact], text: str) -> list[Fact]:
    """The facts, with one in front that shares rarer words with the message than the others do.

    Words meet as they are written and by their consonants, so that Arabizi finds a text in Arabic script; words that
    all facts share weigh nothing, and a small lead changes nothing: the order by rank is the editors'. A fact never
    passes one of a nearer place.

    Args:
        facts: in their order.
        text: the message; empty for a tapped button.
    """
    asked = _read_words(text)
    # A decline that stands first says that the question has no sure answer: nothing may be told before it.
    if len(facts) < 2 or not asked or facts[0].kind == "decline":
        return list(facts)
    near = [fact for fact in facts if fact.place == facts[0].place]
    words = [set().union(*(_read_words(said) for said in fact.texts.values())) for fact in near]
    spread = Counter(word for known in words for word in known)
    scores = [sum(math.log(len(near) / spread[word]) for word in asked & known) for known in words]
    best = max(range(len(near)), key=lambda index: (scores[index], -index))
    if scores[best] <= scores[0] + MARGIN:
        return list(facts)
    return bring_forward(facts, near[best].id)


def bring_forward(facts: Sequence[Fact], fact_id: str) -> list[Fact]:
    """The facts, with the one of that id in front, if it is among them."""
    return sorted(facts, key=lambda fact: fact.id != fact_id)


def _read_words(text: str) -> set[str]:
    words = set()
    for token in tokenize(fold(text)):
        consonants = skeleton(token.text)
        # The article is written to its word in both scripts.
        keys = (token.text, consonants, consonants.removeprefix("L"))
        words |= {key for key in keys if len(key) >= SHORTEST}
    return words
