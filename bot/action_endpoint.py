"""The action endpoint that Rasa calls: rasa_sdk's executor behind our own server, on loopback and with a token.

`python -m rasa_sdk` would listen on all interfaces.
"""

from __future__ import annotations

import hmac
import logging
from typing import Annotated, Any

from fastapi import FastAPI, Header, HTTPException, Request
from fastapi.responses import JSONResponse
from rasa_sdk.executor import ActionExecutor
from rasa_sdk.interfaces import ActionExecutionRejection, ActionNotFoundException

from actions import ACTIONS
from actions.turn import Desk
from bot.errors import locate
from bot.registry import people

log = logging.getLogger(__name__)


def make_action_app(desk: Desk, token: str, *, demo: bool = False) -> FastAPI:
    """The application that serves `POST /webhook`.

    Args:
        desk: what the actions work with.
        token: that Rasa must send as a bearer token.
        demo: whether everybody on this machine may call, so that `rasa shell` works on the example register.
    """
    executor = ActionExecutor()
    for action in ACTIONS:
        executor.register_action(action(desk))
    app = FastAPI(openapi_url=None)

    @app.post("/webhook")
    async def run_action(request: Request, authorization: Annotated[str, Header()] = "") -> JSONResponse:
        is_ours = hmac.compare_digest(authorization.encode(), f"Bearer {token}".encode())
        if not is_ours and not demo:
            raise HTTPException(401)
        call: dict[str, Any] = await request.json()
        if not is_ours:
            await desk.database.run(people.add_guest, call["sender_id"], desk.clock())
        # Our actions do not read the domain; the executor refuses a call that has none.
        call.setdefault("domain", {})
        try:
            result = await executor.run(call)
        except ActionExecutionRejection as rejection:
            return JSONResponse({"error": str(rejection), "action_name": rejection.action_name}, 400)
        except ActionNotFoundException as error:
            return JSONResponse({"error": str(error), "action_name": error.action_name}, 404)
        except Exception as error:
            # Rasa reads any error as "no reply", and the gateway then keeps the message.
            log.error("action %s failed: %s", call.get("next_action"), locate(error))
            return JSONResponse({"error": "action failed", "action_name": call.get("next_action")}, 500)
        return JSONResponse(result.model_dump() if result else {"events": [], "responses": []})

    return app
