"""The life of an application: one draft a person, lodged once, moved only as the rules allow."""

from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from bot.channels.base import Inbound, Kind
from bot.media import StoredFile
from bot.registry import applications, inbox
from bot.registry.inbox import Understanding
from bot.registry.models import TRANSITIONS, Application, ApplicationState, Document

_ids = count(1)
STORED = StoredFile("file", "image/png", 9)


@pytest.fixture
def session(database):
    with database.begin() as session:
        yield session


def hear(session, clock, sender="ali"):
    """A message of someone; returns its id and theirs."""
    message = Inbound(
        channel="telegram", account="bot", external_id=f"a{next(_ids)}", address=sender, kind=Kind.TEXT, text="x"
    )
    person_id = inbox.accept(session, message, clock())
    message_id = inbox.claim_next(session, person_id).id
    inbox.finish(session, message_id, Understanding(), clock())
    return message_id, person_id


@pytest.fixture
def draft(session, clock):
    _, person_id = hear(session, clock)
    return applications.open_draft(session, person_id, "awrach_inclusion", clock())


def test_a_draft_is_opened_once(session, clock, draft):
    assert applications.open_draft(session, draft.person_id, "awrach_inclusion", clock()) is draft
    assert applications.find_draft(session, draft.person_id) is draft


def test_a_draft_of_another_programme_is_closed(session, clock, draft):
    other = applications.open_draft(session, draft.person_id, "equipment", clock())
    assert (draft.state, other.state) == ("cancelled", "draft")


def test_the_database_holds_one_draft_a_person(session, clock, draft):
    second = Application(
        programme="equipment", person_id=draft.person_id, started_at=clock(), changed_at=clock(), state="draft"
    )
    with pytest.raises(IntegrityError), session.begin_nested():
        session.add(second)
    done = Application(
        programme="equipment", person_id=draft.person_id, started_at=clock(), changed_at=clock(), state="cancelled"
    )
    session.add(done)
    session.flush()


def test_an_answer_takes_the_place_of_an_earlier_one(session, clock, draft):
    first, _ = hear(session, clock)
    second, _ = hear(session, clock)
    draft.asked = "name"
    applications.write_answer(session, draft, "name", "Tissage", first, clock())
    assert draft.asked is None
    applications.write_answer(session, draft, "name", "Atlas", second, clock())
    applications.write_answer(session, draft, "ice", applications.SKIPPED, None, clock())
    session.expire_all()
    assert applications.read_answers(draft) == {"name": "Atlas", "ice": ""}
    assert applications.was_answered_by(draft, second)
    assert not applications.was_answered_by(draft, first)
    assert not applications.was_answered_by(draft, 0)


def test_an_answer_can_be_taken_back(session, clock, draft):
    applications.write_answer(session, draft, "name", "Tissage", None, clock())
    applications.clear_answer(session, draft, "name")
    session.expire_all()
    assert (applications.read_answers(draft), draft.asked) == ({}, "name")


def test_a_document_that_comes_twice_is_kept_once(session, clock, draft):
    message, _ = hear(session, clock)
    assert applications.add_document(session, draft, "papers", message, 0, STORED)
    assert applications.add_document(session, draft, "papers", message, 1, STORED)
    assert not applications.add_document(session, draft, "papers", message, 0, STORED)
    assert session.scalar(select(func.count()).select_from(Document)) == 2


def test_a_draft_is_lodged_once(session, clock, draft):
    message, _ = hear(session, clock)
    draft.asked = "confirm"
    reference = applications.lodge(session, draft, "AW", message, clock())
    assert reference == f"AW-2026-{draft.id:05d}"
    assert (draft.state, draft.lodged_at, draft.lodged_by, draft.asked) == ("lodged", clock(), message, None)
    with pytest.raises(ValueError, match="lodged"):
        applications.lodge(session, draft, "AW", message, clock())
    assert applications.find_lodged_by(session, message) is draft
    assert applications.find_lodged_by(session, message + 99) is None
    assert applications.find_draft(session, draft.person_id) is None


def test_one_sees_ones_own_lodged_applications_only(session, clock):
    references = []
    for sender in ("ali", "ali", "aicha"):
        message, person_id = hear(session, clock, sender)
        draft = applications.open_draft(session, person_id, "awrach_inclusion", clock())
        references.append(applications.lodge(session, draft, "AW", message, clock()))
    _, ali = hear(session, clock, "ali")
    applications.open_draft(session, ali, "awrach_inclusion", clock())
    assert [one.reference for one in applications.list_lodged(session, ali)] == references[1::-1]


ENDS = {state for state, following in TRANSITIONS.items() if not following}


@settings(max_examples=40)
@given(wanted=st.lists(st.sampled_from(ApplicationState), max_size=8))
def test_an_application_moves_as_the_rules_say(session, clock, wanted):
    _, person_id = hear(session, clock, f"s{next(_ids)}")
    application = applications.open_draft(session, person_id, "awrach_inclusion", clock())
    for state in wanted:
        before = ApplicationState(application.state)
        if state in TRANSITIONS[before]:
            applications.move(application, state, clock())
            assert application.state == state
        else:
            with pytest.raises(ValueError, match="cannot become"):
                applications.move(application, state, clock())
            assert application.state == before
        assert before not in ENDS or application.state == before


def test_every_state_is_reached_and_every_life_ends():
    assert set(TRANSITIONS) == set(ApplicationState)
    reached = {ApplicationState.DRAFT}.union(*TRANSITIONS.values())
    assert reached == set(ApplicationState)
    assert ApplicationState.DRAFT not in set().union(*TRANSITIONS.values())
    assert {"cancelled", "accepted", "refused", "withdrawn"} == ENDS
