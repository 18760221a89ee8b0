"""Conversations as text files: what a person does, and what must and must not come back.

-- name of the conversation
@ telegram                  the channel whose limits hold; a new person begins here
@ whatsapp +212600000001    the same with the person's own number
> text                      the person writes
* title                     the person taps the button of that title (the beginning of it is enough)
+ photo                     the person sends a photo, a voice note, a sticker, a location, a contact
= intent topic              how the message must have been understood (topic - : none)
< words                     must stand in the reply
! words                     must not stand in the reply
# note
"""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

PIXEL = base64.b64encode(b"\xff\xd8\xff\xe0" + b"example photo" * 20).decode()
SENT: dict[str, dict[str, Any]] = {
    "photo": {"photo": {"name": "photo.jpg", "mime": "image/jpeg", "data": PIXEL}},
    "unreadable": {"document": {"name": "x.exe", "mime": "application/pdf", "data": base64.b64encode(b"MZ").decode()}},
    "voice": {"voice": {"mime": "audio/ogg", "data": PIXEL}},
    "sticker": {"sticker": "👍"},
    "location": {"location": [32.93, -5.66]},
}


class Talks(Protocol):
    def say(self, person: str, account: str = "telegram", **sent: Any) -> dict[str, Any]: ...


@dataclass
class Conversation:
    name: str
    lines: list[tuple[int, str, str]] = field(default_factory=list)


def read_transcripts(path: Path) -> list[Conversation]:
    conversations: list[Conversation] = []
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        sign, _, rest = line.partition(" ")
        if sign == "--":
            conversations.append(Conversation(rest.strip()))
        else:
            conversations[-1].lines.append((number, sign, rest.strip()))
    return conversations


def play(conversation: Conversation, installation: Talks, person: str) -> None:
    """Holds a conversation; fails at the first line that does not come true."""
    account, phone, answer = "telegram", None, {"replies": []}
    for number, sign, rest in conversation.lines:
        where = f"line {number}: {sign} {rest}"
        if sign == "@":
            account, _, known = rest.partition(" ")
            phone = known.strip() or None
        elif sign == ">":
            answer = installation.say(person, account, phone=phone, text=rest)
        elif sign == "*":
            answer = installation.say(person, account, phone=phone, button=_find_payload(answer, rest, where))
        elif sign == "+":
            kind, _, value = rest.partition(" ")
            sent = {"contact": value} if kind == "contact" else SENT[kind]
            answer = installation.say(person, account, phone=phone, **sent)
        elif sign == "=":
            intent, _, topic = rest.partition(" ")
            assert answer["intent"] == intent, f"{where}\nbut it was {answer['intent']}"
            if topic:
                assert (answer["topic"] or "-") == topic, f"{where}\nbut it was {answer['topic']}"
        elif sign == "<":
            assert rest in _read_text(answer), f"{where}\nbut the reply was:\n{_read_text(answer)}"
        elif sign == "!":
            assert rest not in _read_text(answer), f"{where}\nbut the reply was:\n{_read_text(answer)}"
        else:
            raise ValueError(where)
        if sign in ">*+":
            assert any(reply["text"] for reply in answer["replies"]), f"{where}\nbut nothing was said"


def _read_text(answer: dict[str, Any]) -> str:
    return "\n".join(
        "\n".join([reply["text"], *(f"[{button['title']}]" for button in reply["buttons"])])
        for reply in answer["replies"]
    )


def _find_payload(answer: dict[str, Any], title: str, where: str) -> str:
    for reply in answer["replies"]:
        for button in reply["buttons"]:
            if button["title"].startswith(title):
                return str(button["payload"])
    raise AssertionError(f"{where}\nno such button; the reply was:\n{_read_text(answer)}")
