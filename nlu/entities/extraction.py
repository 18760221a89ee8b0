"""Find everything that a message names: the finders of this package, and who wins where two of them meet."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, timedelta, timezone
from functools import lru_cache

from nlu.entities.amounts import AmountReader
from nlu.entities.contexts import Contexts
from nlu.entities.dates import DateReader
from nlu.entities.identifiers import IdentifierFinder, find_spoken_phones
from nlu.entities.lookups import Lookups, read_lookups
from nlu.entities.numbers import NumberReader
from nlu.entities.places import PlaceFinder
from nlu.entities.terms import TermFinder
from nlu.entities.trades import TradeFinder
from nlu.entities.utterance import Entity, Finding, Utterance

_MOROCCO = timezone(timedelta(hours=1))
_REACH = 3  # words between "not" and what it denies, itself included
_PLACES = frozenset({"province", "commune", "region"})


class Extractor:
    """Finds the entities of messages.

    Args:
        lookups: the lists of data/lookups.
    """

    def __init__(self, lookups: Lookups) -> None:
        contexts = Contexts.compile(lookups)
        self._denials = contexts.denials
        self._passed = (contexts.place_prepositions | contexts.of | contexts.articles) - contexts.likes
        self._identifiers = IdentifierFinder(contexts)
        self._numbers = NumberReader(lookups)
        self._dates = DateReader(lookups)
        self._amounts = AmountReader(lookups)
        self._places = PlaceFinder(lookups, contexts)
        self._trades = TradeFinder(lookups, contexts)
        self._terms = TermFinder(lookups)

    def extract(self, text: str, today: date | None = None, expected: Collection[str] = ()) -> list[Entity]:
        """The entities of a message, in order.

        Args:
            text: the message.
            today: what "tomorrow" is counted from; by default the day it is in Morocco.
            expected: the entities that were asked for: "safi" alone is the town to who asked for a province.
        """
        utterance = Utterance(text)
        if not utterance.words:
            return []
        numerals = self._numbers.read(utterance)
        identifiers = self._identifiers.find(utterance)
        dates = self._dates.read(utterance, numerals, today or datetime.now(_MOROCCO).date())
        others = [
            *find_spoken_phones(utterance, numerals),
            *dates,
            *self._amounts.read(utterance, numerals),
            *self._places.find(utterance, expected=bool(_PLACES.intersection(expected))),
            *self._trades.find(utterance, expected="trade" in expected),
            *self._terms.find(utterance),
        ]
        others.sort(key=lambda finding: finding.start - finding.end)
        chosen: list[Finding] = []
        for finding in [*identifiers, *others, *(numeral.finding for numeral in numerals)]:
            if all(finding.end <= other.start or other.end <= finding.start for other in chosen):
                chosen.append(finding)
        affirmed = {finding.entity for finding in chosen if not self._is_denied(utterance, finding)}
        entities: list[Entity] = []
        for finding in sorted(chosen, key=lambda item: item.start):
            if finding.entity and not (finding.entity in affirmed and self._is_denied(utterance, finding)):
                entity = utterance.entity(finding)
                # one character of the message can fold to several words: ¼, ㏑
                if not entities or entity.start >= entities[-1].end:
                    entities.append(entity)
        return entities

    def _is_denied(self, utterance: Utterance, finding: Finding) -> bool:
        """Whether "not" stands before it: of a correction, the other value counts."""
        before = utterance.before(finding.start, _REACH)
        while before and before[-1] in self._passed:
            before.pop()
        return bool(before) and before[-1] in self._denials


@lru_cache(maxsize=1)
def default_extractor() -> Extractor:
    """The extractor of the lists in data/lookups, read once."""
    return Extractor(read_lookups())


def extract(text: str, today: date | None = None, expected: Collection[str] = ()) -> list[Entity]:
    """The entities of a message by the lists in data/lookups (see `Extractor.extract`)."""
    return default_extractor().extract(text, today, expected)
