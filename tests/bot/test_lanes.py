"""One lane a person: in order, one at a time, and nobody in another's way."""

import asyncio
import logging
from collections import defaultdict

import pytest
from hypothesis import given
from hypothesis import strategies as st
from redis.asyncio import Redis

from bot.lanes import Lanes, redis_lock


class Work:
    """Messages that wait, by person; a message may itself push others."""

    def __init__(self):
        self.waiting = defaultdict(list)
        self.done = []
        self.busy = set()
        self.lanes = Lanes(self.answer_next)

    def add(self, person, message):
        self.waiting[person].append(message)
        self.lanes.push(person)

    async def answer_next(self, person):
        assert person not in self.busy, "two at a time in one lane"
        if not self.waiting[person]:
            return False
        self.busy.add(person)
        await asyncio.sleep(0)
        self.busy.discard(person)
        self.done.append((person, self.waiting[person].pop(0)))
        return True


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 3)), max_size=30))
async def test_everything_is_done_once_and_in_order(arrivals):
    work = Work()
    for number, (person, pause) in enumerate(arrivals):
        work.add(person, number)
        for _ in range(pause):
            await asyncio.sleep(0)
    await work.lanes.drain()
    for person in "abc":
        expected = [number for number, (whose, _) in enumerate(arrivals) if whose == person]
        assert [message for whose, message in work.done if whose == person] == expected


async def test_a_message_that_comes_at_the_last_moment_is_not_forgotten():
    calls = []

    async def answer_next(person):
        calls.append(person)
        if len(calls) == 1:
            lanes.push(person)
        return False

    lanes = Lanes(answer_next)
    lanes.push("a")
    await lanes.drain()
    assert calls == ["a", "a"]


async def test_a_failure_ends_its_own_lane_only(caplog):
    done = []

    async def answer_next(person):
        if person == "a":
            raise KeyError("broken")
        done.append(person)
        return False

    lanes = Lanes(answer_next)
    lanes.push("a")
    lanes.push("b")
    await lanes.drain()
    assert done == ["b"]
    assert [record.levelno for record in caplog.records if record.name == "bot.lanes"] == [logging.ERROR]
    lanes.push("a")
    await lanes.drain()
    assert len(caplog.records) == 2, "the lane can be used again"


async def test_stop_leaves_what_is_not_done():
    begun = asyncio.Event()

    async def answer_next(person):
        begun.set()
        await asyncio.Event().wait()

    lanes = Lanes(answer_next)
    lanes.push("a")
    await begun.wait()
    await lanes.stop()
    await lanes.drain()


@pytest.fixture
async def redis(servers, tmp_path):
    with servers.lend(tmp_path) as backend:
        async with Redis.from_url(backend.redis_url) as redis:
            yield redis


async def test_two_processes_share_a_lane_through_redis(redis):
    running, most, order = 0, 0, []

    def work(name):
        async def answer_next(person):
            nonlocal running, most
            running += 1
            most = max(most, running)
            await asyncio.sleep(0.01)
            order.append((name, person))
            running -= 1
            return False

        return answer_next

    one, other = (Lanes(work(name), redis_lock(redis)) for name in ("one", "other"))
    one.push("a")
    other.push("a")
    await asyncio.gather(one.drain(), other.drain())
    assert most == 1
    assert sorted(order) == [("one", "a"), ("other", "a")]


async def test_other_people_do_not_wait_for_a_lock(redis):
    both_are_in = asyncio.Barrier(2)

    async def answer_next(person):
        async with asyncio.timeout(10):
            await both_are_in.wait()
        return False

    lanes = Lanes(answer_next, redis_lock(redis))
    lanes.push("a")
    lanes.push("b")
    await lanes.drain()
    assert both_are_in.n_waiting == 0


async def test_no_phone_number_is_needed_for_a_lock(redis):
    seen = []

    async def answer_next(person):
        seen.extend(await redis.keys("*"))
        return False

    lanes = Lanes(answer_next, redis_lock(redis))
    lanes.push("0123456789abcdef")
    await lanes.drain()
    assert seen == [b"awrach:lane:0123456789abcdef"]
    assert await redis.keys("*") == []


async def test_without_redis_each_process_goes_on_alone(caplog):
    work = Work()
    redis = Redis.from_url("redis://127.0.0.1:1/0")
    work.lanes = Lanes(work.answer_next, redis_lock(redis))
    work.add("ali", "salam")
    work.add("aicha", "azul")
    await work.lanes.drain()
    await redis.aclose()
    assert sorted(work.done) == [("aicha", "azul"), ("ali", "salam")]
    assert "Redis is away" in caplog.text
