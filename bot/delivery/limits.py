"""How fast each channel may send, and a brake on a reply that goes round in circles."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import time
from collections.abc import Callable
from functools import partial
from typing import TypeVar

from limits import RateLimitItem, RateLimitItemPerMinute, RateLimitItemPerSecond
from limits.storage import MemoryStorage, RedisStorage
from limits.strategies import MovingWindowRateLimiter
from redis.exceptions import RedisError

from bot.registry.outbox import Leased

log = logging.getLogger(__name__)

T = TypeVar("T")

# Telegram: core.telegram.org/bots/faq ("My bot is hitting limits"); WhatsApp: Twilio's default for one sender, and
# Meta's pair rate of one message in 6 seconds, of which 45 may come at once.
ACCOUNT_RATES: dict[str, RateLimitItem] = {
    "telegram": RateLimitItemPerSecond(30),
    "whatsapp": RateLimitItemPerSecond(80),
}
ADDRESS_RATES: dict[str, RateLimitItem] = {
    "telegram": RateLimitItemPerSecond(20, 20),
    "whatsapp": RateLimitItemPerMinute(45, 4),
}
SAME_TEXT_RATE = RateLimitItemPerMinute(20, 5)
SHORTEST_WAIT = 0.05


class RateLimits:
    """The limits of all accounts, shared through Redis where there is one.

    Args:
        redis_url: of the Redis server, or None for this process's memory.
    """

    def __init__(self, redis_url: str | None = None) -> None:
        self._own = MovingWindowRateLimiter(MemoryStorage())
        self._redis = RedisStorage(redis_url) if redis_url else None
        self._shared = MovingWindowRateLimiter(self._redis) if self._redis else None

    def close(self) -> None:
        """Closes the connections."""
        if self._redis is not None:
            self._redis.storage.close()

    async def admit(self, message: Leased) -> float:
        """Takes a place for a message.

        Returns:
            Seconds to wait before it may be sent; 0 where it may be sent now.
        """
        account = f"{message.channel}:{message.account}"
        limits = [
            (ADDRESS_RATES.get(message.channel), f"{account}:{message.address}"),
            (ACCOUNT_RATES.get(message.channel), account),
        ]
        for rate, key in limits:
            if rate and not await self._hit(rate, _hide(key)):
                return await self._ask(partial(_find_wait, rate, _hide(key)))
        return 0.0

    async def is_looping(self, message: Leased) -> bool:
        """Whether the same text went to the same address more than 20 times within 5 minutes."""
        key = _hide(f"{message.channel}:{message.address}:{message.part.text}")
        return not await self._hit(SAME_TEXT_RATE, "same", key)

    async def _hit(self, rate: RateLimitItem, *key: str) -> bool:
        return await self._ask(lambda limiter: limiter.hit(rate, *key))

    async def _ask(self, question: Callable[[MovingWindowRateLimiter], T]) -> T:
        # Our own memory is asked at once: the library's asynchronous one starts a thread for each known key.
        if self._shared is None:
            return question(self._own)
        try:
            return await asyncio.to_thread(question, self._shared)
        except RedisError as error:
            log.error("Redis is away, each process keeps its own limits: %s", type(error).__name__)
            return question(self._own)


def _find_wait(rate: RateLimitItem, key: str, limiter: MovingWindowRateLimiter) -> float:
    return max(limiter.get_window_stats(rate, key).reset_time - time.time(), SHORTEST_WAIT)


def _hide(key: str) -> str:
    # Addresses are phone numbers: they do not go to Redis as they are.
    return hashlib.sha256(key.encode()).hexdigest()[:24]
