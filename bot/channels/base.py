"""What every channel has in common: messages in, parts of replies out, limits."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from fastapi import APIRouter
from pydantic import BaseModel


class Kind(StrEnum):
    """What sort of thing a person sent."""

    TEXT = "text"
    BUTTON = "button"
    PHOTO = "photo"
    DOCUMENT = "document"
    VOICE = "voice"
    VIDEO = "video"
    STICKER = "sticker"
    LOCATION = "location"
    CONTACT = "contact"
    EMPTY = "empty"


class Attachment(BaseModel, frozen=True):
    """A file that came with a message and still lies with the provider.

    Attributes:
        ref: what `Channel.fetch` needs to fetch it: a file id, a URL.
        mime: media type as the provider states it.
        size: bytes, where the provider tells.
    """

    ref: str
    mime: str | None = None
    size: int | None = None


class Inbound(BaseModel, frozen=True):
    """A message from a person, the same whatever channel it came by.

    Attributes:
        channel: name of the channel.
        account: which of our accounts on the channel was written to.
        external_id: the provider's id of this message; unique within channel and account.
        address: where an answer goes, as the provider writes it.
        kind: what was sent.
        text: the text, the caption, or the title of the tapped button.
        button: id of the tapped button, as we had sent it.
        attachments: files that came with it.
        phone: E.164, only where the provider vouches that it is the sender's own.
        contact: E.164 or as typed, of a contact that was shared and is not vouched for.
        location: latitude and longitude in degrees.
        sent_at: when the person sent it, by the provider's clock.
    """

    channel: str
    account: str
    external_id: str
    address: str
    kind: Kind
    text: str = ""
    button: str | None = None
    attachments: tuple[Attachment, ...] = ()
    phone: str | None = None
    contact: str | None = None
    location: tuple[float, float] | None = None
    sent_at: datetime | None = None


class Button(BaseModel, frozen=True):
    """A button of a reply: a title to read and an id that comes back when it is tapped."""

    id: str
    title: str


class Layout(StrEnum):
    """How the buttons of a part are put before the person."""

    NONE = "none"
    INLINE = "inline"
    QUICK_REPLY = "quick_reply"
    LIST = "list"
    SHARE_PHONE = "share_phone"


class Part(BaseModel, frozen=True):
    """One message to one person, within the limits of the channel that it is for.

    Attributes:
        text: at most `Limits.text` UTF-16 units.
        layout: how `buttons` are shown.
        buttons: at most as many as the layout holds.
        label: what opens a list, or the title of the button that shares the phone number.
    """

    text: str
    layout: Layout = Layout.NONE
    buttons: tuple[Button, ...] = ()
    label: str = ""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one message of a channel holds. Lengths are in UTF-16 units unless they say bytes.

    Attributes:
        text: longest text without buttons.
        interactive_text: longest text with buttons.
        quick_replies: most buttons under a text.
        quick_reply_title: longest title of such a button.
        list_items: most items of a list; 0 where the channel has no lists.
        list_title: longest title of an item.
        button_id_bytes: longest id of a button, in UTF-8 bytes.
        layout: how buttons within `quick_replies` are shown.
        shares_phone: whether a button can ask for the person's own number.
        attachment_bytes: largest file that we can fetch.
    """

    text: int
    interactive_text: int
    quick_replies: int
    quick_reply_title: int
    list_items: int
    list_title: int
    button_id_bytes: int
    layout: Layout
    shares_phone: bool
    attachment_bytes: int


TELEGRAM_LIMITS = Limits(
    text=4096,
    interactive_text=4096,
    quick_replies=24,
    quick_reply_title=64,
    list_items=0,
    list_title=0,
    button_id_bytes=64,
    layout=Layout.INLINE,
    shares_phone=True,
    attachment_bytes=20 * 2**20,
)
WHATSAPP_LIMITS = Limits(
    text=1600,
    interactive_text=1024,
    quick_replies=3,
    quick_reply_title=20,
    list_items=10,
    list_title=24,
    button_id_bytes=200,
    layout=Layout.QUICK_REPLY,
    shares_phone=False,
    attachment_bytes=16 * 2**20,
)

Accept = Callable[[Inbound], Awaitable[bool]]
"""Stores a message durably; returns False where it had been stored before."""

Report = Callable[["Receipt"], Awaitable[None]]
"""Takes what a provider says of a message that we had sent."""


class Receipt(BaseModel, frozen=True):
    """What a provider reports of one of our messages.

    Attributes:
        delivery_id: our own id of it, where the provider gave it back.
        provider_id: the provider's id.
        state: a `DeliveryState`.
        error_code: the provider's code, of a failure.
        unreachable: whether the failure means that the address takes no more messages.
        retry_after: seconds to wait before the next try, where the failure is one of now only.
    """

    delivery_id: int | None
    provider_id: str | None
    state: str
    error_code: str | None = None
    unreachable: bool = False
    retry_after: float | None = None


class Channel(Protocol):
    """A way by which people reach the assistant. It knows no dialogue and no database."""

    name: str
    account: str
    limits: Limits

    def routes(self, accept: Accept, report: Report) -> APIRouter:
        """The channel's webhooks, for the public port."""

    async def start(self, accept: Accept) -> None:
        """Begins to receive: sets the webhook or starts to poll.

        Raises:
            ChannelDown: when the account does not let us in.
        """

    async def stop(self) -> None:
        """Stops to receive; what is to be sent can still be sent."""

    async def close(self) -> None:
        """Closes connections; nothing is sent after this."""

    async def send(self, address: str, part: Part, delivery_id: int) -> str:
        """Hands one message to the provider.

        Args:
            address: where to, as in `Inbound.address`.
            part: the message.
            delivery_id: our id, for status reports.

        Returns:
            The provider's id of the message.

        Raises:
            SendError: of the kind that says whether it may be tried again.
        """

    async def fetch(self, attachment: Attachment) -> bytes:
        """The bytes of a file that a person sent.

        Raises:
            MediaUnavailable: when it is gone, too large, or not where it may be.
        """

    async def show_typing(self, address: str, external_id: str) -> None:
        """Shows that an answer is being written; never raises."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A button as the dialogue means it: a title and what a tap says to Rasa."""

    title: str
    payload: str


@dataclass(frozen=True, slots=True)
class Reply:
    """One thing said to a person, before it is cut to a channel's limits.

    Attributes:
        text: what is said.
        choices: the next steps.
        share_phone: title of a button by which the person's own number is shared, where the channel can; such a
            reply has no choices, since no provider shows both under one message.
    """

    text: str
    choices: tuple[Choice, ...] = field(default=())
    share_phone: str | None = None
