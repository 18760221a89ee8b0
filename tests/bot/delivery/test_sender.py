"""Each kind of failure has its rule, and no rule sends twice."""

import asyncio
from datetime import timedelta

import pytest
from doubles import answer
from sqlalchemy import select

from bot.channels.base import Part
from bot.delivery.sender import RECOVERY_EVERY, Sender
from bot.errors import Ambiguous, ChannelDown, NotSent, Rejected, SendError, Throttled, Unreachable, WindowClosed
from bot.registry import outbox, people
from bot.registry.models import Address, Delivery, DeliveryState, StaffRequest


@pytest.fixture
def post(office):
    """Puts the parts of a message to someone into the outbox."""

    async def post(*texts, to="ali", channel=None, priority=0):
        channel = channel or office.telegram

        def plan(session):
            address = people.find_or_add_address(session, channel.name, channel.account, to, None, office.clock())
            parts = [Part(text=text) for text in texts]
            return outbox.plan(session, address.id, parts, office.clock(), priority=priority)

        return await office.database.run(plan)

    return post


@pytest.fixture
def read(office):
    async def read(delivery_id):
        return await office.database.run(lambda session: session.get_one(Delivery, delivery_id))

    return read


def texts(messages):
    return [message.text for message in messages]


async def test_what_is_planned_is_sent_once_and_noted(office, post, read):
    (delivery,) = await post("salam")
    await office.sender.drain()
    await office.sender.drain()
    assert [(sent.address, sent.text, sent.delivery_id) for sent in office.telegram.tried] == [
        ("ali", "salam", delivery)
    ]
    row = await read(delivery)
    assert (row.state, row.provider_id, row.sent_at) == ("sent", f"telegram-{delivery}", office.clock())


async def test_each_person_gets_theirs_in_order(office, post):
    for number in range(4):
        await post(f"{number}a", f"{number}b", to="ali")
        await post(f"{number}x", to="aicha")
    await office.sender.drain()
    sent = office.telegram.sent
    assert texts(one for one in sent if one.address == "ali") == [f"{n}{part}" for n in range(4) for part in "ab"]
    assert texts(one for one in sent if one.address == "aicha") == [f"{n}x" for n in range(4)]


async def test_replies_overtake_a_broadcast(office, post):
    for number in range(40):
        await post("bulk", to=f"s{number}", priority=1)
    await post("reply", to="ali")
    await office.sender.send_due()
    await asyncio.gather(*office.sender._tasks)
    assert "reply" in texts(office.telegram.sent)
    assert len(office.telegram.sent) == 32


async def test_throttled_waits_as_long_as_the_provider_says(office, post, read):
    (delivery,) = await post("salam")
    office.telegram.failures = [Throttled("slow down", 17.0)]
    await office.sender.drain()
    row = await read(delivery)
    assert (row.state, row.due_at) == ("planned", office.clock() + timedelta(seconds=17))
    office.clock.advance(seconds=16)
    await office.sender.drain()
    assert len(office.telegram.tried) == 1
    office.clock.advance(seconds=1)
    await office.sender.drain()
    assert texts(office.telegram.sent) == ["salam"]


async def test_a_second_part_that_is_throttled_does_not_repeat_the_first(office, post):
    await post("part 1", "part 2", "part 3")
    office.telegram.failures = [None, Throttled("slow down", 5.0)]
    await office.sender.drain()
    office.clock.advance(seconds=5)
    await office.sender.drain()
    assert texts(office.telegram.sent) == ["part 1", "part 2", "part 3"]
    assert texts(office.telegram.tried) == ["part 1", "part 2", "part 2", "part 3"]


@pytest.mark.parametrize(
    ("error", "first_waits", "code"),
    [
        (NotSent("connection refused"), [1, 2, 4, 8, 16], "expired"),
        (Throttled("slow down", 1.0, "20429"), [1, 2, 4, 8, 16], "20429"),
        (Throttled("slow down", 5.0, "63018"), [5, 5, 5, 8, 16], "63018"),
    ],
)
async def test_not_sent_is_tried_again_ever_more_slowly_for_a_day(office, post, read, error, first_waits, code):
    (delivery,) = await post("salam")
    office.telegram.failures = [error] * 1000
    waits = []
    while (row := await read(delivery)).state == "planned":
        await office.sender.drain()
        row = await read(delivery)
        waits.append((row.due_at - office.clock()).total_seconds())
        office.clock.now = max(row.due_at, office.clock())
    assert waits[:5] == first_waits
    assert max(waits) == 600
    assert timedelta(hours=24) <= office.clock() - row.created_at < timedelta(hours=24, minutes=10)
    assert (row.state, row.error_code) == ("failed", code)


async def test_an_outage_of_hours_loses_nothing(office, post, read):
    deliveries = await post("1", "2") + await post("x", to="aicha")
    ends = office.clock() + timedelta(hours=20)
    send = office.telegram.send

    async def refuse_or_send(*given):
        if office.clock() < ends:
            raise NotSent("connection refused")
        return await send(*given)

    office.telegram.send = refuse_or_send
    while office.clock() < ends + timedelta(minutes=10):
        office.clock.advance(minutes=10)
        await office.sender.drain()
    assert {(await read(delivery)).state for delivery in deliveries} == {"sent"}


async def test_ambiguous_is_never_sent_again(office, post, read):
    delivery, behind = await post("salam", "labas")
    office.telegram.failures = [Ambiguous("timeout", "504")]
    await office.sender.drain()
    row = await read(delivery)
    assert (row.state, row.error_code) == ("unknown", "504")
    office.clock.advance(days=2)
    office.restart()
    await office.database.run(outbox.recover, office.clock())
    await office.sender.drain()
    assert texts(office.telegram.tried) == ["salam", "labas"]
    assert (await read(behind)).state == "sent"


async def test_unreachable_skips_what_is_left(office, post, read):
    first, second = await post("1", "2")
    office.telegram.failures = [Unreachable("blocked by the user", "403")]
    await office.sender.drain()
    (other,) = await post("x", to="aicha")
    await office.sender.drain()
    assert [(await read(delivery)).state for delivery in (first, second, other)] == ["failed", "skipped", "sent"]
    (address,) = await office.database.run(
        lambda session: session.scalars(select(Address).where(Address.unreachable_at.is_not(None))).all()
    )
    assert address.value == "ali"


@pytest.mark.parametrize("error", [Rejected("bad request", "400"), WindowClosed("window closed", "63016")])
async def test_rejected_fails_and_the_next_goes_on(office, post, read, error):
    first, second = await post("1", "2")
    office.telegram.failures = [error]
    await office.sender.drain()
    assert [((await read(delivery)).state, (await read(delivery)).error_code) for delivery in (first, second)] == [
        ("failed", error.code),
        ("sent", None),
    ]


async def test_a_channel_that_is_down_pauses_alone(office, post, read):
    deliveries = [(await post("x", to=f"s{number}"))[0] for number in range(40)]
    (on_whatsapp,) = await post("x", channel=office.whatsapp)
    office.telegram.failures = [ChannelDown("token revoked", "401")] * 40
    await office.sender.drain()
    tried = len(office.telegram.tried)
    assert tried <= 32
    assert (await read(on_whatsapp)).state == "sent"
    assert {(await read(delivery)).state for delivery in deliveries} == {"planned"}
    office.clock.advance(seconds=59)
    await post("later")
    await office.sender.drain()
    assert len(office.telegram.tried) == tried
    office.telegram.failures = []
    office.clock.advance(seconds=1)
    await office.sender.drain()
    assert len(office.telegram.sent) == 41


async def test_a_long_outage_of_a_channel_uses_up_no_attempts(office, post, read):
    (delivery,) = await post("x")
    office.telegram.failures = [ChannelDown("suspended")] * 15
    for _ in range(15):
        await office.sender.drain()
        office.clock.advance(minutes=1)
    assert ((await read(delivery)).state, (await read(delivery)).attempts) == ("planned", 0)
    await office.sender.drain()
    assert (await read(delivery)).state == "sent"


async def test_messages_of_an_account_that_was_removed_wait_for_it(office, post, read):
    (delivery,) = await post("x")
    channel = office.channels.pop(("telegram", "bot"))
    await office.sender.drain()
    assert (await read(delivery)).state == "planned"
    office.channels["telegram", "bot"] = channel
    office.clock.advance(minutes=2)
    await office.sender.drain()
    assert texts(office.telegram.sent) == ["x"]


async def test_an_error_that_nobody_foresaw_is_not_sent_again(office, post, read):
    (delivery,) = await post("x")
    office.telegram.failures = [RuntimeError("a mistake of ours")]
    with pytest.raises(RuntimeError):
        await office.sender.drain()
    assert (await read(delivery)).state == "sending"
    office.clock.advance(minutes=3)
    await office.database.run(outbox.recover, office.clock())
    await office.sender.drain()
    assert (await read(delivery)).state == "unknown"
    assert len(office.telegram.tried) == 1


@pytest.mark.parametrize("error", [Ambiguous("timeout"), Rejected("no"), Unreachable("blocked")])
async def test_the_staff_see_a_reply_that_did_not_arrive_once(office, error):
    office.telegram.failures = [None, *[error] * 5]
    office.rasa.script = lambda turn: answer("one", "two")
    await office.receive(office.write("salam"))
    (request,) = await office.database.run(lambda session: session.scalars(select(StaffRequest)).all())
    assert (request.kind, request.resolved_at) == ("delivery", None)


@pytest.mark.parametrize(
    ("failures", "tried"),
    [
        ([], 20),
        ([Ambiguous("it may have gone out")] * 20, 20),
        ([NotSent("it did not go out")] * 4, 24),
        ([Throttled("it did not go out", 1.0)] * 4, 24),
    ],
)
async def test_the_same_text_over_and_over_is_stopped(office, post, read, failures, tried):
    """What counts is what went out, not how often it was tried."""
    office.telegram.failures = list(failures)
    deliveries = [*await post(*["again"] * 21), *await post("other")]
    for _ in range(9):
        await office.sender.drain()
        office.clock.advance(seconds=20)
    assert texts(office.telegram.tried) == ["again"] * tried + ["other"]
    row = await read(deliveries[20])
    assert (row.state, row.error_code) == (DeliveryState.SKIPPED, "loop")


async def test_what_the_limits_hold_back_is_sent_later(office, post, read):
    class Slow:
        async def admit(self, message):
            return 0.0 if office.clock() >= open_at else 30.0

    open_at = office.clock() + timedelta(seconds=30)
    office.sender._limits = Slow()
    (delivery,) = await post("x")
    await office.sender.drain()
    row = await read(delivery)
    assert (row.state, row.attempts, row.due_at) == ("planned", 0, office.clock() + timedelta(seconds=30))
    office.clock.advance(seconds=30)
    await office.sender.drain()
    assert texts(office.telegram.sent) == ["x"]


async def test_the_running_sender_picks_up_what_a_dead_one_left(office, post, read):
    await post("lost", "behind")
    (half_sent,) = await post("half sent", to="aicha")

    def die(session):
        for message in outbox.lease(session, office.clock(), 9):
            if message.id == half_sent:
                outbox.mark_sending(session, message)

    await office.database.run(die)
    office.clock.advance(minutes=3)
    running = asyncio.create_task(office.sender.run())
    await office.telegram.wait_for(2)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert texts(office.telegram.sent) == ["lost", "behind"]
    assert (await read(half_sent)).state == "unknown"


async def test_what_a_dead_process_held_is_freed_under_load_too(office, post, read):
    """There is always something to send, so the sender never rests."""
    (lost,) = await post("lost", to="aicha")
    await office.database.run(outbox.lease, office.clock(), 9)
    # Not at the start, when SQLite has no other process.
    office.sender._recovered_at = office.clock()
    send, running = office.telegram.send, None
    seconds = (outbox.LEASE + RECOVERY_EVERY).total_seconds()

    async def send_and_plan(address, part, delivery_id):
        if address == "aicha" or office.clock() > (await read(lost)).created_at + timedelta(seconds=2 * seconds):
            running.cancel()
        office.clock.advance(seconds=2)
        await post(f"more at {office.clock()}", to="ali")
        return await send(address, part, delivery_id)

    office.telegram.send = send_and_plan
    await post("more", "more", to="ali")
    running = asyncio.create_task(office.sender.run())
    with pytest.raises(asyncio.CancelledError):
        await running
    assert (await read(lost)).state == "sent"
    assert office.clock() <= (await read(lost)).created_at + timedelta(seconds=seconds + 10)


async def test_a_sender_that_is_stopped_sends_what_it_holds_and_takes_no_more(office, post, read):
    deliveries = [(await post("x", to=f"s{number}"))[0] for number in range(40)]
    may_end, send = asyncio.Event(), office.telegram.send

    async def send_slowly(*given):
        if len(office.sender._tasks) == 32:
            office.sender.stop()
            may_end.set()
        await may_end.wait()
        return await send(*given)

    office.telegram.send = send_slowly
    await office.sender.run()
    states = [(await read(delivery)).state for delivery in deliveries]
    assert states == ["sent"] * 32 + ["planned"] * 8


async def test_every_kind_of_failure_has_a_rule(office, post, read):
    """No failure leaves a message neither planned nor settled."""
    kinds = [SendError, Rejected, WindowClosed, Ambiguous, NotSent, Unreachable, ChannelDown]
    errors = [kind("x") for kind in kinds] + [Throttled("x", 1.0)]
    for number, error in enumerate(errors):
        (delivery,) = await post("x", to=f"s{number}")
        office.telegram.failures = [error]
        await office.sender.drain()
        assert (await read(delivery)).state in ("planned", "failed", "unknown"), error
        office.clock.advance(hours=1)
        await office.sender.drain()
        assert (await read(delivery)).state in ("sent", "failed", "unknown"), error


async def test_a_database_that_is_away_for_a_while_stops_nothing_for_good(office, post, read, monkeypatch, caplog):
    (delivery,) = await post("salam")
    lease, failures = outbox.lease, [OSError("away: postgresql://user:password@host"), OSError("still away")]
    monkeypatch.setattr(outbox, "lease", lambda *given: lease(*given) if not failures else fail(failures.pop()))
    slept, sent = [], asyncio.Event()

    async def sleep(seconds):
        slept.append(seconds)

    def fail(error):
        raise error

    async def send(address, part, delivery_id):
        sent.set()
        return "1"

    monkeypatch.setattr(office.telegram, "send", send)
    sender = Sender(office.database, office.channels, office._limits, office.clock, sleep)
    running = asyncio.create_task(sender.run())
    await asyncio.wait_for(sent.wait(), 10)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert len(slept) == 2
    assert "password" not in caplog.text
    assert (await read(delivery)).state in ("sending", "sent")
