"""What a message gives as the answer to a question: a value, what is wrong with it, or that it is none."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from actions.fields import Given, Wrong, is_valid_ice, read_answer
from actions.turn import Turn
from bot.intents import QUESTIONS, REQUESTS
from bot.programmes import Option, Question

WORDS = dict.fromkeys(("ary-Arab", "ary-Latn", "fr", "ar"), "x")
ICE = "001524871000036"


def turn(text="-", intent="inform", confidence=0.9, **entities):
    lists = {name: value if isinstance(value, list) else [value] for name, value in entities.items()}
    return Turn("person", 1, text, intent, confidence, (), (), lists, {}, {}, "fr")


def question(kind, **details):
    return Question(field="f", type=kind, ask=WORDS, label=WORDS, **details)


CHOICE = question(
    "choice",
    options=(
        Option(value="cooperative", title=WORDS | {"fr": "Coopérative", "ar": "تعاونية"}),
        Option(value="association", title=WORDS | {"fr": "Association", "ar": "جمعية"}),
    ),
)
NUMBER = question("number", least=1, most=500)


def make_ice(first_13):
    """The ICE that begins with 13 digits."""
    return f"{first_13}{(-int(first_13) * 100) % 97:02d}"


def test_the_example_is_an_ice():
    assert make_ice(ICE[:13]) == ICE
    assert is_valid_ice(ICE)


@pytest.mark.parametrize(
    ("asked", "said", "reading"),
    [
        ("consent", turn("oui", "affirm"), Given("yes")),
        ("consent", turn("/affirm", "affirm"), Given("yes")),
        ("consent", turn("non", "deny"), Given("no")),
        ("consent", turn("peut-être"), None),
        ("text", turn("Coopérative  Atlas "), Given("Coopérative Atlas")),
        ("text", turn("تعاونية الأمل"), Given("تعاونية الأمل")),
        ("text", turn("salam", "greet"), None),
        ("text", turn("merci", "thank", 0.3), Given("merci")),
        ("text", turn("Atlas", "ask_location", 0.9), Given("Atlas")),
        ("text", turn("fin kayn lmaktab dyalkom", "ask_location", 0.9), None),
        ("text", turn("coopérative", legal_form="cooperative"), Wrong("form.wrong.text")),
        ("text", turn("coopérative Atlas", legal_form="cooperative"), Given("coopérative Atlas")),
        ("text", turn("x"), Wrong("form.wrong.text")),
        ("text", turn("12345"), Wrong("form.wrong.text")),
        ("text", turn("a" * 121), Wrong("form.wrong.text")),
        ("ice", turn(ICE), Given(ICE)),
        ("ice", turn("001 524 871 000 036"), Given(ICE)),
        ("ice", turn("٠٠١٥٢٤٨٧١٠٠٠٠٣٦"), Given(ICE)),
        ("ice", turn(f"ICE : {ICE}"), Given(ICE)),
        ("ice", turn("001524871000057"), Wrong("form.wrong.ice_check")),
        ("ice", turn("12345"), Wrong("form.wrong.ice_length", {"count": 5})),
        ("ice", turn(ICE + "1"), Wrong("form.wrong.ice_length", {"count": 16})),
        ("ice", turn("makaynch"), Wrong("form.wrong.ice_length", {"count": 0})),
        ("ice", turn("chno hiya ICE", "ask_definition", 0.2), None),
        ("cnss_number", turn("1234567"), Given("1234567")),
        ("cnss_number", turn("123 45 67"), Given("1234567")),
        ("cnss_number", turn("123456789"), Wrong("form.wrong.cnss_number", {"count": 9})),
        ("cnss_number", turn("chokran", "thank"), None),
        ("province", turn("f Khénifra", province="Khénifra"), Given("Khénifra")),
        ("province", turn("M'rirt", commune="M'rirt"), Given("M'rirt")),
        ("province", turn("Souss", region="Souss-Massa"), Wrong("form.wrong.region", {"region": "Souss-Massa"})),
        ("province", turn("Atlantis"), Wrong("form.wrong.province")),
        ("province", turn("Khénifra", "apply", 0.9, province="Khénifra"), None),
        ("trade", turn("derraz", trade="tissage"), Given("tissage")),
        ("trade", turn("astronaute"), Wrong("form.wrong.trade")),
        ("phone", turn("06 12 34 56 78"), Given("+212612345678")),
        ("phone", turn("-", phone="+212612345678"), Given("+212612345678")),
        ("phone", turn("0612"), Wrong("form.wrong.phone")),
        ("documents", turn("hahiya"), Wrong("form.wrong.document")),
        ("documents", turn("ok", "affirm"), None),
    ],
    ids=lambda value: value.text if isinstance(value, Turn) else None,
)
def test_readings(asked, said, reading):
    assert read_answer(question(asked), said) == reading


@pytest.mark.parametrize(
    ("said", "reading"),
    [
        (turn("Coopérative"), Given("cooperative")),
        (turn("cooperative"), Given("cooperative")),
        (turn("جمعية"), Given("association")),
        (turn("7na jam3iya", f="association"), Given("association")),
        (turn("SARL", f="company"), Wrong("form.wrong.choice")),
        (turn("salam", "greet"), None),
    ],
)
def test_choices(said, reading):
    assert read_answer(CHOICE, said) == reading


@pytest.mark.parametrize(
    ("said", "reading"),
    [
        (turn("12"), Given("12")),
        (turn("١٢"), Given("12")),
        (turn("khdamin 12"), Given("12")),
        (turn("tlata", number=[3]), Given("3")),
        (turn("machi 3, 4", number=[3, 4]), Given("4")),
        (turn("0"), Wrong("form.wrong.range", {"least": 1, "most": 500})),
        (turn("501"), Wrong("form.wrong.range", {"least": 1, "most": 500})),
        (turn("bezzaf"), Wrong("form.wrong.number")),
        (turn("0612345678"), Wrong("form.wrong.number")),
        (turn("9" * 30), Wrong("form.wrong.number")),
    ],
)
def test_numbers(said, reading):
    assert read_answer(NUMBER, said) == reading


def test_a_button_answers_the_question_that_it_belongs_to():
    tapped = turn('/inform{"field": "legal_form=association"}', field="legal_form=association")
    assert read_answer(question("text"), tapped) == Given("association", "legal_form")
    with_sign = turn('/inform{"field": "trade=other: a=b"}', field="trade=other: a=b")
    assert read_answer(question("trade"), with_sign) == Given("other: a=b", "trade")
    assert read_answer(question("text"), turn("/help", "help")) is None


@pytest.mark.parametrize("intent", sorted(REQUESTS))
@pytest.mark.parametrize("kind", ["text", "ice", "province", "trade", "phone", "documents"])
def test_a_request_is_no_answer(intent, kind):
    assert read_answer(question(kind), turn("cancel", intent, 0.9)) is None


@pytest.mark.parametrize("intent", sorted(QUESTIONS))
def test_a_question_in_a_whole_sentence_is_no_answer(intent):
    assert read_answer(question("text"), turn("a question of four words", intent, 0.9)) is None


@given(st.integers(0, 10**13 - 1).map(lambda number: f"{number:013d}"))
def test_every_ice_has_one_pair_of_check_digits(first_13):
    ice = make_ice(first_13)
    assert is_valid_ice(ice)
    assert [pair for pair in range(97) if is_valid_ice(f"{first_13}{pair:02d}")] == [int(ice[13:])]


@given(st.integers(0, 10**13 - 1), st.integers(0, 14), st.integers(1, 9))
def test_one_wrong_digit_is_noticed(number, place, by):
    ice = make_ice(f"{number:013d}")
    wrong = ice[:place] + str((int(ice[place]) + by) % 10) + ice[place + 1 :]
    assert read_answer(question("ice"), turn(wrong)) == Wrong("form.wrong.ice_check")


@given(st.integers(1, 14), st.sampled_from(" -./\u00a0"))
def test_digits_may_be_written_apart_and_in_either_form(place, sign):
    eastern = ICE.translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"))
    for digits in (ICE, eastern):
        assert read_answer(question("ice"), turn(digits[:place] + sign + digits[place:])) == Given(ICE)


KINDS = ("consent", "text", "ice", "cnss_number", "province", "commune", "trade", "phone", "documents")


@given(
    st.sampled_from(KINDS),
    st.text(max_size=150),
    st.sampled_from(["inform", "greet", "deny", "nlu_fallback", *sorted(QUESTIONS | REQUESTS)]),
    st.floats(0, 1),
)
def test_whatever_is_said_is_read_without_an_error(kind, text, intent, confidence):
    assume(not text.startswith("/"))
    reading = read_answer(question(kind), turn(text, intent, confidence))
    if isinstance(reading, Given):
        assert reading.value
        assert len(reading.value) <= 120
    if kind == "text" and isinstance(reading, Given):
        assert reading.value == " ".join(text.split())


@given(st.text(max_size=40))
def test_numbers_stay_in_their_bounds(text):
    assume(not text.startswith("/"))
    reading = read_answer(NUMBER, turn(text))
    assert not isinstance(reading, Given) or 1 <= int(reading.value) <= 500
