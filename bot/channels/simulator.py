"""A channel without a provider: the phone simulator in the browser and the conversation in the terminal.

One `Simulator` stands for Telegram and one for WhatsApp, each with the limits of the real channel. Nothing is kept
but in memory: what must last is in the registry, as for any channel.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import contextlib
import itertools
from collections import defaultdict
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Literal

from fastapi import APIRouter, FastAPI, HTTPException, Query
from fastapi.responses import FileResponse, Response
from fastapi.staticfiles import StaticFiles
from pydantic import BaseModel, Field, model_validator

from bot.channels.base import (
    TELEGRAM_LIMITS,
    WHATSAPP_LIMITS,
    Accept,
    Attachment,
    Inbound,
    Kind,
    Limits,
    Part,
    Report,
)
from bot.errors import MediaUnavailable
from bot.registry.people import normalise_phone

PAGE = Path(__file__).parent / "simulator_page"
ACCOUNTS: dict[str, Limits] = {"telegram": TELEGRAM_LIMITS, "whatsapp": WHATSAPP_LIMITS}
LONGEST_WAIT = 25.0
MOST_FILES = 50


class File(BaseModel):
    """A file as the page sends it."""

    name: str = ""
    mime: str = "application/octet-stream"
    data: str


class Tap(BaseModel):
    """A tapped button."""

    id: str
    title: str = ""


class Sent(BaseModel):
    """What a person sends from the page or the terminal: exactly one of the kinds."""

    account: Literal["telegram", "whatsapp"] = "telegram"
    person: str = Field(min_length=1, max_length=64)
    phone: str | None = None
    text: str | None = None
    button: Tap | str | None = None
    photo: File | None = None
    document: File | None = None
    voice: File | None = None
    sticker: str | None = None
    location: tuple[float, float] | None = None
    contact: str | None = None
    own_contact: bool = True

    @model_validator(mode="after")
    def _has_content(self) -> Sent:
        kinds = ("text", "button", "photo", "document", "voice", "sticker", "location", "contact")
        if sum(getattr(self, kind) is not None for kind in kinds) != 1:
            raise ValueError(f"send one of {', '.join(kinds)}")
        return self


class Entry(BaseModel):
    """A line of the conversation as the page shows it."""

    seq: int
    sender: Literal["person", "bot"] = Field(serialization_alias="from")
    kind: str = "text"
    text: str = ""
    layout: str = "none"
    label: str = ""
    buttons: list[dict[str, str]] = Field(default_factory=list)
    at: datetime


class PageFiles(StaticFiles):
    """The files of the page, asked for anew each time: a page of two releases would not work."""

    def file_response(self, *args: Any, **kwargs: Any) -> Response:
        """The file, not to be taken from a cache unseen."""
        response = super().file_response(*args, **kwargs)
        response.headers["Cache-Control"] = "no-cache"
        return response


class Simulator:
    """One simulated account.

    Args:
        account: `telegram` or `whatsapp`.
        clock: gives the present time.
    """

    name = "simulator"

    def __init__(self, account: str, clock: Callable[[], datetime]) -> None:
        self.account = account
        self.limits = ACCOUNTS[account]
        self._clock = clock
        self._numbers = itertools.count(1)
        self._started = f"{clock().timestamp():.6f}"
        self._history: defaultdict[str, list[Entry]] = defaultdict(list)
        self._files: dict[str, bytes] = {}
        self._typing: set[str] = set()
        self._changed = asyncio.Condition()
        self._delivered: set[int] = set()

    def routes(self, accept: Accept, report: Report) -> APIRouter:
        """Nothing: the routes serve both accounts and are made by `add_page`."""
        return APIRouter()

    async def start(self, accept: Accept) -> None:
        """Nothing to do: the page comes to us."""

    async def stop(self) -> None:
        """Nothing to do: the public port is closed."""

    async def close(self) -> None:
        """Nothing to do: there are no connections."""

    async def send(self, address: str, part: Part, delivery_id: int) -> str:
        """Puts a message into the conversation of `address`."""
        self._typing.discard(address)
        self._note(
            address,
            sender="bot",
            text=part.text,
            layout=str(part.layout),
            label=part.label,
            buttons=[button.model_dump() for button in part.buttons],
        )
        self._delivered.add(delivery_id)
        async with self._changed:
            self._changed.notify_all()
        return f"simulator-{delivery_id}"

    async def fetch(self, attachment: Attachment) -> bytes:
        """The file that was uploaded with the message."""
        try:
            return self._files[attachment.ref]
        except KeyError as error:
            raise MediaUnavailable("gone") from error

    async def show_typing(self, address: str, external_id: str) -> None:
        """Shows the three dots."""
        self._typing.add(address)
        async with self._changed:
            self._changed.notify_all()

    def read(self, sent: Sent) -> Inbound:
        """The message that a person sends, and its line in their conversation.

        Raises:
            ValueError: when a file or a number is not one.
        """
        number = next(self._numbers)
        external_id = f"{self._started}-{number}"
        details, shown = self._read_content(sent, external_id)
        own = normalise_phone(sent.phone) if sent.phone else None
        message = Inbound(
            channel=self.name,
            account=self.account,
            external_id=external_id,
            address=sent.person,
            sent_at=self._clock(),
            **{"phone": own, **details},
        )
        self._note(sent.person, sender="person", kind=str(message.kind), text=shown)
        return message

    def list_entries(self, address: str, after: int) -> list[Entry]:
        """The lines of a conversation with a number above `after`."""
        return self._history[address][after:]

    async def wait_for_entries(self, address: str, after: int, seconds: float) -> tuple[list[Entry], bool]:
        """The lines above `after` once there are any, or none after `seconds`; and whether the dots are shown."""
        async with self._changed:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(
                    self._changed.wait_for(lambda: len(self._history[address]) > after), timeout=seconds
                )
        return self.list_entries(address, after), address in self._typing

    async def wait_for_deliveries(self, delivery_ids: list[int]) -> None:
        """Waits until these messages are in the conversation."""
        async with self._changed:
            await self._changed.wait_for(lambda: self._delivered.issuperset(delivery_ids))
        self._delivered.difference_update(delivery_ids)

    def _note(self, address: str, **entry: Any) -> None:
        history = self._history[address]
        history.append(Entry(seq=len(history) + 1, at=self._clock(), **entry))

    def _read_content(self, sent: Sent, external_id: str) -> tuple[dict[str, Any], str]:
        if sent.text is not None:
            return {"kind": Kind.TEXT if sent.text.strip() else Kind.EMPTY, "text": sent.text}, sent.text
        if sent.button is not None:
            tap = Tap(id=sent.button) if isinstance(sent.button, str) else sent.button
            return {"kind": Kind.BUTTON, "button": tap.id, "text": tap.title}, tap.title
        if sent.sticker is not None:
            return {"kind": Kind.STICKER}, sent.sticker
        if sent.location is not None:
            return {"kind": Kind.LOCATION, "location": sent.location}, "{:.4f}, {:.4f}".format(*sent.location)
        if sent.contact is not None:
            number = normalise_phone(sent.contact)
            vouched = {"phone": number} if sent.own_contact and number else {"contact": number or sent.contact}
            return {"kind": Kind.CONTACT, **vouched}, sent.contact
        for kind, file in ((Kind.PHOTO, sent.photo), (Kind.DOCUMENT, sent.document), (Kind.VOICE, sent.voice)):
            if file is not None:
                attachment = self._upload(external_id, file)
                return {"kind": kind, "attachments": (attachment,)}, file.name
        raise ValueError("nothing was sent")

    def _upload(self, external_id: str, file: File) -> Attachment:
        try:
            content = base64.b64decode(file.data, validate=True)
        except binascii.Error as error:
            raise ValueError("the file is not base64") from error
        if len(content) > self.limits.attachment_bytes:
            raise ValueError("the file is too large for this channel")
        self._files[external_id] = content
        if len(self._files) > MOST_FILES:
            del self._files[next(iter(self._files))]
        return Attachment(ref=external_id, mime=file.mime, size=len(content))


def add_page(app: FastAPI, simulators: dict[str, Simulator], accept: Accept) -> None:
    """Adds the page and its two calls, for all simulated accounts.

    Args:
        app: the application on the public port.
        simulators: by account.
        accept: stores a message.
    """
    routes = APIRouter(prefix="/simulator")
    app.mount("/simulator/static", PageFiles(directory=PAGE))

    @routes.get("", response_class=FileResponse)
    async def show_page() -> FileResponse:
        return FileResponse(PAGE / "index.html")

    @routes.post("/messages", status_code=202)
    async def take_message(sent: Sent) -> dict[str, int]:
        simulator = simulators[sent.account]
        try:
            message = simulator.read(sent)
        except ValueError as error:
            raise HTTPException(422, str(error)) from error
        seq = len(simulator.list_entries(message.address, 0))
        await simulator.show_typing(message.address, message.external_id)
        await accept(message)
        return {"seq": seq}

    @routes.get("/messages")
    async def list_messages(
        account: Literal["telegram", "whatsapp"],
        person: str,
        after: Annotated[int, Query(ge=0)] = 0,
        wait: Annotated[float, Query(ge=0, le=LONGEST_WAIT)] = 0,
    ) -> dict[str, Any]:
        entries, typing = await simulators[account].wait_for_entries(person, after, wait)
        return {"messages": [entry.model_dump(mode="json", by_alias=True) for entry in entries], "typing": typing}

    app.include_router(routes)
