"""The WhatsApp channel against a Twilio on loopback."""

import base64
import hashlib
import hmac
import json
import logging
import re
from urllib.parse import urlencode

import httpx
import pytest
from starlette.responses import JSONResponse, Response
from twilio.base.exceptions import TwilioRestException, TwilioServiceException

from bot.channels.base import Attachment, Button, Channel, Layout, Part, Receipt
from bot.channels.whatsapp import WhatsApp
from bot.channels.whatsapp.content import split_content
from bot.channels.whatsapp.errors import OUTCOMES, sort_error
from bot.errors import (
    Ambiguous,
    ChannelDown,
    MediaUnavailable,
    NotSent,
    Rejected,
    SettingsError,
    Throttled,
    Unreachable,
    WindowClosed,
)

ACCOUNT_SID = "AC" + "0" * 32
PRIMARY, SECONDARY = "example-primary-token", "example-secondary-token"
PUBLIC_URL = "https://bot.example/awrach"
SENDER = "whatsapp:+212500000000"
# An invented number of the range that Morocco gives to mobile phones.
PERSON = "whatsapp:+212600000001"
SERVICE = "MG" + "1" * 32
SENT = JSONResponse({"sid": "SM" + "2" * 32, "status": "queued"}, 201)


def made(number=3):
    return JSONResponse({"sid": "HX" + str(number) * 32, "types": {}}, 201)


def refusal(status, code, message="The 'To' number whatsapp:+212600000001 is not valid"):
    return JSONResponse({"code": code, "message": message, "more_info": "x", "status": status}, status)


@pytest.fixture
async def make_channel(make_settings, provider):
    channels = []

    def make(contents=None, **values):
        defaults = {
            "twilio_account_sid": ACCOUNT_SID,
            "twilio_auth_token": PRIMARY,
            "twilio_auth_token_secondary": SECONDARY,
            "twilio_whatsapp_from": SENDER,
            "twilio_api_base_url": provider.url,
            "public_url": PUBLIC_URL,
        }
        channel = WhatsApp(make_settings(**defaults | values), contents)
        channels.append(channel)
        return channel

    yield make
    for channel in channels:
        await channel.stop()
        await channel.close()


@pytest.fixture
def channel(make_channel, provider):
    provider.answer("Messages.json", SENT)
    provider.answer("Content", made())
    provider.answer("Typing.json", JSONResponse({"success": True}))
    return make_channel()


def test_is_a_channel(channel):
    checked: Channel = channel
    assert (checked.name, checked.account) == ("whatsapp", SENDER)


@pytest.mark.parametrize("missing", ["twilio_account_sid", "twilio_auth_token", "twilio_whatsapp_from", "public_url"])
def test_settings_are_needed(make_channel, missing):
    with pytest.raises(SettingsError, match="WhatsApp needs"):
        make_channel(**{missing: None})


# Webhooks


def sign(url, fields, token=PRIMARY):
    text = url + "".join(name + value for name, value in sorted(fields.items()))
    return base64.b64encode(hmac.new(token.encode(), text.encode(), hashlib.sha1).digest()).decode()


FIELDS = {
    "MessageSid": "SM1",
    "From": PERSON,
    "To": SENDER,
    "Body": "salam + é &= سلام",
    "ButtonText": "",
    "NewField": " ",
}


async def post(client, path, fields, signature, **headers):
    if signature is not None:
        headers["X-Twilio-Signature"] = signature
    headers["Content-Type"] = "application/x-www-form-urlencoded"
    return await client.post(path, content=urlencode(fields), headers=headers)


@pytest.mark.parametrize("token", [PRIMARY, SECONDARY])
@pytest.mark.parametrize("query", ["", "?a=b%20c+d&e="])
@pytest.mark.parametrize("base_url", ["http://internal:8080", "https://elsewhere.example"])
async def test_message_behind_a_proxy(channel, make_client, inbox, token, query, base_url):
    path = "/webhooks/whatsapp" + query
    async with make_client(channel, base_url) as client:
        response = await post(
            client,
            path,
            FIELDS,
            sign(PUBLIC_URL + path, FIELDS, token),
            **{"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "gopher"},
        )
    assert (response.status_code, response.content) == (204, b"")
    (message,) = inbox.messages
    assert (message.external_id, message.account, message.text) == ("SM1", SENDER, "salam + é &= سلام")


async def test_message_to_a_messaging_service(make_channel, make_client, inbox):
    channel = make_channel(twilio_whatsapp_from=None, twilio_messaging_service_sid=SERVICE)
    fields = FIELDS | {"MessagingServiceSid": SERVICE}
    async with make_client(channel) as client:
        path = "/webhooks/whatsapp"
        assert (await post(client, path, fields, sign(PUBLIC_URL + path, fields))).status_code == 204
    assert inbox.messages[0].account == SERVICE


def flip(signature):
    return ("B" if signature[0] != "B" else "C") + signature[1:]


GOOD = sign(PUBLIC_URL + "/webhooks/whatsapp", FIELDS)


@pytest.mark.parametrize(
    "signature",
    [
        None,
        "",
        "x",
        flip(GOOD),
        GOOD[:-1],
        sign(PUBLIC_URL + "/webhooks/whatsapp", FIELDS, "another token"),
        sign(PUBLIC_URL + "/webhooks/whatsapp", FIELDS, ""),
        sign("http://internal:8080/webhooks/whatsapp", FIELDS),
        sign("https://evil.example/webhooks/whatsapp", FIELDS),
        sign(PUBLIC_URL + "/webhooks/whatsapp/", FIELDS),
        sign(PUBLIC_URL + "/webhooks/whatsapp/status", FIELDS),
        sign(PUBLIC_URL + "/webhooks/whatsapp", FIELDS | {"Body": "other"}),
    ],
)
async def test_wrong_signature_is_refused(channel, make_client, inbox, caplog, signature):
    async with make_client(channel) as client:
        response = await post(client, "/webhooks/whatsapp", FIELDS, signature, Host="evil.example")
        assert (response.status_code, inbox.messages) == (403, [])
        await post(client, "/webhooks/whatsapp", FIELDS, signature)
    assert "signature refused, 2 since the start" in caplog.text
    assert "salam" not in caplog.text


@pytest.mark.parametrize("body", [b"", b"{}", b"\xff\xfe", b"a=" + b"%ff" * 10, b"=&&;"])
async def test_body_that_nobody_signed(channel, make_client, body):
    async with make_client(channel) as client:
        headers = {"X-Twilio-Signature": GOOD, "Content-Type": "application/json"}
        assert (await client.post("/webhooks/whatsapp", content=body, headers=headers)).status_code == 403


async def test_body_larger_than_any_message(channel, make_client):
    async with make_client(channel) as client:
        assert (await post(client, "/webhooks/whatsapp", {"Body": "x" * 70_000}, "x")).status_code == 413


async def test_message_that_cannot_be_stored(channel, make_client, inbox):
    inbox.failures.append(RuntimeError("the database is away"))
    async with make_client(channel) as client:
        assert (await post(client, "/webhooks/whatsapp", FIELDS, GOOD)).status_code == 500
        assert (await post(client, "/webhooks/whatsapp", FIELDS, GOOD)).status_code == 204
        assert (await post(client, "/webhooks/whatsapp", FIELDS, GOOD)).status_code == 204
    assert len(inbox.messages) == 1


async def test_status_report(channel, make_client, inbox):
    fields = {"MessageSid": "SM2", "MessageStatus": "undelivered", "ErrorCode": "63016", "To": PERSON}
    path = "/webhooks/whatsapp/status?delivery=5"
    async with make_client(channel) as client:
        assert (await post(client, path, fields, sign(PUBLIC_URL + path, fields))).status_code == 204
        other = "/webhooks/whatsapp/status?delivery=6"
        assert (await post(client, other, fields, sign(PUBLIC_URL + path, fields))).status_code == 403
        queued = {"MessageSid": "SM2", "MessageStatus": "queued"}
        assert (await post(client, path, queued, sign(PUBLIC_URL + path, queued))).status_code == 204
    assert inbox.receipts == [Receipt(delivery_id=5, provider_id="SM2", state="failed", error_code="63016")]


# Sending


def part(*titles, text="جواب", layout=Layout.QUICK_REPLY, label=""):
    buttons = tuple(Button(id=f"b{number}", title=title) for number, title in enumerate(titles))
    return Part(text=text, layout=layout, buttons=buttons, label=label)


async def test_send_plain_text(channel, provider):
    text = "سطر\n\n+212 & = % 😀"
    assert await channel.send(PERSON, Part(text=text), 5) == "SM" + "2" * 32
    (call,) = provider.calls
    assert call.path == f"/2010-04-01/Accounts/{ACCOUNT_SID}/Messages.json"
    assert call.headers["authorization"] == "Basic " + base64.b64encode(f"{ACCOUNT_SID}:{PRIMARY}".encode()).decode()
    assert call.form == {
        "From": SENDER,
        "To": PERSON,
        "Body": text,
        "StatusCallback": f"{PUBLIC_URL}/webhooks/whatsapp/status?delivery=5",
    }


@pytest.mark.parametrize(
    ("values", "sender"),
    [
        ({"twilio_whatsapp_from": "+212500000000"}, {"From": SENDER}),
        (
            {"twilio_whatsapp_from": None, "twilio_messaging_service_sid": SERVICE},
            {"MessagingServiceSid": SERVICE},
        ),
        ({"twilio_messaging_service_sid": SERVICE}, {"From": SENDER, "MessagingServiceSid": SERVICE}),
    ],
)
async def test_sender(make_channel, provider, values, sender):
    provider.answer("Messages.json", SENT)
    await make_channel(**values).send("whatsapp:MA.1349", Part(text="x"), 5)
    form = provider.calls[0].form
    assert {name: form[name] for name in form if name in ("From", "MessagingServiceSid")} == sender
    assert form["To"] == "whatsapp:MA.1349"


async def test_quick_replies_are_a_content(channel, provider):
    text = "السطر 1\n\nl'artisan\t a      b\n"
    await channel.send(PERSON, part("نعم", "L'autre", text=text), 5)
    creation, message = provider.calls
    assert (creation.path, creation.headers["content-type"]) == ("/v1/Content", "application/json")
    assert creation.json["types"] == {
        "twilio/quick-reply": {
            "body": "{{1}}\n\n{{2}}",
            "actions": [
                {"type": "QUICK_REPLY", "title": "{{3}}", "id": "{{4}}"},
                {"type": "QUICK_REPLY", "title": "{{5}}", "id": "{{6}}"},
            ],
        }
    }
    assert sorted(creation.json["variables"]) == ["1", "2", "3", "4", "5", "6"]
    assert len(set(creation.json["variables"].values())) == 6
    assert "Body" not in message.form
    assert message.form["ContentSid"] == "HX" + "3" * 32
    assert "'" not in message.form["ContentVariables"]
    assert json.loads(message.form["ContentVariables"]) == {
        "1": "السطر 1",
        "2": "l'artisan  a b",
        "3": "نعم",
        "4": "b0",
        "5": "L'autre",
        "6": "b1",
    }


async def test_list_is_a_content(channel, provider):
    await channel.send(PERSON, part("a", "b", layout=Layout.LIST, label="اختار"), 5)
    creation, message = provider.calls
    assert creation.json["types"] == {
        "twilio/list-picker": {
            "body": "{{1}}",
            "button": "{{6}}",
            "items": [{"item": "{{2}}", "id": "{{3}}"}, {"item": "{{4}}", "id": "{{5}}"}],
        }
    }
    assert json.loads(message.form["ContentVariables"])["6"] == "اختار"


async def test_content_is_made_once_a_shape(channel, provider):
    for text, titles in (("a", "xy"), ("b", "zw"), ("a\nb", "xy"), ("c", "xyz"), ("d\ne", "qr")):
        await channel.send(PERSON, part(*titles, text=text), 5)
    await channel.send(PERSON, part("x", "y", text="a", layout=Layout.LIST, label="l"), 5)
    await channel.send(PERSON, part("x", "y", text="b", layout=Layout.LIST, label="m"), 5)
    assert len(provider.named("Content")) == 4
    assert len(provider.named("Messages.json")) == 7


class Contents(dict):
    """A cache that outlives the channel."""

    async def get(self, digest):
        return super().get(digest)

    async def put(self, digest, sid):
        self[digest] = sid


async def test_content_is_remembered_by_account(make_channel, provider):
    provider.answer("Messages.json", SENT)
    provider.answer("Content", made(3), made(4))
    contents = Contents()
    for _ in range(2):
        await make_channel(contents).send(PERSON, part("x"), 5)
    assert len(provider.named("Content")) == 1
    await make_channel(contents, twilio_account_sid="AC" + "9" * 32).send(PERSON, part("x"), 5)
    assert sorted(contents.values()) == ["HX" + "3" * 32, "HX" + "4" * 32]
    assert all(re.fullmatch("[0-9a-f]{64}", digest) for digest in contents)


async def test_content_that_was_removed_is_made_anew(channel, provider):
    provider.answer("Content", made(3), made(4))
    provider.answer("Messages.json", refusal(400, 21655), SENT)
    assert await channel.send(PERSON, part("x"), 5) == "SM" + "2" * 32
    assert [call.form["ContentSid"][2] for call in provider.named("Messages.json")] == ["3", "4"]
    await channel.send(PERSON, part("x"), 6)
    assert provider.calls[-1].form["ContentSid"] == "HX" + "4" * 32


@pytest.mark.parametrize("status", [403, 404])
async def test_numbered_text_where_contents_are_refused(channel, provider, caplog, status):
    provider.answer("Content", refusal(status, 20404))
    for _ in range(2):
        await channel.send(PERSON, part("نعم", "لا", text="?"), 5)
    assert len(provider.named("Content")) == 1
    assert [call.form["Body"] for call in provider.named("Messages.json")] == ["?\n\n1. نعم\n2. لا"] * 2
    assert "makes no contents" in caplog.text


@pytest.mark.parametrize(
    "content",
    [part("x", text="\n".join("abc"[n % 3] for n in range(120))), part("x", text=" \n "), part("")],
    ids=["too many lines", "no text", "no title"],
)
async def test_numbered_text_where_no_content_can_hold_it(channel, provider, content):
    assert split_content(content) is None
    await channel.send(PERSON, content, 5)
    assert provider.calls[0].form["Body"].endswith(f"\n\n1. {content.buttons[0].title}")


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (refusal(400, 20001), Rejected),
        (refusal(401, 20003), ChannelDown),
        (refusal(429, 20429), Throttled),
        (refusal(500, 20500), NotSent),
        (Response("?", 201), NotSent),
    ],
)
async def test_content_that_is_not_made(channel, provider, answer, error):
    provider.answer("Content", answer)
    with pytest.raises(error) as caught:
        await channel.send(PERSON, part("x"), 5)
    assert type(caught.value) is error
    assert provider.named("Messages.json") == []


# Errors

REFUSALS = {
    "window": (400, 63016, WindowClosed, "63016"),
    "opted out": (400, 21610, Unreachable, "21610"),
    "no such number": (400, 21211, Unreachable, "21211"),
    "recipient": (400, 63024, Unreachable, "63024"),
    "not in the sandbox": (400, 63015, Unreachable, "63015"),
    "credentials": (401, 20003, ChannelDown, "20003"),
    "no account": (404, 20404, ChannelDown, "20404"),
    "sender": (400, 63007, ChannelDown, "63007"),
    "restricted": (400, 63051, ChannelDown, "63051"),
    "too long": (400, 21617, Rejected, "21617"),
    "variables": (400, 21656, Rejected, "21656"),
    "unknown code": (400, 99999, Rejected, "99999"),
    "unavailable, perhaps": (503, 20503, Ambiguous, "20503"),
    "internal": (500, 20500, Ambiguous, "20500"),
    "requests": (429, 20429, Throttled, "20429"),
    "too many of no code": (429, None, Throttled, "429"),
    "unauthorised of no code": (401, None, ChannelDown, "401"),
}


@pytest.mark.parametrize(("status", "twilio_code", "error", "code"), REFUSALS.values(), ids=REFUSALS)
async def test_refusals_are_sorted(channel, provider, status, twilio_code, error, code):
    provider.answer("Messages.json", refusal(status, twilio_code) if twilio_code else Response("<html>", status))
    with pytest.raises(error) as caught:
        await channel.send(PERSON, Part(text="x"), 5)
    assert type(caught.value) is error
    assert caught.value.code == code
    assert len(provider.calls) == 1
    assert "212600000001" not in caught.value.reason


@pytest.mark.parametrize(
    ("code", "message", "wait"),
    [
        (20429, "Too Many Requests", 1.0),
        (63017, "Rate limit exceeded", 1.0),
        (63018, "Account exceeded the 1 rps rate limit", 5.0),
        (63018, "Messaging limit reached", 3600.0),
        (63018, "Daily limit reached", 3600.0),
        (63038, "Daily messages limit", 3600.0),
        (30001, "Queue overflow", 60.0),
    ],
)
def test_waits(code, message, wait):
    error = sort_error(TwilioRestException(429, "/", message, code))
    assert isinstance(error, Throttled)
    assert error.retry_after == wait


def test_every_outcome_can_be_raised():
    for code in OUTCOMES:
        assert sort_error(TwilioRestException(400, "/", "x", code)).code == str(code)


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (httpx.ConnectError(""), NotSent),
        (httpx.ConnectTimeout(""), NotSent),
        (httpx.PoolTimeout(""), NotSent),
        (httpx.ReadTimeout(""), Ambiguous),
        (httpx.WriteTimeout(""), Ambiguous),
        (httpx.ReadError(""), Ambiguous),
        (httpx.RemoteProtocolError(""), Ambiguous),
        (ValueError(""), Ambiguous),
        (TwilioServiceException("t", "Throttled", 429, 20429, "slow"), Throttled),
        (TwilioServiceException("t", "Daily", 429, 63018, "the daily limit"), Throttled),
        (TwilioServiceException("t", "Down", 503, 20503), Ambiguous),
    ],
)
def test_network_errors_are_sorted(error, expected):
    assert type(sort_error(error)) is expected


async def test_answer_that_is_not_json(channel, provider):
    provider.answer("Messages.json", Response("queued, perhaps", 201))
    with pytest.raises(Ambiguous):
        await channel.send(PERSON, Part(text="x"), 5)


async def test_nobody_listens(make_channel, closed_url):
    with pytest.raises(NotSent):
        await make_channel(twilio_api_base_url=closed_url).send(PERSON, Part(text="x"), 5)


async def test_tokens_and_numbers_are_in_no_log(channel, provider, make_client, caplog):
    caplog.set_level(logging.DEBUG)
    for answer in (SENT, refusal(400, 63016), refusal(500, 20500)):
        provider.answer("Messages.json", answer)
        try:
            await channel.send(PERSON, part("x", text="a secret"), 5)
        except Exception as error:
            logging.getLogger("bot").error("%s %r", error, error)
    async with make_client(channel) as client:
        await post(client, "/webhooks/whatsapp", FIELDS, "x")
        await post(client, "/webhooks/whatsapp", FIELDS, GOOD)
    for secret in (PRIMARY, SECONDARY, "212600000001", "a secret", "salam"):
        assert secret not in caplog.text


# Typing


async def test_typing_is_shown(channel, provider):
    await channel.show_typing(PERSON, "SM1")
    (call,) = provider.calls
    assert (call.path, call.form) == ("/v2/Indicators/Typing.json", {"channel": "whatsapp", "messageId": "SM1"})


@pytest.mark.parametrize("answer", [refusal(400, 21211), refusal(500, 1), Response("?")])
async def test_typing_never_fails(channel, provider, answer):
    provider.answer("Typing.json", answer)
    await channel.show_typing(PERSON, "SM1")


async def test_typing_never_fails_where_nobody_listens(make_channel, closed_url):
    await make_channel(twilio_api_base_url=closed_url).show_typing(PERSON, "SM1")


# Files

MEDIA = f"/2010-04-01/Accounts/{ACCOUNT_SID}/Messages/MM1/Media/ME1"


async def test_fetch(channel, provider):
    provider.answer("ME1", Response(b"%PDF"))
    assert await channel.fetch(Attachment(ref=provider.url + MEDIA)) == b"%PDF"
    assert provider.calls[0].headers["authorization"].startswith("Basic ")


async def test_credentials_do_not_follow_a_redirect(channel, provider):
    provider.answer("ME1", Response(status_code=307, headers={"Location": f"{provider.url}/signed/one?x=1"}))
    provider.answer("one", Response(status_code=302, headers={"Location": "two"}))
    provider.answer("two", Response(b"%PDF"))
    assert await channel.fetch(Attachment(ref=provider.url + MEDIA)) == b"%PDF"
    assert ["authorization" in call.headers for call in provider.calls] == [True, False, False]


@pytest.mark.parametrize(
    "ref",
    [
        "http://127.0.0.1:1" + MEDIA,
        "https://api.twilio.com" + MEDIA,
        "https://evil.example" + MEDIA,
        "file:///etc/passwd",
        "//api.twilio.com/x",
        "http://[",
        "",
        "ME1",
    ],
)
async def test_nothing_is_fetched_elsewhere(channel, provider, ref):
    with pytest.raises(MediaUnavailable):
        await channel.fetch(Attachment(ref=ref))
    assert provider.calls == []


@pytest.mark.parametrize(
    ("address", "is_twilio"),
    [
        ("https://api.twilio.com/x", True),
        ("https://api.twilio.com:443/x", True),
        ("https://api.dublin.ie1.twilio.com/x", True),
        ("http://api.twilio.com/x", False),
        ("https://api.twilio.com:8443/x", False),
        ("https://api.twilio.com.evil.example/x", False),
        ("https://api.twilio.com@evil.example/x", False),
        ("https://evil.example/api.twilio.com", False),
        ("https://evil.example#@api.twilio.com", False),
        ("https://media.twiliocdn.com/x", False),
        ("https://169.254.169.254/latest", False),
    ],
)
async def test_media_come_from_the_api_host_only(make_channel, monkeypatch, address, is_twilio):
    channel = make_channel(twilio_api_base_url=None)

    def answer(request):
        assert is_twilio
        return httpx.Response(200, content=b"x")

    monkeypatch.setattr(channel._http, "_client", httpx.AsyncClient(transport=httpx.MockTransport(answer)))
    if is_twilio:
        assert await channel.fetch(Attachment(ref=address)) == b"x"
    else:
        with pytest.raises(MediaUnavailable):
            await channel.fetch(Attachment(ref=address))


@pytest.mark.parametrize(
    "answer",
    [
        Response(b"", 404),
        Response(b"", 500),
        Response(bytes(16 * 2**20 + 1)),
        Response(status_code=302, headers={"Location": MEDIA}),
        Response(status_code=302, headers={"Location": "file:///etc/passwd"}),
        Response(status_code=302, headers={"Location": "https://evil.example/"}),
    ],
    ids=["gone", "error", "too large", "turns in circles", "to a file", "another scheme"],
)
async def test_file_that_cannot_be_had(channel, provider, answer):
    provider.answer("ME1", answer)
    with pytest.raises(MediaUnavailable):
        await channel.fetch(Attachment(ref=provider.url + MEDIA))


async def test_largest_file(channel, provider):
    provider.answer("ME1", Response(bytes(16 * 2**20)))
    assert len(await channel.fetch(Attachment(ref=provider.url + MEDIA))) == 16 * 2**20


# The specification


def resolve(spec, schema):
    while "$ref" in schema:
        found = spec
        for step in schema["$ref"].removeprefix("#/").split("/"):
            found = found[step]
        schema = found
    return schema


def check(spec, schema, value):
    """The part of JSON schema that the two specifications make use of."""
    schema = resolve(spec, schema)
    if schema.get("type") == "object" and isinstance(value, dict):
        properties = schema.get("properties", {})
        assert set(schema.get("required", [])) <= set(value)
        extra = schema.get("additionalProperties", True)
        for name, content in value.items():
            assert name in properties or extra is not False, name
            check(spec, properties.get(name, extra if isinstance(extra, dict) else {}), content)
    elif schema.get("type") == "array":
        for item in value:
            check(spec, schema["items"], item)
    elif schema.get("type") == "string":
        assert isinstance(value, str)
        assert "pattern" not in schema or re.search(schema["pattern"], value), value
        assert schema.get("minLength", 0) <= len(value) <= schema.get("maxLength", len(value))
        assert value in schema.get("enum", [value])


@pytest.mark.parametrize(
    "sent",
    [Part(text="x" * 1600), part("a", "b"), part("a", "b", layout=Layout.LIST, label="l")],
    ids=["text", "quick reply", "list"],
)
async def test_calls_follow_the_specification(channel, provider, read_spec, sent):
    messages, contents = read_spec("twilio-messages.json"), read_spec("twilio-content.json")
    await channel.send(PERSON, sent, 5)
    for call in provider.calls:
        if call.name == "Content":
            body = contents["paths"]["/v1/Content"]["post"]["requestBody"]["content"]["application/json"]
            check(contents, body["schema"], call.json)
        else:
            operation = messages["paths"]["/2010-04-01/Accounts/{AccountSid}/Messages.json"]["post"]
            body = operation["requestBody"]["content"]["application/x-www-form-urlencoded"]
            check(messages, body["schema"], call.form)
