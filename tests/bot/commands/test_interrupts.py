"""Signals end a process once, and never in the middle of a block that must be whole."""

from __future__ import annotations

import signal

import pytest

from bot.interrupts import Interrupts


def test_a_signal_within_a_held_block_is_raised_at_its_end(signals):
    interrupts = Interrupts()
    interrupts.install()
    reached = []

    def work() -> None:
        with interrupts.hold():
            with interrupts.hold():
                signal.raise_signal(signal.SIGTERM)
            reached.append("the end of the block")

    with pytest.raises(KeyboardInterrupt):
        work()
    # Whoever presses Ctrl-C twice does not break the clearing up.
    signal.raise_signal(signal.SIGINT)
    assert reached == ["the end of the block"]


def test_nohup_is_respected(signals):
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    Interrupts().install()
    signal.raise_signal(signal.SIGHUP)
