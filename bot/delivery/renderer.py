"""From a reply to the messages that a channel can carry.

Nothing is ever dropped: what does not fit as buttons becomes a numbered list in the text, what does not fit in one
message becomes two.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from bot.channels.base import Button, Choice, Layout, Limits, Part, Reply

FIRST_STRONG_ISOLATE, POP_ISOLATE = "\u2068", "\u2069"
_ISOLATES = frozenset("\u2066\u2067\u2068")
_JOINER = "\u200d"
_BOUNDARIES = ("\n\n", "\n", ". ", "؟ ", "? ", " ")
_RTL = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
# Numbers with separators, addresses and codes change order or lose their sign inside right-to-left text. A range of
# dates is two runs, since it is read from the right.
_LTR_RUN = re.compile(
    r"(?<![\w/])(?:"
    r"(?:https?://|www\.)[^\s،؛]*[^\s،؛.,:;!?)\]»]"
    r"|\+[0-9]+(?:[ \u00a0\u202f/.,:-][0-9]+)*"
    r"|[0-9]+(?:[ \u00a0\u202f/.,:-][0-9]+)+"
    r"|[A-Z]{2,}(?:-[A-Za-z0-9]+)+"
    r")"
)


def render(reply: Reply, buttons: Sequence[Button], limits: Limits, list_label: str) -> list[Part]:
    """Cuts a reply to the limits of a channel.

    Args:
        reply: what is said.
        buttons: one for each of `reply.choices`, with the ids under which the choices are kept.
        limits: of the channel.
        list_label: what is written on the button that opens a list.

    Returns:
        The messages to send, in order; the buttons are with the last one.
    """
    text = isolate(reply.text)
    if reply.share_phone and limits.shares_phone:
        *before, last = split(text, limits.interactive_text)
        return [*map(_plain, before), Part(text=last, layout=Layout.SHARE_PHONE, label=reply.share_phone)]
    if not buttons:
        return [_plain(piece) for piece in split(text, limits.text)]
    layout = _choose_layout(buttons, limits)
    if layout is Layout.NONE:
        numbered = text + "\n\n" + "\n".join(f"{n}. {isolate(button.title)}" for n, button in enumerate(buttons, 1))
        return [_plain(piece) for piece in split(numbered, limits.text)]
    *before, last = split(text, limits.interactive_text)
    return [*map(_plain, before), _with_buttons(last, buttons, limits, list_label)]


def is_numbered(choices: Sequence[Choice], limits: Limits) -> bool:
    """Whether these choices are shown as a numbered list, to be answered by a number."""
    buttons = [Button(id=str(n), title=choice.title) for n, choice in enumerate(choices)]
    return bool(choices) and _choose_layout(buttons, limits) is Layout.NONE


def _plain(text: str) -> Part:
    return Part(text=text)


def _with_buttons(text: str, buttons: Sequence[Button], limits: Limits, list_label: str) -> Part:
    layout = _choose_layout(buttons, limits)
    return Part(text=text, layout=layout, buttons=tuple(buttons), label=list_label if layout is Layout.LIST else "")


def _choose_layout(buttons: Sequence[Button], limits: Limits) -> Layout:
    longest = max(measure(button.title) for button in buttons)
    # WhatsApp refuses two buttons of one title, and only the title tells which one was tapped if the id is lost.
    if limits.layout is not Layout.INLINE and len({button.title for button in buttons}) < len(buttons):
        return Layout.NONE
    if len(buttons) <= limits.quick_replies and longest <= limits.quick_reply_title:
        return limits.layout
    if len(buttons) <= limits.list_items and longest <= limits.list_title:
        return Layout.LIST
    return Layout.NONE


def measure(text: str) -> int:
    """Length of `text` in UTF-16 units, which is how both providers count."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def split(text: str, limit: int) -> list[str]:
    """Cuts `text` into pieces of at most `limit` UTF-16 units, at paragraphs, lines, sentences or words where it can.

    No surrogate pair, combining mark or emoji is torn apart; an isolate that is longer than a piece is closed at its
    end and opened again in the next. White space at a cut is dropped, all else is kept.
    """
    pieces = []
    rest = text.strip()
    while measure(rest) > limit:
        piece, rest = _cut(rest, limit)
        pieces.append(piece.strip())
        rest = rest.strip()
    pieces.append(rest)
    return [piece for piece in pieces if piece] or [""]


def _cut(text: str, limit: int) -> tuple[str, str]:
    end = _count_fitting(text, limit)
    whole = [place for place in range(1, end + 1) if not _is_torn(text, place)]
    opened = _list_open_isolates(text[:end])
    outside = [place for place in whole if not opened[place]]
    for boundary in _BOUNDARIES:
        for place in reversed(outside):
            if place > end // 2 and text.startswith(boundary, place - len(boundary)):
                return text[:place], text[place:]
    if outside:
        return text[: outside[-1]], text[outside[-1] :]
    place = max((place for place in whole if place < end), default=end)
    if len(opened[place]) == 1 and 1 < place < end:
        return text[:place] + POP_ISOLATE, opened[place] + text[place:]
    return text[:place], text[place:]


def _count_fitting(text: str, limit: int) -> int:
    used = 0
    for count, character in enumerate(text):
        used += 2 if ord(character) > 0xFFFF else 1
        if used > limit:
            return count
    return len(text)


def _list_open_isolates(text: str) -> list[str]:
    """The isolates that are open after the first 0, 1, 2, ... characters."""
    opened = [""]
    for character in text:
        now = opened[-1]
        if character in _ISOLATES:
            now += character
        elif character == POP_ISOLATE:
            now = now[:-1]
        opened.append(now)
    return opened


def _is_torn(text: str, place: int) -> bool:
    """Whether a cut before character `place` would part what is seen as one sign."""
    if place == len(text):
        return False
    before, after = text[place - 1], text[place]
    if (
        unicodedata.category(after).startswith("M")
        or _JOINER in (before, after)
        or "\U0001f3fb" <= after <= "\U0001f3ff"
    ):
        return True
    # A flag is a pair of regional indicators.
    run = 0
    while run < place and "\U0001f1e6" <= text[place - 1 - run] <= "\U0001f1ff":
        run += 1
    return run % 2 == 1 and "\U0001f1e6" <= after <= "\U0001f1ff"


def isolate(text: str) -> str:
    """Puts codes, numbers and addresses inside right-to-left lines between isolates, so that they read as written."""
    return "\n".join(_isolate_line(line) if _RTL.search(line) else line for line in text.split("\n"))


def _isolate_line(line: str) -> str:
    if FIRST_STRONG_ISOLATE in line:
        return line
    return _LTR_RUN.sub(lambda run: f"{FIRST_STRONG_ISOLATE}{run[0]}{POP_ISOLATE}", line)
