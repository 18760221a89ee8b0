"""What a message names: places, trades, numbers, amounts, dates, telephones, identifiers, legal forms, languages."""

from nlu.entities.extraction import Extractor, extract
from nlu.entities.utterance import Entity

__all__ = ["Entity", "Extractor", "extract"]
