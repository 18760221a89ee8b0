"""Calls of the Bot API that have to succeed in the end: the long poll, and setting the webhook at a bad moment."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from typing import Any

from telegram import Bot
from telegram.error import Conflict, EndPointNotFound, InvalidToken, RetryAfter, TelegramError

from bot.channels.telegram.errors import describe, read_wait
from bot.channels.telegram.updates import ALLOWED_UPDATES

log = logging.getLogger(__name__)

POLL_SECONDS = 50
"""Longest that Telegram holds a poll open (core.telegram.org/bots/api#getupdates)."""
FIRST_WAIT, LONGEST_WAIT = 1.0, 60.0
CONFLICT_WAIT = 15.0

Sleep = Callable[[float], Awaitable[None]]
Take = Callable[[dict[str, Any]], Awaitable[None]]


class Poller:
    """Fetches updates for as long as it runs.

    Args:
        bot: whose updates.
        take: handles one update; it is confirmed to Telegram only when this has returned.
        sleep: waits so many seconds.
    """

    def __init__(self, bot: Bot, take: Take, sleep: Sleep) -> None:
        self._bot = bot
        self._take = take
        self._sleep = sleep
        self._offset = 0

    async def run(self) -> None:
        """Polls until it is cancelled; errors are logged and waited out."""
        while True:
            await keep_trying(self.poll, self._bot.token, self._sleep)

    async def poll(self) -> None:
        """Fetches and handles what there is, waiting up to `POLL_SECONDS` for it."""
        # `Bot.get_updates` fails as a whole when the library cannot parse one update; this gives the JSON. The name
        # in small letters keeps it from pointing to that method; to the Bot API the case is all one
        # (core.telegram.org/bots/api#making-requests).
        updates = await self._bot.do_api_request(
            "getupdates",
            api_kwargs={"offset": self._offset, "timeout": POLL_SECONDS, "allowed_updates": ALLOWED_UPDATES},
            read_timeout=POLL_SECONDS + 10,
        )
        for update in updates:
            await self._take(update)
            self._offset = update["update_id"] + 1


async def keep_trying(step: Callable[[], Awaitable[Any]], token: str, sleep: Sleep) -> None:
    """Repeats `step` until it succeeds, at growing distances.

    Args:
        token: is kept out of the log.
        sleep: waits so many seconds.
    """
    backoff = FIRST_WAIT
    while True:
        try:
            await step()
        except RetryAfter as error:
            wait = read_wait(error)
        except (InvalidToken, EndPointNotFound):
            log.error("Telegram does not accept the bot's token")
            wait = LONGEST_WAIT
        except Conflict as error:
            log.error("another program receives this bot's messages: %s", describe(error, token))
            wait = CONFLICT_WAIT
        except Exception as error:
            # Whatever fails, also in the database: the next poll brings the same updates again.
            words = describe(error, token) if isinstance(error, TelegramError) else type(error).__name__
            log.warning("receiving from Telegram failed: %s", words)
            wait, backoff = backoff, min(2 * backoff, LONGEST_WAIT)
        else:
            return
        await sleep(wait)
