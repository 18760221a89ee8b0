import pytest

from nlu.entities import extract


def values(kind, text):
    return [entity.value for entity in extract(text) if entity.entity == kind]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("جوج", 2),
        ("tnach", 12),
        ("خمسطاش", 15),
        ("khamstach", 15),
        ("مية و خمسين", 150),
        ("مية وخمسين", 150),
        ("mya w khmsa w 3chrin", 125),
        ("خمسة وعشرين", 25),
        ("tlatin", 30),
        ("ربعمية", 400),
        ("تلت مية", 300),
        ("ألف وخمسمية", 1500),
        ("alfayn w mya", 2100),
        ("tlt alaf", 3000),
        ("15 ألف", 15000),
        ("مية ألف", 100000),
        ("khmsmyat alf", 500000),
        ("مليون", 1000000),
        ("ألف ونص", 1500),
        ("vingt-cinq", 25),
        ("vingt et un", 21),
        ("soixante et onze", 71),
        ("soixante-dix-sept", 77),
        ("quatre-vingt", 80),
        ("quatre-vingt-dix-neuf", 99),
        ("deux cent trente quatre mille cinq cent six", 234506),
        ("ثلاثة عشر", 13),
        ("اثنتي عشرة امرأة", 12),
        ("خمسة وأربعون", 45),
        ("ثلاثمائة وخمسون", 350),
        ("١٢", 12),
        ("12 000", 12000),
        ("12.000", 12000),
        ("2,5", 2.5),
        ("واحد", 1),
    ],
)
def test_numbers_in_words_and_figures(text, value):
    assert values("number", text) == [value]


@pytest.mark.parametrize(
    "text",
    [
        "واحد السؤال",
        "wa7ed khouya",
        "un dossier",
        "3afak",
        "7ta ana",
        "3 afak",
        "80%",
        "80 pour cent",
        "مية بالمية",
        "sb3in f lmya",
        "ألف شكر",
        "mille mercis",
        "القانون 50-17",
        "loi 50.17",
        "9h30",
        "14:15",
        "2ème fois",
        "du matériel neuf",
        "الأول والثاني",
        "011519000001205000534921",
        "007",
    ],
)
def test_articles_letters_shares_hours_and_laws_count_nothing(text):
    assert values("number", text) == []


@pytest.mark.parametrize(
    ("text", "amounts"),
    [
        ("1500 درهم", [1500]),
        ("1 500 DH", [1500]),
        ("1500dh", [1500]),
        ("MAD 300", [300]),
        ("135,50 dhs", [135.5]),
        ("1,600.50 درهم", [1600.5]),
        ("عشرة دراهم", [10]),
        ("50 d drahem", [50]),
        ("alf w khmsmya dh", [1500]),
        ("ستين ألف ريال", [3000]),
        ("2 مليون سنتيم", [20000]),
        ("entre 2000 et 3000 DH", [2000, 3000]),
        ("2000-3000 dh", [2000, 3000]),
        ("600 dh + 450 dh", [600, 450]),
        ("quinze mille dirhams", [15000]),
        ("بألف درهم", [1000]),
    ],
)
def test_amounts_are_in_dirhams_and_no_numbers_besides(text, amounts):
    assert values("amount", text) == amounts
    assert values("number", text) == []


def test_a_million_without_a_currency_is_no_amount():
    assert values("amount", "عندي 2 مليون") == []
