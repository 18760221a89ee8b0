"""Ctrl-C, SIGTERM and a closed terminal, all told the same way: as a KeyboardInterrupt, once."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Interrupts:
    """Turns the signals that end a process into one KeyboardInterrupt that never comes between a fork and its note."""

    def __init__(self) -> None:
        self._held = 0
        self._received = False

    def install(self) -> None:
        """Takes over the signals of this process."""
        for number in SIGNALS:
            # `nohup` has the closing of the terminal ignored; that choice stays.
            if number is not signal.SIGHUP or signal.getsignal(number) is not signal.SIG_IGN:
                signal.signal(number, self._take)

    @contextmanager
    def hold(self) -> Iterator[None]:
        """Lets no signal break into the block; one that came is raised at its end."""
        self._held += 1
        try:
            yield
        finally:
            self._held -= 1
        if self._received and not self._held:
            self._raise()

    def _take(self, _number: int, _frame: FrameType | None) -> None:
        self._received = True
        if not self._held:
            self._raise()

    def _raise(self) -> None:
        self._received = False
        for number in SIGNALS:
            signal.signal(number, signal.SIG_IGN)
        raise KeyboardInterrupt
