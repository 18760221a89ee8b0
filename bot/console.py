"""The way in for the terminal: one request a turn, which ends when the answer is in the conversation."""

from __future__ import annotations

import asyncio
import hmac
from typing import Annotated, Any

from fastapi import APIRouter, Header, HTTPException

from bot.channels.simulator import Sent, Simulator
from bot.gateway import Answer, Gateway

TURN_SECONDS = 60.0


def make_routes(simulators: dict[str, Simulator], gateway: Gateway, token: str) -> APIRouter:
    """`POST /simulator/turns`, for processes of this machine that know the internal token.

    Args:
        simulators: by account.
        gateway: takes the message and tells when it is answered.
        token: of the `Authorization: Bearer` header.
    """
    routes = APIRouter(prefix="/simulator")

    @routes.post("/turns")
    async def take_turn(sent: Sent, authorization: Annotated[str, Header()] = "") -> dict[str, Any]:
        if not hmac.compare_digest(authorization.encode(), f"Bearer {token}".encode()):
            raise HTTPException(401)
        simulator = simulators[sent.account]
        try:
            message = simulator.read(sent)
        except ValueError as error:
            raise HTTPException(422, str(error)) from error
        try:
            async with asyncio.timeout(TURN_SECONDS):
                answer = await gateway.follow(message)
                await simulator.wait_for_deliveries(answer.delivery_ids)
        except TimeoutError as error:
            raise HTTPException(504, "no answer in time; the message is kept") from error
        return describe(answer)

    return routes


def describe(answer: Answer) -> dict[str, Any]:
    """An answer as `awrach chat --json` prints it: intent, topic and replies with text, buttons and media."""
    return {
        "intent": answer.turn.intent,
        "topic": answer.turn.topic,
        "replies": [
            {
                "text": reply.text,
                "buttons": [{"title": choice.title, "payload": choice.payload} for choice in reply.choices],
                "media": [],
            }
            for reply in answer.turn.replies
        ],
    }
