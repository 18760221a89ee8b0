"""One's own entry, files and data - and nobody else's."""

import pytest
from sqlalchemy import select

from bot.registry import applications, people, requests
from bot.registry.models import OptOut, StaffRequest, Subscription

PHONES = {"ali": "+212600000001", "aicha": "+212600000002", "omar": "+212600000003", "stranger": "+212600000099"}


def lodge(desk, who, programme="awrach_inclusion"):
    who.receive()
    with desk.database.begin() as session:
        draft = applications.open_draft(session, who.person_id, programme, desk.clock())
        return applications.lodge(session, draft, "AW", who.inbound_id, desk.clock())


def list_requests(desk, **where):
    with desk.database.begin() as session:
        return session.scalars(select(StaffRequest).filter_by(**where).order_by(StaffRequest.id)).all()


# The register


async def test_without_a_verified_number_the_register_says_nothing(ali):
    await ali.act("action_check_registration", "check_registration")
    assert ali.custom[0] == {"text": "phone.needed|fr", "share_phone": "share_phone"}


async def test_a_number_that_is_only_typed_opens_nothing(ali):
    await ali.act("action_check_registration", "check_registration", PHONES["ali"], phone=PHONES["ali"])
    assert ali.custom[0]["text"] == "phone.needed|fr"


@pytest.mark.parametrize(
    ("sender", "told"),
    [
        (
            "ali",
            "registration.example|fr\nregistration.found|fr|name=Example: Ali|number=EX-0001|trade=Poterie|"
            "place=Khénifra|date=14 3 2022|card=registration.card_valid|fr|date=30 9 2027",
        ),
        (
            "aicha",
            "registration.example|fr\nregistration.found|fr|name=Example: Aicha|number=EX-0002|trade=Tissage|"
            "place=Azilal|date=2022|card=registration.card_expired|fr|date=20 11 2026",
        ),
        (
            "omar",
            "registration.example|fr\nregistration.found|fr|name=Example: Omar|number=EX-0003|trade=Coiffure|"
            "place=Tiznit|date=2 5 2023|card=registration.card_none|fr",
        ),
        ("stranger", "registration.none|fr|contact=contact.chamber|fr"),
    ],
)
async def test_each_sees_their_own_entry(meet, sender, told):
    who = meet(sender, PHONES[sender])
    assert await who.act("action_check_registration", "check_registration") == [told]


async def test_a_number_in_the_message_does_not_open_the_entry_of_another(meet):
    aicha = meet("aicha", PHONES["aicha"])
    (said,) = await aicha.act("action_check_registration", "check_registration", PHONES["ali"], phone=PHONES["ali"])
    assert "Example: Aicha" in said
    assert "Example: Ali|" not in said


async def test_a_change_of_a_record_goes_to_the_staff(desk, ali):
    for again in (False, True):
        await ali.act("action_update_record", "update_record", "beddlou smiti", again, topic="rna")
    (request,) = list_requests(desk, kind="update")
    assert (request.text, request.topic, request.person_id) == ("beddlou smiti", "rna", ali.person_id)


# Applications


async def test_nobody_sees_the_application_of_another(desk, meet):
    ali, aicha = meet("ali", PHONES["ali"]), meet("aicha", PHONES["aicha"])
    reference = lodge(desk, ali)
    (said,) = await ali.act("action_check_application", "check_application", reference=reference)
    assert said.startswith(f"application.state|fr|reference={reference}")
    said = await aicha.act("action_check_application", "check_application", reference=reference)
    missing = await aicha.act("action_check_application", "check_application", reference="AW-2026-99999")
    assert said == [f"application.not_found|fr|reference={reference}"]
    assert missing == ["application.not_found|fr|reference=AW-2026-99999"], "as if it did not exist"
    assert await aicha.act("action_check_application", "check_application") == ["application.none|fr|reference=None"]


async def test_nobody_takes_back_the_application_of_another(desk, meet):
    ali, aicha = meet("ali"), meet("aicha")
    reference = lodge(desk, ali)
    said = await aicha.act("action_withdraw", "withdraw", confirmed="yes", reference=reference)
    assert said == ["application.none|fr"]
    (said,) = await ali.act("action_check_application", "check_application")
    assert "state=state.lodged" in said


async def test_an_application_is_found_on_the_other_channel(desk, meet):
    ali = meet("ali", PHONES["ali"])
    reference = lodge(desk, ali)
    with desk.database.begin() as session:
        address = people.find_or_add_address(session, "whatsapp", "w", "whatsapp:1", PHONES["ali"], desk.clock())
        assert address.person_id == ali.person_id
    (said,) = await ali.act("action_check_application", "check_application")
    assert reference in said


async def test_without_anything_lodged_the_number_is_asked_for(ali):
    await ali.act("action_check_application", "check_application")
    assert ali.custom[0]["text"] == "phone.needed_for_application|fr"


async def test_a_draft_is_told_as_a_draft(desk, ali):
    with desk.database.begin() as session:
        applications.open_draft(session, ali.person_id, "awrach_inclusion", desk.clock())
    assert await ali.act("action_check_application", "check_application") == ["application.is_draft|fr"]
    assert ali.payloads == ["/resume"]


async def test_an_application_is_taken_back_after_a_yes(desk, ali):
    reference = lodge(desk, ali)
    assert await ali.act("action_withdraw", "withdraw") == [f"withdraw.ask|fr|reference={reference}"]
    assert ali.slots["pending"] == "withdraw"
    assert await ali.act("action_say", "deny") == ["say.deny|fr"]
    assert await ali.act("action_say", "affirm") == ["say.affirm|fr"], "the question was answered with no"
    await ali.act("action_withdraw", "withdraw")
    for again in (False, True):
        ali.slots["pending"] = "withdraw"
        assert await ali.act("action_say", "affirm", again=again) == [f"withdraw.done|fr|reference={reference}"]
    (said,) = await ali.act("action_check_application", "check_application")
    assert "state=state.withdrawn" in said


async def test_leaving_a_scheme_goes_to_the_staff(desk, ali):
    lodge(desk, ali)
    (said,) = await ali.act("action_withdraw", "withdraw", "bghit nkhrej mn AMO", topic="amo")
    assert said.startswith("withdraw.staff|fr|reference=R-2026-")
    assert "contact.cnss" in said
    assert [request.text for request in list_requests(desk, kind="withdrawal")] == ["bghit nkhrej mn AMO"]


# Talk with the staff


@pytest.mark.parametrize(
    ("action", "intent", "kind"),
    [
        ("action_complain", "complain", "complaint"),
        ("action_suggest", "suggest", "suggestion"),
        ("action_request_human", "request_human", "human"),
    ],
)
async def test_what_is_for_the_staff_is_noted_once_a_message(desk, ali, action, intent, kind):
    first = await ali.act(action, intent, "ma khelsounich", topic="awrach")
    again = await ali.act(action, intent, "ma khelsounich", True, topic="awrach")
    assert first == again
    (request,) = list_requests(desk, kind=kind)
    assert (request.text, request.topic, request.person_id) == ("ma khelsounich", "awrach", ali.person_id)
    assert request.reference in first[0]
    assert "contact.chamber" in first[0]
    await ali.act(action, intent, "mazal")
    assert len(list_requests(desk, kind=kind)) == 2


async def test_a_tap_on_complain_asks_for_words_first(desk, ali):
    assert await ali.tap("action_complain", "/complain") == ["complaint.how|fr"]
    assert await ali.tap("action_suggest", "/suggest") == ["suggestion.how|fr"]
    assert list_requests(desk) == []


async def test_a_tap_on_a_person_needs_no_words(desk, ali):
    await ali.tap("action_request_human", "/request_human")
    (request,) = list_requests(desk)
    assert (request.kind, request.text) == ("human", None)


# What is held


async def test_what_is_held_is_shown(desk, meet):
    ali = meet("ali", PHONES["ali"])
    lodge(desk, ali)
    (said,) = await ali.act("action_show_data", "show_my_data")
    assert said == "data.shown|fr|phone=data.phone|fr|messages=2|drafts=0|lodged=1|reminders=0"
    assert PHONES["ali"] not in said


async def test_erasure_needs_a_yes(desk, ali):
    assert await ali.act("action_delete_data", "delete_my_data") == ["data.erase|fr"]
    assert list_requests(desk) == []
    assert await ali.act("action_say", "affirm") == ["data.erased|fr|count=0"]
    assert ali.custom[-1]["turn"]["forget"] is True
    assert [request.kind for request in list_requests(desk)] == ["erasure"]


async def test_erasure_removes_files_and_tells_what_stays(desk, ali, media):
    lodge(desk, ali)
    stored = media.save(b"%PDF-1.7")
    with desk.database.begin() as session:
        draft = applications.open_draft(session, ali.person_id, "awrach_inclusion", desk.clock())
        applications.add_document(session, draft, "papers", ali.inbound_id, 0, stored)
    await ali.act("action_delete_data", "delete_my_data")
    (yes,) = [payload for payload in ali.payloads if "confirmed" in payload]
    assert await ali.tap("action_delete_data", yes) == ["data.erased_but_files|fr|count=1"]
    with pytest.raises(Exception, match="gone"):
        media.read(stored.path)


async def test_a_yes_without_a_question_does_nothing(desk, ali):
    assert await ali.act("action_say", "affirm") == ["say.affirm|fr"]
    assert list_requests(desk) == []


async def test_a_yes_to_something_else_does_not_erase(desk, ali):
    await ali.act("action_delete_data", "delete_my_data")
    await ali.act("action_answer", "ask_benefit", topic="awrach")
    assert await ali.act("action_say", "affirm") == ["say.affirm|fr"]
    assert list_requests(desk) == []


async def test_a_yes_after_any_other_turn_does_not_erase(desk, ali):
    """Whatever came in between, a bare yes means that, and not the erasure."""
    for action, intent in (
        ("action_clarify", "nlu_fallback"),
        ("action_check_application", "check_application"),
        ("action_check_registration", "check_registration"),
        ("action_show_data", "show_my_data"),
        ("action_update_record", "update_record"),
        ("action_complain", "complain"),
        ("action_subscribe", "subscribe_reminders"),
        ("action_unsubscribe", "unsubscribe_reminders"),
        ("action_change_language", "change_language"),
        ("action_receive_document", "send_document"),
        ("action_resume_application", "resume"),
    ):
        await ali.act("action_delete_data", "delete_my_data")
        await ali.act(action, intent)
        assert await ali.act("action_say", "affirm") == ["say.affirm|fr"], intent


# Reminders and language


def read_wishes(desk, who):
    with desk.database.begin() as session:
        topics = session.scalars(select(Subscription.topic).filter_by(person_id=who.person_id)).all()
        return sorted(topics), session.get(OptOut, who.person_id) is not None


@pytest.mark.parametrize(
    ("action", "intent"),
    [
        ("action_subscribe", "subscribe_reminders"),
        ("action_unsubscribe", "unsubscribe_reminders"),
        ("action_complain", "complain"),
        ("action_suggest", "suggest"),
        ("action_update_record", "update_record"),
        ("action_withdraw", "withdraw"),
    ],
)
async def test_nothing_is_left_behind_by_what_was_hardly_understood(desk, ali, action, intent):
    said = await ali.act(action, intent, "tel dyalkom", confidence=0.55, ranking=(intent, "ask_location"))
    assert said == ["clarify|fr"]
    assert read_wishes(desk, ali) == ([], False)
    with desk.database.begin() as session:
        assert session.scalars(select(StaffRequest)).all() == []


async def test_reminders_on_and_off(desk, ali):
    assert await ali.act("action_subscribe", "subscribe_reminders") == ["reminders.on|fr|what=reminders.all|fr"]
    assert await ali.act("action_subscribe", "subscribe_reminders", topic="amo") == ["reminders.on|fr|what=amo"]
    assert read_wishes(desk, ali) == (["", "amo"], False)
    assert await ali.act("action_unsubscribe", "unsubscribe_reminders") == ["reminders.off|fr"]
    assert read_wishes(desk, ali) == ([], True)
    await ali.act("action_subscribe", "subscribe_reminders", topic="rna")
    assert read_wishes(desk, ali) == (["rna"], False)


@pytest.mark.parametrize(
    ("named", "spoken", "language"),
    [
        ("fr", "ary-Arab", "fr"),
        ("ar", "fr", "ar"),
        ("ary", "ary-Latn", "ary-Latn"),
        ("ary", "fr", "ary-Arab"),
        ("ary-Latn", "fr", "ary-Latn"),
    ],
)
async def test_a_language_that_is_named_is_chosen(desk, ali, named, spoken, language):
    ali.language = spoken
    assert await ali.act("action_change_language", "change_language", language=named) == [
        f"language.changed|{language}"
    ]
    with desk.database.begin() as session:
        person = people.find_or_add_address(session, "telegram", "bot", "ali", None, desk.clock()).person
        assert (person.language, person.language_chosen) == (language, True)


@pytest.mark.parametrize(
    ("entities", "key"), [({}, "language.which|fr"), ({"language": "zgh"}, "language.tamazight|fr")]
)
async def test_otherwise_the_languages_are_offered(ali, entities, key):
    assert await ali.act("action_change_language", "change_language", **entities) == [key]
    assert len(ali.payloads) == 4
    assert await ali.tap("action_change_language", ali.payloads[2]) == ["language.changed|fr"]


async def test_requests_are_numbered_apart(desk, ali):
    with desk.database.begin() as session:
        one = requests.add(session, ali.person_id, "human", desk.clock())
        other = requests.add(session, ali.person_id, "human", desk.clock())
        assert one.reference != other.reference
        assert one.reference.startswith("R-2026-")
