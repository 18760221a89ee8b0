"""A reply that goes round in circles is stopped; what was never sent is no circle."""

from datetime import timedelta

import pytest

from bot.channels.base import Part
from bot.delivery.loops import LoopBrake
from bot.registry.outbox import Leased


def message(text="x", address="ali", channel="telegram", account="bot"):
    return Leased(1, channel, account, address, Part(text=text), 0, None)


@pytest.mark.parametrize(
    ("noted", "asked", "later", "looping"),
    [
        (19, message(), 0, False),
        (20, message(), 0, True),
        (99, message(), 0, True),
        (20, message(), 299, True),
        (20, message(), 300, False),
        (99, message("y"), 0, False),
        (99, message(address="aicha"), 0, False),
        (99, message(channel="whatsapp"), 0, False),
    ],
)
def test_it_knows_text_address_and_time(clock, noted, asked, later, looping):
    brake = LoopBrake()
    for _ in range(noted):
        brake.note(message(), clock())
    assert brake.is_looping(asked, clock() + timedelta(seconds=later)) is looping


def test_twenty_over_a_longer_time_are_no_loop(clock):
    brake = LoopBrake()
    for _ in range(100):
        brake.note(message(), clock())
        clock.advance(seconds=16)
        assert not brake.is_looping(message(), clock())


def test_it_forgets_what_is_over(clock):
    brake = LoopBrake()
    for number in range(1000):
        brake.note(message(address=f"s{number}"), clock())
        brake.note(message(), clock())
        clock.advance(seconds=1)
    assert len(brake._sent) == 301
