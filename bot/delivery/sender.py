"""Sends what is in the outbox: each part once, each person's in order, replies before everything else."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta

from bot.channels.base import Channel
from bot.delivery.limits import RateLimits
from bot.delivery.loops import LoopBrake
from bot.errors import Ambiguous, ChannelDown, NotSent, SendError, Throttled, Unreachable, locate
from bot.registry import outbox
from bot.registry.database import Database
from bot.registry.models import DeliveryState
from bot.registry.outbox import Leased

log = logging.getLogger(__name__)

BATCH = 32
IDLE = 1.0
SHORTEST_REST = 0.1
CHANNEL_PAUSE = timedelta(minutes=1)
RECOVERY_EVERY = timedelta(seconds=30)


class Sender:
    """The one way out.

    Args:
        database: where the outbox is.
        channels: by name and account.
        limits: how fast each may send.
        clock: gives the present time.
        sleep: waits so many seconds when the database is away.
    """

    def __init__(
        self,
        database: Database,
        channels: Mapping[tuple[str, str], Channel],
        limits: RateLimits,
        clock: Callable[[], datetime],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._database = database
        self._channels = channels
        self._limits = limits
        self._clock = clock
        self._sleep = sleep
        self._wake = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        self._paused: dict[tuple[str, str], datetime] = {}
        self._loops = LoopBrake()
        self._recovered_at: datetime | None = None
        self._stopping = False

    def wake(self) -> None:
        """Says that there is something new in the outbox."""
        self._wake.set()

    def stop(self) -> None:
        """Ends `run` as soon as all that is under way is sent."""
        self._stopping = True
        self.wake()

    async def run(self) -> None:
        """Sends until it is stopped or cancelled; what is under way at that moment is finished first."""
        try:
            while not self._stopping:
                self._wake.clear()
                try:
                    await self._recover()
                    if await self.send_due() < BATCH:
                        await self._rest()
                except Exception as error:
                    # A database that is away comes back; what is planned waits in it.
                    log.error("the outbox cannot be read: %s", locate(error))
                    await self._sleep(IDLE)
        finally:
            await asyncio.gather(*self._tasks, return_exceptions=True)

    async def send_due(self) -> int:
        """Takes what is due and starts to send it; returns how many messages."""
        now = self._clock()
        self._paused = {key: until for key, until in self._paused.items() if until > now}
        free = BATCH - len(self._tasks)
        taken = await self._database.run(outbox.lease, now, free, tuple(self._paused)) if free else []
        for message in taken:
            task = asyncio.create_task(self._send(message))
            self._tasks.add(task)
            task.add_done_callback(self._finish)
        return len(taken)

    async def drain(self) -> None:
        """Sends all that is due now and waits until it is sent."""
        while await self.send_due() or self._tasks:
            await asyncio.gather(*self._tasks)

    def _finish(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            log.error("sending failed: %s", locate(error))
        if len(self._tasks) == BATCH - 1:
            self.wake()

    async def _recover(self) -> None:
        # By the clock and not when there is nothing else to do: under load that would be never.
        now = self._clock()
        if self._recovered_at is not None and now < self._recovered_at + RECOVERY_EVERY:
            return
        # SQLite belongs to one process: what the last one left need not wait for its lease.
        alone = self._recovered_at is None and self._database.is_sqlite
        await self._database.run(outbox.recover, now, alone=alone)
        self._recovered_at = now

    async def _rest(self) -> None:
        due = await self._database.run(outbox.earliest_due)
        wait = IDLE
        if due and not self._paused:
            wait = min(max((due - self._clock()).total_seconds(), SHORTEST_REST), IDLE)
        with suppress(TimeoutError):
            await asyncio.wait_for(self._wake.wait(), wait)

    async def _send(self, message: Leased) -> None:
        channel = self._channels.get((message.channel, message.account))
        if channel is None:
            # The account was taken out of the settings: its messages wait until it is back.
            await self._pause(message, "no such account")
            return
        if wait := await self._limits.admit(message):
            await self._put_back(message, timedelta(seconds=wait), tried=False)
            return
        if self._loops.is_looping(message, self._clock()):
            await self._give_up(message, DeliveryState.SKIPPED, "loop")
            return
        if not await self._database.run_durably(outbox.mark_sending, message):
            return
        try:
            provider_id = await channel.send(message.address, message.part, message.id)
        except Throttled as error:
            await self._retry(message, error, error.retry_after)
        except NotSent as error:
            await self._retry(message, error)
        except ChannelDown as error:
            await self._pause(message, error.reason)
        except Unreachable as error:
            await self._give_up(message, DeliveryState.FAILED, error.code, unreachable=True)
        except Ambiguous as error:
            log.warning("delivery %s: outcome unknown: %s", message.id, error.reason)
            self._loops.note(message, self._clock())
            await self._give_up(message, DeliveryState.UNKNOWN, error.code)
        except SendError as error:
            log.warning("delivery %s refused: %s", message.id, error.reason)
            await self._give_up(message, DeliveryState.FAILED, error.code)
        else:
            self._loops.note(message, self._clock())
            if await self._database.run(outbox.mark_sent, message.id, provider_id, self._clock()):
                self.wake()

    async def _retry(self, message: Leased, error: SendError, asked: float = 0.0) -> None:
        if self._clock() >= message.created_at + outbox.LONGEST_AGE:
            await self._give_up(message, DeliveryState.FAILED, error.code or "expired")
        else:
            await self._put_back(message, outbox.find_wait(message.attempts, asked), tried=True)

    async def _pause(self, message: Leased, reason: str) -> None:
        key = (message.channel, message.account)
        if key not in self._paused:
            log.error("channel %s does not send for now: %s", message.channel, reason)
        self._paused[key] = self._clock() + CHANNEL_PAUSE
        await self._put_back(message, timedelta(), tried=False)

    async def _put_back(self, message: Leased, wait: timedelta, *, tried: bool) -> None:
        await self._database.run(outbox.put_back, message, self._clock() + wait, tried=tried)

    async def _give_up(
        self, message: Leased, state: DeliveryState, code: str | None, *, unreachable: bool = False
    ) -> None:
        await self._database.run(outbox.give_up, message.id, state, code, self._clock(), unreachable=unreachable)
