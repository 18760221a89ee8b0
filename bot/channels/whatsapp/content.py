"""Buttons and lists as contents of Twilio's Content API.

A content is made once for each shape: the kind of buttons, how many, and where the text has its line breaks. All that
is read or tapped goes into variables, one for each line, since a variable must not hold a line break
(twilio.com/docs/api/errors/21656). Inside the 24-hour window a content needs no approval.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from typing import Any, Protocol

from bot.channels.base import Layout, Part

MOST_VARIABLES = 100
"""Of one content (twilio.com/docs/content/using-variables-with-content-api)."""
DEFAULT_LABEL = "☰"

_WIDE_SPACE = re.compile(r"\t| {4,}")


class ContentCache(Protocol):
    """Remembers which contents Twilio holds for us."""

    async def get(self, digest: str) -> str | None:
        """The sid of a content, or None where none was made yet."""

    async def put(self, digest: str, sid: str) -> None:
        """Remembers a content; another one of the same digest gives way to it."""


class MemoryContentCache:
    """Remembers until the process ends."""

    def __init__(self) -> None:
        self._sids: dict[str, str] = {}

    async def get(self, digest: str) -> str | None:
        """The sid of a content, or None."""
        return self._sids.get(digest)

    async def put(self, digest: str, sid: str) -> None:
        """Remembers a content."""
        self._sids[digest] = sid


@dataclass(frozen=True, slots=True)
class Content:
    """A part with buttons, as shape and values.

    Attributes:
        types: the shape, as the Content API takes it.
        values: of its variables 1, 2, and so on.
    """

    types: dict[str, Any]
    values: tuple[str, ...]

    @property
    def variables(self) -> str:
        """The values as the Messages API takes them."""
        numbered = {str(number): value for number, value in enumerate(self.values, 1)}
        # JSON all the same, and lossless: Twilio was seen to refuse an apostrophe as such (twilio/twilio-node#1082).
        return json.dumps(numbered, ensure_ascii=False).replace("'", "\\u0027")

    def digest(self, account_sid: str) -> str:
        """What the shape is remembered by; contents belong to one account."""
        return hashlib.sha256(json.dumps([account_sid, self.types], sort_keys=True).encode()).hexdigest()

    def make_request(self, digest: str) -> dict[str, Any]:
        """What the Content API is asked to make."""
        return {
            "friendly_name": f"awrach {digest[:12]}",
            "language": "ar",
            # Samples must differ, as the ids of buttons must.
            "variables": {str(number): f"sample {number}" for number in range(1, len(self.values) + 1)},
            "types": self.types,
        }


def split_content(part: Part) -> Content | None:
    """The shape and values of a part with buttons, or None where no content can hold it."""
    values: list[str] = []

    def hold(value: str) -> str:
        values.append(value)
        return f"{{{{{len(values)}}}}}"

    lines = [_WIDE_SPACE.sub(" ", line).strip() for line in part.text.splitlines()]
    body = "\n".join(hold(line) if line else "" for line in lines)
    types: dict[str, Any]
    if part.layout is Layout.LIST:
        items = [{"item": hold(button.title), "id": hold(button.id)} for button in part.buttons]
        types = {"twilio/list-picker": {"body": body, "button": hold(part.label or DEFAULT_LABEL), "items": items}}
    else:
        actions = [
            {"type": "QUICK_REPLY", "title": hold(button.title), "id": hold(button.id)} for button in part.buttons
        ]
        types = {"twilio/quick-reply": {"body": body, "actions": actions}}
    if not body.strip() or not all(values) or len(values) > MOST_VARIABLES:
        return None
    return Content(types, tuple(values))


def number_choices(part: Part) -> str:
    """A part with buttons as plain text, its buttons as a numbered list."""
    return "\n".join([part.text, "", *(f"{number}. {button.title}" for number, button in enumerate(part.buttons, 1))])
