"""One person over several channels, and nobody another."""

from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from bot.channels.base import Choice, Inbound, Kind
from bot.registry import applications, inbox, offers, people, requests
from bot.registry.models import (
    Address,
    Application,
    ApplicationState,
    InboundMessage,
    Offer,
    OptOut,
    Person,
    StaffRequest,
    Subscription,
)

PHONE = "+212600000001"
_ids = count(1)


@pytest.fixture
def session(database):
    with database.begin() as session:
        yield session


def meet(session, clock, channel="telegram", value="ali", phone=None):
    return people.find_or_add_address(session, channel, "account", value, phone, clock()).person


def hear(session, clock, channel="telegram", value="ali", phone=None):
    """A message of someone; returns its id and theirs."""
    message = Inbound(
        channel=channel,
        account="account",
        external_id=f"m{next(_ids)}",
        address=value,
        kind=Kind.TEXT,
        text="salam",
        phone=phone,
    )
    person_id = inbox.accept(session, message, clock())
    return inbox.claim_next(session, person_id).id, person_id


@pytest.mark.parametrize(
    ("typed", "normal"),
    [
        ("0612345678", "+212612345678"),
        ("+212 6 12 34 56 78", "+212612345678"),
        ("00212612345678", "+212612345678"),
        ("٠٦١٢٣٤٥٦٧٨", "+212612345678"),
        ("06-12-34-56-78", "+212612345678"),
        ("+33612345678", "+33612345678"),
        ("0522123456", "+212522123456"),
        ("061234567", None),
        ("12", None),
        ("salam", None),
        ("", None),
    ],
)
def test_phone_numbers(typed, normal):
    assert people.normalise_phone(typed) == normal


@given(st.text(max_size=40))
def test_a_normal_number_stays_as_it_is(typed):
    normal = people.normalise_phone(typed)
    assert normal is None or people.normalise_phone(normal) == normal


def test_an_address_is_one_person(session, clock):
    assert meet(session, clock).id == meet(session, clock).id
    assert meet(session, clock).id != meet(session, clock, value="aicha").id
    assert meet(session, clock).id != meet(session, clock, channel="whatsapp").id


def test_whoever_writes_can_be_written_to(session, clock):
    address = people.find_or_add_address(session, "telegram", "bot", "ali", None, clock())
    address.unreachable_at = clock()
    clock.advance(days=1)
    assert people.find_or_add_address(session, "telegram", "bot", "ali", None, clock()) is address
    assert (address.unreachable_at, address.last_inbound_at) == (None, clock())


def test_a_number_that_the_provider_vouches_for_joins_channels(session, clock):
    on_whatsapp = meet(session, clock, "whatsapp", PHONE, PHONE)
    on_telegram = meet(session, clock, "telegram", "ali", PHONE)
    assert on_telegram.id == on_whatsapp.id
    assert meet(session, clock, "telegram", "aicha").id != on_whatsapp.id


def test_a_later_proof_joins_all_that_was_separate(session, clock):
    kept = meet(session, clock, "whatsapp", PHONE, PHONE)
    first, person_id = hear(session, clock)
    application = applications.open_draft(session, person_id, "awrach_inclusion", clock())
    people.subscribe(session, person_id, "awrach", clock())
    people.unsubscribe(session, person_id, clock())
    people.subscribe(session, person_id, "amo", clock())
    request = requests.add(session, person_id, "human", clock(), first)
    (button,) = offers.add_offers(session, person_id, first, [Choice("yes", "/affirm")], clock())

    _, joined_id = hear(session, clock, phone=PHONE)
    assert joined_id == kept.id
    assert session.get(Person, person_id) is None
    for table in (Address, InboundMessage, Application, StaffRequest, Subscription, Offer):
        assert set(session.scalars(select(table.person_id))) == {kept.id}
    assert applications.find_draft(session, kept.id).id == application.id
    assert session.get(StaffRequest, request.id).person_id == kept.id
    assert offers.find_tapped(session, kept.id, button.id).payload == "/affirm"
    assert inbox.find_person(session, first) == kept.id


def test_of_two_drafts_the_one_of_the_known_person_stays(session, clock):
    kept = meet(session, clock, "whatsapp", PHONE, PHONE)
    stays = applications.open_draft(session, kept.id, "awrach_inclusion", clock())
    other = meet(session, clock)
    goes = applications.open_draft(session, other.id, "equipment", clock())
    session.flush()
    meet(session, clock, phone=PHONE)
    session.expire_all()
    assert applications.find_draft(session, kept.id).id == stays.id
    assert session.get(Application, goes.id).state == ApplicationState.CANCELLED


@pytest.mark.parametrize(("one", "other"), [(True, False), (False, True), (True, True)])
def test_an_opt_out_on_either_channel_is_kept(session, clock, one, other):
    kept = meet(session, clock, "whatsapp", PHONE, PHONE)
    joined = meet(session, clock)
    for person, out in ((kept, one), (joined, other)):
        people.subscribe(session, person.id, "awrach", clock())
        if out:
            people.unsubscribe(session, person.id, clock())
    meet(session, clock, phone=PHONE)
    assert session.get(OptOut, kept.id) is not None
    assert session.scalar(select(func.count()).select_from(OptOut)) == 1


def test_the_same_wish_on_both_channels_is_one_wish(session, clock):
    kept = meet(session, clock, "whatsapp", PHONE, PHONE)
    joined = meet(session, clock)
    for person in (kept, joined):
        people.subscribe(session, person.id, "awrach", clock())
        people.subscribe(session, person.id, None, clock())
    meet(session, clock, phone=PHONE)
    assert sorted(session.scalars(select(Subscription.topic).filter_by(person_id=kept.id))) == ["", "awrach"]


@pytest.mark.parametrize(
    ("kept", "joined", "expected"),
    [
        ((None, False), ("fr", False), ("fr", False)),
        (("ar", False), (None, False), ("ar", False)),
        (("ar", False), ("fr", True), ("fr", True)),
        (("ar", True), ("fr", False), ("ar", True)),
        (("ar", True), ("fr", True), ("ar", True)),
    ],
)
def test_a_chosen_language_outlives_the_joining(session, clock, kept, joined, expected):
    known, other = meet(session, clock, "whatsapp", PHONE, PHONE), meet(session, clock)
    for person, (language, chosen) in ((known, kept), (other, joined)):
        if language:
            people.set_language(session, person.id, language, chosen=chosen)
    meet(session, clock, phone=PHONE)
    assert (known.language, known.language_chosen) == expected


def test_a_number_of_someone_else_is_not_taken_over_silently(session, clock):
    known = meet(session, clock, "whatsapp", PHONE, PHONE)
    other = meet(session, clock, "whatsapp", "+212600000002", "+212600000002")
    assert meet(session, clock, "whatsapp", "+212600000002", PHONE).id == other.id
    assert (known.phone, other.phone) == (PHONE, "+212600000002")


def test_a_guess_does_not_overrule_a_choice(session, clock):
    person = meet(session, clock)
    people.set_language(session, person.id, "fr", chosen=False)
    people.set_language(session, person.id, "ar", chosen=True)
    people.set_language(session, person.id, "fr", chosen=False)
    assert (person.language, person.language_chosen) == ("ar", True)
    people.set_language(session, person.id, "fr", chosen=True)
    assert person.language == "fr"


def test_subscribing_and_unsubscribing_can_be_said_twice(session, clock):
    person = meet(session, clock)
    for _ in range(2):
        people.subscribe(session, person.id, "awrach", clock())
    assert session.scalar(select(func.count()).select_from(Subscription)) == 1
    for _ in range(2):
        people.unsubscribe(session, person.id, clock())
    assert session.scalar(select(func.count()).select_from(Subscription)) == 0
    assert session.get(OptOut, person.id).since == clock()
    people.subscribe(session, person.id, None, clock())
    assert session.get(OptOut, person.id) is None


def test_a_number_of_a_list_belongs_to_the_message_just_before(session, clock):
    choices = [Choice(f"c{n}", f"/inform{n}") for n in range(1, 13)]
    first, person_id = hear(session, clock)
    offers.add_offers(session, person_id, first, choices, clock(), numbered=True)
    inbox.finish(session, first, inbox.Understanding(), clock())
    second, _ = hear(session, clock)
    assert offers.find_meant(session, person_id, second, "12", by_number=False).payload == "/inform12"
    assert offers.find_meant(session, person_id, second, "١٢", by_number=False).payload == "/inform12"
    assert offers.find_meant(session, person_id, second, "C7", by_number=False).payload == "/inform7"
    assert offers.find_meant(session, person_id, second, "13", by_number=True) is None
    assert offers.find_meant(session, person_id, second, "0", by_number=True) is None
    assert offers.find_meant(session, "someone else", second, "1", by_number=True) is None
    inbox.finish(session, second, inbox.Understanding(), clock())
    third, _ = hear(session, clock)
    assert offers.find_meant(session, person_id, third, "1", by_number=True) is None


def test_where_a_number_is_asked_for_it_is_no_button(session, clock):
    first, person_id = hear(session, clock)
    offers.add_offers(session, person_id, first, [Choice("skip", "/skip")], clock())
    inbox.finish(session, first, inbox.Understanding(), clock())
    second, _ = hear(session, clock)
    assert offers.find_meant(session, person_id, second, "1", by_number=False) is None
    assert offers.find_meant(session, person_id, second, "1", by_number=True).payload == "/skip"


def test_a_title_alone_finds_the_newest_choice_of_that_title(session, clock):
    first, person_id = hear(session, clock)
    offers.add_offers(session, person_id, first, [Choice("more", "/old")], clock())
    clock.advance(minutes=1)
    offers.add_offers(session, person_id, first, [Choice("more", "/new")], clock())
    assert offers.find_tapped(session, person_id, "lost", "more").payload == "/new"
    assert offers.find_tapped(session, person_id, "/old").payload == "/old"
    assert offers.find_tapped(session, "someone else", "lost", "more") is None
    assert offers.find_tapped(session, person_id, "/never") is None
