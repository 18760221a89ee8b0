"""The simulated phone: its API is that of the page and of the terminal."""

import asyncio
import base64

import httpx
import pytest
from doubles import answer
from fastapi import FastAPI

from bot import console
from bot.channels import simulator
from bot.channels.base import TELEGRAM_LIMITS, WHATSAPP_LIMITS, Button, Kind, Layout, Part
from bot.channels.simulator import Sent, Simulator
from bot.errors import MediaUnavailable

TOKEN = {"Authorization": "Bearer the token"}
FILE = {"name": "cin.png", "mime": "image/png", "data": base64.b64encode(b"\x89PNG\r\n\x1a\n").decode()}


@pytest.fixture
def simulators(clock):
    return {account: Simulator(account, clock) for account in simulator.ACCOUNTS}


@pytest.fixture
async def accepted():
    return []


@pytest.fixture
async def page(simulators, accepted):
    async def accept(message):
        accepted.append(message)
        return True

    app = FastAPI()
    simulator.add_page(app, simulators, accept)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://here") as client:
        yield client


async def test_the_page_and_its_files_are_served(page):
    response = await page.get("/simulator")
    assert response.status_code == 200
    assert "<html" in response.text
    assert (await page.get("/simulator/static/simulator.js")).status_code == 200
    assert (await page.get("/simulator/static/../simulator.py")).status_code == 404
    assert (await page.get("/simulator/static/%2e%2e/simulator.py")).status_code == 404


async def test_what_is_sent_is_accepted_and_shown(page, accepted, clock):
    response = await page.post("/simulator/messages", json={"person": "ali", "text": "salam"})
    assert (response.status_code, response.json()) == (202, {"seq": 1})
    (message,) = accepted
    assert (message.channel, message.account, message.address) == ("simulator", "telegram", "ali")
    assert (message.kind, message.text, message.sent_at) == (Kind.TEXT, "salam", clock())
    shown = (await page.get("/simulator/messages", params={"account": "telegram", "person": "ali"})).json()
    assert [(entry["seq"], entry["from"], entry["text"]) for entry in shown["messages"]] == [(1, "person", "salam")]
    assert shown["typing"] is True


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        ({"text": " "}, {"kind": Kind.EMPTY}),
        ({"button": "id1"}, {"kind": Kind.BUTTON, "button": "id1"}),
        ({"button": {"id": "id1", "title": "Yes"}}, {"kind": Kind.BUTTON, "button": "id1", "text": "Yes"}),
        ({"sticker": "👍"}, {"kind": Kind.STICKER}),
        ({"location": [33.5, -7.6]}, {"kind": Kind.LOCATION, "location": (33.5, -7.6)}),
        ({"contact": "0612345678"}, {"kind": Kind.CONTACT, "phone": "+212612345678", "contact": None}),
        (
            {"contact": "0612345678", "own_contact": False},
            {"kind": Kind.CONTACT, "phone": None, "contact": "+212612345678"},
        ),
        ({"contact": "12"}, {"kind": Kind.CONTACT, "phone": None, "contact": "12"}),
        ({"photo": FILE}, {"kind": Kind.PHOTO}),
        ({"document": FILE}, {"kind": Kind.DOCUMENT}),
        ({"voice": FILE}, {"kind": Kind.VOICE}),
        ({"account": "whatsapp", "phone": "0612345678", "text": "x"}, {"phone": "+212612345678"}),
        ({"account": "whatsapp", "phone": "12", "text": "x"}, {"phone": None}),
    ],
)
async def test_every_kind_of_message(page, accepted, sent, expected):
    response = await page.post("/simulator/messages", json={"person": "ali", **sent})
    assert response.status_code == 202
    (message,) = accepted
    assert {name: getattr(message, name) for name in expected} == expected


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"text": "a", "button": "b"},
        {"text": "a", "person": ""},
        {"text": "a", "person": "x" * 65},
        {"text": "a", "account": "fax"},
        {"photo": {"data": "not base64!"}},
        {"photo": {"data": base64.b64encode(b"0" * (16 * 2**20 + 1)).decode()}, "account": "whatsapp"},
    ],
    ids=["nothing", "two kinds", "nobody", "a long name", "a fax", "no base64", "too large"],
)
async def test_what_cannot_be_sent_is_refused(page, accepted, sent):
    response = await page.post("/simulator/messages", json={"person": "ali", **sent})
    assert response.status_code == 422
    assert accepted == []


async def test_ids_are_unique_also_after_a_restart(clock):
    ids = set()
    for _ in range(2):
        simulated = Simulator("telegram", clock)
        ids |= {simulated.read(Sent(person="ali", text="x")).external_id for _ in range(3)}
        clock.advance(seconds=1)
    assert len(ids) == 6


async def test_a_file_can_be_fetched_and_only_from_its_own_account(simulators):
    message = simulators["telegram"].read(Sent(person="ali", photo=FILE))
    (attachment,) = message.attachments
    with pytest.raises(MediaUnavailable):
        await simulators["whatsapp"].fetch(attachment)
    assert await simulators["telegram"].fetch(attachment) == b"\x89PNG\r\n\x1a\n"


async def test_replies_come_with_layout_and_buttons_to_their_person_only(page, simulators):
    part = Part(text="choose", layout=Layout.LIST, buttons=(Button(id="a", title="A"),), label="Options")
    assert await simulators["whatsapp"].send("ali", part, 7) == "simulator-7"

    async def list_messages(account, person, after=0):
        query = {"account": account, "person": person, "after": after}
        return (await page.get("/simulator/messages", params=query)).json()["messages"]

    (entry,) = await list_messages("whatsapp", "ali")
    assert (entry["from"], entry["layout"], entry["label"], entry["buttons"]) == (
        "bot",
        "list",
        "Options",
        [{"id": "a", "title": "A"}],
    )
    assert await list_messages("telegram", "ali") == await list_messages("whatsapp", "aicha") == []
    assert await list_messages("whatsapp", "ali", after=1) == []


async def test_a_long_poll_ends_when_something_is_said(simulators):
    waiting = asyncio.create_task(simulators["telegram"].wait_for_entries("ali", 0, 10.0))
    await asyncio.sleep(0)
    await simulators["telegram"].show_typing("ali", "m1")
    await simulators["telegram"].send("aicha", Part(text="not for you"), 1)
    assert not waiting.done()
    await simulators["telegram"].send("ali", Part(text="salam"), 2)
    entries, typing = await waiting
    assert ([entry.text for entry in entries], typing) == (["salam"], False)


async def test_a_poll_without_patience_ends_at_once(simulators):
    assert await simulators["telegram"].wait_for_entries("ali", 0, 0) == ([], False)


@pytest.mark.parametrize("query", [{"after": -1}, {"wait": 26}, {"account": "fax"}])
async def test_odd_polls_are_refused(page, query):
    response = await page.get("/simulator/messages", params={"account": "telegram", "person": "ali", **query})
    assert response.status_code == 422


async def test_each_account_has_the_limits_of_its_channel(simulators):
    assert (simulators["telegram"].limits, simulators["whatsapp"].limits) == (TELEGRAM_LIMITS, WHATSAPP_LIMITS)


# The way in for the terminal


@pytest.fixture
async def terminal(office, simulators):
    """The console over a whole bot process, whose sender is at work."""
    office.channels.update({(one.name, one.account): one for one in simulators.values()})
    app = FastAPI()
    app.include_router(console.make_routes(simulators, office.gateway, "the token"))
    sending = asyncio.create_task(office.sender.run())
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://here") as client:
        yield client
    sending.cancel()
    await asyncio.gather(sending, return_exceptions=True)


async def test_a_turn_of_the_terminal_ends_with_its_answer(terminal, office, simulators):
    office.rasa.script = lambda turn: answer("choose", buttons=[("A", "/greet")], topic="amo")
    response = await terminal.post("/simulator/turns", json={"person": "ali", "text": "salam"}, headers=TOKEN)
    assert response.json() == {
        "intent": "ask_definition",
        "topic": "amo",
        "replies": [
            {"text": "notice|ary-Latn", "buttons": [], "media": []},
            {"text": "choose", "buttons": [{"title": "A", "payload": "/greet"}], "media": []},
        ],
    }
    assert [entry.text for entry in simulators["telegram"].list_entries("ali", 1)] == ["notice|ary-Latn", "choose"]
    await terminal.post("/simulator/turns", json={"person": "ali", "button": "/greet"}, headers=TOKEN)
    assert office.rasa.heard[-1] == "/greet"


async def test_with_rasa_down_the_terminal_is_told_so(terminal, office):
    office.rasa.ready = False
    for expected in ("error.later|ary-Latn", "error.later|ary-Latn"):
        response = await terminal.post("/simulator/turns", json={"person": "ali", "text": "salam"}, headers=TOKEN)
        assert response.json()["replies"][0]["text"] == expected


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer wrong"}, {"Authorization": "the token"}])
async def test_the_terminal_needs_the_token(terminal, headers, office):
    response = await terminal.post("/simulator/turns", json={"person": "ali", "text": "salam"}, headers=headers)
    assert response.status_code == 401
    assert office.rasa.turns == []


async def test_the_terminal_is_told_what_cannot_be_sent(terminal):
    for body in ({"person": "ali"}, {"person": "ali", "photo": {"data": "!"}}):
        assert (await terminal.post("/simulator/turns", json=body, headers=TOKEN)).status_code == 422
