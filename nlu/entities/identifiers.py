"""Find identifiers: telephone numbers, identity cards, ICE, CNSS numbers, references of files.

Formats: CIN by django-localflavor, ICE fifteen digits, CNSS nine digits for a person and seven for an employer,
telephone numbers by libphonenumber.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import phonenumbers

from nlu.entities.contexts import Contexts
from nlu.entities.numbers import Numeral
from nlu.entities.utterance import Finding, Utterance

_SEPARATED = re.compile(r"[ .\-/]")
_PHONE = re.compile(
    r"(?<![\w.,/-])(?:"
    r"(?:\+ ?|00 ?)?212[ .\-]?(?:\(0\)[ .\-]?|0)?[5-8](?:[ .\-/]?\d){8}"
    r"|0[5-8](?:[ .\-/]?\d){8}"
    r"|[67]\d{2}(?:[ .\-]?\d{2}){3}"
    r"|[67](?:[ .\-]?\d{2}){4}"
    r")(?![\d\w]|[.\-/]\d)"
)
_SPOKEN_PHONE = re.compile(r"0[5-8]\d{8}")
_ABROAD = re.compile(r"(?<![\w.])(?:\+|00)(?!212)[1-9](?:[ .\-]?\d){7,13}(?!\d)")
_RIB = re.compile(r"(?<!\d)\d(?:[ \-]?\d){23}(?!\d)")
_ICE = re.compile(r"(?<![\d.,])\d(?:[ .\-]?\d){14}(?! ?\d|\w)")
_CARD = re.compile(r"(?<![a-z0-9@/.])([a-z](?: ?[a-z])?)(?: ?[.:\-]? ?)([1-9]\d?(?:[ .]?\d){1,5})(?![\d\w]|[.,/\-]\d)")
_REFERENCE = re.compile(r"(?<![a-z0-9])([a-z]{1,3})[ \-/]?(20\d\d)[ \-/](\d{3,6})(?!\w)")
_YEARLY = re.compile(r"(?<![\d/.\-])((?:19|20)\d\d)/(\d{1,6})(?![\d/])")
_DIGITS = re.compile(r"(?<![\w.,/\-])\d{3,9}(?![\w]|[.,/\-]\d)")
_GROUPED_NINE = re.compile(r"(?<![\w.,/\-])\d{3}(?:[ .\-]\d{3}){2}(?!\w)")
_ELSEWHERE = re.compile(r"\S*(?:@|://|www\.)\S*")
_TIME = re.compile(r"(?<!\d)\d{1,2}(?:h\d{0,2}|:\d{2})(?!\w)")
_CARD_DIGITS, _CARD_DIGITS_NAMED, _CARD_LENGTH = 5, 3, 8
_CNSS_LENGTHS = (7, 9)
_REACH = 5
_ROUND = re.compile(r"[1-9]\d{0,2}0{3,}")


class IdentifierFinder:
    """Finds identifiers by their form and the words before them.

    Args:
        contexts: the words that announce a card, an insurance number, a file.
    """

    def __init__(self, contexts: Contexts) -> None:
        self._contexts = contexts

    def find(self, utterance: Utterance) -> list[Finding]:
        """The identifiers of a message, surest first, and what must not be read as numbers (RIB, times, addresses)."""
        if not any(character.isdigit() for character in utterance.folded):
            return []
        found: list[Finding] = []
        for finding in self._scan(utterance):
            if all(finding.end <= other.start or other.end <= finding.start for other in found):
                found.append(finding)
        return found

    def _scan(self, utterance: Utterance) -> Iterator[Finding]:
        folded = utterance.folded
        for match in _ELSEWHERE.finditer(folded):
            yield Finding(None, "", *match.span())
        for match in _RIB.finditer(folded):
            yield Finding(None, "", *match.span())
        for match in _ICE.finditer(folded):
            yield Finding("ice", _SEPARATED.sub("", match[0]), *match.span())
        yield from self._find_references(utterance)
        yield from self._find_insurance(utterance)
        yield from _find_phones_abroad(folded)
        yield from _find_phones(folded)
        yield from self._find_cards(utterance)
        for match in _TIME.finditer(folded):
            yield Finding(None, "", *match.span())

    def _announced(self, utterance: Utterance, position: int, words: frozenset[str]) -> bool:
        return bool(words.intersection(utterance.before(position, _REACH)))

    def _find_references(self, utterance: Utterance) -> Iterator[Finding]:
        folded, contexts = utterance.folded, self._contexts
        for match in _REFERENCE.finditer(folded):
            if match[1] in contexts.file | contexts.number_words | contexts.abbreviations:
                continue
            yield Finding("reference", "-".join(match.groups()).upper(), *match.span())
        for match in _YEARLY.finditer(folded):
            yield Finding("reference", match[0], *match.span())
        for match in _DIGITS.finditer(folded):
            before = set(utterance.before(match.start(), 4))
            others = (contexts.insurance | contexts.card) - contexts.file
            if contexts.file & before and contexts.number_words & before and not others & before:
                yield Finding("reference", match[0], *match.span())

    def _find_insurance(self, utterance: Utterance) -> Iterator[Finding]:
        for pattern in (_DIGITS, _GROUPED_NINE):
            for match in pattern.finditer(utterance.folded):
                digits = _SEPARATED.sub("", match[0])
                if len(digits) in _CNSS_LENGTHS:
                    around = [*utterance.before(match.start(), _REACH), *utterance.after(match.end(), 2)]
                    if self._contexts.insurance.intersection(around):
                        yield Finding("cnss_number", digits, *match.span())

    def _find_cards(self, utterance: Utterance) -> Iterator[Finding]:
        for match in _CARD.finditer(utterance.folded):
            letters, digits = match[1].replace(" ", ""), re.sub(r"\D", "", match[2])
            start, end = match.span()
            if len(letters) + len(digits) > _CARD_LENGTH:
                continue
            named = self._announced(utterance, start, self._contexts.card) or bool(
                self._contexts.card.intersection(utterance.after(end, 2))
            )
            if named and len(digits) >= _CARD_DIGITS_NAMED:
                if (
                    letters in self._contexts.abbreviations
                    and match[1] + match[2] != match[0]
                    and not _is_capital(utterance, start)
                ):
                    continue
                yield Finding("national_id", (letters + digits).upper(), start, end)
            elif len(digits) >= _CARD_DIGITS and self._is_card(utterance, match, letters, digits):
                yield Finding("national_id", (letters + digits).upper(), start, end)

    def _is_card(self, utterance: Utterance, match: re.Match[str], letters: str, digits: str) -> bool:
        """Whether letters and digits that nothing announces are a card: "BE 123456", not "f 20000" nor "RC 45678"."""
        if match[1] + match[2] == match[0] and match[2] == digits:
            return (len(letters) == 2 and letters not in {"dh", "rc", "tp", "if"}) or not _ROUND.fullmatch(digits)
        if letters in self._contexts.abbreviations and not (
            len(letters) == 1 and _is_capital(utterance, match.start())
        ):
            return False
        return _is_capital(utterance, match.start()) or match[2] == digits


def _is_capital(utterance: Utterance, position: int) -> bool:
    return utterance.original(position).isupper()


def find_spoken_phones(utterance: Utterance, numerals: Sequence[Numeral]) -> Iterator[Finding]:
    """Telephone numbers said as numbers in a row: "zéro six douze trente ... quinze", "06 douze ...".

    Args:
        utterance: the message.
        numerals: its numbers, in order.
    """
    run: list[Numeral] = []
    for numeral in numerals:
        if run and run[-1].last != numeral.first:
            run = []
        run.append(numeral)
        written = (utterance.folded[said.start : said.end] for said in run)
        digits = "".join(
            text if text.isdigit() else str(said.value) for text, said in zip(written, run, strict=True)
        )
        if len(run) > 1 and _SPOKEN_PHONE.fullmatch(digits):
            yield Finding("phone", f"+212{digits[1:]}", run[0].start, numeral.end)
            run = []


def _find_phones(folded: str) -> Iterator[Finding]:
    for match in _PHONE.finditer(folded):
        digits = re.sub(r"\D", "", match[0].replace("(0)", ""))
        national = digits[-9:]
        # a number of nine digits without the leading zero is a telephone only where the plan knows it
        if len(digits) > 9 or phonenumbers.is_valid_number(phonenumbers.parse(national, "MA")):
            yield Finding("phone", f"+212{national}", *match.span())


def _find_phones_abroad(folded: str) -> Iterator[Finding]:
    for match in _ABROAD.finditer(folded):
        try:
            number = phonenumbers.parse("+" + re.sub(r"\D", "", match[0]).removeprefix("00"), None)
        except phonenumbers.NumberParseException:
            continue  # no country has this code
        if phonenumbers.is_valid_number(number):
            yield Finding(
                "phone", phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164), *match.span()
            )
