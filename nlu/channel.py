"""The way into Rasa for the bot: one turn a request, failures told as failures.

Rasa's own REST channel asks for no token and answers 200 with an empty list when anything goes wrong.
"""

from __future__ import annotations

import hmac
from typing import Any, Awaitable, Callable, Dict, List, Optional

from rasa.core.channels.channel import CollectingOutputChannel, InputChannel, UserMessage
from rasa.shared.core.events import UserUtteranceReverted
from sanic import Blueprint
from sanic.request import Request
from sanic.response import HTTPResponse, empty, json

OnMessage = Callable[[UserMessage], Awaitable[Any]]


class GatewayInput(InputChannel):
    """Channel `gateway`: `POST turn`, `POST parse`, `DELETE trackers/<sender>`, and `GET /` once a model is loaded.

    Args:
        token: that every request must carry as a bearer token.
    """

    def __init__(self, token: str) -> None:
        self._token = token

    @classmethod
    def name(cls) -> str:
        """Name of the channel, and its part of the URL."""
        return "gateway"

    @classmethod
    def from_credentials(cls, credentials: Optional[Dict[str, Any]]) -> "GatewayInput":
        """The channel as a credentials file of Rasa describes it."""
        return cls((credentials or {})["token"])

    def blueprint(self, on_new_message: OnMessage) -> Blueprint:
        """The routes of the channel."""
        routes = Blueprint("gateway")

        @routes.middleware("request")  # type: ignore[misc]
        async def authenticate(request: Request) -> Optional[HTTPResponse]:
            if hmac.compare_digest(request.token or "", self._token):
                return None
            return json({"error": "token"}, status=401)

        @routes.get("/")  # type: ignore[misc]
        async def check(request: Request) -> HTTPResponse:
            agent = getattr(request.app.ctx, "agent", None)
            ready = agent is not None and agent.is_ready()
            return json({"ready": ready}, status=200 if ready else 503)

        @routes.post("/turn")  # type: ignore[misc]
        async def take_turn(request: Request) -> HTTPResponse:
            body = request.json
            agent = request.app.ctx.agent
            if body["metadata"].get("again"):
                await _undo(agent, body["sender"], body["metadata"]["inbound_id"])
            collector = CollectingOutputChannel()
            message = UserMessage(
                body["message"], collector, body["sender"], input_channel=self.name(), metadata=body["metadata"]
            )
            message.parse_data = await agent.processor.parse_message(message)
            await on_new_message(message)
            return json({"messages": collector.messages, **_summarise(message.parse_data)})

        @routes.post("/parse")  # type: ignore[misc]
        async def parse(request: Request) -> HTTPResponse:
            agent = request.app.ctx.agent
            results: List[Dict[str, Any]] = [
                describe(await agent.parse_message(neutralise(text)), text) for text in request.json["texts"]
            ]
            return json(results)

        @routes.delete("/trackers/<sender>")  # type: ignore[misc]
        async def forget(request: Request, sender: str) -> HTTPResponse:
            store = request.app.ctx.agent.tracker_store
            # Rasa wraps the store into one that knows only its own methods.
            await getattr(store, "_tracker_store", store).delete(sender)
            return empty()

        return routes


def neutralise(text: str) -> str:
    """The text without a leading slash, which Rasa would read as an intent."""
    return text.lstrip("/ ") if text.lstrip().startswith("/") else text


def describe(parsed: Dict[str, Any], text: str) -> Dict[str, Any]:
    """A parse in the words of the contract.

    Args:
        parsed: what Rasa makes of the neutralised text.
        text: the message as it was written, in which entities are pointed out.

    Returns:
        `text`, `script`, `language`, `intent`, `confidence`, `topic`, `entities` (each with `entity`, `value`, `start`,
        `end`, `text`) and `ranking` (each with `intent` and `confidence`).
    """
    shift = len(text) - len(neutralise(text))
    entities = [
        {
            "entity": entity["entity"],
            "value": entity["value"],
            "start": entity["start"] + shift,
            "end": entity["end"] + shift,
            "text": text[entity["start"] + shift : entity["end"] + shift],
        }
        for entity in parsed["entities"]
    ]
    return {
        "text": text,
        "script": parsed.get("script"),
        "language": parsed.get("language"),
        **_summarise(parsed),
        "entities": entities,
        "ranking": [
            {"intent": item["name"], "confidence": item["confidence"]} for item in parsed.get("intent_ranking", [])
        ],
    }


def _summarise(parsed: Dict[str, Any]) -> Dict[str, Any]:
    topics = [entity["value"] for entity in parsed["entities"] if entity["entity"] == "topic"]
    return {
        "intent": parsed["intent"]["name"],
        "confidence": parsed["intent"]["confidence"],
        "topic": topics[0] if topics else None,
    }


async def _undo(agent: Any, sender: str, inbound_id: int) -> None:
    """Takes back what an earlier try of the same message left in the tracker."""
    async with agent.lock_store.lock(sender):
        tracker = await agent.tracker_store.retrieve(sender)
        last = tracker.latest_message if tracker else None
        if last is not None and (last.metadata or {}).get("inbound_id") == inbound_id:
            tracker.update(UserUtteranceReverted())
            await agent.tracker_store.save(tracker)
