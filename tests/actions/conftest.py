"""A conversation without Rasa: actions are called as its executor would call them."""

import itertools

import pytest
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions import ACTIONS
from actions.turn import Desk
from bot.channels.base import Inbound, Kind
from bot.registry import inbox, people
from bot.registry.inbox import Understanding

_numbers = itertools.count(1)


class Conversation:
    """What one person says, and what the actions make of it.

    Attributes:
        slots: as the events have set them.
        loop: name of the active form.
        inbound_id: the message of the last turn.
    """

    def __init__(self, desk, sender, phone=None):
        self._desk = desk
        self._sender = sender
        self._actions = {action.action_name: action(desk) for action in ACTIONS}
        self.slots = {}
        self.loop = None
        self.language = "fr"
        with desk.database.begin() as session:
            self.person_id = people.find_or_add_address(
                session, "telegram", "bot", sender, phone, desk.clock()
            ).person_id
        self.inbound_id = None

    def receive(self):
        """A new message in the inbox."""
        message = Inbound(
            channel="telegram",
            account="bot",
            external_id=f"t{next(_numbers)}",
            address=self._sender,
            kind=Kind.TEXT,
            text="-",
        )
        with self._desk.database.begin() as session:
            inbox.accept(session, message, self._desk.clock())
            claimed = inbox.claim_next(session, self.person_id)
            inbox.finish(session, claimed.id, Understanding(), self._desk.clock())
        self.inbound_id = claimed.id

    async def act(
        self, action, intent="inform", text="-", again=False, confidence=0.9, ranking=(), meta=None, **entities
    ):
        """One action on one message; returns what is said."""
        if not again:
            self.receive()
        tracker = Tracker(
            self.person_id,
            dict(self.slots),
            {
                "text": text,
                "intent": {"name": intent, "confidence": confidence},
                "intent_ranking": [{"name": name, "confidence": 0.1} for name in ranking],
                "meanings": [[intent, entities.get("topic", "none"), confidence]],
                "entities": [
                    {"entity": name, "value": value}
                    for name, values in entities.items()
                    for value in (values if isinstance(values, list) else [values])
                ],
                "metadata": {
                    "inbound_id": self.inbound_id,
                    "language": self.language,
                    "known_language": self.language,
                    **(meta or {}),
                },
            },
            [],
            False,
            None,
            {"name": self.loop} if self.loop else {},
            "action_listen",
        )
        dispatcher = CollectingDispatcher()
        self.events = await self._actions[action].run(dispatcher, tracker, {})
        self.slots |= {event["name"]: event["value"] for event in self.events if event["event"] == "slot"}
        for event in self.events:
            if event["event"] == "active_loop":
                self.loop = event["name"]
        self.said = [message for message in dispatcher.messages if message.get("text")]
        self.custom = [message["custom"] for message in dispatcher.messages if message.get("custom")]
        return [message["text"] for message in self.said]

    async def tap(self, action, payload, again=False):
        """A tap on a button that was shown, by its payload."""
        import json

        intent, _, rest = payload.removeprefix("/").partition("{")
        entities = json.loads("{" + rest) if rest else {}
        return await self.act(action, intent, payload, again, **entities)

    @property
    def payloads(self):
        """What the buttons of the last reply say."""
        return [button["payload"] for message in self.said for button in message["buttons"]]

    async def answer(self, text="-", intent="inform", **details):
        """An answer to the form: taken, and the next question put, as Rasa's form does it."""
        said = await self.act("validate_application_form", intent, text, **details)
        if self.slots.get("application_answer") is None:
            said += await self.act("action_ask_application_answer", intent, text, again=True)
        return said


@pytest.fixture
def desk(database, answers, texts, programmes, media, clock):
    return Desk(database, answers, texts, programmes, media, clock)


@pytest.fixture
def meet(desk):
    """Begins a conversation with someone."""

    def meet(sender="ali", phone=None):
        return Conversation(desk, sender, phone)

    return meet


@pytest.fixture
def ali(meet):
    return meet()
