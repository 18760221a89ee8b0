"""One form for every programme: it can be left, taken up, corrected and asked in between, and counts nothing twice."""

import pytest
from sqlalchemy import func, select

from bot.media import StoredFile
from bot.registry import applications
from bot.registry.models import Application, ApplicationState

ICE = "001524871000036"


def read(desk, who):
    """The answers of someone's draft."""
    with desk.database.begin() as session:
        draft = applications.find_draft(session, who.person_id)
        return applications.read_answers(draft) if draft else None


def asked(desk, who):
    with desk.database.begin() as session:
        return applications.find_draft(session, who.person_id).asked


def count(desk):
    with desk.database.begin() as session:
        return session.scalar(select(func.count()).select_from(Application))


def send_file(desk, who, part=0):
    """A document as the gateway adds it before the form is told."""
    with desk.database.begin() as session:
        draft = applications.find_draft(session, who.person_id)
        applications.add_document(
            session, draft, draft.asked, who.inbound_id, part, StoredFile(f"file{part}", "image/png", 1)
        )


async def begin(who, **entities):
    said = await who.act("action_open_application", "apply", topic="awrach", **entities)
    who.loop = "application_form"
    return said + await who.act("action_ask_application_answer", "apply", again=True)


async def answer_all(who):
    """Everything up to the read-back."""
    await begin(who)
    await who.answer("oui", "affirm")
    await who.tap("validate_application_form", '/inform{"field": "legal_form=cooperative"}')
    await who.act("action_ask_application_answer", again=True)
    await who.answer("Coopérative Atlas")
    await who.answer(ICE)
    await who.answer("12")
    await who.answer("f Khénifra", province="Khénifra")
    await who.answer("nsij", trade="tissage")
    await who.answer("0612345678")
    await who.act("action_skip_answer", "skip")
    return await who.act("action_ask_application_answer", "skip", again=True)


ANSWERS = {
    "consent": "yes",
    "legal_form": "cooperative",
    "name": "Coopérative Atlas",
    "ice": ICE,
    "members": "12",
    "province": "Khénifra",
    "trade": "tissage",
    "phone": "+212612345678",
    "papers": "",
}


async def test_an_application_from_the_first_question_to_the_reference(desk, ali, clock):
    (read_back,) = await answer_all(ali)
    assert read(desk, ali) == ANSWERS
    assert "members: 12" in read_back
    assert "province: Khénifra" in read_back
    assert "trade: Tissage" in read_back
    assert "legal form: Coopérative" in read_back
    assert "consent" not in read_back
    assert asked(desk, ali) == "confirm"
    await ali.act("validate_application_form", "affirm", "oui")
    assert ali.slots["application_answer"] == "confirmed"
    (lodged,) = await ali.act("action_close_application", "affirm", again=True)
    assert lodged.startswith("application.lodged|fr|reference=AW-2026-")
    assert ali.slots["application"] == "closed"
    assert read(desk, ali) is None


async def test_questions_are_numbered_and_only_those_that_apply_are_asked(desk, ali):
    assert await begin(ali) == ["intro fr", "(1/8) consent"]
    assert await ali.answer("oui", "affirm") == ["(2/8) legal form"]
    assert await ali.answer("association", legal_form="association") == ["(3/8) name"]
    assert await ali.answer("Association Atlas") == ["(4/8) ice"]
    assert await ali.answer(ICE) == ["(5/8) province"]


async def test_what_the_first_message_names_is_not_asked_again(desk, ali):
    await begin(ali, legal_form="cooperative", province="Khénifra", trade="tissage")
    assert {field: read(desk, ali)[field] for field in ("legal_form", "trade")} == {
        "legal_form": "cooperative",
        "trade": "tissage",
    }
    assert "consent" not in read(desk, ali), "consent is always asked for"


async def test_without_consent_nothing_is_kept(desk, ali):
    await begin(ali)
    await ali.act("validate_application_form", "deny", "non")
    assert ali.slots["application_answer"] == "no"
    assert await ali.act("action_close_application", "deny", again=True) == ["form.no_consent|fr"]
    assert read(desk, ali) is None


async def test_consent_is_noted_with_its_time(desk, ali, clock):
    await begin(ali)
    clock.advance(minutes=3)
    await ali.answer("oui", "affirm")
    with desk.database.begin() as session:
        assert applications.find_draft(session, ali.person_id).consented_at == clock()


async def test_a_wrong_answer_is_told_and_the_question_put_again(desk, ali):
    await begin(ali)
    await ali.answer("oui", "affirm")
    assert await ali.answer("SARL") == ["form.wrong.choice|fr", "(2/8) legal form"]
    assert read(desk, ali) == {"consent": "yes"}


async def test_a_question_in_between_is_left_to_its_own_rule(desk, ali):
    await begin(ali)
    assert await ali.act("validate_application_form", "ask_benefit", "chhal hiya lmin7a dyal awrach") == []
    assert "application_answer" not in {event.get("name") for event in ali.events}
    assert read(desk, ali) == {}
    assert asked(desk, ali) == "consent"


async def test_a_turn_that_is_run_twice_counts_once(desk, ali):
    await begin(ali)
    await ali.answer("oui", "affirm")
    await ali.answer("association", legal_form="association")
    first = await ali.answer("Association Atlas")
    with desk.database.begin() as session:
        before = applications.read_answers(applications.find_draft(session, ali.person_id))
    again = await ali.act("validate_application_form", "inform", "Association Atlas", again=True)
    again += await ali.act("action_ask_application_answer", "inform", "Association Atlas", again=True)
    assert again == first == ["(4/8) ice"]
    assert read(desk, ali) == before


async def test_a_consent_that_is_run_twice_is_no_answer_to_the_next_question(desk, ali):
    await begin(ali)
    await ali.answer("oui", "affirm")
    await ali.act("validate_application_form", "affirm", "oui", again=True)
    assert await ali.act("action_ask_application_answer", "affirm", again=True) == ["(2/8) legal form"]
    assert read(desk, ali) == {"consent": "yes"}


async def test_lodging_twice_by_one_message_gives_one_reference(desk, ali):
    await answer_all(ali)
    await ali.act("validate_application_form", "affirm")
    first = await ali.act("action_close_application", "affirm", again=True)
    await ali.act("validate_application_form", "affirm", again=True)
    assert ali.slots["application_answer"] == "confirmed"
    assert await ali.act("action_close_application", "affirm", again=True) == first
    assert count(desk) == 1
    assert await ali.act("action_close_application", "affirm") == ["application.no_draft|fr"]


async def test_an_opening_that_is_run_twice_opens_once(desk, ali):
    await begin(ali)
    await ali.act("action_open_application", "apply", topic="awrach", again=True)
    assert count(desk) == 1


async def test_a_skip_that_is_run_twice_skips_one_question(desk, ali):
    await begin(ali)
    await ali.answer("oui", "affirm")
    await ali.answer("association", legal_form="association")
    await ali.answer("Association Atlas")
    for again in (False, True):
        assert await ali.act("action_skip_answer", "skip", again=again) == ["form.skipped|fr"]
        assert await ali.act("action_ask_application_answer", "skip", again=True) == ["(5/8) province"]
    assert read(desk, ali)["ice"] == ""


async def test_a_no_leaves_an_optional_question_out_and_no_other(desk, ali):
    await begin(ali)
    await ali.answer("oui", "affirm")
    await ali.answer("association", legal_form="association")
    await ali.answer("Association Atlas")
    assert await ali.act("validate_application_form", "deny", "ما عندناش") == ["form.skipped|fr"]
    assert await ali.act("action_ask_application_answer", "deny", again=True) == ["(5/8) province"]
    assert read(desk, ali)["ice"] == ""
    assert await ali.act("validate_application_form", "deny", "لا") == []
    assert "province" not in read(desk, ali)


async def test_what_is_needed_cannot_be_skipped(desk, ali):
    await begin(ali)
    assert await ali.act("action_skip_answer", "skip") == ["form.required|fr"]
    assert read(desk, ali) == {}


async def test_a_draft_is_left_kept_and_taken_up_again(desk, ali):
    await begin(ali)
    await ali.answer("oui", "affirm")
    assert await ali.act("action_leave_application", "cancel") == ["cancel.kept|fr"]
    assert ali.slots["application"] == "closed"
    assert asked(desk, ali) is None
    assert await ali.act("action_resume_application", "resume") == ["application.continued|fr"]
    assert await ali.act("action_ask_application_answer", "resume", again=True) == ["(2/8) legal form"]
    await ali.act("action_leave_application", "cancel")
    assert (await begin(ali))[0] == "application.continued|fr"


async def test_a_draft_is_thrown_away_on_request_only(desk, ali):
    await begin(ali)
    await ali.act("action_leave_application", "cancel")
    (throw_away,) = [payload for payload in ali.payloads if "confirmed" in payload]
    assert await ali.tap("action_leave_application", throw_away) == ["cancel.thrown_away|fr"]
    assert read(desk, ali) is None
    again = await ali.act("action_leave_application", "cancel", confirmed="yes", again=True)
    assert again == ["cancel.thrown_away|fr"], "the same message, run twice"
    assert await ali.act("action_leave_application", "cancel") == ["cancel.nothing|fr"]
    assert await ali.act("action_resume_application", "resume") == ["application.no_draft|fr"]


async def test_stop_inside_a_form_leaves_it_and_offers_to_unsubscribe(desk, ali):
    await begin(ali)
    await ali.act("action_leave_application", "unsubscribe_reminders")
    assert "/unsubscribe_reminders" in ali.payloads


async def test_a_correction_by_naming_the_value(desk, ali):
    await answer_all(ali)
    said = await ali.act("action_correct_answer", "correct_answer", "machi Khénifra, Azilal", province=["Azilal"])
    assert said == ["form.corrected|fr|label=province|value=Azilal"]
    assert read(desk, ali)["province"] == "Azilal"


async def test_a_correction_by_choosing_the_question(desk, ali):
    await answer_all(ali)
    assert await ali.act("action_correct_answer", "correct_answer") == ["form.correct_which|fr"]
    assert len(ali.payloads) <= 10
    await ali.tap("action_correct_answer", '/correct_answer{"field": "name"}')
    assert await ali.act("action_ask_application_answer", "correct_answer", again=True) == ["(3/9) name"]
    await ali.answer("Coopérative Toubkal")
    assert read(desk, ali) == ANSWERS | {"name": "Coopérative Toubkal"}
    assert asked(desk, ali) == "confirm"


async def test_after_the_read_back_only_a_yes_lodges(desk, ali):
    await answer_all(ali)
    for intent, text in (("deny", "la"), ("inform", "ok peut-être")):
        said = await ali.act("validate_application_form", intent, text)
        assert said == ["form.confirm_or_correct|fr"]
        assert ali.slots["application_answer"] is None
    assert await ali.act("validate_application_form", "thank", "chokran") == []
    assert count(desk) == 1


async def test_documents_are_counted_and_ended_by_saying_so(desk, ali):
    await answer_all(ali)
    await ali.tap("action_correct_answer", '/correct_answer{"field": "papers"}')
    assert await ali.act("action_ask_application_answer", "correct_answer", again=True) == ["(9/9) papers"]
    for number in (1, 2):
        ali.receive()
        send_file(desk, ali)
        said = await ali.act(
            "validate_application_form", "send_document", "/send_document", True, meta={"documents": 1, "unreadable": 0}
        )
        said += await ali.act("action_ask_application_answer", "send_document", "/send_document", True)
        assert said == [f"form.documents_taken|fr|count={number}"]
    assert await ali.act("action_skip_answer", "skip") == ["form.documents_done|fr|count=2"]
    (read_back,) = await ali.act("action_ask_application_answer", "skip", again=True)
    assert "papers: 2" in read_back


async def test_an_unreadable_document_is_told_in_the_form(desk, ali):
    await answer_all(ali)
    await ali.tap("action_correct_answer", '/correct_answer{"field": "papers"}')
    await ali.act("action_ask_application_answer", "correct_answer", again=True)
    said = await ali.act(
        "validate_application_form", "send_document", "/send_document", meta={"documents": 0, "unreadable": 1}
    )
    assert said == ["form.wrong.document_unreadable|fr"]


async def test_a_trade_that_is_not_listed_can_be_kept_as_written(desk, ali):
    await begin(ali)
    with desk.database.begin() as session:
        applications.find_draft(session, ali.person_id).asked = "trade"
    assert (await ali.answer("xxyyzz"))[0] == "form.wrong.trade|fr"
    (payload,) = [one for one in [*ali.payloads, '/inform{"field": "trade=other: xxyyzz"}'] if "trade=" in one][:1]
    await ali.tap("validate_application_form", payload)
    assert read(desk, ali)["trade"] == "other: xxyyzz"


async def test_a_commune_is_kept_as_its_province_where_that_is_asked(desk, ali):
    await begin(ali)
    with desk.database.begin() as session:
        applications.find_draft(session, ali.person_id).asked = "province"
    await ali.answer("M'rirt", commune="M'rirt")
    assert read(desk, ali)["province"] == "Khénifra"


async def test_a_button_of_another_programmes_form_changes_nothing(desk, ali):
    await ali.act("action_open_application", "apply", topic="equipment")
    ali.loop = "application_form"
    await ali.act("action_ask_application_answer", "apply", again=True)
    await ali.tap("validate_application_form", '/inform{"field": "legal_form=cooperative"}')
    assert read(desk, ali) == {}
    assert asked(desk, ali) == "trade"


async def test_another_programme_closes_the_draft(desk, ali):
    await begin(ali)
    await ali.act("action_open_application", "apply", topic="equipment")
    with desk.database.begin() as session:
        states = session.scalars(select(Application.state).order_by(Application.id)).all()
    assert states == [ApplicationState.CANCELLED, ApplicationState.DRAFT]


@pytest.mark.parametrize(
    ("topic", "key"), [(None, "application.which|fr"), ("vae", "application.not_here|fr|topic=vae")]
)
async def test_where_one_cannot_apply_the_way_is_told(desk, ali, topic, key):
    said = await ali.act("action_open_application", "apply", **({"topic": topic} if topic else {}))
    assert said == [key]
    assert ali.slots["application"] == "closed"
    assert '/apply{"topic": "awrach_inclusion"}' in ali.payloads
    assert count(desk) == 0


async def test_a_new_session_is_back_in_the_form(desk, ali):
    await begin(ali)
    await ali.act("action_session_start", "apply")
    assert ali.loop == "application_form"
    assert ali.slots["requested_slot"] == "application_answer"
    await ali.act("action_leave_application", "cancel")
    ali.loop = None
    await ali.act("action_session_start", "greet")
    assert ali.loop is None


async def test_an_answer_in_another_language_does_not_change_that_of_the_form(desk, ali):
    await begin(ali)
    await ali.answer("oui", "affirm", meta={"language": "ary-Latn", "known_language": "fr"})
    said = await ali.answer("SARL", meta={"language": "ary-Latn", "known_language": "fr"})
    assert said[0] == "form.wrong.choice|fr"
    assert ali.custom[-1]["turn"]["language"] == "fr"
    await ali.act("action_answer", "ask_benefit", topic="awrach", meta={"language": "ar", "known_language": "fr"})
    assert ali.custom[-1]["turn"]["language"] == "ar"
