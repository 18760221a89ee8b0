"""From an update of the Bot API to a message of a person."""

from __future__ import annotations

import logging
from typing import Any

from telegram import CallbackQuery, MaybeInaccessibleMessage, Message, Update
from telegram.constants import ChatType
from telegram.ext.filters import StatusUpdate

from bot.channels.base import Attachment, Inbound, Kind
from bot.registry.people import normalise_phone

log = logging.getLogger(__name__)

ALLOWED_UPDATES = ("message", "edited_message", "callback_query")
"""Kinds of updates that we ask for; all others would be ignored."""

_IDENTITY_FIELDS = ("message_id", "date", "edit_date", "from", "chat")
_CONTENT_FIELDS = ("text", "caption", "photo", "sticker", "animation", "document", "voice", "audio", "video")
_READ_FIELDS = frozenset((*_IDENTITY_FIELDS, *_CONTENT_FIELDS, "video_note", "location", "contact"))


def read_update(raw: object, account: str) -> Inbound | None:
    """The message that an update carries, or None where it is none: a group, a service message, an unknown kind.

    Args:
        raw: the decoded JSON of one `Update` (core.telegram.org/bots/api#update).
        account: our bot's id.
    """
    update = _parse(raw)
    if update is None:
        return None
    details = _read_details(update)
    if details is None:
        return None
    return Inbound(channel="telegram", account=account, external_id=str(update.update_id), **details)


def find_callback(raw: object) -> str | None:
    """The id by which the tap on a button is acknowledged, where the update is one."""
    callback = raw.get("callback_query") if isinstance(raw, dict) else None
    found = callback.get("id") if isinstance(callback, dict) else None
    return found if isinstance(found, str) else None


def _parse(raw: object) -> Update | None:
    if not isinstance(raw, dict) or not isinstance(raw.get("update_id"), int):
        return None
    # A later Bot API may leave out what the library holds to be required, in a poll that is being answered, say: then
    # the message is read without all that we make no use of. Telegram must not send it for ever.
    for candidate in (raw, _strip(raw)):
        try:
            return Update.de_json(candidate, None)
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            log.warning("update %s not understood: %s", raw["update_id"], type(error).__name__)
    return None


def _strip(raw: dict[str, Any]) -> dict[str, Any]:
    """The update with no more of its messages than is read here."""
    return {
        kind: {name: field for name, field in content.items() if name in _READ_FIELDS}
        if kind.endswith("message") and isinstance(content, dict)
        else content
        for kind, content in raw.items()
    }


def _read_details(update: Update) -> dict[str, Any] | None:
    if update.callback_query:
        return _read_tap(update.callback_query)
    if update.edited_message:
        return _read_message(update.edited_message) if update.edited_message.text else None
    if update.message:
        return _read_message(update.message)
    return None


def _read_tap(tap: CallbackQuery) -> dict[str, Any] | None:
    if tap.data is None:
        return None
    return {
        "address": str(tap.from_user.id),
        "kind": Kind.BUTTON,
        "button": tap.data,
        "text": _find_title(tap.message, tap.data),
    }


def _find_title(message: MaybeInaccessibleMessage | None, data: str) -> str:
    keyboard = message.reply_markup if isinstance(message, Message) else None
    rows = keyboard.inline_keyboard if keyboard else ()
    return next((button.text for row in rows for button in row if button.callback_data == data), "")


def _read_message(message: Message) -> dict[str, Any] | None:
    if message.chat.type != ChatType.PRIVATE:
        return None
    content = _read_content(message)
    if content is None:
        return None
    return {"address": str(message.chat.id), "sent_at": message.edit_date or message.date, **content}


def _read_content(message: Message) -> dict[str, Any] | None:
    if message.text is not None:
        return {"kind": Kind.TEXT if message.text.strip() else Kind.EMPTY, "text": message.text}
    # An animation comes with a `document` as well, and a venue with a `location`.
    if message.sticker or message.animation:
        return {"kind": Kind.STICKER}
    if message.location:
        return {"kind": Kind.LOCATION, "location": (message.location.latitude, message.location.longitude)}
    if message.contact:
        return {"kind": Kind.CONTACT, **_read_contact(message)}
    file = _read_file(message)
    if file is not None:
        kind, attachment = file
        return {"kind": kind, "text": message.caption or "", "attachments": (attachment,)}
    if StatusUpdate.ALL.check_update(Update(0, message=message)):
        return None
    return {"kind": Kind.EMPTY}


def _read_file(message: Message) -> tuple[Kind, Attachment] | None:
    if message.photo:
        largest = max(message.photo, key=lambda size: size.width * size.height)
        return Kind.PHOTO, Attachment(ref=largest.file_id, size=largest.file_size)
    if message.video_note:
        return Kind.VOICE, Attachment(ref=message.video_note.file_id, size=message.video_note.file_size)
    for kind, file in (
        (Kind.DOCUMENT, message.document),
        (Kind.VOICE, message.voice),
        (Kind.VOICE, message.audio),
        (Kind.VIDEO, message.video),
    ):
        if file:
            return kind, Attachment(ref=file.file_id, mime=file.mime_type, size=file.file_size)
    return None


def _read_contact(message: Message) -> dict[str, str]:
    contact = message.contact
    if contact is None:
        return {}
    # Telegram writes the country code, mostly without its plus.
    number = normalise_phone("+" + contact.phone_number.removeprefix("+"))
    is_own = message.from_user is not None and contact.user_id == message.from_user.id
    return {"phone": number} if is_own and number else {"contact": number or contact.phone_number}
