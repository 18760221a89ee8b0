"""Raw update in, exact message out."""

from datetime import UTC, datetime

import pytest

from bot.channels.base import Attachment, Inbound, Kind
from bot.channels.telegram.updates import find_callback, read_update

PERSON = {"id": 70001, "is_bot": False, "first_name": "Example"}
CHAT = {"id": 70001, "type": "private", "first_name": "Example"}
GROUP = {"id": -100500, "type": "supergroup", "title": "Example"}
DATE = 1_790_000_000
SENT_AT = datetime.fromtimestamp(DATE, UTC)
FILE = {"file_id": "F1", "file_unique_id": "U1"}
VIDEO = {**FILE, "width": 320, "height": 240, "duration": 3}
# An invented number of the range that Morocco gives to mobile phones.
OWN_NUMBER = "212600000001"


def message(**content):
    return {"message_id": 5, "from": PERSON, "chat": CHAT, "date": DATE, **content}


def update(**content):
    return {"update_id": 900, "message": message(**content)}


def inbound(kind, **details):
    values = {"address": "70001", "sent_at": SENT_AT, **details}
    return Inbound(channel="telegram", account="1102", external_id="900", kind=kind, **values)


def attached(**details):
    return (Attachment(ref="F1", **details),)


def contact(number, user_id=None):
    return {"phone_number": number, "first_name": "Example", **({"user_id": user_id} if user_id else {})}


# Without fields that python-telegram-bot holds to be required.
POLL = {"id": "1", "question": "?", "options": []}

MESSAGES = {
    "text": (update(text="سلام"), inbound(Kind.TEXT, text="سلام")),
    "command with payload": (update(text="/start awrach"), inbound(Kind.TEXT, text="/start awrach")),
    "blank text": (update(text=" \n"), inbound(Kind.EMPTY, text=" \n")),
    "forwarded": (
        update(text="fwd", forward_origin={"type": "hidden_user", "date": DATE, "sender_user_name": "E"}),
        inbound(Kind.TEXT, text="fwd"),
    ),
    "by way of another bot": (
        update(text="inline", via_bot={"id": 3, "is_bot": True, "first_name": "B"}),
        inbound(Kind.TEXT, text="inline"),
    ),
    "fields of a later Bot API": (
        update(text="x", something_new={"a": 1}) | {"newer": True},
        inbound(Kind.TEXT, text="x"),
    ),
    "photo, the largest size": (
        update(
            caption="CIN",
            media_group_id="G1",
            photo=[
                {"file_id": "S", "file_unique_id": "a", "width": 90, "height": 60, "file_size": 100},
                {"file_id": "F1", "file_unique_id": "b", "width": 1280, "height": 900, "file_size": 9000},
                {"file_id": "M", "file_unique_id": "c", "width": 320, "height": 200, "file_size": 900},
            ],
        ),
        inbound(Kind.PHOTO, text="CIN", attachments=attached(size=9000)),
    ),
    "document": (
        update(document={**FILE, "mime_type": "application/pdf", "file_size": 12, "file_name": "cin.pdf"}),
        inbound(Kind.DOCUMENT, attachments=attached(mime="application/pdf", size=12)),
    ),
    "voice": (
        update(voice={**FILE, "duration": 4, "mime_type": "audio/ogg", "file_size": 7}),
        inbound(Kind.VOICE, attachments=attached(mime="audio/ogg", size=7)),
    ),
    "audio": (
        update(audio={**FILE, "duration": 4, "mime_type": "audio/mpeg"}),
        inbound(Kind.VOICE, attachments=attached(mime="audio/mpeg")),
    ),
    "video note": (
        update(video_note={**FILE, "length": 240, "duration": 3, "file_size": 8}),
        inbound(Kind.VOICE, attachments=attached(size=8)),
    ),
    "video": (
        update(video={**VIDEO, "mime_type": "video/mp4"}),
        inbound(Kind.VIDEO, attachments=attached(mime="video/mp4")),
    ),
    "sticker": (
        update(
            sticker={**FILE, "type": "regular", "width": 1, "height": 1, "is_animated": False, "is_video": False},
        ),
        inbound(Kind.STICKER),
    ),
    "animation, which is a document too": (update(animation=VIDEO, document=FILE), inbound(Kind.STICKER)),
    "location": (
        update(location={"latitude": 34.02, "longitude": -6.83}),
        inbound(Kind.LOCATION, location=(34.02, -6.83)),
    ),
    "venue": (
        update(
            location={"latitude": 34.02, "longitude": -6.83},
            venue={"location": {"latitude": 34.02, "longitude": -6.83}, "title": "T", "address": "A"},
        ),
        inbound(Kind.LOCATION, location=(34.02, -6.83)),
    ),
    "own contact": (update(contact=contact(OWN_NUMBER, 70001)), inbound(Kind.CONTACT, phone="+212600000001")),
    "own contact with plus": (
        update(contact=contact("+" + OWN_NUMBER, 70001)),
        inbound(Kind.CONTACT, phone="+212600000001"),
    ),
    "own contact from abroad": (
        update(contact=contact("33600000001", 70001)),
        inbound(Kind.CONTACT, phone="+33600000001"),
    ),
    "contact of another": (update(contact=contact(OWN_NUMBER, 70002)), inbound(Kind.CONTACT, contact="+212600000001")),
    "contact without an account": (update(contact=contact(OWN_NUMBER)), inbound(Kind.CONTACT, contact="+212600000001")),
    "contact that is no number": (update(contact=contact("12", 70001)), inbound(Kind.CONTACT, contact="12")),
    "edited text": (
        {"update_id": 900, "edited_message": message(text="new", edit_date=DATE + 60)},
        inbound(Kind.TEXT, text="new", sent_at=datetime.fromtimestamp(DATE + 60, UTC)),
    ),
    "dice": (update(dice={"emoji": "🎲", "value": 3}), inbound(Kind.EMPTY)),
    "story": (update(story={"chat": CHAT, "id": 1}), inbound(Kind.EMPTY)),
    "poll": (update(poll=POLL), inbound(Kind.EMPTY)),
    "answer to a poll": (update(text="x", reply_to_message=message(poll=POLL)), inbound(Kind.TEXT, text="x")),
    "kind of a later Bot API": (update(hologram={"id": 1}), inbound(Kind.EMPTY)),
}

KEYBOARD = {"inline_keyboard": [[{"text": "Non", "callback_data": "no"}, {"text": "Iyeh", "callback_data": "yes"}]]}


def tap(**fields):
    return {"update_id": 900, "callback_query": {"id": "q1", "from": PERSON, "chat_instance": "c", **fields}}


TAPS = {
    "with its message": (tap(data="yes", message=message(text="?", reply_markup=KEYBOARD)), "yes", "Iyeh"),
    "message too old": (tap(data="yes", message={"chat": CHAT, "message_id": 5, "date": 0}), "yes", ""),
    "without a message": (tap(data="yes"), "yes", ""),
    "of an inline message": (tap(data="yes", inline_message_id="i"), "yes", ""),
    "message without that button": (tap(data="old", message=message(text="?", reply_markup=KEYBOARD)), "old", ""),
}

IGNORED = {
    "group": {"update_id": 1, "message": message(chat=GROUP, text="hello")},
    "command in a group": {"update_id": 1, "message": message(chat=GROUP, text="/start@example_bot")},
    "channel post": {"update_id": 1, "channel_post": {"message_id": 1, "date": DATE, "chat": GROUP, "text": "x"}},
    "game": tap(game_short_name="g"),
    "edited without text": {"update_id": 1, "edited_message": message(location={"latitude": 1, "longitude": 2})},
    "edited caption": {"update_id": 1, "edited_message": message(caption="x", document=FILE)},
    "pinned": update(pinned_message=message(text="x")),
    "auto-delete": update(message_auto_delete_timer_changed={"message_auto_delete_time": 60}),
    "migrated": {"update_id": 1, "message": message(chat={"id": -5, "type": "group"}, migrate_to_chat_id=-100)},
    "blocked": {
        "update_id": 1,
        "my_chat_member": {
            "chat": CHAT,
            "from": PERSON,
            "date": DATE,
            "old_chat_member": {"status": "member", "user": PERSON},
            "new_chat_member": {"status": "kicked", "user": PERSON, "until_date": 0},
        },
    },
    "unknown kind": {"update_id": 1, "telepathy": {"id": 1}},
    "required field missing": {"update_id": 1, "message": {"message_id": 1}},
    "wrong type": {"update_id": 1, "message": "text"},
    "no id": {"message": message(text="x")},
    "id no number": {"update_id": "1", "message": message(text="x")},
    "list": [1, 2],
    "null": None,
}


@pytest.mark.parametrize(("raw", "expected"), MESSAGES.values(), ids=MESSAGES)
def test_message_is_read(raw, expected):
    assert read_update(raw, "1102") == expected


@pytest.mark.parametrize(("raw", "button", "title"), TAPS.values(), ids=TAPS)
def test_tap_is_read(raw, button, title):
    assert read_update(raw, "1102") == inbound(Kind.BUTTON, button=button, text=title, sent_at=None)
    assert find_callback(raw) == "q1"


@pytest.mark.parametrize("raw", IGNORED.values(), ids=IGNORED)
def test_rest_is_ignored(raw):
    assert read_update(raw, "1102") is None


@pytest.mark.parametrize(
    "raw", [None, [], "x", {"callback_query": None}, {"callback_query": {"id": 5}}, {"message": {}}]
)
def test_no_callback_to_acknowledge(raw):
    assert find_callback(raw) is None
