"""Read dates, as ISO 8601 with what was said: 2026-03-16, --03-16 (no year), 2026-03, --03, 2026, 2026-W11."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any, Iterator, Mapping

from nlu.entities.lookups import Lookups, folded
from nlu.entities.numbers import Numeral
from nlu.entities.utterance import Finding, Utterance
from nlu.folding import fold, tokenize

_ISO = re.compile(r"(?<![\d/.\-])((?:19|20)\d\d)([-/.])(\d{1,2})\2(\d{1,2})(?![\d/]|[.\-]\d)")
_DAY_MONTH_YEAR = re.compile(r"(?<![\d/.\-])(\d{1,2}) ?([-/.]) ?(\d{1,2}) ?\2 ?(\d{4}|\d{2})(?![\d/]|[.\-]\d)")
_MONTH_YEAR = re.compile(r"(?<![\d/.\-])(\d{1,2})[/\-](20\d\d)(?![\d/]|[.\-]\d)")
_DAY_MONTH = re.compile(r"(?<![\d/.\-])(\d{1,2})/(\d{1,2})(?![\d/%]|[.\-]\d)")
_NOT_DAYS = frozenset({"24/7", "1/2", "3/4", "1/4", "1/3", "2/3", "7/7", "24/24"})
_FIRST = frozenset({"1er", "premier", "فاتح", "fati7", "fatih"})
_YEARS = range(1940, 2060)
_LIKELY_YEARS = range(2005, 2036)
_LONGEST_PHRASE = 4
_CERTAIN_AFTER_DAY_ONLY = frozenset({"jan", "mai", "may", "mars", "sept", "oct", "nov", "dec", "fev", "avr"})
_PREFIXES = "وفدل"


def _phrases(table: Mapping[Any, list[str]]) -> dict[tuple[str, ...], int]:
    """Phrase, as folded words -> the number that its list stands for."""
    return {_words(phrase): int(key) for key, phrases in table.items() for phrase in phrases}


def _words(phrase: str) -> tuple[str, ...]:
    return tuple(token.text for token in tokenize(fold(phrase)))


class DateReader:
    """Reads dates by the words of dates.yml.

    Args:
        lookups: of data/lookups.
    """

    def __init__(self, lookups: Lookups) -> None:
        dates = lookups["dates"]
        self._months = {fold(word): int(month) for month, words in dates["months"].items() for word in words}
        self._weekdays = {fold(word): int(day) for day, words in dates["weekdays"].items() for word in words}
        self._french_weekdays = folded(dates["french_weekdays"])
        self._day_words = folded(dates["day_words"])
        self._this = folded(dates["this"])
        self._next = {_words(phrase) for phrase in dates["next"]}
        self._last = {_words(phrase) for phrase in dates["last"]}
        self._periods = {
            _words(phrase): unit
            for unit, key in (("week", "weeks"), ("month", "months_words"), ("year", "years_words"))
            for phrase in dates[key]
        }
        self._year_cues = folded(dates["year_cues"])
        self._month_cues = folded(dates["month_cues"])
        self._month_words = folded(dates["months_words"])
        self._year_words = folded(dates["years_words"])
        self._days = _phrases(dates["days"])
        self._every = folded(dates["every"])
        self._particles = folded(lookups["numbers"]["particles"])
        self._between = self._particles | {"ف", "f", "من", "mn", "fi", "في", "le"}

    def read(self, utterance: Utterance, numerals: list[Numeral], today: date) -> list[Finding]:
        """The dates of a message.

        Args:
            utterance: the message.
            numerals: its numbers.
            today: what "tomorrow" and "this Friday" are counted from.
        """
        return [
            *_read_figures(utterance.folded),
            *self._read_months(utterance, numerals),
            *self._read_days(utterance, today),
            *self._read_weekdays(utterance, today),
            *self._read_periods(utterance, today),
            *self._read_years(utterance, numerals),
        ]

    # ---- day, month and year

    def _read_months(self, utterance: Utterance, numerals: list[Numeral]) -> Iterator[Finding]:
        texts = utterance.texts
        by_last = {numeral.last: numeral for numeral in numerals}
        by_first = {numeral.first: numeral for numeral in numerals}
        for index, text in enumerate(texts):
            month, cut = self._months.get(text), 0
            if month is None and text[0] in _PREFIXES and len(text) > 4:
                month, cut = self._months.get(text[1:]), 1
            first, last = index, index + 1
            numbered = False
            if month is None and text in self._month_words and index + 1 in by_first:
                value = by_first[index + 1].value
                if value in range(1, 13) and (cued := texts[max(0, index - 2) : index]):
                    numbered = (
                        cued[-1] in self._month_cues - {"من", "mn", "men", "بعد", "b3d", "قبل"} or index in by_last
                    )
                    month = int(value) if numbered else None
                    last = by_first[index + 1].last
            if month is None:
                continue
            year, last = self._read_year_after(utterance, last, by_first)
            day = self._read_day_before(utterance, index, by_last)
            start = utterance.words[first].start + cut
            end = utterance.words[last - 1].end
            if day:
                iso = _iso(year, month, int(day[0]))
                if iso:
                    yield Finding("date", iso, day[1], end)
            elif year:
                yield Finding("date", f"{year}-{month:02}", start, end)
            elif numbered or (text not in _CERTAIN_AFTER_DAY_ONLY and (cut or self._is_month(texts, index))):
                yield Finding("date", f"--{month:02}", start, end)

    def _is_month(self, texts: list[str], index: int) -> bool:
        return index > 0 and texts[index - 1] in self._month_cues

    def _read_year_after(
        self, utterance: Utterance, index: int, by_first: dict[int, Numeral]
    ) -> tuple[int | None, int]:
        texts = utterance.texts
        at = index
        while at < min(index + 2, len(texts)) and texts[at] in self._between | self._year_words:
            at += 1
        numeral = by_first.get(at)
        if numeral and numeral.value in _YEARS and numeral.end - numeral.start == 4:
            return int(numeral.value), numeral.last
        return None, index

    def _read_day_before(
        self, utterance: Utterance, index: int, by_last: dict[int, Numeral]
    ) -> tuple[int | float, int] | None:
        """The day before a month, and where it, with its weekday, starts."""
        texts = utterance.texts
        at = index
        while at > max(0, index - 2) and texts[at - 1] in self._between | self._month_words:
            at -= 1
        numeral = by_last.get(at)
        if numeral and numeral.value in range(1, 32):
            value, first, start = numeral.value, numeral.first, numeral.start
        elif at and texts[at - 1] in _FIRST:
            value, first, start = 1, at - 1, utterance.words[at - 1].start
        else:
            return None
        if first and texts[first - 1] in self._weekdays:
            start = utterance.words[first - 1].start
        return value, start

    # ---- relative to today

    def _read_days(self, utterance: Utterance, today: date) -> Iterator[Finding]:
        texts = utterance.texts
        for first, text in enumerate(texts):
            for last in range(min(first + _LONGEST_PHRASE, len(texts)), first, -1):
                rest = tuple(texts[first + 1 : last])
                offset, cut = self._days.get((text, *rest)), 0
                if offset is None and text[0] in "وف" and len(text) > 3:
                    offset, cut = self._days.get((text[1:], *rest)), 1
                if offset is not None and not (first and texts[first - 1] in {"كل", "kol", "kul", "chaque"}):
                    day = today + timedelta(days=offset)
                    start = utterance.words[first].start + cut
                    yield Finding("date", day.isoformat(), start, utterance.words[last - 1].end)
                    break

    def _qualifier(self, texts: list[str], index: int) -> tuple[int, int]:
        """Whether the words from a place on say next (1), last (-1) or neither (0), and where they end."""
        for last in range(min(index + 2, len(texts)), index, -1):
            phrase = tuple(texts[index:last])
            if phrase in self._next:
                return 1, last
            if phrase in self._last:
                return -1, last
        return 0, index

    def _read_weekdays(self, utterance: Utterance, today: date) -> Iterator[Finding]:
        texts = utterance.texts
        for index, text in enumerate(texts):
            weekday, cut = self._weekdays.get(text), 0
            if weekday is None and text[0] == "ف":
                weekday, cut = self._weekdays.get(text[1:]), 1
            if weekday is None:
                continue
            before = texts[index - 1] if index else ""
            two_before = texts[index - 2] if index > 1 else ""
            direction, last = self._qualifier(texts, index + 1)
            named = before in self._day_words
            this = before in self._this or (named and two_before in self._this)
            recurrent = before in self._every - {"من"} or (named and two_before in self._every)
            if recurrent:
                # every Wednesday (larb3a) is no date, and no four either
                yield Finding(None, "", utterance.words[index].start, utterance.words[index].end)
                continue
            if not (named or this or direction or cut or text in self._french_weekdays):
                continue
            ahead = (weekday - today.isoweekday()) % 7
            if direction > 0 and ahead == 0:
                ahead = 7
            elif direction < 0:
                ahead = ahead - 7
            first = index - 1 if named or this else index
            if named and two_before in self._this:
                first = index - 2
            start = utterance.words[first].start + (cut if first == index else 0)
            day = today + timedelta(days=ahead)
            yield Finding("date", day.isoformat(), start, utterance.words[last - 1].end)

    def _read_periods(self, utterance: Utterance, today: date) -> Iterator[Finding]:
        texts = utterance.texts
        for index, text in enumerate(texts):
            unit, first, last = self._periods.get((text,)), index, index + 1
            glued = unit is None and text[0] in "وفل" and len(text) > 4
            if glued:
                unit = self._periods.get((text[1:],))
            if unit is None and index + 1 < len(texts):
                unit, last = self._periods.get((text, texts[index + 1])), index + 2
            if unit is None:
                continue
            direction, last = self._qualifier(texts, last)
            before = texts[index - 1] if index else ""
            two_before = texts[index - 2] if index > 1 else ""
            if not direction:
                # "this year" and "this month" are when everybody asks; only a week is near enough to be a date
                if unit != "week":
                    continue
                if before in self._this:
                    first = index - 1
                elif before in {"l", "la", "ل"} and two_before in self._this:
                    first = index - 2
                else:
                    continue
            start = utterance.words[first].start
            yield Finding("date", _period(unit, direction, today), start, utterance.words[last - 1].end)

    def _read_years(self, utterance: Utterance, numerals: list[Numeral]) -> Iterator[Finding]:
        for numeral in numerals:
            if numeral.value in _YEARS and numeral.end - numeral.start == 4 and numeral.first:
                before = utterance.texts[numeral.first - 1]
                if before in self._year_cues or (before in self._particles and numeral.value in _LIKELY_YEARS):
                    yield Finding("date", str(numeral.value), numeral.start, numeral.end)


def _read_figures(folded_text: str) -> Iterator[Finding]:
    for match in _ISO.finditer(folded_text):
        iso = _iso(int(match[1]), int(match[3]), int(match[4]))
        if iso:
            yield Finding("date", iso, *match.span())
    for match in _DAY_MONTH_YEAR.finditer(folded_text):
        year = int(match[4])
        iso = _iso(year if year > 99 else 2000 + year if year < 60 else 1900 + year, int(match[3]), int(match[1]))
        if iso:
            yield Finding("date", iso, *match.span())
    for match in _MONTH_YEAR.finditer(folded_text):
        if int(match[1]) in range(1, 13):
            yield Finding("date", f"{match[2]}-{int(match[1]):02}", *match.span())
    for match in _DAY_MONTH.finditer(folded_text):
        iso = _iso(None, int(match[2]), int(match[1]))
        if iso and match[0] not in _NOT_DAYS:
            yield Finding("date", iso, *match.span())


def _iso(year: int | None, month: int, day: int) -> str | None:
    """The ISO form of a day; None if no calendar has it."""
    try:
        moment = date(2000 if year is None else year, month, day)
    except ValueError:
        return None
    return f"--{month:02}-{day:02}" if year is None else moment.isoformat()


def _period(unit: str, direction: int, today: date) -> str:
    """The week, month or year of today, or the one before (-1) or after (1) it."""
    if unit == "week":
        year, week, _ = (today + timedelta(weeks=direction)).isocalendar()
        return f"{year}-W{week:02}"
    if unit == "year":
        return str(today.year + direction)
    month = today.year * 12 + today.month - 1 + direction
    return f"{month // 12}-{month % 12 + 1:02}"
