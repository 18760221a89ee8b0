"""Raw form in, exact message or receipt out."""

import pytest

from bot.channels.base import Attachment, Inbound, Kind, Receipt
from bot.channels.whatsapp.messages import read_message, read_receipt

# An invented number of the range that Morocco gives to mobile phones.
PHONE = "+212600000001"
URL = "https://api.twilio.com/2010-04-01/Accounts/AC0/Messages/MM1/Media/ME{}"


def form(**fields):
    return {
        "MessageSid": "SM1",
        "SmsMessageSid": "SM1",
        "AccountSid": "AC0",
        "From": f"whatsapp:{PHONE}",
        "To": "whatsapp:+212500000000",
        "Body": "",
        "NumMedia": "0",
        "ProfileName": "Example",
        "WaId": PHONE[1:],
        "ApiVersion": "2010-04-01",
    } | fields


def media(*mimes, **fields):
    found = {"NumMedia": str(len(mimes))}
    for number, mime in enumerate(mimes):
        found |= {f"MediaUrl{number}": URL.format(number), f"MediaContentType{number}": mime}
    return form(**found, **fields)


def inbound(kind, **details):
    values = {"address": f"whatsapp:{PHONE}", "phone": PHONE, **details}
    return Inbound(channel="whatsapp", account="whatsapp:+212500000000", external_id="SM1", kind=kind, **values)


def attached(*mimes):
    return tuple(Attachment(ref=URL.format(number), mime=mime or None) for number, mime in enumerate(mimes))


MESSAGES = {
    "text": (form(Body="السلام عليكم"), inbound(Kind.TEXT, text="السلام عليكم")),
    "spaces are kept": (form(Body=" a\n"), inbound(Kind.TEXT, text=" a\n")),
    "empty": (form(), inbound(Kind.EMPTY)),
    "blank": (form(Body=" "), inbound(Kind.EMPTY, text=" ")),
    "unsupported": (form(MessageType="unsupported"), inbound(Kind.EMPTY)),
    "only what is needed": ({"MessageSid": "SM1", "From": f"whatsapp:{PHONE}"}, inbound(Kind.EMPTY)),
    "no number, but a user id": (
        form(Body="x", From="whatsapp:MA.13491208655302741918", WaId="", ExternalUserId="MA.13491208655302741918"),
        inbound(Kind.TEXT, text="x", address="whatsapp:MA.13491208655302741918", phone=None),
    ),
    "number and user id": (form(Body="x", ExternalUserId="MA.1349"), inbound(Kind.TEXT, text="x")),
    "number of a plan that is not known": (
        form(Body="x", From="whatsapp:+999123456"),
        inbound(Kind.TEXT, text="x", address="whatsapp:+999123456", phone="+999123456"),
    ),
    "quick reply": (
        form(Body="نعم", ButtonText="نعم", ButtonPayload="b1", MessageType="button"),
        inbound(Kind.BUTTON, text="نعم", button="b1"),
    ),
    "quick reply without text": (form(Body="Iyeh", ButtonPayload="b1"), inbound(Kind.BUTTON, text="Iyeh", button="b1")),
    "list reply": (
        form(Body="Awrach", ListId="b2", ListTitle="Awrach", MessageType="interactive"),
        inbound(Kind.BUTTON, text="Awrach", button="b2"),
    ),
    "list reply without id": (form(Body="Awrach", ListTitle="Awrach"), inbound(Kind.BUTTON, text="Awrach")),
    "tap of which only the title is left": (
        form(Body="Awrach", MessageType="interactive"),
        inbound(Kind.BUTTON, text="Awrach"),
    ),
    "photo": (media("image/jpeg"), inbound(Kind.PHOTO, attachments=attached("image/jpeg"))),
    "photo with caption": (
        media("image/png", Body="CIN"),
        inbound(Kind.PHOTO, text="CIN", attachments=attached("image/png")),
    ),
    "two photos": (
        media("image/jpeg", "image/png"),
        inbound(Kind.PHOTO, attachments=attached("image/jpeg", "image/png")),
    ),
    "voice note": (
        media("audio/ogg; codecs=opus"),
        inbound(Kind.VOICE, attachments=attached("audio/ogg; codecs=opus")),
    ),
    "video": (media("video/mp4"), inbound(Kind.VIDEO, attachments=attached("video/mp4"))),
    "sticker": (media("image/webp"), inbound(Kind.STICKER, attachments=attached("image/webp"))),
    "sticker by its type": (
        media("image/png", MessageType="sticker"),
        inbound(Kind.STICKER, attachments=attached("image/png")),
    ),
    "PDF": (media("application/pdf"), inbound(Kind.DOCUMENT, attachments=attached("application/pdf"))),
    "plain text file": (media("text/plain"), inbound(Kind.DOCUMENT, attachments=attached("text/plain"))),
    "unknown media": (media(""), inbound(Kind.DOCUMENT, attachments=attached(""))),
    "contact": (media("text/vcard"), inbound(Kind.CONTACT, attachments=attached("text/vcard"))),
    "contact, older type": (media("text/x-vcard"), inbound(Kind.CONTACT, attachments=attached("text/x-vcard"))),
    "location": (
        form(Latitude="34.02", Longitude="-6.83", Address="Rabat", Label="Rabat"),
        inbound(Kind.LOCATION, location=(34.02, -6.83)),
    ),
    "location that is none": (form(Latitude="north", Longitude="1"), inbound(Kind.EMPTY)),
    "location that is no number": (form(Latitude="nan", Longitude="1"), inbound(Kind.EMPTY)),
    "location without end": (form(Latitude="1", Longitude="inf"), inbound(Kind.EMPTY)),
    "location nowhere": (form(Latitude="90.1", Longitude="1"), inbound(Kind.EMPTY)),
    "media without address": (form(NumMedia="1"), inbound(Kind.EMPTY)),
    "media that cannot be counted": (form(NumMedia="many", Body="x"), inbound(Kind.TEXT, text="x")),
    "more media than there can be": (form(NumMedia="9" * 30, Body="x"), inbound(Kind.TEXT, text="x")),
    "forwarded reply to another": (
        form(Body="x", Forwarded="true", OriginalRepliedMessageSid="SM0", ReferralBody="ad"),
        inbound(Kind.TEXT, text="x"),
    ),
    "opt-out that Twilio answered": (form(Body="STOP", OptOutType="STOP"), inbound(Kind.TEXT, text="STOP")),
}


@pytest.mark.parametrize(("raw", "expected"), MESSAGES.values(), ids=MESSAGES)
def test_message_is_read(raw, expected):
    assert read_message(raw, "whatsapp:+212500000000") == expected


@pytest.mark.parametrize("raw", [{}, form(From=PHONE, Body="an SMS"), form(From=""), form(MessageSid="")])
def test_rest_is_ignored(raw):
    assert read_message(raw, "whatsapp:+212500000000") is None


RECEIPTS = {
    "queued": ({"MessageStatus": "queued"}, "5", None),
    "accepted": ({"MessageStatus": "accepted"}, "5", None),
    "scheduled": ({"MessageStatus": "scheduled"}, "5", None),
    "sending": ({"MessageStatus": "sending"}, "5", None),
    "unknown": ({"MessageStatus": "teleported"}, "5", None),
    "none": ({}, "5", None),
    "sent": ({"MessageStatus": "sent"}, "5", (5, "sent", None)),
    "delivered": ({"MessageStatus": "delivered"}, "5", (5, "delivered", None)),
    "read": ({"MessageStatus": "read", "EventType": "READ"}, "5", (5, "read", None)),
    "failed": ({"MessageStatus": "failed", "ErrorCode": "63016"}, "5", (5, "failed", "63016")),
    "undelivered": ({"MessageStatus": "undelivered", "ErrorCode": "63024"}, "5", (5, "failed", "63024")),
    "canceled": ({"MessageStatus": "canceled"}, "5", (5, "failed", None)),
    "too fast": ({"MessageStatus": "failed", "ErrorCode": "63018"}, "5", (5, "failed", "63018")),
    "too many a day": ({"MessageStatus": "undelivered", "ErrorCode": "63038"}, "5", (5, "failed", "63038")),
    "queue full": ({"MessageStatus": "failed", "ErrorCode": "30001"}, "5", (5, "failed", "30001")),
    "WhatsApp away": ({"MessageStatus": "undelivered", "ErrorCode": "63012"}, "5", (5, "failed", "63012")),
    "code that is none": ({"MessageStatus": "failed", "ErrorCode": "x"}, "5", (5, "failed", "x")),
    "code of no failure": ({"MessageStatus": "delivered", "ErrorCode": "0"}, "5", (5, "delivered", None)),
    "older name": ({"SmsStatus": "sent"}, "5", (5, "sent", None)),
    "no id of ours": ({"MessageStatus": "sent"}, None, (None, "sent", None)),
    "id that is none": ({"MessageStatus": "sent"}, "5; drop", (None, "sent", None)),
    "id in other digits": ({"MessageStatus": "sent"}, "٥", (None, "sent", None)),
}


@pytest.mark.parametrize(("raw", "delivery", "expected"), RECEIPTS.values(), ids=RECEIPTS)
def test_receipt_is_read(raw, delivery, expected):
    receipt = read_receipt({"MessageSid": "SM2", **raw}, delivery)
    if expected is None:
        assert receipt is None
    else:
        delivery_id, state, code = expected
        assert receipt == Receipt(
            delivery_id=delivery_id,
            provider_id="SM2",
            state=state,
            error_code=code,
            unreachable=code == "63024",
            retry_after={"63018": 5.0, "63038": 3600.0, "30001": 60.0, "63012": 30.0}.get(code),
        )
