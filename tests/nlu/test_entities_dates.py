from datetime import date

import pytest

from nlu.entities import extract

WEDNESDAY = date(2026, 3, 4)


def dates(text, today=WEDNESDAY):
    return [entity.value for entity in extract(text, today) if entity.entity == "date"]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("16 مارس", "--03-16"),
        ("16 مارس 2026", "2026-03-16"),
        ("nhar 3 avril 2026", "2026-04-03"),
        ("le 3 fev", "--02-03"),
        ("1er mai", "--05-01"),
        ("mardi 17 mars 2026", "2026-03-17"),
        ("15 من شتنبر", "--09-15"),
        ("14 شهر 3", "--03-14"),
        ("f chhar 9", "--09"),
        ("فيناير", "--01"),
        ("نونبر 2025", "2025-11"),
        ("نوفمبر 2025", "2025-11"),
        ("novembre 2025", "2025-11"),
        ("12/05/1985", "1985-05-12"),
        ("12-05-85", "1985-05-12"),
        ("04.09.1988", "1988-09-04"),
        ("2025-11-03", "2025-11-03"),
        ("١٢/٠٥/٢٠٢٦", "2026-05-12"),
        ("le 10/5", "--05-10"),
        ("f 2022", "2022"),
        ("ف2023", "2023"),
        ("depuis 1990", "1990"),
    ],
)
def test_what_is_said_is_kept_and_no_more(text, value):
    assert dates(text) == [value]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("غدا", "2026-03-05"),
        ("ghedda", "2026-03-05"),
        ("demain matin", "2026-03-05"),
        ("بعد غدا", "2026-03-06"),
        ("lbare7", "2026-03-03"),
        ("avant-hier", "2026-03-02"),
        ("هاد الجمعة", "2026-03-06"),
        ("had ljem3a", "2026-03-06"),
        ("vendredi", "2026-03-06"),
        ("nhar larb3a", "2026-03-04"),
        ("nhar larb3a jay", "2026-03-11"),
        ("mercredi dernier", "2026-02-25"),
        ("يوم الاثنين المقبل", "2026-03-09"),
        ("simana jaya", "2026-W11"),
        ("هاد السيمانة", "2026-W10"),
        ("la semaine dernière", "2026-W09"),
        ("chher jay", "2026-04"),
        ("العام اللي فات", "2025"),
    ],
)
def test_relative_dates_are_counted_from_today(text, value):
    assert dates(text) == [value]


def test_the_turn_of_the_year():
    assert dates("الشهر الجاي", date(2026, 12, 31)) == ["2027-01"]
    assert dates("chher li fat", date(2026, 1, 1)) == ["2025-12"]
    assert dates("simana jaya", date(2026, 12, 30)) == ["2027-W01"]


@pytest.mark.parametrize(
    "text",
    [
        "31/02/2026",
        "32 mars",
        "24/7",
        "1/2",
        "chaque mardi",
        "كل جمعة",
        "du lundi au vendredi",
        "من الاثنين للجمعة",
        "الحد الأقصى",
        "الماي بارد",
        "عامين",
        "هاد العام",
        "06-10-20-30-40",
    ],
)
def test_no_dates(text):
    assert dates(text) == []


def test_the_day_of_a_date_is_no_number():
    assert [entity.entity for entity in extract("16 مارس 2026", WEDNESDAY)] == ["date"]
