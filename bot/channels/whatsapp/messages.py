"""From the form of a Twilio webhook to a message of a person or the report on one of ours.

Fields: twilio.com/docs/messaging/guides/webhook-request
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from bot.channels.base import Attachment, Inbound, Kind, Receipt
from bot.channels.whatsapp.errors import find_retry, means_unreachable
from bot.registry.people import normalise_phone

PREFIX = "whatsapp:"
MOST_MEDIA = 10

STATES: Mapping[str, str] = {
    "sent": "sent",
    "delivered": "delivered",
    "read": "read",
    "undelivered": "failed",
    "failed": "failed",
    "canceled": "failed",
}
"""Twilio's message statuses as delivery states; those before `sent` say nothing new."""

_NUMBER = re.compile(r"\+[0-9]{6,15}")


def read_message(form: Mapping[str, str], account: str) -> Inbound | None:
    """The message that a webhook call carries, or None where it is none.

    Args:
        form: all fields.
        account: our sender, as it stands in the registry.
    """
    external_id, sender = form.get("MessageSid"), form.get("From", "")
    if not external_id or not sender.startswith(PREFIX):
        return None
    return Inbound(
        channel="whatsapp",
        account=account,
        external_id=external_id,
        address=sender,
        phone=_read_phone(sender),
        **_read_content(form),
    )


def read_receipt(form: Mapping[str, str], delivery: str | None) -> Receipt | None:
    """The report that a status callback carries, or None where it says nothing new.

    Args:
        form: all fields.
        delivery: our own id, from the query of the address that we had given.
    """
    state = STATES.get(form.get("MessageStatus") or form.get("SmsStatus") or "")
    if state is None:
        return None
    code = (form.get("ErrorCode") or None) if state == "failed" else None
    return Receipt(
        delivery_id=int(delivery) if delivery and delivery.isascii() and delivery.isdecimal() else None,
        provider_id=form.get("MessageSid"),
        state=state,
        error_code=code,
        unreachable=means_unreachable(code),
        retry_after=find_retry(code),
    )


def _read_phone(sender: str) -> str | None:
    # Who has a user name on WhatsApp may write without showing a number: "whatsapp:MA.1234".
    number = sender.removeprefix(PREFIX)
    return (normalise_phone(number) or number) if _NUMBER.fullmatch(number) else None


def _read_content(form: Mapping[str, str]) -> dict[str, Any]:
    body = form.get("Body", "")
    tapped = form.get("ButtonPayload") or form.get("ListId")
    title = form.get("ButtonText") or form.get("ListTitle")
    if tapped or title:
        return {"kind": Kind.BUTTON, "button": tapped, "text": title or body}
    attachments = _read_attachments(form)
    if attachments:
        return {
            "kind": _sort_media(attachments[0].mime or "", form.get("MessageType", "")),
            "text": body,
            "attachments": attachments,
        }
    location = _read_location(form)
    if location:
        return {"kind": Kind.LOCATION, "location": location, "text": body}
    if form.get("MessageType") in ("button", "interactive") and body.strip():
        # Some senders give only the title of what was tapped.
        return {"kind": Kind.BUTTON, "text": body}
    return {"kind": Kind.TEXT if body.strip() else Kind.EMPTY, "text": body}


def _read_attachments(form: Mapping[str, str]) -> tuple[Attachment, ...]:
    count = form.get("NumMedia", "")
    most = min(int(count), MOST_MEDIA) if count.isascii() and count.isdecimal() else 0
    return tuple(
        Attachment(ref=url, mime=form.get(f"MediaContentType{number}") or None)
        for number in range(most)
        if (url := form.get(f"MediaUrl{number}"))
    )


def _sort_media(mime: str, message_type: str) -> Kind:
    mime = mime.partition(";")[0].strip().lower()
    if message_type == "sticker" or mime == "image/webp":
        return Kind.STICKER
    if mime in ("text/vcard", "text/x-vcard"):
        return Kind.CONTACT
    return {"image": Kind.PHOTO, "audio": Kind.VOICE, "video": Kind.VIDEO}.get(mime.partition("/")[0], Kind.DOCUMENT)


def _read_location(form: Mapping[str, str]) -> tuple[float, float] | None:
    try:
        latitude, longitude = float(form["Latitude"]), float(form["Longitude"])
    except (KeyError, ValueError):
        return None
    # Not a number is within no bounds either.
    return (latitude, longitude) if abs(latitude) <= 90 and abs(longitude) <= 180 else None
