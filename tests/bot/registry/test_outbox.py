"""What leaves: in order, once, and as far as the provider says."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import permutations
from threading import Barrier

import pytest
from backends import SECRET
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text

from bot.channels.base import Part, Receipt
from bot.registry import outbox, people, requests
from bot.registry.models import Address, Delivery, DeliveryState, StaffRequest
from bot.registry.secrecy import Cipher

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
    (held,) = lease(session, clock)
    outbox.put_back(session, held, clock() + timedelta(seconds=30), tried=True)
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
    post(session, clock, "1")
    for _ in range(20):
        (leased,) = lease(session, clock)
        assert leased.attempts == 0
        outbox.put_back(session, leased, clock(), tried=False)


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


def test_statistics_of_the_database_change_nothing(database, clock):
    """SQLite 3.40 finds nothing to send once there are some: by `PRAGMA optimize`, a backup, a browser."""
    with database.begin() as session:
        ids = [post(session, clock, "1", "2", to=f"s{n}")[0] for n in range(50)]
    with database.engine.connect() as connection:
        connection.exec_driver_sql("ANALYZE")
        connection.commit()
    with database.begin() as session:
        assert [message.id for message in lease(session, clock, limit=50)] == ids
        assert lease(session, clock) == []


# What cannot be read

UNREADABLE = {
    "content of an erased message": lambda content, address: (Cipher(SECRET).encrypt(b"{}").decode(), address),
    "content under another key": lambda content, address: (Cipher("another").encrypt(b"{}").decode(), address),
    "content that is no cipher text": lambda content, address: ("\u0633", address),
    "address under another key": lambda content, address: (content, Cipher("another").encrypt(b"ali").decode()),
}


def spoil(session, delivery_id, how):
    """Makes a row unreadable, behind the back of the models."""
    row = {"id": delivery_id}
    find = "SELECT content, value FROM outbox JOIN addresses ON addresses.id = address_id WHERE outbox.id = :id"
    content, address = UNREADABLE[how](*session.execute(text(find), row).one())
    session.execute(text("UPDATE outbox SET content = :content WHERE id = :id"), {"content": content, **row})
    session.execute(
        text("UPDATE addresses SET value = :value WHERE id = (SELECT address_id FROM outbox WHERE id = :id)"),
        {"value": address, **row},
    )
    session.expire_all()


@pytest.mark.parametrize("how", UNREADABLE)
def test_what_cannot_be_read_fails_alone_and_is_put_before_the_staff(session, clock, how):
    (bad,) = post(session, clock, "1")
    (good,) = post(session, clock, "x", to="aicha")
    spoil(session, bad, how)
    assert [message.id for message in lease(session, clock)] == [good]
    assert (read_state(session, bad), session.get_one(Delivery, bad).error_code) == ("failed", "unreadable")
    (request,) = session.scalars(select(StaffRequest))
    assert (request.kind, request.details["delivery"], request.details["code"]) == ("delivery", bad, "unreadable")
    outbox.recover(session, clock(), alone=True)
    assert [message.id for message in lease(session, clock)] == [good]


@pytest.mark.parametrize("how", UNREADABLE)
@pytest.mark.parametrize("settle", ["sent", "refused", "interrupted", "put back", "reported"])
def test_what_cannot_be_read_any_more_can_be_settled(session, clock, how, settle):
    """A key may change, and an erasure come, while a message is being sent."""
    (delivery,) = post(session, clock, "1")
    (held,) = lease(session, clock)
    outbox.mark_sending(session, held)
    spoil(session, delivery, how)
    match settle:
        case "sent":
            outbox.mark_sent(session, delivery, "SM", clock())
        case "refused":
            outbox.give_up(session, delivery, DeliveryState.FAILED, "x", clock(), unreachable=True)
        case "interrupted":
            outbox.recover(session, clock(), alone=True)
        case "put back":
            outbox.put_back(session, held, clock(), tried=True)
            assert lease(session, clock) == []
        case "reported":
            report(session, delivery, "failed", "63024")
    expected = {"sent": "sent", "interrupted": "unknown"}.get(settle, "failed")
    assert read_state(session, delivery) == expected


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


def test_a_sender_that_lost_its_lease_puts_nothing_back(session, clock):
    (delivery,) = post(session, clock, "1")
    (slow,) = lease(session, clock)
    clock.advance(minutes=3)
    outbox.recover(session, clock())
    (other,) = lease(session, clock)
    outbox.put_back(session, slow, clock(), tried=False)
    assert read_state(session, delivery) == DeliveryState.LEASED
    assert outbox.mark_sending(session, other) is True


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


def throttle(session, delivery, provider_id, after=5.0, now=NOW):
    receipt = Receipt(
        delivery_id=delivery, provider_id=provider_id, state="failed", error_code="63018", retry_after=after
    )
    outbox.take_receipt(session, receipt, now)


@pytest.mark.parametrize("call", ["has returned", "returns later", "was lost", "ran out of time"])
@pytest.mark.parametrize("reports", [1, 2])
def test_a_failure_of_now_that_is_reported_is_tried_again(session, clock, call, reports):
    """Twilio takes nearly everything, and says by its report that it was too fast."""
    (delivery,) = post(session, clock, "1")
    (held,) = lease(session, clock)
    outbox.mark_sending(session, held)
    if call == "has returned":
        outbox.mark_sent(session, delivery, "SM1", clock())
    if call == "was lost":
        outbox.recover(session, clock(), alone=True)
    for _ in range(reports):
        throttle(session, delivery, "SM1", now=clock())
    if call == "returns later":
        outbox.mark_sent(session, delivery, "SM1", clock())
    if call == "ran out of time":
        outbox.give_up(session, delivery, DeliveryState.UNKNOWN, "timeout", clock(), unreachable=False)
    assert lease(session, clock) == []
    clock.advance(seconds=5)
    (again,) = lease(session, clock)
    assert (again.id, again.attempts, again.part.text) == (delivery, 1, "1")
    outbox.mark_sending(session, again)
    # A report on the first try that comes late, or a second time, is none on the second.
    throttle(session, delivery, "SM1", now=clock())
    assert read_state(session, delivery) == DeliveryState.SENDING
    outbox.mark_sent(session, delivery, "SM2", clock())
    throttle(session, delivery, "SM1", now=clock())
    assert read_state(session, delivery) == DeliveryState.SENT
    outbox.take_receipt(session, Receipt(delivery_id=delivery, provider_id="SM2", state="delivered"), clock())
    assert read_state(session, delivery) == DeliveryState.DELIVERED


def test_a_failure_of_now_waits_longer_each_time_and_is_final_after_a_day(session, clock):
    (delivery,) = post(session, clock, "1")
    row = session.get_one(Delivery, delivery)
    waits = []
    for number in range(2000):
        leased = lease(session, clock)
        if not leased:
            break
        outbox.mark_sending(session, leased[0])
        outbox.mark_sent(session, delivery, f"SM{number}", clock())
        throttle(session, delivery, f"SM{number}", 5.0, clock())
        waits.append((row.due_at - clock()).total_seconds())
        clock.now = max(row.due_at, clock())
    assert waits[:5] == [5, 5, 5, 8, 16]
    assert max(waits) == 600
    assert (row.state, row.error_code) == ("failed", "63018")
    assert timedelta(hours=24) <= clock() - row.created_at < timedelta(hours=25)


@pytest.mark.parametrize("after", ["delivered", "read"])
def test_who_has_the_message_is_not_sent_it_again(session, clock, after):
    (delivery,) = post(session, clock, "1")
    lease(session, clock)
    outbox.mark_sent(session, delivery, "SM1", clock())
    report(session, delivery, after)
    throttle(session, delivery, "SM1")
    assert read_state(session, delivery) == after


# Erasure


def erase(session, delivery, clock):
    clock.advance(seconds=1)
    person_id = session.get_one(Delivery, delivery).address.person_id
    requests.add(session, person_id, "erasure", clock())
    outbox.erase(session, person_id)
    session.expire_all()


def read_content(session, delivery):
    session.flush()
    return session.scalars(select(Delivery.content).filter_by(id=delivery)).one()


@pytest.mark.parametrize(
    ("before", "then", "outcome"),
    [
        ("planned", None, "skipped"),
        ("leased", None, "skipped"),
        ("leased", "mark sending", "skipped"),
        ("leased", "put back", "skipped"),
        ("leased", "recover", "skipped"),
        ("sending", "sent", "sent"),
        ("sending", "put back", "skipped"),
        ("sending", "unknown", "unknown"),
        ("sending", "recover", "unknown"),
        ("sending", "delivered", "delivered"),
        ("sending", "throttled", "skipped"),
        ("sent", None, "sent"),
        ("sent", "throttled", "skipped"),
        ("failed", None, "failed"),
        ("unknown", "delivered", "delivered"),
    ],
)
def test_after_an_erasure_nothing_planned_is_sent_and_nothing_settled_is_kept(session, clock, before, then, outcome):
    delivery, behind = post(session, clock, "secret", "behind")
    held = lease(session, clock)[0] if before != "planned" else None
    if before in ("sending", "sent", "failed", "unknown"):
        outbox.mark_sending(session, held)
    match before:
        case "sent":
            outbox.mark_sent(session, delivery, "SM", clock())
        case "failed" | "unknown":
            outbox.give_up(session, delivery, DeliveryState(before), None, clock(), unreachable=False)
    erase(session, delivery, clock)
    if before == "sending":
        assert "secret" in read_content(session, delivery), "it must be there to be sent"
    match then:
        case "mark sending":
            assert outbox.mark_sending(session, held) is False
        case "put back":
            outbox.put_back(session, held, clock(), tried=True)
        case "recover":
            outbox.recover(session, clock(), alone=True)
        case "sent":
            outbox.mark_sent(session, delivery, "SM", clock())
        case "unknown":
            outbox.give_up(session, delivery, DeliveryState.UNKNOWN, None, clock(), unreachable=False)
        case "throttled":
            throttle(session, delivery, "SM", now=clock())
        case "delivered":
            report(session, delivery, "delivered")
    assert read_state(session, delivery) == outcome
    assert read_state(session, behind) == "skipped"
    assert read_content(session, delivery) == read_content(session, behind) == "{}"
    assert lease(session, clock) == []


def test_what_is_planned_after_an_erasure_is_sent_and_kept(session, clock):
    (before,) = post(session, clock, "before")
    erase(session, before, clock)
    (after,) = post(session, clock, "after")
    (held,) = lease(session, clock)
    outbox.mark_sending(session, held)
    outbox.mark_sent(session, after, "SM", clock())
    assert (read_state(session, after), "after" in read_content(session, after)) == ("sent", True)


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
            # A refresh without it would throw away what the step did.
            session.flush()
            session.refresh(row)
            after = ORDER.index(DeliveryState(row.state))
            assert after >= before or (step == "recover" and ORDER[before] is DeliveryState.LEASED)
        assert calls <= 1
