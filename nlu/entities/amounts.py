"""Read amounts of money, in dirhams: a number with a currency beside it."""

from __future__ import annotations

from nlu.entities.lookups import Lookups, folded
from nlu.entities.numbers import Numeral, simplify
from nlu.entities.utterance import Finding, Utterance
from nlu.folding import fold

_RANGE = frozenset(
    fold(word)
    for word in ("و", "ولا", "أو", "او", "حتى", "ل", "الى", "w", "wla", "ola", "7ta", "l", "et", "ou", "a", "au")
)


class AmountReader:
    """Reads amounts by the words of currencies.yml.

    Args:
        lookups: of data/lookups.
    """

    def __init__(self, lookups: Lookups) -> None:
        self._rates = {fold(word): float(rate) for rate, words in lookups["currencies"].items() for word in words}
        self._particles = folded(lookups["numbers"]["particles"])

    def read(self, utterance: Utterance, numerals: list[Numeral]) -> list[Finding]:
        """The amounts among the numbers of a message; of a range (2000 à 3000 DH) both ends."""
        findings: list[Finding] = []
        rate_after: dict[int, float] = {}
        for numeral in reversed(numerals):
            rate, last = self._read_currency(utterance, numeral.last)
            start, end = numeral.start, utterance.words[last - 1].end if rate else numeral.end
            if rate is None and numeral.first and utterance.texts[numeral.first - 1] == "mad":
                rate, start = 1.0, utterance.words[numeral.first - 1].start
            if rate is None and numeral.last < len(utterance.texts) and utterance.texts[numeral.last] in _RANGE:
                rate = rate_after.get(numeral.last + 1)
            elif rate is None and utterance.folded[numeral.end : numeral.end + 1] == "-":
                rate = rate_after.get(numeral.last)
            if rate is not None:
                rate_after[numeral.first] = rate
                findings.append(Finding("amount", simplify(numeral.value * rate), start, end))
        return findings[::-1]

    def _read_currency(self, utterance: Utterance, index: int) -> tuple[float | None, int]:
        """The worth of the currency word at a place of the message, a particle before it or not, and where it ends."""
        texts = utterance.texts
        if index < len(texts) and texts[index] in self._particles:
            index += 1
        if index >= len(texts) or utterance.breaks[index]:
            return None, index
        word = texts[index]
        rate = self._rates.get(word)
        if rate is None:
            rate = self._rates.get(word.removeprefix("د").removeprefix("ال"))
        return rate, index + 1
