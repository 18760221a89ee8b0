"""Which facts answer a question: those that hold at the place and today."""

from datetime import date

import pytest
from sqlalchemy import select

from bot.registry import knowledge
from bot.registry.models import Place

TODAY = date(2026, 11, 21)
KHENIFRA, AZILAL, AGADIR, TIZNIT, MRIRT = "05.301", "05.081", "09.001", "09.581", "05.301/M'rirt"


@pytest.fixture
def session(database):
    with database.begin() as session:
        yield session


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        (KHENIFRA, ["grant-khenifra", "grant-region", "grant-nation", "grant-second"]),
        (MRIRT, ["grant-khenifra", "grant-region", "grant-nation", "grant-second"]),
        (AZILAL, ["grant-region", "grant-nation", "grant-second"]),
        ("05", ["grant-region", "grant-nation", "grant-second"]),
        (AGADIR, ["grant-agadir", "grant-nation", "grant-second"]),
        (TIZNIT, ["grant-nation", "grant-second"]),
        (None, ["grant-nation", "grant-second", "grant-agadir", "grant-region", "grant-khenifra"]),
    ],
)
def test_the_nearest_fact_comes_first_and_none_of_elsewhere(session, place, expected):
    facts = knowledge.find_facts(session, "awrach", "ask_benefit", place, TODAY)
    assert [fact.id for fact in facts] == expected


@pytest.mark.parametrize(
    ("intent", "today", "expected"),
    [
        ("ask_duration", date(2026, 11, 20), ["duration-expired", "duration-valid"]),
        ("ask_duration", date(2026, 11, 21), ["duration-valid"]),
        ("ask_duration", date(2026, 11, 22), []),
        ("ask_cost", TODAY, ["cost-decline"]),
        ("ask_status", TODAY, ["status-unknown"]),
        ("ask_figures", TODAY, []),
    ],
)
def test_an_expired_fact_is_not_told(session, intent, today, expected):
    assert [fact.id for fact in knowledge.find_facts(session, "awrach", intent, None, today)] == expected


def test_a_part_is_answered_by_its_programme_where_it_has_nothing_itself(session):
    def ask(topic, intent):
        return [fact.id for fact in knowledge.find_facts(session, topic, intent, TIZNIT, TODAY)]

    assert ask("awrach_inclusion", "ask_benefit") == ["grant-nation", "grant-second"]
    assert ask("awrach_inclusion", "ask_definition") == ask("awrach", "ask_definition") == ["inclusion-definition"]
    assert ask("amo", "ask_benefit") == []


@pytest.mark.parametrize(
    ("topic", "place", "expected"),
    [
        ("awrach_inclusion", KHENIFRA, ["inclusion-2027", "inclusion-2022-khenifra"]),
        ("awrach_inclusion", MRIRT, ["inclusion-2027", "inclusion-2022-khenifra"]),
        ("awrach_inclusion", TIZNIT, ["inclusion-2027"]),
        ("awrach", None, ["inclusion-2027", "inclusion-2026-agadir", "inclusion-2022-khenifra"]),
        ("awrach_temporary", KHENIFRA, []),
        ("amo", None, []),
    ],
)
def test_deadlines_are_those_of_the_place_latest_first(session, topic, place, expected):
    assert [deadline.id for deadline in knowledge.list_deadlines(session, topic, place)] == expected


def test_a_name_that_several_places_bear_is_the_provinces(session):
    assert knowledge.find_place(session, "Tiznit").code == TIZNIT
    assert knowledge.find_place(session, "Atlantis") is None
    assert knowledge.find_place(session, "M'rirt").code == MRIRT


def test_every_place_lies_in_a_region(session):
    for place in session.scalars(select(Place)):
        codes = knowledge.list_ancestors(session, place.code)
        assert codes[0] == place.code
        assert knowledge.get_place(session, codes[-1]).kind == "region"
    assert knowledge.list_ancestors(session, "nowhere") == []


@pytest.mark.parametrize(("language", "name"), [("ary-Arab", "خنيفرة"), ("ar", "خنيفرة"), ("fr", "Khénifra")])
def test_places_are_named_in_the_script_of_the_reply(session, language, name):
    assert knowledge.name_place(session, KHENIFRA, language) == name
    assert knowledge.name_place(session, KHENIFRA, "ary-Latn") == "Khénifra"
    assert knowledge.name_trade(session, "tissage", "ar") == "النسيج"
