"""The Telegram channel against a Bot API on loopback."""

import asyncio
import hashlib
import json
import logging
from urllib.parse import unquote

import httpx
import pytest
import telegram.error
from starlette.responses import JSONResponse, Response

from bot.channels.base import Attachment, Button, Channel, Kind, Layout, Part
from bot.channels.telegram import Telegram
from bot.channels.telegram.channel import SECRET_HEADER
from bot.channels.telegram.errors import sort_error
from bot.errors import (
    Ambiguous,
    ChannelDown,
    MediaUnavailable,
    NotSent,
    Rejected,
    SettingsError,
    Throttled,
    Unreachable,
)

BOT_TOKEN = "110201543:EXAMPLE-of-a-bot-token"
SECRET = "example-webhook-secret"
PERSON = {"id": 70001, "is_bot": False, "first_name": "Example"}
CHAT = {"id": 70001, "type": "private"}
SENT = {"message_id": 42, "date": 1_790_000_000, "chat": CHAT, "text": "x"}


def ok(result):
    return JSONResponse({"ok": True, "result": result})


def refusal(status, description, **parameters):
    body = {"ok": False, "error_code": status, "description": description}
    return JSONResponse(body | ({"parameters": parameters} if parameters else {}), status)


def text_update(update_id, text="salam"):
    content = {"message_id": update_id, "from": PERSON, "chat": CHAT, "date": 1_790_000_000, "text": text}
    return {"update_id": update_id, "message": content}


def tap_update(update_id):
    return {"update_id": update_id, "callback_query": {"id": "q7", "from": PERSON, "chat_instance": "c", "data": "b1"}}


@pytest.fixture
async def make_channel(make_settings, provider):
    made = []

    def make(url, **values):
        waits = []

        async def sleep(seconds):
            waits.append(seconds)
            await asyncio.sleep(0)

        settings = make_settings(telegram_bot_token=BOT_TOKEN, telegram_api_base_url=url, **values)
        channel = Telegram(settings, sleep)
        channel.waits = waits
        made.append(channel)
        return channel

    yield make
    for channel in made:
        await channel.stop()
        await channel.close()


@pytest.fixture
def channel(make_channel, provider):
    provider.answer("sendMessage", ok(SENT))
    provider.answer("answerCallbackQuery", ok(True))
    provider.answer("deleteWebhook", ok(True))
    provider.answer("setWebhook", ok(True))
    provider.answer("sendChatAction", ok(True))
    return make_channel(provider.url, telegram_webhook_secret=SECRET, public_url="https://bot.example")


def test_is_a_channel(channel):
    checked: Channel = channel
    assert (checked.name, checked.account) == ("telegram", "110201543")


def test_token_is_needed(make_settings):
    with pytest.raises(SettingsError, match="TELEGRAM_BOT_TOKEN"):
        Telegram(make_settings())


# Webhook


async def post(client, content, secret=SECRET):
    headers = {SECRET_HEADER: secret} if secret is not None else {}
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    return await client.post("/webhooks/telegram", content=body, headers=headers)


async def test_update_is_stored_before_it_is_acknowledged(channel, make_client, inbox):
    async with make_client(channel) as client:
        assert (await post(client, text_update(1))).status_code == 200
        assert (await post(client, text_update(1))).status_code == 200
    (message,) = inbox.messages
    assert (message.account, message.external_id, message.kind, message.text) == ("110201543", "1", Kind.TEXT, "salam")


async def test_update_that_cannot_be_stored_is_not_acknowledged(channel, make_client, inbox):
    inbox.failures.append(RuntimeError("the database is away"))
    async with make_client(channel) as client:
        assert (await post(client, text_update(1))).status_code == 500
        assert (await post(client, text_update(1))).status_code == 200
    assert len(inbox.messages) == 1


@pytest.mark.parametrize("secret", [None, "", "wrong", SECRET + "x", SECRET.upper(), "é"])
async def test_wrong_secret_is_refused(channel, make_client, inbox, caplog, secret):
    with caplog.at_level(logging.DEBUG):
        async with make_client(channel) as client:
            headers = {} if secret is None else {SECRET_HEADER: secret.encode()}
            response = await client.post("/webhooks/telegram", json=text_update(1), headers=headers)
    assert response.status_code == 403
    assert inbox.messages == []
    assert "secret refused" in caplog.text
    assert SECRET not in caplog.text


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"text"])
async def test_body_that_is_not_json(channel, make_client, body):
    async with make_client(channel) as client:
        assert (await post(client, body)).status_code == 400


@pytest.mark.parametrize(
    "body", [None, [], 5, {}, {"update_id": 1, "poll_answer": {}}, {"update_id": 1, "message": {}}]
)
async def test_garbage_is_acknowledged_and_ignored(channel, make_client, inbox, body):
    async with make_client(channel) as client:
        assert (await post(client, body)).status_code == 200
    assert inbox.messages == []


async def test_tap_is_acknowledged_in_the_background(channel, make_client, inbox, provider):
    async with make_client(channel) as client:
        assert (await post(client, tap_update(1))).status_code == 200
    await provider.wait_for("answerCallbackQuery")
    assert provider.calls[0].form == {"callback_query_id": "q7"}
    assert inbox.messages[0].button == "b1"


async def test_tap_counts_where_it_cannot_be_acknowledged(channel, make_client, inbox, provider):
    provider.answer("answerCallbackQuery", refusal(400, "Bad Request: query is too old"))
    async with make_client(channel) as client:
        assert (await post(client, tap_update(1))).status_code == 200
    await provider.wait_for("answerCallbackQuery")
    assert inbox.messages[0].kind is Kind.BUTTON


# Start


async def test_start_sets_the_webhook(channel, inbox, provider):
    await channel.start(inbox.accept)
    (call,) = provider.calls
    assert call.name == "setWebhook"
    assert call.form == {
        "url": "https://bot.example/webhooks/telegram",
        "secret_token": SECRET,
        "allowed_updates": '["message", "edited_message", "callback_query"]',
        "max_connections": "40",
        "drop_pending_updates": "false",
    }


async def test_secret_is_derived_where_none_is_set(make_channel, make_client, inbox, provider):
    provider.answer("setWebhook", ok(True))
    channel = make_channel(provider.url, public_url="https://bot.example")
    await channel.start(inbox.accept)
    secret = provider.calls[0].form["secret_token"]
    assert len(secret) == 64
    assert secret not in (BOT_TOKEN, hashlib.sha256(BOT_TOKEN.encode()).hexdigest())
    async with make_client(channel) as client:
        assert (await post(client, text_update(1), secret)).status_code == 200


@pytest.mark.parametrize("public_url", [None, "https://bot.example"])
@pytest.mark.parametrize("status", [401, 404])
async def test_refused_token_at_the_start(make_channel, inbox, provider, public_url, status):
    for name in ("setWebhook", "deleteWebhook"):
        provider.answer(name, refusal(status, "Unauthorized"))
    with pytest.raises(ChannelDown) as caught:
        await make_channel(provider.url, public_url=public_url).start(inbox.accept)
    assert BOT_TOKEN not in caught.value.reason


async def test_webhook_is_set_once_telegram_is_back(channel, inbox, provider):
    provider.answer("setWebhook", refusal(502, "Bad Gateway"), refusal(502, "Bad Gateway"), ok(True))
    await channel.start(inbox.accept)
    await provider.wait_for("setWebhook", 3)
    assert channel.waits == [1.0]


# Polling


async def test_polling_confirms_what_is_stored(make_channel, inbox, provider):
    provider.answer("deleteWebhook", ok(True))
    updates = [text_update(7), {"update_id": 8, "poll": {}}, text_update(9)]
    provider.answer("getupdates", ok(updates), ok([]), None)
    await make_channel(provider.url).start(inbox.accept)
    await provider.wait_for("getupdates", 3)
    assert provider.calls[0].name == "deleteWebhook"
    assert [call.form["offset"] for call in provider.named("getupdates")] == ["0", "10", "10"]
    assert provider.named("getupdates")[0].form["timeout"] == "50"
    assert json.loads(provider.named("getupdates")[0].form["allowed_updates"]) == [
        "message",
        "edited_message",
        "callback_query",
    ]
    assert [message.external_id for message in inbox.messages] == ["7", "9"]


async def test_polling_fetches_again_what_was_not_stored(make_channel, inbox, provider, caplog):
    provider.answer("deleteWebhook", ok(True))
    provider.answer("getupdates", ok([text_update(7), text_update(8)]), ok([text_update(8)]), None)
    channel = make_channel(provider.url)
    accept, failures = inbox.accept, [RuntimeError("salam of 70001")]

    async def accept_but_once(message):
        if message.external_id == "8" and failures:
            raise failures.pop()
        return await accept(message)

    await channel.start(accept_but_once)
    await provider.wait_for("getupdates", 3)
    assert [call.form["offset"] for call in provider.named("getupdates")] == ["0", "8", "9"]
    assert [message.external_id for message in inbox.messages] == ["7", "8"]
    assert "70001" not in caplog.text


async def test_polling_goes_on_after_errors(make_channel, inbox, provider, caplog):
    provider.answer("deleteWebhook", refusal(500, "Internal"), refusal(500, "Internal"), ok(True))
    provider.answer(
        "getupdates",
        refusal(502, "Bad Gateway"),
        Response("<html>", 502),
        Response("not json"),
        refusal(409, "Conflict: terminated by other getUpdates request"),
        refusal(401, "Unauthorized"),
        refusal(429, "Too Many Requests", retry_after=17),
        ok([text_update(1)]),
        None,
    )
    channel = make_channel(provider.url)
    await channel.start(inbox.accept)
    await provider.wait_for("getupdates", 8)
    assert channel.waits == [1.0, 1.0, 2.0, 4.0, 15.0, 60.0, 17.0]
    assert len(inbox.messages) == 1
    assert "another program receives this bot's messages" in caplog.text


async def test_stop_ends_polling(make_channel, inbox, provider):
    provider.answer("deleteWebhook", ok(True))
    provider.answer("getupdates", None)
    channel = make_channel(provider.url)
    await channel.start(inbox.accept)
    await provider.wait_for("getupdates")
    await asyncio.wait_for(channel.stop(), 5)


# Sending


def part(*titles, text="جواب", layout=Layout.INLINE):
    return Part(text=text, layout=layout, buttons=tuple(Button(id=f"b{n}", title=t) for n, t in enumerate(titles)))


async def test_send_plain_text(channel, provider):
    text = "سطر <b>&amp; *_`[ \u2068+212 600\u2069\n\n😀"
    assert await channel.send("70001", Part(text=text), 5) == "42"
    assert provider.calls[0].form == {
        "chat_id": "70001",
        "text": text,
        "link_preview_options": '{"is_disabled": true}',
    }


@pytest.mark.parametrize(
    ("titles", "rows"),
    [
        (["نعم", "لا"], [2]),
        (["a" * 14, "b" * 14], [2]),
        (["a" * 15, "b"], [1, 1]),
        (["a", "b" * 15], [1, 1]),
        (["a", "b", "c"], [2, 1]),
        (["a" * 20, "b", "c"], [1, 2]),
        (["a", "b" * 20, "c", "d"], [1, 1, 2]),
    ],
)
async def test_buttons_share_a_row_where_they_are_short(channel, provider, titles, rows):
    await channel.send("70001", part(*titles), 5)
    keyboard = json.loads(provider.calls[0].form["reply_markup"])["inline_keyboard"]
    assert [len(row) for row in keyboard] == rows
    flat = [button for row in keyboard for button in row]
    assert flat == [{"text": title, "callback_data": f"b{n}"} for n, title in enumerate(titles)]


async def test_phone_is_asked_for_by_a_button(channel, provider):
    await channel.send("70001", Part(text="?", layout=Layout.SHARE_PHONE, label="صيفط نمرتي"), 5)
    assert json.loads(provider.calls[0].form["reply_markup"]) == {
        "keyboard": [[{"text": "صيفط نمرتي", "request_contact": True}]],
        "resize_keyboard": True,
        "one_time_keyboard": True,
    }


async def test_typing_is_shown(channel, provider):
    await channel.show_typing("70001", "1")
    assert provider.calls[0].form == {"chat_id": "70001", "action": "typing"}


@pytest.mark.parametrize("answer", [refusal(403, "Forbidden"), refusal(500, "x"), Response("?")])
async def test_typing_never_fails(channel, provider, answer):
    provider.answer("sendChatAction", answer)
    await channel.show_typing("70001", "1")


REFUSALS = {
    "too many": (refusal(429, "Too Many Requests: retry after 31", retry_after=31), Throttled, "429"),
    "blocked": (refusal(403, "Forbidden: bot was blocked by the user"), Unreachable, "403"),
    "deactivated": (refusal(403, "Forbidden: user is deactivated"), Unreachable, "403"),
    "no chat": (refusal(400, "Bad Request: chat not found"), Unreachable, "400"),
    "peer": (refusal(400, "Bad Request: PEER_ID_INVALID"), Unreachable, "400"),
    "button": (refusal(400, "Bad Request: BUTTON_DATA_INVALID"), Rejected, "400"),
    "empty": (refusal(400, "Bad Request: message text is empty"), Rejected, "400"),
    "migrated": (refusal(400, "Bad Request: upgraded", migrate_to_chat_id=-1001), Rejected, "400"),
    "revoked": (refusal(401, "Unauthorized"), ChannelDown, "401"),
    "malformed token": (refusal(404, "Not Found"), ChannelDown, "401"),
    "bad gateway": (refusal(502, "Bad Gateway"), Ambiguous, None),
    "internal": (refusal(500, "Internal Server Error"), Ambiguous, None),
    "page of a proxy": (Response(f"<html>/bot{BOT_TOKEN}/sendMessage", 504), Ambiguous, None),
    "answer that is not JSON": (Response("sent, perhaps"), Ambiguous, None),
}


@pytest.mark.parametrize(("answer", "error", "code"), REFUSALS.values(), ids=REFUSALS)
async def test_refusals_are_sorted(channel, provider, answer, error, code):
    provider.answer("sendMessage", answer)
    with pytest.raises(error) as caught:
        await channel.send("70001", Part(text="x"), 5)
    assert type(caught.value) is error
    assert caught.value.code == code
    assert len(provider.calls) == 1


async def test_wait_is_obeyed_to_the_second(channel, provider):
    provider.answer("sendMessage", refusal(429, "Too Many Requests", retry_after=31))
    with pytest.raises(Throttled) as caught:
        await channel.send("70001", Part(text="x"), 5)
    assert caught.value.retry_after == 31.0


async def test_nobody_listens(make_channel, closed_url):
    with pytest.raises(NotSent) as caught:
        await make_channel(closed_url).send("70001", Part(text="x"), 5)
    assert type(caught.value) is NotSent


def caused(error, cause):
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (caused(telegram.error.TimedOut(), httpx.ConnectTimeout("")), NotSent),
        (caused(telegram.error.TimedOut(), httpx.PoolTimeout("")), NotSent),
        (caused(telegram.error.TimedOut(), httpx.ReadTimeout("")), Ambiguous),
        (caused(telegram.error.TimedOut(), httpx.WriteTimeout("")), Ambiguous),
        (caused(telegram.error.NetworkError("x"), httpx.ConnectError("")), NotSent),
        (caused(telegram.error.NetworkError("x"), httpx.ProxyError("")), NotSent),
        (caused(telegram.error.NetworkError("x"), httpx.ReadError("")), Ambiguous),
        (caused(telegram.error.NetworkError("x"), httpx.RemoteProtocolError("")), Ambiguous),
        (telegram.error.NetworkError("x"), Ambiguous),
        (telegram.error.TelegramError("Invalid server response"), Ambiguous),
        (telegram.error.BadRequest("Chat not found"), Unreachable),
        (telegram.error.BadRequest("x"), Rejected),
    ],
)
def test_network_errors_are_sorted(error, expected):
    assert type(sort_error(error, BOT_TOKEN)) is expected


# Files


async def test_fetch(channel, provider):
    provider.answer("getFile", ok({"file_id": "F", "file_unique_id": "U", "file_size": 4, "file_path": "docs/f 1.pdf"}))
    provider.answer("f 1.pdf", Response(b"%PDF"))
    assert await channel.fetch(Attachment(ref="F")) == b"%PDF"
    assert provider.calls[0].form == {"file_id": "F"}
    assert unquote(provider.calls[1].path) == f"/file/bot{BOT_TOKEN}/docs/f 1.pdf"


LARGE = 20 * 2**20 + 1


@pytest.mark.parametrize(
    ("attachment", "file", "content"),
    [
        (Attachment(ref="F", size=LARGE), None, None),
        (Attachment(ref="F"), refusal(400, "Bad Request: file is too big"), None),
        (Attachment(ref="F"), refusal(400, "Bad Request: wrong file_id"), None),
        (Attachment(ref="F"), ok({"file_id": "F", "file_unique_id": "U", "file_size": LARGE, "file_path": "f"}), None),
        (Attachment(ref="F"), ok({"file_id": "F", "file_unique_id": "U"}), None),
        (Attachment(ref="F"), ok({"file_id": "F", "file_unique_id": "U", "file_path": "f"}), Response(b"", 404)),
        (Attachment(ref="F"), ok({"file_id": "F", "file_unique_id": "U", "file_path": "f"}), Response(bytes(LARGE))),
    ],
)
async def test_file_that_cannot_be_had(channel, provider, attachment, file, content):
    provider.answer("getFile", *([file] if file else []))
    provider.answer("f", *([content] if content else []))
    with pytest.raises(MediaUnavailable) as caught:
        await channel.fetch(attachment)
    assert BOT_TOKEN not in str(caught.value)


# The token


async def test_token_is_in_no_log_and_no_error(make_channel, provider, closed_url, inbox, caplog):
    caplog.set_level(logging.DEBUG)
    errors = []
    for url in (provider.url, closed_url):
        channel = make_channel(url)
        for answer in (*(answer for answer, _, _ in REFUSALS.values()), ok(SENT)):
            for name in ("sendMessage", "getFile", "sendChatAction"):
                provider.answer(name, answer)
            for call in (
                channel.send("70001", Part(text="a secret"), 1),
                channel.fetch(Attachment(ref="F")),
                channel.show_typing("70001", "1"),
            ):
                errors += await asyncio.gather(call, return_exceptions=True)
    provider.answer("deleteWebhook", refusal(401, "Unauthorized"))
    errors += await asyncio.gather(make_channel(provider.url).start(inbox.accept), return_exceptions=True)
    provider.answer("deleteWebhook", ok(True))
    polled = [answer for answer, _, _ in REFUSALS.values()]
    provider.answer("getupdates", *polled, ok([text_update(1)]), None)
    polling = make_channel(provider.url)
    await polling.start(inbox.accept)
    await provider.wait_for("getupdates", len(polled) + 2)
    logging.getLogger("bot").error("all of it", exc_info=errors[0])
    assert BOT_TOKEN not in caplog.text
    assert "a secret" not in caplog.text
    assert not [error for error in errors if BOT_TOKEN in f"{error!r} {error}"]


# The specification


async def test_calls_follow_the_specification(make_channel, channel, provider, inbox, read_spec):
    spec = read_spec("telegram-bot-api.json")
    methods = {name.lower(): method for name, method in spec["methods"].items()}
    provider.answer("getFile", ok({"file_id": "F", "file_unique_id": "U", "file_path": "f"}))
    provider.answer("f", Response(b"x"))
    provider.answer("getupdates", ok([tap_update(1)]), None)
    await channel.start(inbox.accept)
    await make_channel(provider.url).start(inbox.accept)
    await provider.wait_for("answerCallbackQuery")
    await channel.send("70001", part("a", "b" * 30), 1)
    await channel.send("70001", Part(text="?", layout=Layout.SHARE_PHONE, label="x"), 1)
    await channel.show_typing("70001", "1")
    await channel.fetch(Attachment(ref="F"))
    calls = [call for call in provider.calls if not call.path.startswith("/file/")]
    assert {call.name.lower() for call in calls} == {
        "setwebhook",
        "deletewebhook",
        "getupdates",
        "answercallbackquery",
        "sendmessage",
        "sendchataction",
        "getfile",
    }
    for call in calls:
        fields = {field["name"]: field for field in methods[call.name.lower()].get("fields", [])}
        assert set(call.form) <= set(fields)
        assert {name for name, field in fields.items() if field["required"]} <= set(call.form)
        for name, value in call.form.items():
            _check_value(spec, fields[name]["types"], value)


def _check_value(spec, types, value):
    objects = [kind for kind in types if kind in spec["types"]]
    if not objects:
        return
    content = json.loads(value) if isinstance(value, str) else value
    candidates = [{field["name"]: field for field in spec["types"][kind].get("fields", [])} for kind in objects]
    fitting = [fields for fields in candidates if set(content) <= set(fields)]
    assert fitting
    for name, field in fitting[0].items():
        assert name in content or not field["required"]
        nested = [kind.rpartition(" of ")[2] for kind in field["types"]]
        for item in _flatten(content.get(name)):
            _check_value(spec, nested, item)


def _flatten(value):
    if isinstance(value, list):
        return [item for element in value for item in _flatten(element)]
    return [value] if isinstance(value, dict) else []
