"""Turns of a conversation with the assistant over loopback, through the same gateway as any channel."""

from __future__ import annotations

import base64
import json
import mimetypes
from pathlib import Path
from typing import Any

import httpx
from tenacity import Retrying, retry_if_exception_type, stop_after_delay, wait_fixed

from bot.errors import SettingsError

TURN_SECONDS = 90.0
PATIENCE = 20.0
_FILES = ("photo", "voice", "document")
KINDS = ("text", "button", *_FILES, "sticker", "location", "contact")


class TurnRejected(ValueError):
    """When a line is no turn that a person could send, or the assistant does not take it; the text says why."""


class Person:
    """Someone who writes to the assistant.

    Args:
        address: of the assistant's public port.
        token: the internal token.
        account: `telegram` or `whatsapp`.
        name: by which the channel knows them; on WhatsApp a phone number is one too.
        transport: stands in for the network in tests.
        patience: seconds for which a process that takes no connections is waited for.
    """

    def __init__(
        self,
        address: str,
        token: str,
        account: str,
        name: str,
        transport: httpx.BaseTransport | None = None,
        patience: float = PATIENCE,
    ) -> None:
        self._patience = patience
        self._sender = {"account": account, "person": name}
        if account == "whatsapp" and name.startswith("+"):
            self._sender["phone"] = name
        self._client = httpx.Client(
            base_url=address,
            headers={"Authorization": f"Bearer {token}"},
            timeout=TURN_SECONDS,
            trust_env=False,
            transport=transport,
        )

    def send(self, content: dict[str, Any]) -> dict[str, Any]:
        """Sends one turn and waits for the answer.

        Args:
            content: one of `KINDS`; files as `read_content` gives them.

        Returns:
            `intent`, `topic` and `replies`, each with `text`, `buttons` and `media`.

        Raises:
            TurnRejected: when the assistant does not take the turn or has no answer for it.
            SettingsError: when the assistant is not there.
        """
        try:
            response = self._post({**self._sender, **content})
        except httpx.ConnectError as error:
            raise SettingsError(f"The assistant does not answer ({type(error).__name__}).") from error
        except httpx.HTTPError as error:
            raise TurnRejected(f"The assistant went away before it answered ({type(error).__name__}).") from error
        if response.status_code in (401, 404):
            raise SettingsError(f"The process on {self._client.base_url} takes no turns from the terminal.")
        if not response.is_success:
            raise TurnRejected(_read_reason(response))
        answer: dict[str, Any] = response.json()
        return answer

    def _post(self, body: dict[str, Any]) -> httpx.Response:
        # A process that is started anew takes connections again after some seconds; nothing was sent before that.
        retrying = Retrying(
            retry=retry_if_exception_type(httpx.ConnectError),
            stop=stop_after_delay(self._patience),
            wait=wait_fixed(0.5),
            reraise=True,
        )
        return retrying(self._client.post, "/simulator/turns", json=body)

    def close(self) -> None:
        """Closes the connection."""
        self._client.close()


def read_turn(line: str) -> Any:
    """What a line says: the text itself, or the object that it is in JSON."""
    if line.lstrip().startswith("{"):
        try:
            return json.loads(line)
        except json.JSONDecodeError:
            return line
    return line


def read_content(turn: Any) -> dict[str, Any]:
    """A turn as the assistant takes it, files read.

    Args:
        turn: a text, or an object with exactly one of `KINDS`: files by their path.

    Raises:
        TurnRejected: when the object is none of these or a file cannot be read.
    """
    if isinstance(turn, str):
        return {"text": turn}
    if len(turn) != 1 or next(iter(turn)) not in KINDS:
        raise TurnRejected(f"an object needs exactly one of {', '.join(KINDS)}")
    kind, value = next(iter(turn.items()))
    return {kind: _read_file(value) if kind in _FILES else value}


def _read_file(name: Any) -> dict[str, str]:
    path = Path(str(name)).expanduser()
    try:
        content = path.read_bytes()
    except OSError as error:
        raise TurnRejected(f"{path} cannot be read: {error.strerror}") from error
    mime = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    return {"name": path.name, "mime": mime, "data": base64.b64encode(content).decode("ascii")}


def _read_reason(response: httpx.Response) -> str:
    try:
        detail = response.json()["detail"]
    except (ValueError, KeyError, TypeError):
        return f"the assistant failed (HTTP {response.status_code})"
    if isinstance(detail, list):
        return "; ".join(str(problem.get("msg", problem)) for problem in detail)
    return str(detail)
