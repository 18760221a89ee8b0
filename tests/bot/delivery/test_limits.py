"""How fast we may send, counted in memory and in Redis alike."""

from contextlib import asynccontextmanager
from datetime import UTC, datetime

import pytest
from limits import RateLimitItemPerMinute
from redis import Redis

from bot.channels.base import Part
from bot.delivery.limits import ACCOUNT_RATES, RateLimits
from bot.registry.outbox import Leased

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


def message(text="x", address="ali", channel="telegram", account="bot"):
    return Leased(1, channel, account, address, Part(text=text), 0, NOW)


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


@pytest.mark.parametrize(("channel", "seconds"), [("telegram", 20), ("whatsapp", 240)])
async def test_what_the_account_holds_back_uses_up_nothing_of_the_address(limits, monkeypatch, channel, seconds):
    """Under a broadcast the account is always full: nobody may wait minutes to whom nothing was sent."""
    monkeypatch.setitem(ACCOUNT_RATES, channel, RateLimitItemPerMinute(1, 60))
    assert await limits.admit(message(channel=channel, address="aicha")) == 0
    refused = [await limits.admit(message(channel=channel)) for _ in range(60)]
    assert min(refused) > seconds
    monkeypatch.setitem(ACCOUNT_RATES, channel, RateLimitItemPerMinute(1000, 60))
    assert await limits.admit(message(channel=channel)) == 0


async def test_what_the_address_holds_back_uses_up_nothing_of_the_account(limits, monkeypatch):
    monkeypatch.setitem(ACCOUNT_RATES, "telegram", RateLimitItemPerMinute(30, 60))
    assert await admitted(limits, [message()] * 200) == 20
    assert await admitted(limits, [message(address=f"s{number}") for number in range(20)]) == 10


async def test_two_processes_share_one_limit_through_redis(servers, tmp_path):
    with servers.lend(tmp_path) as backend:
        async with count(backend.redis_url) as one, count(backend.redis_url) as other:
            assert await admitted(one, [message()] * 15) + await admitted(other, [message()] * 15) == 20


async def test_no_address_lies_in_redis(servers, tmp_path):
    with servers.lend(tmp_path) as backend:
        async with count(backend.redis_url) as limits:
            await limits.admit(message(address="+212600000001"))
        with Redis.from_url(backend.redis_url) as redis:
            keys = b" ".join(redis.keys("*"))
    assert keys
    assert b"600000001" not in keys


async def test_without_redis_each_process_keeps_its_own_limits(caplog):
    limits = RateLimits("redis://127.0.0.1:1/0")
    assert await admitted(limits, [message()] * 21) == 20
    limits.close()
    assert "Redis is away" in caplog.text
