"""A brake on a reply that goes round in circles."""

from __future__ import annotations

import hashlib
from collections import deque
from datetime import datetime, timedelta

from bot.registry.outbox import Leased

MOST = 20
WINDOW = timedelta(minutes=5)


class LoopBrake:
    """Counts what went out: the same text to the same address.

    Each process counts what it sent itself: with several of them a loop goes on a little longer before it is stopped.
    """

    def __init__(self) -> None:
        # Ordered by the last time that something was noted, so that what is over lies in front.
        self._sent: dict[bytes, deque[datetime]] = {}

    def note(self, message: Leased, now: datetime) -> None:
        """Counts a message that went out, or may have."""
        key = _digest(message)
        times = self._sent.pop(key, None) or deque(maxlen=MOST)
        times.append(now)
        self._sent[key] = times
        while (oldest := next(iter(self._sent))) != key and self._sent[oldest][-1] <= now - WINDOW:
            del self._sent[oldest]

    def is_looping(self, message: Leased, now: datetime) -> bool:
        """Whether the same text went to the same address 20 times within the last 5 minutes."""
        times = self._sent.get(_digest(message))
        return times is not None and len(times) == MOST and times[0] > now - WINDOW


def _digest(message: Leased) -> bytes:
    # No text and no address is kept in memory longer than it is needed.
    key = f"{message.channel}:{message.account}:{message.address}:{message.part.text}"
    return hashlib.sha256(key.encode()).digest()[:16]
