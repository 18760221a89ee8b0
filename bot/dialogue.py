"""The client of Rasa: one turn of a conversation over loopback."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import httpx

from bot.channels.base import Choice, Reply
from bot.errors import DialogueUnavailable

TURN_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class Turn:
    """What one message led to.

    Attributes:
        replies: what to say, in order.
        intent: the contract's name of what was wanted.
        topic: what it was about, where a topic was named or taken over.
        confidence: of the intent, 0 to 1.
        language: the language and script that was answered in, where the dialogue chose it.
        forget: whether the person asked that nothing be kept of the conversation.
    """

    replies: tuple[Reply, ...]
    intent: str | None = None
    topic: str | None = None
    confidence: float | None = None
    language: str | None = None
    forget: bool = False


class Dialogue:
    """The dialogue as Rasa leads it.

    Args:
        base_url: of the Rasa server.
        token: that its channel asks for.
        transport: stands in for the network in tests.
    """

    def __init__(self, base_url: str, token: str, transport: httpx.AsyncBaseTransport | None = None) -> None:
        self._client = httpx.AsyncClient(
            base_url=base_url,
            headers={"Authorization": f"Bearer {token}"},
            timeout=httpx.Timeout(TURN_SECONDS, connect=2.0),
            transport=transport,
            # A proxy of the machine is for the internet, not for loopback.
            trust_env=False,
        )

    async def say(self, person_id: str, text: str, metadata: dict[str, Any]) -> Turn:
        """Hands a message to Rasa and returns what it answers.

        Args:
            person_id: the opaque id by which Rasa knows the person.
            text: what they wrote, or a payload of our own buttons.
            metadata: for the actions: `inbound_id`, `language`, `channel` and what else they need.

        Raises:
            DialogueUnavailable: when Rasa or the action endpoint is down or gave no answer at all.
        """
        body = {"sender": person_id, "message": text, "metadata": metadata}
        try:
            response = await self._client.post("/webhooks/gateway/turn", json=body)
            response.raise_for_status()
            turn = response.json()
        except (httpx.HTTPError, json.JSONDecodeError) as error:
            raise DialogueUnavailable(f"Rasa: {type(error).__name__}") from error
        told: dict[str, Any] = {}
        for message in turn["messages"]:
            told |= {name: value for name, value in (message.get("custom") or {}).get("turn", {}).items() if value}
        replies = tuple(reply for message in turn["messages"] if (reply := _read_reply(message)).text)
        if not replies:
            # Rasa swallows the failure of an action and answers with nothing.
            raise DialogueUnavailable("Rasa gave no reply")
        return Turn(
            replies,
            intent=turn.get("intent"),
            topic=turn.get("topic") or told.get("topic"),
            confidence=turn.get("confidence"),
            language=told.get("language"),
            forget=told.get("forget", False),
        )

    async def parse(self, texts: list[str]) -> list[dict[str, Any]]:
        """What each text is understood as, without a conversation.

        Raises:
            DialogueUnavailable: when Rasa is down.
        """
        try:
            response = await self._client.post("/webhooks/gateway/parse", json={"texts": texts})
            response.raise_for_status()
        except httpx.HTTPError as error:
            raise DialogueUnavailable(f"Rasa: {type(error).__name__}") from error
        parses: list[dict[str, Any]] = response.json()
        return parses

    async def forget(self, person_id: str) -> None:
        """Removes what Rasa's tracker holds on a person.

        Raises:
            DialogueUnavailable: when Rasa is down.
        """
        try:
            response = await self._client.delete(f"/webhooks/gateway/trackers/{person_id}")
            response.raise_for_status()
        except httpx.HTTPError as error:
            raise DialogueUnavailable(f"Rasa: {type(error).__name__}") from error

    async def is_ready(self) -> bool:
        """Whether Rasa answers and has a model."""
        try:
            response = await self._client.get("/webhooks/gateway/")
        except httpx.HTTPError:
            return False
        return response.is_success

    async def close(self) -> None:
        """Closes the connections."""
        await self._client.aclose()


def _read_reply(message: dict[str, Any]) -> Reply:
    custom = message.get("custom") or {}
    choices = tuple(Choice(button["title"], button["payload"]) for button in message.get("buttons") or ())
    return Reply(message.get("text") or custom.get("text", ""), choices, custom.get("share_phone"))
