"""How fast we may send, counted in memory and in Redis alike."""

from contextlib import asynccontextmanager

import pytest
from redis import Redis

from bot.channels.base import Part
from bot.delivery.limits import RateLimits
from bot.registry.outbox import Leased


def message(text="x", address="ali", channel="telegram", account="bot"):
    return Leased(1, channel, account, address, Part(text=text), 0)


@asynccontextmanager
async def count(redis_url):
    limits = RateLimits(redis_url)
    yield limits
    limits.close()


@pytest.fixture
async def limits(backend):
    async with count(backend.redis_url) as limits:
        yield limits


async def admitted(limits, messages):
    return sum([not await limits.admit(one) for one in messages])


@pytest.mark.parametrize(("channel", "at_once", "seconds"), [("telegram", 20, 20), ("whatsapp", 45, 240)])
async def test_an_address_gets_some_at_once_and_then_waits(limits, channel, at_once, seconds):
    assert await admitted(limits, [message(channel=channel)] * at_once) == at_once
    assert seconds - 10 < await limits.admit(message(channel=channel)) <= seconds
    assert await limits.admit(message(channel=channel, address="aicha")) == 0
    assert await limits.admit(message(channel=channel, account="other")) == 0


async def test_telegram_takes_thirty_a_second(limits):
    waits = [await limits.admit(message(address=f"s{number}")) for number in range(90)]
    assert 30 <= waits.count(0) <= 60
    assert max(waits) <= 1
    assert await admitted(limits, [message(address=f"s{number}", account="other") for number in range(30)]) == 30


async def test_the_simulator_has_no_limits(limits):
    assert await admitted(limits, [message(channel="simulator")] * 200) == 200


async def test_the_brake_of_a_loop_knows_text_and_address(limits):
    assert not any([await limits.is_looping(message()) for _ in range(20)])
    assert await limits.is_looping(message())
    assert not await limits.is_looping(message("y"))
    assert not await limits.is_looping(message(address="aicha"))


async def test_two_processes_share_one_limit_through_redis(servers, tmp_path):
    with servers.lend(tmp_path) as backend:
        async with count(backend.redis_url) as one, count(backend.redis_url) as other:
            assert await admitted(one, [message()] * 15) + await admitted(other, [message()] * 15) == 20


async def test_no_address_or_text_lies_in_redis(servers, tmp_path):
    with servers.lend(tmp_path) as backend:
        async with count(backend.redis_url) as limits:
            await limits.admit(message(address="+212600000001"))
            await limits.is_looping(message("a secret", "+212600000001"))
        with Redis.from_url(backend.redis_url) as redis:
            keys = b" ".join(redis.keys("*"))
    assert keys
    assert b"600000001" not in keys
    assert b"secret" not in keys


async def test_without_redis_each_process_keeps_its_own_limits(caplog):
    limits = RateLimits("redis://127.0.0.1:1/0")
    assert await admitted(limits, [message()] * 21) == 20
    assert not await limits.is_looping(message())
    limits.close()
    assert "Redis is away" in caplog.text
