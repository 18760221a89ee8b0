"""How fast each channel may send, and a brake on a reply that goes round in circles."""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import Callable
from typing import Any, TypeVar

from limits import RateLimitItem, RateLimitItemPerMinute, RateLimitItemPerSecond
from limits.storage import MemoryStorage, RedisStorage
from limits.strategies import MovingWindowRateLimiter

from bot.registry.outbox import Leased

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


class RateLimits:
    """The limits of all accounts, shared through Redis where there is one.

    Args:
        redis_url: of the Redis server, or None for this process's memory.
    """

    def __init__(self, redis_url: str | None = None) -> None:
        self._is_shared = redis_url is not None
        self._storage = RedisStorage(redis_url) if redis_url else MemoryStorage()
        self._limiter = MovingWindowRateLimiter(self._storage)

    def close(self) -> None:
        """Closes the connections."""
        if isinstance(self._storage, RedisStorage):
            self._storage.storage.close()

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
                stats = await self._call(self._limiter.get_window_stats, rate, _hide(key))
                return max(stats.reset_time - time.time(), 0.05)
        return 0.0

    async def is_looping(self, message: Leased) -> bool:
        """Whether the same text went to the same address more than 20 times within 5 minutes."""
        key = _hide(f"{message.channel}:{message.address}:{message.part.text}")
        return not await self._hit(SAME_TEXT_RATE, "same", key)

    async def _hit(self, rate: RateLimitItem, *key: str) -> bool:
        return await self._call(self._limiter.hit, rate, *key)

    async def _call(self, function: Callable[..., T], rate: RateLimitItem, *key: Any) -> T:
        # Redis is a wait, our own memory is not; the library's asynchronous memory starts a thread for each known key.
        return await asyncio.to_thread(function, rate, *key) if self._is_shared else function(rate, *key)


def _hide(key: str) -> str:
    # Addresses are phone numbers: they do not go to Redis as they are.
    return hashlib.sha256(key.encode()).hexdigest()[:24]
