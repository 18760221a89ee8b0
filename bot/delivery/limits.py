"""How fast each channel may send."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import time
from collections.abc import Sequence

from limits import RateLimitItem, RateLimitItemPerMinute, RateLimitItemPerSecond
from limits.storage import MemoryStorage, RedisStorage
from limits.strategies import MovingWindowRateLimiter
from redis.exceptions import RedisError

from bot.registry.outbox import Leased

log = logging.getLogger(__name__)

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
        """Takes a place for a message, of its account and of its address, or none of either.

        Returns:
            Seconds to wait before it may be sent; 0 where it may be sent now.
        """
        account = f"{message.channel}:{message.account}"
        limits = [
            (rate, _hide(key))
            for rate, key in (
                (ACCOUNT_RATES.get(message.channel), account),
                (ADDRESS_RATES.get(message.channel), f"{account}:{message.address}"),
            )
            if rate
        ]
        # Our own memory is asked at once: the library's asynchronous one starts a thread for each known key.
        if self._shared is None:
            return _admit(self._own, limits)
        try:
            return await asyncio.to_thread(_admit, self._shared, limits)
        except RedisError as error:
            log.error("Redis is away, each process keeps its own limits: %s", type(error).__name__)
            return _admit(self._own, limits)


def _admit(limiter: MovingWindowRateLimiter, limits: Sequence[tuple[RateLimitItem, str]]) -> float:
    # All are asked before any is taken: who is refused by one has used up nothing of the others. What another process
    # takes in between shows when it is taken.
    for take in (limiter.test, limiter.hit):
        for rate, key in limits:
            if not take(rate, key):
                return max(limiter.get_window_stats(rate, key).reset_time - time.time(), SHORTEST_WAIT)
    return 0.0


def _hide(key: str) -> str:
    # Addresses are phone numbers: they do not go to Redis as they are.
    return hashlib.sha256(key.encode()).hexdigest()[:24]
