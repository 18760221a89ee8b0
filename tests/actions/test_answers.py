"""An answer states what a stored fact states: of this place, not expired, with its source and date."""

from datetime import UTC, date, datetime

import pytest

from actions.telling import write_date
from bot.intents import QUESTIONS
from bot.texts import LANGUAGES
from nlu.finding.finder import Found, Verdict


async def ask(who, intent, **entities):
    """A tap on the button of a question."""
    return "\n".join(await who.act("action_answer", intent, **{"text": f"/{intent}", **entities}))


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_fact_is_told_in_the_language_with_source_and_date(ali, language):
    ali.language = language
    said = await ask(ali, "ask_benefit", topic="awrach")
    source = "الجريدة" if language in ("ary-Arab", "ar") else "le journal"
    assert said == f"grant-nation {language}\n\nsource|{language}|source={source}|date=10 3 2022"
    assert ali.slots["topic"] == "awrach"
    assert ali.slots["question"] == "ask_benefit"


async def test_an_undated_page_is_told_with_the_day_it_was_read(ali):
    said = await ask(ali, "ask_benefit", topic="awrach", page="1")
    assert said == "grant-second fr\n\nsource.seen|fr|source=la page|date=2023"


async def test_a_decline_names_who_to_ask(ali):
    assert await ask(ali, "ask_status", topic="awrach") == "status-unknown fr\n\ncontact.anapec|fr"


async def test_where_nothing_is_known_nothing_is_said(ali):
    said = await ask(ali, "ask_figures", topic="awrach")
    assert said == "answer.unknown|fr"
    assert "/request_human" in ali.payloads


@pytest.mark.parametrize(
    ("entities", "first"),
    [
        ({"province": "Khénifra"}, "grant-khenifra"),
        ({"commune": "M'rirt"}, "grant-khenifra"),
        ({"province": "Azilal"}, "grant-region"),
        ({"region": "Souss-Massa"}, "answer.not_for_place|fr|place=Souss-Massa"),
        ({"province": "Tiznit"}, "answer.not_for_place|fr|place=Tiznit"),
        ({"province": "Atlantis"}, "grant-nation"),
        ({}, "grant-nation"),
    ],
)
async def test_the_answer_is_that_of_the_place(ali, entities, first):
    said = await ask(ali, "ask_benefit", topic="awrach", **entities)
    assert said.startswith(first)
    assert ("grant-agadir" in said) is False


async def test_an_expired_fact_is_not_told(ali, clock):
    assert "duration-valid" in await ask(ali, "ask_duration", topic="awrach")
    clock.advance(days=1)
    assert await ask(ali, "ask_duration", topic="awrach") == "answer.unknown|fr"
    assert "cost-decline" in await ask(ali, "ask_cost", topic="awrach")


@pytest.mark.parametrize("entities", [{}, {"province": "Khénifra"}, {"province": "Tiznit"}])
async def test_more_shows_every_fact_once(ali, entities):
    told = [await ask(ali, "ask_benefit", topic="awrach", **entities)]
    while more := [payload for payload in ali.payloads if '"page"' in payload]:
        told.append("\n".join(await ali.tap("action_answer", more[0])))
        assert len(told) < 9
    names = [name for one in told for name in one.split() if name.startswith("grant-")]
    here = {"grant-nation", "grant-second"}
    if not entities:
        here |= {"grant-agadir", "grant-region", "grant-khenifra"}
    elif entities["province"] == "Khénifra":
        here |= {"grant-region", "grant-khenifra"}
    assert sorted(names) == sorted(here)


async def test_a_deadline_is_told_as_it_stands_today(ali, clock):
    said = await ask(ali, "ask_deadline", topic="awrach_inclusion", province="Khénifra")
    assert "deadline.not_yet|fr|topic=awrach_inclusion|place=country|edition=2027|opens=4 1 2027" in said
    assert "deadline.closed|fr|topic=awrach_inclusion|place=Khénifra|edition=2022|opens=|closes=16 3 2022" in said
    assert "deadline-decline" in said, "whether it is open now is said as well"


@pytest.mark.parametrize(
    ("day", "key"),
    [
        (date(2026, 10, 31), "deadline.not_yet"),
        (date(2026, 11, 1), "deadline.open"),
        (date(2026, 11, 30), "deadline.open"),
        (date(2026, 12, 1), "deadline.closed"),
    ],
)
async def test_a_deadline_opens_and_closes_with_the_day(ali, clock, day, key):
    clock.now = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    said = await ask(ali, "ask_deadline", topic="awrach_inclusion", province="Agadir-Ida-Ou-Tanane")
    agadir = next(line for line in said.split("\n") if "edition=2026" in line)
    assert agadir.startswith(f"{key}|")
    if key == "deadline.open":
        assert f"days={(date(2026, 11, 30) - day).days}" in agadir


async def test_without_a_topic_the_topics_are_offered_and_the_question_kept(ali):
    assert await ask(ali, "ask_cost") == "ask.topic|fr"
    assert len(ali.payloads) <= 10, "a list on WhatsApp holds no more"
    assert '/ask_cost{"topic": "amo"}' in ali.payloads
    assert ali.slots["question"] == "ask_cost"


async def test_the_topic_at_hand_answers_the_next_question(ali):
    await ask(ali, "ask_status", topic="awrach")
    assert (await ask(ali, "ask_benefit")).startswith("grant-nation")


async def test_a_bare_place_asks_the_same_of_that_place(ali):
    await ask(ali, "ask_benefit", topic="awrach")
    (said,) = await ali.act("action_say", "inform", "w f Khénifra?", province="Khénifra")
    assert said.startswith("grant-khenifra")


async def test_the_next_steps_are_three_at_most_and_end_with_a_person(ali):
    await ask(ali, "ask_benefit", topic="awrach")
    assert len(ali.payloads) == 3
    assert ali.payloads[0].startswith('/ask_benefit{"topic": "awrach"')
    assert ali.payloads[1:] == ['/ask_conditions{"topic": "awrach"}', "/request_human"]


async def test_clarifying_offers_meanings_once_then_the_menu(ali):
    ranking = ("nlu_fallback", "ask_cost", "insult", "apply", "greet")
    assert await ali.act("action_clarify", "nlu_fallback", ranking=ranking) == ["clarify|fr"]
    assert ali.payloads == ["/ask_cost", "/apply", "/help"]
    assert await ali.act("action_clarify", "nlu_fallback", ranking=ranking) == ["clarify.again|fr"]
    assert "/request_human" in ali.payloads
    await ask(ali, "ask_benefit", topic="awrach")
    assert await ali.act("action_clarify", "nlu_fallback", ranking=ranking) == ["clarify|fr"]
    assert ali.payloads[0] == '/ask_cost{"topic": "awrach"}'


async def test_clarifying_offers_what_belongs_to_a_form_only_there(ali):
    ranking = ("nlu_fallback", "skip", "affirm", "ask_cost", "deny")
    await ali.act("action_clarify", "nlu_fallback", ranking=ranking)
    assert ali.payloads == ["/ask_cost", "/help"]


async def test_every_question_of_the_contract_is_answered_somehow(ali):
    for intent in sorted(QUESTIONS):
        for topic in ("awrach", "amo", "awrach_inclusion", "marketing"):
            assert await ask(ali, intent, topic=topic)


@pytest.mark.parametrize(
    ("day", "exact", "written"),
    [
        (date(2022, 3, 16), False, "16 3 2022"),
        (date(2022, 1, 1), False, "2022"),
        (date(2023, 7, 1), False, "7 2023"),
        (date(2023, 7, 1), True, "1er 7 2023"),
    ],
)
def test_dates(desk, day, exact, written):
    assert write_date(desk, day, "fr", exact=exact) == written


# What a message in a person's own words leads to; what is found is given.


class Answers:
    """Stands in for the finder: says of each text what is found for it."""

    def __init__(self):
        self.found = {}
        self.asked = []

    def find(self, session, question, today):
        self.asked.append(question)
        verdict, *candidates = self.found.get(question.text, (Verdict.NONE,))
        return Found(verdict, tuple(candidates), 0.5, 0.5)


@pytest.fixture
def answers():
    return Answers()


async def write(who, text, intent="ask_benefit", action="action_answer", **details):
    return "\n".join(await who.act(action, intent, text, **details))


async def test_what_is_sure_is_told_with_the_next_steps(ali, answers):
    answers.found["x"] = Verdict.SURE, "grant-nation", "grant-second"
    assert (await write(ali, "x")).startswith("grant-nation fr\n\nsource|")
    assert ali.payloads == [
        '/ask_conditions{"topic": "awrach"}',
        '/ask_documents{"topic": "awrach"}',
        "/request_human",
    ]
    assert (ali.slots["topic"], ali.slots["told"]) == ("awrach", "grant-nation")


async def test_what_is_likely_is_told_and_the_others_stand_as_buttons(ali, answers):
    answers.found["x"] = Verdict.LIKELY, "grant-nation", "grant-second", "status-unknown"
    await write(ali, "x")
    titles = [button["title"] for message in ali.said for button in message["buttons"]]
    assert titles == ["grant-second F", "status-unknown F", "request_human"]
    assert "grant-second fr" in "\n".join(await ali.tap("action_answer", ali.payloads[0]))


async def test_where_none_leads_it_is_asked_back(ali, answers):
    answers.found["x"] = Verdict.OPEN, "grant-second", "status-unknown"
    assert await write(ali, "x") == "answer.which|fr"
    assert len(ali.payloads) == 3
    assert ali.payloads[-1] == "/help"
    assert ali.slots.get("told") is None


async def test_what_is_not_known_is_said_and_nothing_else_told(ali, answers):
    answers.found["x"] = Verdict.NONE, "grant-nation"
    assert await write(ali, "x") == "answer.unknown|fr"
    assert not any("entry" in payload for payload in ali.payloads)


async def test_a_bare_question_is_for_the_topic_at_hand(ali, answers):
    answers.found["x"] = (Verdict.BARE, "grant-nation")
    assert await write(ali, "x") == "ask.topic|fr"
    ali.slots["topic"] = "awrach"
    assert (await write(ali, "x")).startswith("grant-nation")


async def test_the_second_of_two_questions_is_offered(ali, answers):
    answers.found = {
        "ch7al dyal lmin7a? w fo9ach kayt7ell lbab": (Verdict.SURE, "grant-nation"),
        "fo9ach kayt7ell lbab": (Verdict.SURE, "status-unknown"),
    }
    assert (await write(ali, "ch7al dyal lmin7a? w fo9ach kayt7ell lbab")).startswith("grant-nation")
    assert '"entry": "status-unknown"' in ali.payloads[0]


async def test_a_deadline_is_told_when_a_date_was_asked(ali, answers):
    answers.found["x"] = Verdict.SURE, "inclusion-2027"
    assert (await write(ali, "x", "ask_deadline")).startswith("deadline.not_yet|fr|topic=awrach_inclusion")


async def test_what_no_intent_was_clear_of_is_answered_where_it_is_found(ali, answers):
    answers.found["x"] = Verdict.LIKELY, "grant-nation"
    assert (await write(ali, "x", "nlu_fallback", "action_clarify")).startswith("grant-nation")
    answers.found["x"] = (Verdict.NONE,)
    assert await write(ali, "x", "nlu_fallback", "action_clarify", ranking=("ask_cost",)) == "clarify|fr"


@pytest.mark.parametrize(("verdict", "said"), [(Verdict.SURE, "grant-nation fr"), (Verdict.LIKELY, "say.out_of_scope")])
async def test_what_seems_out_of_scope_is_answered_only_where_it_is_sure(ali, answers, verdict, said):
    answers.found["x"] = verdict, "grant-nation"
    assert (await write(ali, "x", "out_of_scope", "action_say")).startswith(said)


async def test_a_complaint_is_noted_and_what_is_known_of_it_offered(ali, answers):
    answers.found["x"] = Verdict.SURE, "status-unknown"
    assert (await write(ali, "x", "complain", "action_complain")).startswith("complaint.taken")
    assert '"entry": "status-unknown"' in ali.payloads[0]


async def test_say_it_again_tells_the_same_entry(ali, answers):
    answers.found["x"] = Verdict.SURE, "grant-second"
    first = await write(ali, "x")
    assert await write(ali, "?", "repeat", "action_say") == first


async def test_the_finder_is_asked_with_meaning_place_and_topic_at_hand(ali, answers):
    ali.slots["topic"] = "awrach"
    await write(ali, "x", province="Khénifra")
    (question,) = answers.asked
    assert question.meanings == (("ask_benefit", "none", 0.9),)
    assert question.places == ("05.301", "05")
    assert question.topic == "awrach"


@pytest.mark.parametrize(("topic", "first"), [("awrach", "grant-second"), ("amo", "answer.unknown")])
async def test_a_place_alone_never_leads_to_another_topic(ali, answers, topic, first):
    ali.slots |= {"topic": topic, "question": "ask_benefit", "told": "grant-nation"}
    answers.found["w f Fès?"] = Verdict.LIKELY, "grant-second"
    assert first in await write(ali, "w f Fès?", "inform", "action_say", province="Khénifra")


async def test_no_answer_is_offered_twice(ali, answers):
    text = "ch7al dyal lmin7a? fo9ach kayt7ell lbab"
    answers.found = {
        text: (Verdict.LIKELY, "grant-nation", "status-unknown", "grant-second"),
        " fo9ach kayt7ell lbab": (Verdict.SURE, "status-unknown"),
    }
    await write(ali, text)
    assert len(set(ali.payloads)) == len(ali.payloads) == 3
