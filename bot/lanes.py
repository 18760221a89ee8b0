"""One lane a person: their messages are handled strictly one after the other, other people's meanwhile."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext, suppress

from redis.asyncio import Redis
from redis.exceptions import RedisError

from bot.errors import locate

log = logging.getLogger(__name__)

Lock = Callable[[str], AbstractAsyncContextManager[object]]
LOCK_SECONDS = 120


def no_lock(_person_id: str) -> AbstractAsyncContextManager[object]:
    """For one process: its lanes alone keep the order."""
    return nullcontext()


def redis_lock(redis: Redis) -> Lock:
    """A lock a person, held in Redis, for several processes.

    While Redis is away each process goes on with its own lanes: an answer late is worse than two out of order, and no
    answer is sent twice, since the registry's own indexes see to that.
    """

    @asynccontextmanager
    async def hold(person_id: str) -> AsyncIterator[None]:
        lock = redis.lock(f"awrach:lane:{person_id}", timeout=LOCK_SECONDS)
        try:
            await lock.acquire()
        except RedisError as error:
            log.error("Redis is away, this process keeps the order alone: %s", type(error).__name__)
            yield
            return
        try:
            yield
        finally:
            with suppress(RedisError):
                await lock.release()

    return hold


class Lanes:
    """Runs `answer_next(person_id)` until it says that there is nothing left, once at a time for each person.

    Args:
        answer_next: answers the person's oldest message; returns whether to go on with the next.
        lock: held while one message is handled.
    """

    def __init__(self, answer_next: Callable[[str], Awaitable[bool]], lock: Lock = no_lock) -> None:
        self._answer_next = answer_next
        self._lock = lock
        self._running: dict[str, asyncio.Task[None]] = {}
        self._again: set[str] = set()

    def push(self, person_id: str) -> None:
        """Says that the person has a message that waits."""
        if person_id in self._running:
            self._again.add(person_id)
            return
        task = asyncio.create_task(self._run(person_id))
        self._running[person_id] = task
        task.add_done_callback(lambda done: self._finish(person_id, done))

    async def drain(self) -> None:
        """Waits until all lanes are empty."""
        while self._running:
            await asyncio.gather(*self._running.values(), return_exceptions=True)

    async def stop(self) -> None:
        """Stops all lanes; what is not done stays in the inbox."""
        # A lane that comes to its end just now may begin anew.
        while self._running:
            for task in self._running.values():
                task.cancel()
            await asyncio.gather(*self._running.values(), return_exceptions=True)

    async def _run(self, person_id: str) -> None:
        while True:
            self._again.discard(person_id)
            async with self._lock(person_id):
                more = await self._answer_next(person_id)
            if not more and person_id not in self._again:
                return

    def _finish(self, person_id: str, task: asyncio.Task[None]) -> None:
        del self._running[person_id]
        if task.cancelled():
            return
        if error := task.exception():
            log.error("a message could not be handled and stays in the inbox: %s", locate(error))
        elif person_id in self._again:
            self.push(person_id)
