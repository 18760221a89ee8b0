"""The client of Rasa: every failure is one kind of error, and every answer is read whole."""

import json

import httpx
import pytest
from doubles import FakeRasa, answer

from bot.dialogue import Dialogue
from bot.errors import DialogueUnavailable


@pytest.fixture
def rasa():
    return FakeRasa()


@pytest.fixture
async def dialogue(rasa):
    dialogue = rasa.make_client()
    yield dialogue
    await dialogue.close()


async def serve(handle):
    return Dialogue("http://rasa", "the token", httpx.MockTransport(handle))


async def test_what_is_said_reaches_rasa_with_its_metadata_and_the_token():
    seen = []

    def handle(request):
        seen.append((request.method, request.url.path, request.headers["authorization"], json.loads(request.content)))
        return httpx.Response(200, json=answer("salam"))

    dialogue = await serve(handle)
    await dialogue.say("person", "كيفاش", {"inbound_id": 1})
    await dialogue.close()
    body = {"sender": "person", "message": "كيفاش", "metadata": {"inbound_id": 1}}
    assert seen == [("POST", "/webhooks/gateway/turn", "Bearer the token", body)]


async def test_an_answer_is_read_whole(rasa, dialogue):
    rasa.script = lambda turn: {
        "messages": [
            {"text": "one", "buttons": [{"title": "A", "payload": "/a"}]},
            {"custom": {"text": "two", "share_phone": "my number"}},
            {"custom": {"turn": {"topic": "amo", "language": "fr", "forget": True}}},
        ],
        "intent": "ask_cost",
        "topic": None,
        "confidence": 0.7,
    }
    turn = await dialogue.say("person", "x", {})
    assert [(reply.text, len(reply.choices), reply.share_phone) for reply in turn.replies] == [
        ("one", 1, None),
        ("two", 0, "my number"),
    ]
    assert turn.replies[0].choices[0].payload == "/a"
    assert (turn.intent, turn.topic, turn.confidence, turn.language, turn.forget) == (
        "ask_cost",
        "amo",
        0.7,
        "fr",
        True,
    )


async def test_the_topic_that_was_named_comes_before_the_one_that_was_taken_over(rasa, dialogue):
    rasa.script = lambda turn: answer("x", topic="rna") | {"topic": "amo"}
    assert (await dialogue.say("person", "x", {})).topic == "amo"


async def test_of_several_actions_the_last_word_on_the_turn_counts(rasa, dialogue):
    def script(turn):
        first, second = answer("one", topic="amo", language="fr", forget=True), answer("two", language="ar")
        return {**first, "messages": first["messages"] + second["messages"], "topic": None}

    rasa.script = script
    turn = await dialogue.say("person", "x", {})
    assert (turn.topic, turn.language, turn.forget) == ("amo", "ar", True)


FAILURES = {
    "an error": httpx.Response(500),
    "no token": httpx.Response(401),
    "a page": httpx.Response(200, text="<html>"),
    "nothing": httpx.Response(200, json={"messages": []}),
    "no text": httpx.Response(200, json=answer()),
    "buttons alone": httpx.Response(200, json={"messages": [{"buttons": [{"title": "A", "payload": "/a"}]}]}),
    "a time-out": httpx.ReadTimeout("late"),
    "nobody there": httpx.ConnectError("refused"),
    "half an answer": httpx.RemoteProtocolError("closed"),
}


@pytest.mark.parametrize("failure", FAILURES.values(), ids=FAILURES)
async def test_every_failure_is_the_same_to_the_caller(failure):
    def handle(request):
        if isinstance(failure, Exception):
            raise failure
        return failure

    dialogue = await serve(handle)
    with pytest.raises(DialogueUnavailable) as caught:
        await dialogue.say("person", "a private text", {})
    assert "private" not in str(caught.value)
    await dialogue.close()


@pytest.mark.parametrize(("status", "ready"), [(200, True), (503, False), (401, False)])
async def test_ready_means_ready(status, ready):
    dialogue = await serve(lambda request: httpx.Response(status))
    assert await dialogue.is_ready() is ready
    await dialogue.close()


async def test_not_there_is_not_ready(rasa, dialogue):
    rasa.ready = False
    assert await dialogue.is_ready() is False
    for call in (dialogue.parse(["x"]), dialogue.forget("person")):
        with pytest.raises(DialogueUnavailable):
            await call


async def test_forget_names_the_person(rasa, dialogue):
    await dialogue.forget("0123abcd")
    assert rasa.forgotten == ["0123abcd"]


async def test_parse_hands_over_what_rasa_says():
    dialogue = await serve(lambda request: httpx.Response(200, json=[{"text": text} for text in ["a", "b"]]))
    assert await dialogue.parse(["a", "b"]) == [{"text": "a"}, {"text": "b"}]
    await dialogue.close()
