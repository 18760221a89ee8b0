"""Messages are stored once, whoever hands them over and how often."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from backends import SECRET
from sqlalchemy import func, select, text

from bot.channels.base import Inbound, Kind
from bot.registry import inbox
from bot.registry.inbox import Understanding
from bot.registry.models import Address, InboundMessage, InboundState, Person
from bot.registry.secrecy import Cipher


def write(external_id="m1", sender="ali", **details):
    return Inbound(
        channel="telegram",
        account="bot",
        external_id=external_id,
        address=sender,
        kind=Kind.TEXT,
        text=f"text of {external_id}",
        **details,
    )


def count(session, table):
    return session.scalar(select(func.count()).select_from(table))


def test_a_message_is_stored_as_it_was_sent(database, clock):
    message = write(sent_at=clock(), location=(33.5, -7.6), phone="+212600000009")
    with database.begin() as session:
        person_id = inbox.accept(session, message, clock())
    with database.begin() as session:
        claimed = inbox.claim_next(session, person_id)
    assert claimed.message == message
    assert (claimed.person_id, claimed.attempts, claimed.apologised, claimed.language) == (person_id, 0, False, None)


def test_the_same_id_is_another_message_on_another_account(database, clock):
    with database.begin() as session:
        assert inbox.accept(session, write(), clock())
        assert inbox.accept(session, write().model_copy(update={"account": "other"}), clock())
        assert inbox.accept(session, write(), clock()) is None


@pytest.mark.parametrize("known_sender", [True, False], ids=["known sender", "new sender"])
@pytest.mark.parametrize("same_message", [True, False], ids=["same message", "two messages"])
def test_two_workers_at_once(backend, clock, known_sender, same_message):
    with backend.open() as one, backend.open() as other:
        if known_sender:
            with one.begin() as session:
                inbox.accept(session, write("m0"), clock())
        both_are_in = Barrier(2)

        def accept(database, external_id):
            both_are_in.wait(10)
            with database.begin() as session:
                return inbox.accept(session, write(external_id, phone="+212600000009"), clock())

        with ThreadPoolExecutor(2) as threads:
            for number in range(1, 9):
                pairs = [(one, f"m{number}"), (other, f"m{number}" if same_message else f"n{number}")]
                accepted = [future.result(20) for future in [threads.submit(accept, *pair) for pair in pairs]]
                assert sum(person_id is not None for person_id in accepted) == (1 if same_message else 2)
        with one.begin() as session:
            assert count(session, InboundMessage) == known_sender + (8 if same_message else 16)
            assert count(session, Address) == count(session, Person) == 1


def test_messages_are_claimed_in_their_order_and_counted(database, clock):
    with database.begin() as session:
        for number in range(3):
            person_id = inbox.accept(session, write(f"m{number}"), clock())
        inbox.accept(session, write("x", sender="aicha"), clock())
    claimed = []
    for _ in range(3):
        with database.begin() as session:
            message = inbox.claim_next(session, person_id)
            inbox.finish(session, message.id, Understanding("greet", None, 0.9), clock())
            claimed.append(message.message.external_id)
    assert claimed == ["m0", "m1", "m2"]
    with database.begin() as session:
        assert inbox.claim_next(session, person_id) is None
        assert inbox.claim_next(session, "nobody") is None


def test_a_message_that_is_tried_again_says_so(database, clock):
    with database.begin() as session:
        person_id = inbox.accept(session, write(), clock())
    tries = []
    for _ in range(3):
        with database.begin() as session:
            claimed = inbox.claim_next(session, person_id)
            tries.append((claimed.attempts, claimed.apologised))
            inbox.postpone(session, claimed.id, clock())
    assert tries == [(0, False), (1, True), (2, True)]


UNREADABLE = {
    "content of an erased message": lambda: Cipher(SECRET).encrypt(b"{}"),
    "content of another release": lambda: Cipher(SECRET).encrypt(b'{"channel": "telegram", "location": [null, null]}'),
    "content under another key": lambda: Cipher("another").encrypt(b"{}"),
    "content that is no cipher text": lambda: b"secret",
}


@pytest.mark.parametrize("how", UNREADABLE)
def test_a_message_that_cannot_be_read_is_claimed_counted_and_settled(database, clock, how):
    with database.begin() as session:
        person_id = inbox.accept(session, write(), clock())
        content = {"content": UNREADABLE[how]().decode()}
        session.execute(text("UPDATE inbox SET content = :content"), content)
    for tries in range(3):
        with database.begin() as session:
            claimed = inbox.claim_next(session, person_id)
            assert (claimed.readable, claimed.attempts) == (False, tries)
            assert (claimed.message.channel, claimed.message.account) == ("telegram", "bot")
            inbox.postpone(session, claimed.id, clock())
    with database.begin() as session:
        inbox.finish(session, claimed.id, Understanding(), clock())
        assert inbox.claim_next(session, person_id) is None


def test_the_first_apology_is_the_one_that_is_noted(database, clock):
    with database.begin() as session:
        claimed = inbox.claim_next(session, inbox.accept(session, write(), clock()))
        first = clock()
        inbox.postpone(session, claimed.id, first)
        clock.advance(hours=1)
        inbox.postpone(session, claimed.id, clock())
        row = session.get_one(InboundMessage, claimed.id)
        assert (row.state, row.apologised_at) == (InboundState.WAITING, first)


def test_those_who_wait_longest_come_first(database, clock):
    with database.begin() as session:
        people = [inbox.accept(session, write(f"m{n}", sender=f"s{n}"), clock()) for n in range(4)]
        inbox.accept(session, write("again", sender="s0"), clock())
        done = inbox.claim_next(session, people[1])
        inbox.finish(session, done.id, Understanding(), clock())
        inbox.postpone(session, inbox.claim_next(session, people[2]).id, clock())
        assert inbox.list_unanswered_people(session) == [people[0], people[2], people[3]]
