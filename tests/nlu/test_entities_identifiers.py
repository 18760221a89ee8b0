import pytest

from nlu.entities import extract


def found(text):
    return [(entity.entity, entity.value) for entity in extract(text)]


@pytest.mark.parametrize(
    "text",
    [
        "0612345678",
        "06 12 34 56 78",
        "06.12.34.56.78",
        "06-12-34-56-78",
        "٠٦١٢٣٤٥٦٧٨",
        "+212612345678",
        "+212 6 12 34 56 78",
        "+212(0)612345678",
        "00212612345678",
        "212612345678",
        "612345678",
        "612 34 56 78",
    ],
)
def test_a_telephone_number_is_e164_however_it_is_written(text):
    assert found(f"نمرتي {text} عافاك") == [("phone", "+212612345678")]


def test_a_telephone_number_of_another_country():
    assert found("+33 6 12 34 56 78") == [("phone", "+33612345678")]


@pytest.mark.parametrize("text", ["+999 0000 0000 0", "+0 12345678", "+210 1234567890"])
def test_a_number_of_no_country_is_no_telephone_and_no_error(text):
    assert "phone" not in dict(found(text))


def test_a_telephone_number_that_was_said():
    assert found("zero six zero zero zero zero zero zero quinze") == [("phone", "+212600000015")]
    assert found("zéro six, vingt-deux, trente-trois, zéro zéro, onze") == [("phone", "+212622330011")]
    assert found("nemrti zero sitta tnach tlatin rb3in khmsin") == [("phone", "+212612304050")]


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("أنا من اليوسفية ماشي من آسفي", [("province", "Youssoufia")]),
        ("je suis une association pas une coopérative", [("legal_form", "association")]),
        ("ana machi mn fes", [("province", "Fès")]),
        ("fekhar dyal safi machi bhal fes", [("trade", "poterie"), ("province", "Safi"), ("province", "Fès")]),
    ],
)
def test_of_a_correction_the_other_value_counts(text, values):
    assert found(text) == values


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("BE123456", "BE123456"),
        ("be 123456 cin", "BE123456"),
        ("CIN : BJ 456789", "BJ456789"),
        ("لاكارط ديالي k98765", "K98765"),
        ("البطاقة الوطنية Q٣٣٤٤٥٥", "Q334455"),
        ("jb 204 411 lacarte", "JB204411"),
    ],
)
def test_identity_cards(text, value):
    assert found(text) == [("national_id", value)]


@pytest.mark.parametrize("text", ["f 20000", "l15000", "RC 45678", "IF 12345678", "de 50000", "3afak 12345", "a 12345"])
def test_letters_before_a_number_are_not_yet_a_card(text):
    assert "national_id" not in [entity for entity, _ in found(text)]


@pytest.mark.parametrize("text", ["001234567000089", "001 234 567 0000 89", "٠٠١٢٣٤٥٦٧٠٠٠٠٨٩", "ICE:001234567000089"])
def test_ice(text):
    assert found(text) == [("ice", "001234567000089")]


def test_a_bank_account_is_neither_ice_nor_number():
    assert found("RIB 011519000001205000534921") == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("رقم الضمان 123456789", ("cnss_number", "123456789")),
        ("affiliation cnss 1234567", ("cnss_number", "1234567")),
        ("612345678 numero cnss", ("cnss_number", "612345678")),
        ("1234567", ("number", 1234567)),
        ("AW-2026-00012", ("reference", "AW-2026-00012")),
        ("aw 2026 00012", ("reference", "AW-2026-00012")),
        ("رقم الملف 2024/317", ("reference", "2024/317")),
        ("dossier numéro 45871", ("reference", "45871")),
    ],
)
def test_numbers_that_are_announced(text, expected):
    assert found(text) == [expected]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("حنا تعاونية", [("legal_form", "cooperative")]),
        ("jam3iya dyalna", [("legal_form", "association")]),
        ("notre SARL", [("legal_form", "company")]),
        ("je suis auto-entrepreneur", [("legal_form", "individual")]),
        ("صانع فردي", [("legal_form", "individual")]),
        ("هضر معايا بالدارجة", [("language", "ary")]),
        ("en français svp", [("language", "fr")]),
        ("باللغة العربية الفصحى", [("language", "ar")]),
        ("kayhder tachel7it", [("language", "zgh")]),
        ("un client français", []),
    ],
)
def test_legal_forms_and_languages(text, expected):
    assert found(text) == expected
