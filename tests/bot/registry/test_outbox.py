"""What leaves: in order, once, and as far as the provider says."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import permutations
from threading import Barrier

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from bot.channels.base import Part, Receipt
from bot.registry import outbox, people
from bot.registry.models import Address, Delivery, DeliveryState, StaffRequest

P, L, S, U = DeliveryState.PLANNED, DeliveryState.LEASED, DeliveryState.SENDING, DeliveryState.UNKNOWN

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.fixture
def session(database):
    with database.begin() as session:
        yield session


def post(session, clock, *texts, to="ali", channel="telegram", priority=0):
    address = people.find_or_add_address(session, channel, "account", to, None, clock())
    return outbox.plan(session, address.id, [Part(text=text) for text in texts], clock(), priority=priority)


def lease(session, clock, limit=32, paused=()):
    return outbox.lease(session, clock(), limit, paused)


def read_state(session, delivery_id):
    return session.get_one(Delivery, delivery_id).state


def test_an_address_gets_one_message_at_a_time_in_order(session, clock):
    first, second = post(session, clock, "1", "2")
    (other,) = post(session, clock, "x", to="aicha")
    assert [message.id for message in lease(session, clock)] == [first, other]
    assert lease(session, clock) == []
    outbox.mark_sent(session, first, "p1", clock())
    (leased,) = lease(session, clock)
    assert (leased.id, leased.part.text, leased.address, leased.channel) == (second, "2", "ali", "telegram")


def test_a_part_that_waits_holds_up_those_behind_it_but_nobody_else(session, clock):
    first, second = post(session, clock, "1", "2")
    lease(session, clock)
    outbox.put_back(session, first, clock() + timedelta(seconds=30), tried=True)
    (other,) = post(session, clock, "x", to="aicha")
    assert [message.id for message in lease(session, clock)] == [other]
    clock.advance(seconds=30)
    (leased,) = lease(session, clock)
    assert (leased.id, leased.attempts) == (first, 1)
    outbox.mark_sent(session, first, "p1", clock())
    assert [message.id for message in lease(session, clock)] == [second]


def test_replies_go_ahead_of_what_was_not_asked_for(session, clock):
    bulk = [post(session, clock, "bulk", to=f"s{n}", priority=1)[0] for n in range(3)]
    (reply,) = post(session, clock, "reply", to="s0")
    assert [message.id for message in lease(session, clock)] == [reply, *bulk[1:]]


def test_waiting_for_ones_turn_is_no_attempt(session, clock):
    (delivery,) = post(session, clock, "1")
    for _ in range(20):
        (leased,) = lease(session, clock)
        assert leased.attempts == 0
        outbox.put_back(session, delivery, clock(), tried=False)


def test_a_paused_channel_keeps_its_messages(session, clock):
    (on_telegram,) = post(session, clock, "1")
    (on_whatsapp,) = post(session, clock, "1", channel="whatsapp")
    assert [message.id for message in lease(session, clock, paused=[("telegram", "account")])] == [on_whatsapp]
    assert [message.id for message in lease(session, clock)] == [on_telegram]


def test_limits_and_due_times(session, clock):
    assert outbox.earliest_due(session) is None
    ids = [post(session, clock, "x", to=f"s{n}")[0] for n in range(5)]
    assert outbox.earliest_due(session) == clock()
    assert [message.id for message in lease(session, clock, limit=2)] == ids[:2]
    assert [message.id for message in lease(session, clock, limit=9)] == ids[2:]


def test_two_senders_share_the_work(backend, clock):
    with backend.open() as one, backend.open() as other:
        with one.begin() as session:
            ids = [post(session, clock, "a", "b", to=f"s{n}")[0] for n in range(40)]
        both_are_in = Barrier(2)

        def take(database):
            taken = []
            both_are_in.wait(10)
            for _ in range(8):
                with database.begin() as session:
                    taken += [message.id for message in lease(session, clock, limit=8)]
            return taken

        with ThreadPoolExecutor(2) as threads:
            mine, theirs = threads.map(take, (one, other))
    assert sorted(mine + theirs) == ids


def test_a_sender_that_died_before_sending_leads_to_one_message(session, clock):
    (delivery,) = post(session, clock, "1")
    (lost,) = lease(session, clock)
    outbox.recover(session, clock())
    assert lease(session, clock) == []
    clock.advance(minutes=3)
    outbox.recover(session, clock())
    (found,) = lease(session, clock)
    assert found.id == lost.id == delivery
    assert outbox.mark_sending(session, lost) is False, "the first sender was not dead but slow: it must not send"
    assert outbox.mark_sending(session, found) is True
    assert outbox.mark_sending(session, found) is False


def test_who_is_alone_need_not_wait_for_the_lease_of_a_process_that_is_gone(session, clock):
    planned, sending = post(session, clock, "1")[0], post(session, clock, "2", to="aicha")[0]
    held = {message.id: message for message in lease(session, clock)}
    outbox.mark_sending(session, held[sending])
    outbox.recover(session, clock(), alone=True)
    assert [message.id for message in lease(session, clock)] == [planned]
    assert session.get(Delivery, sending).state == "unknown"


def test_a_sender_that_died_while_sending_leaves_the_outcome_unknown(session, clock):
    delivery, behind = post(session, clock, "1", "2")
    (message,) = lease(session, clock)
    outbox.mark_sending(session, message)
    clock.advance(minutes=3)
    outbox.recover(session, clock())
    assert read_state(session, delivery) == DeliveryState.UNKNOWN
    assert [message.id for message in lease(session, clock)] == [behind]


def test_an_address_that_takes_no_more_is_left_alone(session, clock):
    first, second, third = post(session, clock, "1", "2", "3")
    (other,) = post(session, clock, "x", to="aicha")
    lease(session, clock)
    outbox.give_up(session, first, DeliveryState.FAILED, "blocked", clock(), unreachable=True)
    assert [read_state(session, delivery) for delivery in (first, second, third)] == ["failed", "skipped", "skipped"]
    assert read_state(session, other) == DeliveryState.LEASED
    address = session.get_one(Delivery, first).address
    session.refresh(address)
    assert address.unreachable_at == clock()
    assert session.scalars(select(Address).where(Address.unreachable_at.is_(None))).one().value == "aicha"


# What providers report

REPORTED = ("sent", "delivered", "read", "failed", "unknown")


def report(session, delivery, state, code=None):
    outbox.take_receipt(session, Receipt(delivery_id=delivery, provider_id=None, state=state, error_code=code), NOW)


def test_a_report_is_found_by_either_id(session, clock):
    (delivery,) = post(session, clock, "1")
    lease(session, clock)
    outbox.mark_sent(session, delivery, "SM1", clock())
    outbox.take_receipt(session, Receipt(delivery_id=None, provider_id="SM1", state="delivered"), NOW)
    assert read_state(session, delivery) == DeliveryState.DELIVERED
    for stranger in (
        Receipt(delivery_id=None, provider_id="SM2", state="failed"),
        Receipt(delivery_id=delivery + 999, provider_id=None, state="failed"),
        Receipt(delivery_id=None, provider_id=None, state="failed"),
    ):
        outbox.take_receipt(session, stranger, NOW)
    assert read_state(session, delivery) == DeliveryState.DELIVERED


@pytest.mark.parametrize(
    ("reports", "outcome"),
    [
        (("sent",), "sent"),
        (("sent", "delivered"), "delivered"),
        (("sent", "delivered", "read"), "read"),
        (("sent", "failed"), "failed"),
        (("sent", "delivered", "failed"), "delivered"),
    ],
)
@pytest.mark.parametrize("before_the_call_returns", [True, False])
def test_reports_mean_the_same_in_any_order_and_number(session, clock, reports, outcome, before_the_call_returns):
    for number, order in enumerate(permutations(reports)):
        (delivery,) = post(session, clock, "1", to=f"{outcome} {number}")
        (message,) = lease(session, clock)
        outbox.mark_sending(session, message)
        if not before_the_call_returns:
            outbox.mark_sent(session, delivery, "SM", clock())
        for state in (*order, *order):
            report(session, delivery, state, "63024" if state == "failed" else None)
        if before_the_call_returns:
            outbox.mark_sent(session, delivery, "SM", clock())
        assert read_state(session, delivery) == outcome
        assert session.get_one(Delivery, delivery).sent_at == clock()


def test_a_time_out_does_not_overrule_a_report(session, clock):
    (delivery,) = post(session, clock, "1")
    (message,) = lease(session, clock)
    outbox.mark_sending(session, message)
    report(session, delivery, "delivered")
    outbox.give_up(session, delivery, DeliveryState.UNKNOWN, "timeout", clock(), unreachable=False)
    assert read_state(session, delivery) == DeliveryState.DELIVERED
    assert session.scalars(select(StaffRequest)).all() == []


def test_a_report_settles_an_unknown_outcome(session, clock):
    (delivery,) = post(session, clock, "1")
    (message,) = lease(session, clock)
    outbox.mark_sending(session, message)
    outbox.give_up(session, delivery, DeliveryState.UNKNOWN, "timeout", clock(), unreachable=False)
    report(session, delivery, "delivered")
    assert read_state(session, delivery) == DeliveryState.DELIVERED


ORDER = list(DeliveryState)
STEPS = st.one_of(
    st.sampled_from(["lease", "sending", "sent", "ambiguous", "rejected", "recover", "wait"]),
    st.sampled_from(REPORTED).map(lambda state: f"report {state}"),
)


@settings(max_examples=40)
@given(st.lists(STEPS, max_size=12))
def test_a_state_moves_forward_only(database, clock, steps):
    """Whatever happens after the provider was called, in whatever order, nothing is sent twice or goes back."""
    with database.begin() as session:
        (delivery,) = post(session, clock, "1", to=f"{steps}{clock()}")
        row = session.get_one(Delivery, delivery)
        held, calls = None, 0
        for step in steps:
            before = ORDER.index(DeliveryState(row.state))
            match step.split():
                case ["lease"]:
                    held = next((one for one in lease(session, clock) if one.id == delivery), held)
                case ["sending"] if held:
                    calls += outbox.mark_sending(session, held)
                case ["sent"] if calls:
                    outbox.mark_sent(session, delivery, "SM", clock())
                case ["ambiguous"] if calls:
                    outbox.give_up(session, delivery, DeliveryState.UNKNOWN, None, clock(), unreachable=False)
                case ["rejected"] if calls:
                    outbox.give_up(session, delivery, DeliveryState.FAILED, None, clock(), unreachable=False)
                case ["recover"]:
                    outbox.recover(session, clock())
                case ["wait"]:
                    clock.advance(minutes=3)
                case ["report", state] if calls:
                    report(session, delivery, state)
            session.refresh(row)
            after = ORDER.index(DeliveryState(row.state))
            assert after >= before or (step == "recover" and ORDER[before] is DeliveryState.LEASED)
        assert calls <= 1
