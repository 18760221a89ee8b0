"""What an action is given and what it gives back: one transaction a call, replies without a channel."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher
from sqlalchemy.orm import Session

from bot.answers import AnswerFinder
from bot.channels.base import Choice, Reply
from bot.intents import QUESTIONS, REQUESTS
from bot.media import MediaStore
from bot.programmes import Programmes
from bot.registry.database import Database
from bot.registry.models import Person
from bot.texts import DEFAULT_LANGUAGE, Texts

Event = dict[str, Any]

DOUBT = 0.35
DOUBT_OF_REQUESTS = 0.6
"""What is filed, subscribed or sent to the staff is done only where it was meant rather likely."""

FILED = frozenset({"update_record", "withdraw", "complain", "suggest", "subscribe_reminders", "unsubscribe_reminders"})
"""Requests that leave something behind as soon as they are understood."""


@dataclass(frozen=True, slots=True)
class Turn:
    """What a person said, as an action sees it.

    Attributes:
        person_id: whose turn it is.
        inbound_id: the message in the inbox that led here.
        text: what was written; a payload where a button was tapped.
        intent, confidence: what it was understood as.
        ranking: the likeliest intents, best first.
        meanings: the likeliest pairs of intent and topic with their probabilities.
        entities: by name; several values of one kind in their order.
        slots: of the tracker.
        metadata: what the gateway passed on.
        language: the language and script to answer in.
        in_form: whether an application form is open.
    """

    person_id: str
    inbound_id: int
    text: str
    intent: str
    confidence: float
    ranking: tuple[str, ...]
    meanings: tuple[tuple[str, str, float], ...]
    entities: dict[str, list[Any]]
    slots: dict[str, Any]
    metadata: dict[str, Any]
    language: str
    in_form: bool = False

    @property
    def is_doubtful(self) -> bool:
        """Whether it is better to ask what was meant than to act on it."""
        limit = DOUBT_OF_REQUESTS if self.intent in FILED else DOUBT
        return not self.is_tap and self.confidence < limit

    @property
    def is_tap(self) -> bool:
        """Whether a button was tapped rather than something written."""
        return self.text.startswith("/")

    @property
    def topic(self) -> str | None:
        """What it is about: the topic named now, else the one of the conversation."""
        named = self.entity("topic") or self.slots.get("topic")
        return str(named) if named else None

    def entity(self, name: str) -> Any:
        """The last value of an entity, or None: of a correction, the new value counts."""
        values = self.entities.get(name)
        return values[-1] if values else None

    @property
    def place(self) -> str | None:
        """The smallest place that was named, by its French name."""
        named = self.entity("commune") or self.entity("province") or self.entity("region")
        return str(named) if named else None


def read_turn(tracker: Tracker) -> Turn:
    """The present turn of a conversation."""
    message = tracker.latest_message
    metadata = message.get("metadata") or {}
    entities: dict[str, list[Any]] = {}
    for entity in message.get("entities") or ():
        entities.setdefault(entity["entity"], []).append(entity["value"])
    intent = message["intent"].get("name") or "nlu_fallback"
    # The name of a cooperative is often French: an answer to a form says nothing on the language of its giver.
    in_form = bool(tracker.active_loop.get("name"))
    answers_form = in_form and intent not in QUESTIONS | REQUESTS
    language = metadata.get("known_language" if answers_form else "language") or DEFAULT_LANGUAGE
    return Turn(
        person_id=tracker.sender_id,
        inbound_id=int(metadata.get("inbound_id") or 0),
        text=message.get("text") or "",
        intent=intent,
        confidence=float(message["intent"].get("confidence") or 0.0),
        ranking=tuple(item["name"] for item in message.get("intent_ranking") or ()),
        meanings=tuple((intent, topic, float(chance)) for intent, topic, chance in message.get("meanings") or ()),
        entities=entities,
        slots=dict(tracker.slots),
        metadata=metadata,
        language=language,
        in_form=in_form,
    )


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an action decides.

    Attributes:
        replies: what to say.
        slots: slots to set.
        events: further events for Rasa's tracker.
        forget: whether Rasa's tracker is to be removed after this turn.
        files: in the media folder, to be removed once the transaction stands.
    """

    replies: tuple[Reply, ...] = ()
    slots: dict[str, Any] = field(default_factory=dict)
    events: tuple[Event, ...] = ()
    forget: bool = False
    files: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Desk:
    """What the actions work with.

    Attributes:
        database: the registry.
        answers: finds what is asked for in it.
        texts: what is said besides facts.
        programmes: what one can apply for.
        media: where documents are.
        clock: gives the present time.
    """

    database: Database
    answers: AnswerFinder
    texts: Texts
    programmes: Programmes
    media: MediaStore
    clock: Callable[[], datetime]

    def say(self, turn: Turn, key: str, *choices: Choice, **values: object) -> Reply:
        """The text `key` in the language of the turn, with choices under it."""
        return Reply(self.texts.say(key, turn.language, **values), choices)

    def choice(self, turn: Turn, intent: str, key: str | None = None, **entities: str | None) -> Choice:
        """A button that says `intent`.

        Args:
            key: of its title; without it, the intent's own.
            entities: that go with it; those that are None are left out.
        """
        given = {name: value for name, value in entities.items() if value is not None}
        payload = f"/{intent}{json.dumps(given, ensure_ascii=False) if given else ''}"
        return Choice(self.texts.say(key or f"button.{intent}", turn.language), payload)

    def menu(self, turn: Turn) -> tuple[Choice, ...]:
        """The way on when there is no better one."""
        return (
            self.choice(turn, "ask_definition", "topic.awrach", topic="awrach"),
            self.choice(turn, "ask_definition", "topic.amo", topic="amo"),
            self.choice(turn, "ask_definition", "topic.rna", topic="rna"),
            self.choice(turn, "apply", "button.apply"),
            self.choice(turn, "check_application"),
            self.choice(turn, "request_human"),
        )


class RegistryAction(Action, ABC):  # type: ignore[misc]
    """An action over the registry: `act` decides, in one transaction.

    Args:
        desk: what it works with.
    """

    action_name: ClassVar[str]

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    def name(self) -> str:
        """Name of the action in domain.yml."""
        return self.action_name

    @abstractmethod
    def act(self, session: Session, turn: Turn) -> Outcome:
        """Decides what a turn leads to."""

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[Event]:
        """Rasa's entry: reads the turn, acts, and hands over replies and events."""
        turn = read_turn(tracker)
        outcome = await self.desk.database.run(self.act, turn)
        for path in outcome.files:
            self.desk.media.remove(path)
        for reply in outcome.replies:
            dispatcher.utter_message(
                text=reply.text,
                buttons=[{"title": choice.title, "payload": choice.payload} for choice in reply.choices],
            )
            if reply.share_phone:
                dispatcher.messages[-1] = {"custom": {"text": reply.text, "share_phone": reply.share_phone}}
        told = {"topic": outcome.slots.get("topic"), "language": turn.language, "forget": outcome.forget}
        dispatcher.utter_message(json_message={"turn": told})
        slots = outcome.slots
        if turn.slots.get("pending"):
            # A bare yes answers what was asked just before it: whatever else is said takes the question back.
            slots = {"pending": None, **slots}
        return [*(SlotSet(name, value) for name, value in slots.items()), *outcome.events]


def find_person(session: Session, turn: Turn) -> Person:
    """The person whose turn it is."""
    return session.get_one(Person, turn.person_id)
