"""What an error of the Bot API means for the message that was being sent."""

from __future__ import annotations

import os
from datetime import timedelta

import httpx
from telegram.error import (
    BadRequest,
    ChatMigrated,
    EndPointNotFound,
    Forbidden,
    InvalidToken,
    RetryAfter,
    TelegramError,
)

from bot.errors import Ambiguous, ChannelDown, NotSent, Rejected, SendError, Throttled, Unreachable

# Without this python-telegram-bot 22 warns of a coming change each time it makes a RetryAfter.
os.environ["PTB_TIMEDELTA"] = "true"

LONGEST_REASON = 200

_NEVER_LEFT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)
_NOBODY_THERE = ("chat not found", "user not found", "peer_id_invalid", "user is deactivated")


def sort_error(error: TelegramError, token: str) -> SendError:
    """The error that tells the sender what to do.

    The order of the cases matters: python-telegram-bot derives BadRequest and TimedOut from NetworkError.

    Args:
        error: what python-telegram-bot raised.
        token: is taken out of the reason, where httpx or a proxy put the address of the call into it.
    """
    reason = describe(error, token)
    match error:
        case RetryAfter():
            return Throttled(reason, read_wait(error), "429")
        case Forbidden():
            return Unreachable(reason, "403")
        case InvalidToken() | EndPointNotFound():
            return ChannelDown("Telegram does not accept the bot's token", "401")
        case BadRequest() if any(sign in str(error).lower() for sign in _NOBODY_THERE):
            return Unreachable(reason, "400")
        case BadRequest() | ChatMigrated():
            return Rejected(reason, "400")
        case _ if isinstance(error.__cause__, _NEVER_LEFT):
            return NotSent(reason)
        case _:
            return Ambiguous(reason)


def describe(error: TelegramError, token: str) -> str:
    """What went wrong in words, without the token."""
    cause = f" ({type(error.__cause__).__name__})" if error.__cause__ else ""
    return str(error).replace(token, "[token]")[:LONGEST_REASON] + cause


def read_wait(error: RetryAfter) -> float:
    """Seconds that Telegram asks to wait."""
    wait = error.retry_after
    return wait.total_seconds() if isinstance(wait, timedelta) else float(wait)
