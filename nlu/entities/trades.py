"""Find trades: the person, the craft, the work in the first person, the product where it tells the trade."""

from __future__ import annotations

from typing import Iterator

from nlu.entities.contexts import Contexts
from nlu.entities.gazetteer import AMBIGUOUS, RISKY, SPELLINGS, Gazetteer, Match, Name
from nlu.entities.lookups import Lookups, folded
from nlu.entities.utterance import Finding, Utterance

_ARABIC_PERSONS = ("كن", "كان", "تن", "تان", "كا", "كي", "كاي", "تي", "كت", "كات", "ن", "أ")
_LATIN_PERSONS = ("kan", "kn", "ken", "tan", "tn", "kane", "kay", "ki", "key", "kat", "ket", "kate", "tay", "n", "ne")
_REACH = 4


def _conjugate(stem: str) -> Iterator[str]:
    """The present of a verb in the persons in which people speak of a trade: I, we, he, she, they."""
    verb, _, rest = stem.partition(" ")
    arabic = verb[0] > "\u0600"
    for person in _ARABIC_PERSONS if arabic else _LATIN_PERSONS:
        for plural in ("", "و") if arabic else ("", "o", "ou", "u", "w"):
            yield f"{person}{verb}{plural} {rest}".strip()


class TradeFinder:
    """Finds trades by the list of trades.yml, and by words of work near them.

    Args:
        lookups: of data/lookups.
        contexts: compiled from them.
    """

    def __init__(self, lookups: Lookups, contexts: Contexts) -> None:
        self._contexts = contexts
        self._gazetteer = Gazetteer(
            folded(word for line in lookups["common_words"] for word in line), articles=True, tolerant=True
        )
        for trade in lookups["trades"]:
            self._gazetteer.add_item("trade", trade["slug"], [trade["fr"], trade["ar"]], trade)
            for stem in trade.get("verbs", []):
                for form in _conjugate(stem):
                    self._gazetteer.add(Name("trade", trade["slug"], SPELLINGS), form, exactly=True)

    def find(self, utterance: Utterance, *, expected: bool = False) -> list[Finding]:
        """The trades of a message, each once.

        Args:
            utterance: the message.
            expected: a trade was asked for, so that an ambiguous word beside nothing but fillers is one.
        """
        chosen: dict[str, Match] = {}
        taken: set[int] = set()
        matches = self._gazetteer.find(utterance.texts, utterance.breaks)
        sure = [
            match
            for match in matches
            if match.name.certainty == SPELLINGS
            or (match.name.certainty == AMBIGUOUS and self._is_work(utterance, match))
            or (match.name.certainty in (AMBIGUOUS, RISKY) and self._is_whole(utterance, match, expected))
        ]
        for match in sorted(sure, key=lambda item: (item.first - item.last, item.manner, item.first)):
            if not taken.intersection(range(match.first, match.last)):
                taken.update(range(match.first, match.last))
                if match.name.value not in chosen or match.first < chosen[match.name.value].first:
                    chosen[match.name.value] = match
        return [
            Finding("trade", value, utterance.words[match.first].start + match.cut, utterance.words[match.last - 1].end)
            for value, match in chosen.items()
        ]

    def _is_work(self, utterance: Utterance, match: Match) -> bool:
        before = utterance.texts[max(0, match.first - _REACH) : match.first]
        return bool(self._contexts.work.intersection(before) or self._contexts.selves.intersection(before[-1:]))

    def _is_whole(self, utterance: Utterance, match: Match, expected: bool) -> bool:
        return len(utterance.texts) - (match.last - match.first) <= int(expected)
