"""Find legal forms and languages: short lists of set terms."""

from __future__ import annotations

from nlu.entities.gazetteer import AMBIGUOUS, SPELLINGS, Gazetteer, Match
from nlu.entities.lookups import Lookups, folded
from nlu.entities.utterance import Finding, Utterance


class TermFinder:
    """Finds the legal form in which somebody works, and the language in which they want to be answered.

    Args:
        lookups: of data/lookups.
    """

    def __init__(self, lookups: Lookups) -> None:
        common = folded(word for line in lookups["common_words"] for word in line)
        self._cues = folded(lookups["languages"]["cues"])
        self._forms = Gazetteer(common, articles=True, tolerant=False)
        for value, spellings in lookups["legal_forms"].items():
            self._forms.add_item("legal_form", value, spellings, {})
        self._languages = Gazetteer(common, articles=True, tolerant=False)
        for value, item in lookups["languages"].items():
            if value != "cues":
                self._languages.add_item("language", value, [], item)

    def find(self, utterance: Utterance) -> list[Finding]:
        """The legal forms and languages of a message, each once."""
        words = utterance.texts, utterance.breaks
        languages = self._languages.find(*words)
        return [
            *_once(utterance, self._forms.find(*words)),
            *_once(utterance, [match for match in languages if self._is_language(utterance, match)]),
        ]

    def _is_language(self, utterance: Utterance, match: Match) -> bool:
        if match.name.certainty == SPELLINGS or match.particle in {"ب", "b"}:
            return True
        before = utterance.texts[max(0, match.first - 2) : match.first]
        return match.name.certainty == AMBIGUOUS and (
            bool(self._cues.intersection(before)) or len(utterance.texts) == 1
        )


def _once(utterance: Utterance, matches: list[Match]) -> list[Finding]:
    """The longest of overlapping terms; of terms with one value, the first."""
    chosen: dict[str, Match] = {}
    taken: set[int] = set()
    for match in sorted(matches, key=lambda item: (item.first - item.last, item.first)):
        if not taken.intersection(range(match.first, match.last)):
            taken.update(range(match.first, match.last))
            chosen.setdefault(match.name.value, match)
    return [
        Finding(
            match.name.entity,
            value,
            utterance.words[match.first].start + match.cut,
            utterance.words[match.last - 1].end,
        )
        for value, match in chosen.items()
    ]
