"""Who may call the actions: Rasa with its token, and in a demo everybody on this machine."""

import httpx
import pytest

from actions.turn import Desk
from bot.action_endpoint import make_action_app


@pytest.fixture
def call(database, answers, texts, programmes, media, clock):
    async def call(headers, demo=False, **body):
        app = make_action_app(Desk(database, answers, texts, programmes, media, clock), "token", demo=demo)
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://actions") as client:
            return await client.post("/webhook", json=body, headers=headers)

    return call


def describe(action, sender="guest", intent="greet"):
    message = {"text": "salam", "intent": {"name": intent, "confidence": 1.0}, "entities": [], "metadata": {}}
    tracker = {"sender_id": sender, "slots": {}, "latest_message": message, "active_loop": {}, "events": []}
    return {"next_action": action, "sender_id": sender, "tracker": tracker}


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer other"}, {"Authorization": "token"}])
async def test_a_call_without_the_token_is_refused(call, headers):
    assert (await call(headers, **describe("action_say"))).status_code == 401


async def test_a_guest_is_answered_in_a_demo(call):
    answer = await call({}, demo=True, **describe("action_say"))
    assert answer.status_code == 200
    assert answer.json()["responses"][0]["text"]


@pytest.mark.parametrize(("action", "status"), [("action_nothing", 404), ("action_request_human", 500)])
async def test_a_failure_is_told_without_what_was_said(call, caplog, action, status):
    answer = await call({"Authorization": "Bearer token"}, **describe(action, sender="nobody"))
    assert answer.status_code == status
    assert "salam" not in caplog.text + answer.text
