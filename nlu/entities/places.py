"""Find regions, provinces, prefectures, communes and towns."""

from __future__ import annotations

from nlu.entities.contexts import Contexts
from nlu.entities.gazetteer import AMBIGUOUS, EXACT, NEVER, RISKY, SPELLINGS, Gazetteer, Match
from nlu.entities.lookups import Lookups, folded
from nlu.entities.utterance import Finding, Utterance

_IN = frozenset("فبمfbm")
_IS = frozenset({"هي", "hiya", "est"})
_RANK = {"region": 0, "province": 1, "commune": 2}


class PlaceFinder:
    """Finds places by the lists of places.yml, and by what stands round them.

    Args:
        lookups: of data/lookups.
        contexts: compiled from them.
    """

    def __init__(self, lookups: Lookups, contexts: Contexts) -> None:
        self._contexts = contexts
        self._gazetteer = Gazetteer(
            folded(word for line in lookups["common_words"] for word in line), articles=False, tolerant=True
        )
        places = lookups["places"]
        regions = {region["code"]: region["fr"] for region in places["regions"]}
        # what follows "جهة" or "région de" is a region, though it bears the name of a province
        self._region_of = {
            province["fr"]: regions[province["region"]]
            for province in places["provinces"]
            if province["fr"].split("-")[0] in regions[province["region"]]
        }
        for entity in ("region", "province", "commune"):
            for item in places[f"{entity}s"]:
                self._gazetteer.add_item(entity, item["fr"], [item["fr"], item["ar"]], item)

    def find(self, utterance: Utterance, *, expected: bool = False) -> list[Finding]:
        """The places of a message.

        Args:
            utterance: the message.
            expected: a place was asked for, so that an ambiguous name that is the whole message is one.
        """
        matches = [
            match for match in self._gazetteer.find(utterance.texts, utterance.breaks) if match.name.certainty != NEVER
        ]
        matches = [match for match in matches if not self._is_no_place(utterance, match)]
        sure = [match for match in matches if self._is_sure(utterance, match, expected, matches)]
        chosen = self._choose(sure)
        sure += [
            match
            for match in matches
            if match.name.certainty == AMBIGUOUS and self._stands_beside(utterance, match, chosen)
        ]
        return [self._read(utterance, match) for match in self._choose(sure)]

    def _is_no_place(self, utterance: Utterance, match: Match) -> bool:
        """A person or a street that bears the name."""
        before = utterance.texts[max(0, match.first - 2) : match.first]
        if not before or match.particle in _IN:
            return False
        contexts = self._contexts
        if contexts.streets.intersection(before[-1:]):
            return True
        if before[-1] in contexts.of and contexts.streets.intersection(before):
            return True
        return before[-1] not in contexts.place_prepositions | contexts.of and bool(contexts.names.intersection(before))

    def _is_sure(self, utterance: Utterance, match: Match, expected: bool, matches: list[Match]) -> bool:
        certainty = match.name.certainty
        if certainty == SPELLINGS:
            return True
        contexts = self._contexts
        before = utterance.texts[match.first - 1] if match.first and not utterance.breaks[match.first] else ""
        if before in contexts.place_words:
            return True
        if contexts.medical.intersection(utterance.texts):
            return False
        if match.particle in _IN or before in contexts.place_prepositions - {"l", "ل"}:
            return True
        if certainty == RISKY:
            return expected and self._is_whole(utterance, matches)
        if contexts.quarters.intersection(utterance.texts[max(0, match.first - 3) : match.first]):
            return True
        return bool(match.particle) or before in contexts.of | {"l", "ل"} or self._is_whole(utterance, matches)

    def _is_whole(self, utterance: Utterance, matches: list[Match]) -> bool:
        """Whether the message is names of places and nothing else."""
        covered = {index for match in matches for index in range(match.first, match.last)}
        filler = self._contexts.connectors | self._contexts.place_prepositions | self._contexts.place_words
        return all(index in covered or word in filler for index, word in enumerate(utterance.texts))

    def _stands_beside(self, utterance: Utterance, match: Match, chosen: list[Match]) -> bool:
        connectors = self._contexts.connectors
        for other in chosen:
            first, last = (other.last, match.first) if other.last <= match.first else (match.last, other.first)
            if first <= last and last - first <= 1 and all(word in connectors for word in utterance.texts[first:last]):
                return True
        return False

    def _choose(self, matches: list[Match]) -> list[Match]:
        """The longest of overlapping names, then the better spelled, then the larger place."""
        chosen: list[Match] = []
        for match in sorted(
            matches,
            key=lambda item: (item.first - item.last, item.manner != EXACT, item.manner, _RANK[item.name.entity]),
        ):
            if all(match.last <= other.first or other.last <= match.first for other in chosen):
                chosen.append(match)
        return sorted(chosen)

    def _read(self, utterance: Utterance, match: Match) -> Finding:
        entity, value = match.name.entity, match.name.value
        before = utterance.texts[max(0, match.first - 2) : match.first]
        of = bool(before) and before[-1] in self._contexts.of | _IS
        before = before[:-1] if of else before[-1:]
        if entity == "province" and value in self._region_of and self._contexts.region_words.intersection(before):
            entity, value = "region", self._region_of[value]
        start, end = utterance.words[match.first].start + match.cut, utterance.words[match.last - 1].end
        return Finding(entity, value, start, end)
