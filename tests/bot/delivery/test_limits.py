"""How fast we may send, counted in memory and in Redis alike."""

import pytest

from bot.channels.base import Part
from bot.delivery.limits import RateLimits
from bot.registry.outbox import Leased


def message(text="x", address="ali", channel="telegram", account="bot"):
    return Leased(1, channel, account, address, Part(text=text), 0)


@pytest.fixture
def limits(backend):
    return RateLimits(backend.redis_url)


async def admitted(limits, messages):
    return sum([not await limits.admit(one) for one in messages])


async def test_an_address_gets_five_at_once_and_then_waits(limits):
    assert await admitted(limits, [message()] * 5) == 5
    assert 0 < await limits.admit(message()) <= 5
    assert await limits.admit(message(address="aicha")) == 0
    assert await limits.admit(message(channel="whatsapp")) == 0


async def test_telegram_takes_thirty_a_second(limits):
    assert await admitted(limits, [message(address=f"s{number}") for number in range(45)]) in range(30, 36)
    assert await admitted(limits, [message(address=f"s{number}", account="other") for number in range(30)]) == 30


async def test_the_brake_of_a_loop_knows_text_and_address(limits):
    assert not any([await limits.is_looping(message()) for _ in range(20)])
    assert await limits.is_looping(message())
    assert not await limits.is_looping(message("y"))
    assert not await limits.is_looping(message(address="aicha"))


async def test_two_processes_share_one_limit_through_redis(servers, tmp_path):
    with servers.lend(tmp_path) as backend:
        one, other = RateLimits(backend.redis_url), RateLimits(backend.redis_url)
        assert await admitted(one, [message()] * 3) + await admitted(other, [message()] * 4) == 5


async def test_no_address_or_text_lies_in_redis(servers, tmp_path):
    from redis import Redis

    with servers.lend(tmp_path) as backend:
        limits = RateLimits(backend.redis_url)
        await limits.admit(message(address="+212600000001"))
        await limits.is_looping(message("a secret", "+212600000001"))
        with Redis.from_url(backend.redis_url) as redis:
            keys = b" ".join(redis.keys("*"))
    assert keys
    assert b"600000001" not in keys
    assert b"secret" not in keys
