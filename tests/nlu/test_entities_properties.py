import re
import time
from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from nlu.entities import extract
from nlu.entities.evaluation import MESSAGES as LABELLED
from nlu.entities.evaluation import TODAY, evaluate, read_messages
from nlu.entities.extraction import default_extractor
from nlu.entities.lookups import read_lookups

LOOKUPS = read_lookups()
CANONICAL = {
    "region": {place["fr"] for place in LOOKUPS["places"]["regions"]},
    "province": {place["fr"] for place in LOOKUPS["places"]["provinces"]},
    "commune": {place["fr"] for place in LOOKUPS["places"]["communes"]},
    "trade": {trade["slug"] for trade in LOOKUPS["trades"]},
    "legal_form": {"individual", "association", "cooperative", "company"},
    "language": {"ary", "fr", "ar", "zgh"},
}
FORMS = {
    "phone": r"\+\d{8,15}",
    "national_id": r"[A-Z]{1,2}[1-9]\d{0,6}",
    "ice": r"\d{15}",
    "cnss_number": r"\d{7}|\d{9}",
    "reference": r"[A-Z]{1,3}-20\d\d-\d{3,6}|\d{4}/\d{1,6}|\d{3,9}",
    "date": r"\d{4}(-\d\d(-\d\d)?|-W\d\d)?|--\d\d(-\d\d)?",
}
WORDS = [word for message in read_messages() for word in message["text"].split()]
MESSAGES = st.one_of(
    st.text(max_size=200),
    st.lists(st.sampled_from(WORDS), max_size=25).map(" ".join),
    st.text(alphabet="0123456789 .,-/+()abhdefwlkمفلدوب٠١٢", max_size=60),
)


def is_canonical(entity):
    if entity.entity in CANONICAL:
        return entity.value in CANONICAL[entity.entity]
    if entity.entity in FORMS:
        return re.fullmatch(FORMS[entity.entity], entity.value) is not None
    return entity.entity in ("number", "amount") and isinstance(entity.value, (int, float)) and entity.value >= 0


@settings(max_examples=400, deadline=None)
@given(MESSAGES)
def test_any_text_gives_canonical_values_at_their_place(text):
    end = 0
    for entity in extract(text, TODAY):
        assert entity.text == text[entity.start : entity.end] != ""
        assert entity.start >= end
        end = entity.end
        assert is_canonical(entity), entity


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(WORDS), max_size=12).map(" ".join), st.dates(date(1950, 1, 1), date(2099, 1, 1)))
def test_any_day_can_be_today(text, today):
    assert all(is_canonical(entity) for entity in extract(text, today))


@given(st.integers(1, 10**6))
def test_a_number_in_figures_is_itself(number):
    assert [(entity.entity, entity.value) for entity in extract(str(number), TODAY)] == [("number", number)]


@given(st.dates(date(1950, 1, 1), date(2059, 12, 31)))
def test_an_iso_date_is_itself(day):
    assert [(entity.entity, entity.value) for entity in extract(day.isoformat(), TODAY)] == [("date", day.isoformat())]


@given(st.from_regex(r"[A-Z]{1,2}[1-9][0-9]{5}", fullmatch=True))
def test_an_identity_card_is_itself(card):
    assert [(entity.entity, entity.value) for entity in extract(f"CIN {card}", TODAY)] == [("national_id", card)]


def test_hostile_texts_are_quick():
    extract("سلام", TODAY)
    for text in (
        "خنيفرة " * 1500,
        "06 12 34 56 78 " * 700,
        "1 " * 5000,
        "😀" * 5000,
        "khmsa w " * 1500,
        "a" * 10_000,
        "1" * 10_000,
        "\u202e\u0000\u200f" * 3000,
        "a1" * 5000,
        "و" * 10_000,
        "".join(map(chr, range(0, 0x11_0000, 113))),
    ):
        start = time.perf_counter()
        extract(text, TODAY)
        assert time.perf_counter() - start < 0.25, text[:20]


def test_the_published_figures_hold():
    report = evaluate(default_extractor(), read_messages())
    for entity in (
        "province", "commune", "region", "trade", "phone", "national_id", "ice", "amount", "number", "date",
        "legal_form", "language", "reference", "cnss_number",
    ):  # fmt: skip
        assert report.f1(entity) >= 0.95, entity
    assert report.f1("any", "held out") >= 0.95


def test_messages_of_someone_who_did_not_know_the_rules():
    report = evaluate(default_extractor(), read_messages(LABELLED.with_name("entities_blind.jsonl")))
    assert report.f1("any", "held out") >= 0.9


def test_the_labelled_messages_are_many_of_every_script_and_often_without_an_entity():
    messages = read_messages()
    assert len(messages) >= 420
    assert sum(not message["entities"] for message in messages) >= 100
    assert {message["script"] for message in messages} == {"arab", "latn", "fr", "msa", "mixed"}
    assert len({message["text"] for message in messages}) == len(messages)
