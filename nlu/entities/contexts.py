"""The words round a name that tell what it is, as sets of folded words."""

from __future__ import annotations

from dataclasses import dataclass

from nlu.entities.lookups import Lookups, folded


@dataclass(frozen=True)
class Contexts:
    """contexts.yml, one field a list; what each is for is said there."""

    place_prepositions: frozenset[str]
    quarters: frozenset[str]
    of: frozenset[str]
    place_words: frozenset[str]
    region_words: frozenset[str]
    streets: frozenset[str]
    names: frozenset[str]
    medical: frozenset[str]
    work: frozenset[str]
    selves: frozenset[str]
    denials: frozenset[str]
    likes: frozenset[str]
    articles: frozenset[str]
    connectors: frozenset[str]
    card: frozenset[str]
    insurance: frozenset[str]
    file: frozenset[str]
    number_words: frozenset[str]
    abbreviations: frozenset[str]

    @classmethod
    def compile(cls, lookups: Lookups) -> Contexts:
        """The lists of contexts.yml, folded."""
        return cls(**{name: folded(words) for name, words in lookups["contexts"].items()})
