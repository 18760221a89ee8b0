"""What a person is answered, whatever they send and in whatever order it comes."""

import asyncio

import httpx
import pytest
from doubles import answer
from sqlalchemy import func, select, text, update

from bot.channels.base import Attachment, Kind
from bot.registry import applications, inbox
from bot.registry.models import Address, Application, Delivery, InboundMessage, InboundState, Person, StaffRequest


def count(table, **where):
    return lambda session: session.scalar(select(func.count()).select_from(table).filter_by(**where))


async def find_person(office, sender="ali"):
    def query(session):
        for address in session.scalars(select(Address)):
            if address.value == sender:
                return address.person_id
        return None

    return await office.database.run(query)


async def open_question(office, field, sender="ali", programme="awrach_inclusion"):
    """Puts a person before a question of a form."""
    person_id = await find_person(office, sender)

    def begin(session):
        draft = applications.open_draft(session, person_id, programme, office.clock())
        draft.asked = field
        return draft.id

    return await office.database.run(begin)


async def test_a_message_is_answered_where_it_came_from(office):
    assert await office.say("salam", sender="ali") == ["re: salam"]
    assert await office.say("bonjour", sender="+212600000009", channel=office.whatsapp) == ["re: bonjour"]
    assert [sent.address for sent in office.whatsapp.sent] == ["+212600000009"] * 2


async def test_rasa_knows_people_by_an_opaque_id_only(office):
    await office.say("salam", sender="+212600000009", channel=office.whatsapp, phone="+212600000009")
    (turn,) = office.rasa.turns
    assert turn["sender"] == await find_person(office, "+212600000009")
    assert "212600000009" not in str(turn)
    assert turn["metadata"]["channel"] == "whatsapp"


async def test_the_same_message_twice_is_answered_once(office):
    message = office.write("salam")
    assert await office.receive(message, message) == [True, False]
    assert await office.receive(message) == [False]
    assert office.rasa.heard == ["salam"]
    assert await office.database.run(count(InboundMessage)) == 1


async def test_messages_of_one_person_are_answered_in_their_order(office):
    await office.receive(*(office.write(f"n {number}") for number in range(6)))
    assert office.rasa.heard == [f"n {number}" for number in range(6)]
    assert [sent.text for sent in office.telegram.sent[1:]] == [f"re: n {number}" for number in range(6)]


async def test_people_do_not_wait_for_one_another(office):
    ali_may_go = asyncio.Event()

    async def answer_slowly(turn):
        if turn["message"] == "slow":
            await ali_may_go.wait()
        return answer(f"re: {turn['message']}")

    office.rasa.script = answer_slowly
    await office.gateway.accept(office.write("slow", sender="ali"))
    await office.gateway.follow(office.write("quick", sender="aicha"))
    await office.sender.drain()
    assert [sent.text for sent in office.telegram.sent if sent.address == "aicha"][-1] == "re: quick"
    assert not [sent for sent in office.telegram.sent if sent.address == "ali"]
    ali_may_go.set()
    await office.settle()
    assert [sent.text for sent in office.telegram.sent if sent.address == "ali"][-1] == "re: slow"


async def test_the_notice_comes_once_before_the_first_answer(office):
    await office.receive(office.write("salam"))
    await office.receive(office.write("labas"))
    assert [sent.text for sent in office.telegram.sent] == ["notice|ary-Latn", "re: salam", "re: labas"]


async def test_what_was_not_answered_before_a_restart_is_answered_after_it(office):
    office.gateway.push = lambda person_id: None
    await office.gateway.accept(office.write("salam", sender="ali"))
    await office.gateway.accept(office.write("bonjour", sender="aicha"))
    office.restart()
    await office.gateway.resume()
    await office.settle()
    assert sorted(office.rasa.heard) == ["bonjour", "salam"]
    assert await office.database.run(count(InboundMessage, state=InboundState.DONE)) == 2


async def test_a_crash_after_rasa_answered_leads_to_one_reply(office, monkeypatch):
    def crash(*_):
        raise RuntimeError("the power is gone")

    with monkeypatch.context() as broken:
        broken.setattr(inbox, "finish", crash)
        await office.receive(office.write("salam"))
    assert office.telegram.tried == []
    office.restart()
    await office.gateway.resume()
    await office.settle()
    assert [turn["metadata"]["again"] for turn in office.rasa.turns] == [False, True]
    assert len({turn["metadata"]["inbound_id"] for turn in office.rasa.turns}) == 1
    assert [sent.text for sent in office.telegram.sent] == ["notice|ary-Latn", "re: salam"]


# What cannot be answered at all


async def count_open(office):
    return await office.database.run(count(StaffRequest, kind="unanswered", resolved_at=None))


async def test_a_message_that_cannot_be_read_holds_up_nothing(office):
    office.gateway.push = lambda person_id: None
    await office.gateway.accept(office.write("poison"))
    await office.database.run(lambda session: session.execute(update(InboundMessage).values(content="{}")) and None)
    await office.gateway.accept(office.write("salam"))
    office.restart()
    await office.gateway.resume()
    await office.settle()
    assert office.rasa.heard == ["salam"]
    assert [sent.text for sent in office.telegram.sent] == [
        "notice|ary-Arab",
        "error.no_answer|ary-Arab",
        "re: salam",
    ]
    assert await count_open(office) == 1


@pytest.mark.parametrize("fails", ["an account that was taken out", "a number under another key"])
async def test_an_answer_that_cannot_be_planned_is_set_aside_in_the_end(office, fails):
    await office.say("salam", phone="+212600000009")
    if fails == "an account that was taken out":
        channel = office.channels.pop(("telegram", "bot"))
    else:
        await office.database.run(lambda session: session.execute(text("UPDATE people SET phone = 'x'")) and None)
    await office.receive(office.write("poison"))
    for _ in range(2):
        await office.gateway.resume()
        await office.settle()
    assert await office.database.run(count(InboundMessage, state=InboundState.DONE)) == 2
    assert await count_open(office) == 1
    if fails == "an account that was taken out":
        office.channels["telegram", "bot"] = channel
        assert await office.say("labas") == ["re: labas"]


# What goes wrong with Rasa


def refuse(turn):
    return answer(intent="ask_cost")


@pytest.mark.parametrize(
    ("text", "language"),
    [("bghit n9eyed rasi", "ary-Latn"), ("شنو هو أوراش؟", "ary-Arab"), ("Comment puis-je adhérer ?", "fr")],
)
async def test_with_rasa_down_the_person_is_told_once_and_answered_later(office, text, language):
    office.rasa.ready = False
    assert await office.say(text) == [f"error.later|{language}"]
    await office.gateway.resume()
    await office.settle()
    assert len(office.telegram.sent) == 1
    (request,) = await office.database.run(lambda session: session.scalars(select(StaffRequest)).all())
    assert (request.kind, request.resolved_at) == ("unanswered", None)
    assert request.person_id == await find_person(office)

    office.clock.advance(minutes=5)
    office.rasa.ready = True
    await office.gateway.resume()
    await office.settle()
    assert [sent.text for sent in office.telegram.sent[1:]] == [f"notice|{language}", f"re: {text}"]
    (request,) = await office.database.run(lambda session: session.scalars(select(StaffRequest)).all())
    assert request.resolved_at == office.clock()


async def test_messages_that_waited_are_answered_in_their_order(office):
    office.rasa.ready = False
    await office.receive(office.write("n 1"), office.write("n 2"))
    office.rasa.ready = True
    await office.receive(office.write("n 3"))
    assert office.rasa.heard == ["n 1", "n 2", "n 3"]


@pytest.mark.parametrize(
    "said",
    [answer(), answer(""), {"messages": []}, httpx.Response(500), httpx.Response(200, text="<html>")],
    ids=["no text", "empty text", "nothing", "an error", "a page"],
)
async def test_an_empty_or_odd_reply_of_rasa_is_a_failure(office, said):
    office.rasa.script = lambda turn: said
    assert await office.say("chhal") == ["error.later|ary-Latn"]
    assert await office.database.run(count(InboundMessage, state=InboundState.WAITING)) == 1


async def test_a_message_that_rasa_cannot_take_does_not_hold_up_the_lane(office):
    office.rasa.script = lambda turn: answer() if turn["message"] == "poison" else answer(f"re: {turn['message']}")
    await office.receive(office.write("poison"))
    await office.gateway.resume()
    await office.settle()
    await office.receive(office.write("salam"))
    assert [sent.text for sent in office.telegram.sent] == [
        "error.later|ary-Latn",
        "notice|ary-Latn",
        "error.no_answer|ary-Latn",
        "re: salam",
    ]
    (request,) = await office.database.run(lambda session: session.scalars(select(StaffRequest)).all())
    assert (request.kind, request.resolved_at) == ("unanswered", None), "a human is still to look at it"


async def test_a_message_that_breaks_our_own_code_does_not_hold_up_the_lane(office, monkeypatch):
    async def stumble(attachment):
        raise KeyError("an answer of the provider that nobody foresaw")

    await office.say("salam")
    await open_question(office, "papers")
    monkeypatch.setattr(office.telegram, "fetch", stumble)
    await office.receive(
        office.write(kind=Kind.PHOTO, attachments=(Attachment(ref="f1"),)),
        office.write("chokran"),
    )
    for _ in range(3):
        await office.gateway.resume()
        await office.settle()
    assert [sent.text for sent in office.telegram.sent[-2:]] == ["error.no_answer|ary-Latn", "re: chokran"]
    (request,) = await office.database.run(lambda session: session.scalars(select(StaffRequest)).all())
    assert (request.kind, request.resolved_at) == ("unanswered", None)


# What a person may not do


@pytest.mark.parametrize(
    ("text", "heard"),
    [
        ("/start", "/greet"),
        ("/start 12", "/greet"),
        ("/HELP@awrach_bot", "/help"),
        ("/menu", "/help"),
        ("/stop", "/unsubscribe_reminders"),
        ("/request_human", "request_human"),
        ('/delete_my_data{"confirmed": "yes"}', 'delete_my_data{"confirmed": "yes"}'),
        ("//affirm", "affirm"),
        ("/ /affirm", "affirm"),
        ("/\u00a0/affirm", "affirm"),
        ("/", "?"),
        ("/ / ", "?"),
    ],
)
async def test_a_slash_of_a_person_is_no_command_to_rasa(office, text, heard):
    await office.say(text)
    assert office.rasa.heard == [heard]


@pytest.mark.parametrize("details", [{"kind": Kind.PHOTO}, {"kind": Kind.DOCUMENT}])
async def test_a_slash_in_a_caption_is_no_command_either(office, details):
    await office.say('/delete_my_data{"confirmed": "yes"}', **details)
    assert office.rasa.heard == ['delete_my_data{"confirmed": "yes"}']


async def test_a_slash_in_a_shared_contact_is_no_command_either(office):
    await office.say("salam")
    await open_question(office, "phone")
    await office.say("", kind=Kind.CONTACT, contact='/delete_my_data{"confirmed": "yes"}')
    assert office.rasa.heard[-1] == 'delete_my_data{"confirmed": "yes"}'


@pytest.mark.parametrize("text", ["STOP", "stop", " Stop ", "حبس", "وَقف", "unsubscribe", "7bes"])
async def test_stop_words_unsubscribe(office, text):
    await office.say(text)
    assert office.rasa.heard == ["/unsubscribe_reminders" if text != "7bes" else "7bes"]


# Buttons

MANY = [(f"choice {number}", f'/inform{{"field": "{number}"}}') for number in range(1, 13)]


async def test_a_button_says_what_was_offered(office):
    office.rasa.script = lambda turn: answer("choose", buttons=[("A", "/greet"), ("B", "/help")])
    await office.say("salam")
    (first, second) = office.telegram.sent[-1].part.buttons
    assert "/" not in first.id + second.id
    await office.tap(second)
    assert office.rasa.heard == ["salam", "/help"]


@pytest.mark.parametrize("number", ["2", "٢", " 2 "])
async def test_a_number_chooses_from_the_numbered_list_just_shown(office, number):
    office.rasa.script = lambda turn: answer("choose", buttons=MANY)
    await office.say("salam", channel=office.whatsapp)
    assert "2. choice 2" in office.whatsapp.sent[-1].text
    await office.say(number, channel=office.whatsapp)
    assert office.rasa.heard[-1] == '/inform{"field": "2"}'


async def test_a_number_is_a_number_where_no_list_was_shown_just_before(office):
    office.rasa.script = lambda turn: answer("choose", buttons=MANY if turn["message"] == "salam" else ())
    await office.say("salam", channel=office.whatsapp)
    await office.say("chokran", channel=office.whatsapp)
    await office.say("2", channel=office.whatsapp)
    await office.say("13", channel=office.whatsapp)
    assert office.rasa.heard[-2:] == ["2", "13"]


@pytest.mark.parametrize(
    ("written", "heard"),
    [
        ("2", "/help"),
        ("٢", "/help"),
        ("القائمة", "/help"),
        ("القائمه", "/help"),
        ("3", "3"),
        ("قائمة أخرى", "قائمة أخرى"),
    ],
)
async def test_a_button_may_be_written_too_by_its_title_or_its_number(office, written, heard):
    office.rasa.script = lambda turn: answer("choose", buttons=[("أوراش", "/greet"), ("القائمة", "/help")])
    await office.say("salam")
    await office.say(written)
    assert office.rasa.heard[-1] == heard


@pytest.mark.parametrize(
    "written", ["Oui tout est juste", "« Oui, tout est juste »", "oui , tout est juste.", "1.", "1)"]
)
async def test_a_button_just_shown_is_known_without_its_signs(office, written):
    office.rasa.script = lambda turn: answer("choose", buttons=[("Oui, tout est juste", "/affirm"), ("?", "/help")])
    await office.say("salam")
    await office.say(written)
    assert office.rasa.heard[-1] == "/affirm"


async def test_signs_alone_are_no_title(office):
    office.rasa.script = lambda turn: answer("choose", buttons=[("?", "/help")])
    await office.say("salam")
    await office.say("...")
    assert office.rasa.heard[-1] == "..."


@pytest.mark.parametrize(
    ("written", "heard"),
    [
        ("show my data", "/show_my_data"),
        ("« Show my data »?", "/show_my_data"),
        ("ask cost", "/ask_cost"),
        ("Thank!", "/thank"),
        ("show my data to ali", "show my data to ali"),
    ],
)
async def test_the_title_of_a_button_means_it_also_where_it_was_not_shown(office, written, heard):
    await office.say(written)
    assert office.rasa.heard == [heard]


@pytest.mark.parametrize(
    ("written", "heard"),
    [("show my data", "/show_my_data"), ("cancel", "/cancel"), ("ask cost", "ask cost"), ("greet", "greet")],
)
async def test_in_a_form_only_a_request_is_known_by_its_title(office, written, heard):
    await office.say("salam")
    await open_question(office, "name")
    await office.say(written)
    assert office.rasa.heard[-1] == heard


async def test_a_choice_just_shown_comes_before_the_title_of_another_button(office):
    office.rasa.script = lambda turn: answer("choose", buttons=[("ask cost", '/ask_cost{"topic": "amo"}')])
    await office.say("salam")
    await office.say("Ask cost?")
    assert office.rasa.heard[-1] == '/ask_cost{"topic": "amo"}'


@pytest.mark.parametrize("number", ["0612345678", "001524871000033", "9" * 40, "9" * 4000])
async def test_a_long_number_reaches_rasa(office, number):
    office.rasa.script = lambda turn: answer("choose", buttons=MANY)
    await office.say("salam", channel=office.whatsapp)
    await office.say(number, channel=office.whatsapp)
    assert office.rasa.heard[-1] == number


async def test_a_button_that_was_never_offered_is_stale(office):
    assert await office.say("", kind=Kind.BUTTON, button="unknown") == ["error.stale_button|ary-Arab"]
    assert await office.say("", kind=Kind.BUTTON, button='/delete_my_data{"confirmed": "yes"}') == [
        "error.stale_button|ary-Arab"
    ]
    assert await office.say("", kind=Kind.BUTTON) == ["error.stale_button|ary-Arab"]
    assert office.rasa.turns == []


async def test_a_button_of_someone_else_is_stale(office):
    office.rasa.script = lambda turn: answer("choose", buttons=[("yes", "/affirm")])
    await office.say("salam", sender="ali")
    (button,) = office.telegram.sent[-1].part.buttons
    assert await office.tap(button, sender="aicha") == ["error.stale_button|ary-Arab"]
    assert office.rasa.heard == ["salam"]


async def test_the_menu_under_an_error_works(office):
    await office.say("", kind=Kind.VOICE)
    for button in office.telegram.sent[-1].part.buttons:
        await office.tap(button)
    assert office.rasa.heard == [
        '/ask_definition{"topic": "awrach"}',
        '/ask_definition{"topic": "amo"}',
        "/request_human",
    ]


# Files, contacts and what cannot be read

PHOTO = b"\xff\xd8\xff" + b"0" * 100


@pytest.mark.parametrize("kind", [Kind.VOICE, Kind.VIDEO, Kind.STICKER, Kind.LOCATION, Kind.EMPTY])
async def test_each_kind_of_message_has_an_answer(office, kind):
    assert await office.say("", kind=kind) == [f"media.{kind}|ary-Arab"]


async def test_a_blank_text_has_an_answer(office):
    assert await office.say(" \n ") == ["media.empty|ary-Arab"]


@pytest.mark.parametrize("kind", [Kind.PHOTO, Kind.DOCUMENT])
async def test_a_file_without_an_open_question_is_not_kept(office, kind, tmp_path):
    office.telegram.files["f1"] = PHOTO
    files = (Attachment(ref="f1"),)
    assert await office.say("", kind=kind, attachments=files) == ["media.no_file_open|ary-Arab"]
    assert await office.say("chno hada", kind=kind, attachments=files) == ["re: chno hada"]
    assert not (tmp_path / "media").exists()


async def list_documents(office, application_id):
    def query(session):
        return [
            (document.field, document.mime, document.path)
            for document in session.get_one(Application, application_id).documents
        ]

    return await office.database.run(query)


async def test_a_photo_for_an_open_question_is_kept(office, media):
    await office.say("salam")
    application_id = await open_question(office, "papers")
    office.telegram.files = {"f1": PHOTO, "f2": b"%PDF-1.7 ..."}
    await office.say("", kind=Kind.PHOTO, attachments=(Attachment(ref="f1"), Attachment(ref="f2")))
    turn = office.rasa.turns[-1]
    assert turn["message"] == "/send_document"
    assert (turn["metadata"]["documents"], turn["metadata"]["unreadable"]) == (2, 0)
    documents = await list_documents(office, application_id)
    assert [document[:2] for document in documents] == [("papers", "image/jpeg"), ("papers", "application/pdf")]
    assert media.read(documents[0][2]) == PHOTO


async def test_a_file_that_cannot_be_read_is_told(office):
    await office.say("salam")
    application_id = await open_question(office, "papers")
    office.telegram.files = {"f1": b"MZ program", "f2": PHOTO}
    await office.say("", kind=Kind.PHOTO, attachments=tuple(Attachment(ref=ref) for ref in ("f1", "f2", "f3")))
    metadata = office.rasa.turns[-1]["metadata"]
    assert (metadata["documents"], metadata["unreadable"]) == (1, 2)
    assert len(await list_documents(office, application_id)) == 1


async def test_a_photo_that_waits_for_rasa_is_kept_once(office, tmp_path):
    await office.say("salam")
    application_id = await open_question(office, "papers")
    office.telegram.files["f1"] = PHOTO
    office.rasa.ready = False
    await office.say("", kind=Kind.PHOTO, attachments=(Attachment(ref="f1"),))
    office.rasa.ready = True
    await office.gateway.resume()
    await office.settle()
    metadata = office.rasa.turns[-1]["metadata"]
    assert (metadata["documents"], metadata["unreadable"], metadata["again"]) == (1, 0, True)
    assert len(await list_documents(office, application_id)) == 1
    assert len(list((tmp_path / "media").iterdir())) == 1


async def test_ones_own_contact_is_taken_as_verified(office):
    assert await office.say("", kind=Kind.CONTACT, phone="+212600000001") == ["phone.verified|ary-Arab"]
    assert await office.database.run(count(Person, phone_digest=None)) == 0
    for button in office.telegram.sent[-1].part.buttons:
        await office.tap(button)
    assert office.rasa.heard == ["/check_registration", "/check_application"]


async def test_the_contact_of_another_verifies_nothing(office):
    said = await office.say("", kind=Kind.CONTACT, contact="+212600000001")
    assert said == ["media.contact_of_other|ary-Arab"]
    assert await office.database.run(count(Person, phone_digest=None)) == 1


@pytest.mark.parametrize("details", [{"phone": "+212600000001"}, {"contact": "+212600000001"}])
async def test_a_contact_answers_the_open_question_for_a_number(office, details):
    await office.say("salam")
    await open_question(office, "phone")
    await office.say("", kind=Kind.CONTACT, **details)
    assert office.rasa.heard[-1] == "+212600000001"


# Language


async def choose(office, language):
    from bot.registry import people

    await office.database.run(people.set_language, await find_person(office), language, chosen=True)


def languages(office):
    return [turn["metadata"]["language"] for turn in office.rasa.turns]


async def test_the_answer_is_in_the_language_and_script_of_the_question(office):
    await office.say("شنو هو أوراش")
    await office.say("chno howa awrach")
    await office.say("Comment puis-je adhérer au programme ?")
    await office.say("هل يمكنني الاستفادة من التغطية الصحية؟")
    assert languages(office) == ["ary-Arab", "ary-Latn", "fr", "ar"]


async def test_what_tells_no_language_is_answered_in_the_last_one(office):
    await office.say("Comment puis-je adhérer au programme ?")
    await office.say("12345")
    await office.say("", kind=Kind.STICKER)
    assert languages(office) == ["fr", "fr"]
    assert office.telegram.sent[-1].text == "media.sticker|fr"


async def test_a_chosen_language_is_not_overruled(office):
    await office.say("salam")
    await choose(office, "fr")
    await office.say("شنو هو أوراش")
    assert languages(office)[-1] == "fr"
    await office.say("chno howa awrach")
    assert languages(office)[-1] == "fr"


async def test_the_language_that_the_dialogue_answered_in_is_remembered(office):
    await office.say("شنو هو أوراش")
    office.rasa.script = lambda turn: answer("next question", language=turn["metadata"]["known_language"])
    await office.say("Coopérative Les Femmes de Tissage")
    await office.say("", kind=Kind.STICKER)
    assert office.telegram.sent[-1].text == "media.sticker|ary-Arab"


async def test_a_new_language_is_not_forgotten_by_the_turn_that_sets_it(office):
    await office.say("salam")

    async def change(turn):
        await choose(office, "fr")
        return answer("changed", intent="change_language", language=turn["metadata"]["language"])

    office.rasa.script = change
    await office.say("bghit lfransawiya")
    await office.say("", kind=Kind.STICKER)
    assert office.telegram.sent[-1].text == "media.sticker|fr"


# Erasure


async def test_erasure_reaches_rasa_and_the_message_that_asked_for_it(office):
    await office.say("salam")
    office.rasa.script = lambda turn: answer("erased", intent="delete_my_data", forget=True)
    await office.say("ana Ali, msse7 kolchi")
    assert office.rasa.forgotten == [await find_person(office)]
    stored = await office.database.run(
        lambda session: [row.content for row in session.scalars(select(InboundMessage).order_by(InboundMessage.id))]
    )
    assert "Ali" not in stored[-1]


async def test_erasure_with_rasa_gone_is_still_answered(office):
    async def erase_and_leave(turn):
        office.rasa.ready = False
        return answer("erased", intent="delete_my_data", forget=True)

    office.rasa.script = erase_and_leave
    assert await office.say("msse7 kolchi") == ["erased"]


# Following one message


async def test_follow_gives_the_answer_and_where_it_is_carried(office):
    followed = await office.gateway.follow(office.write("salam"))
    assert [reply.text for reply in followed.turn.replies] == ["notice|ary-Latn", "re: salam"]
    await office.settle()
    assert [sent.delivery_id for sent in office.telegram.sent] == followed.delivery_ids


async def test_follow_ends_with_the_apology(office):
    office.rasa.ready = False
    followed = await office.gateway.follow(office.write("salam"))
    assert [reply.text for reply in followed.turn.replies] == ["error.later|ary-Latn"]
    await office.settle()
    assert await office.database.run(count(Delivery)) == 1


async def test_who_waits_long_is_shown_that_the_answer_is_coming(office, monkeypatch):
    async def think():
        await office.telegram.wait_for_typing()
        return answer("at last")

    monkeypatch.setattr("bot.gateway.TYPING_AFTER", 0)
    office.rasa.script = lambda turn: think()
    assert await office.say("salam", external_id="m1") == ["at last"]
    assert office.telegram.typing == [("ali", "m1")]


async def test_who_is_answered_at_once_is_shown_nothing(office):
    await office.say("salam")
    assert office.telegram.typing == []
