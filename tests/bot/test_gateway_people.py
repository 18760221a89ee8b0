"""One person on two channels, whatever text they send, and nothing of it in the log."""

import logging

import pytest
from doubles import answer
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from bot.channels.base import Attachment, Kind
from bot.errors import Ambiguous, ChannelDown, NotSent, Rejected, Throttled, Unreachable
from bot.reception import COMMANDS
from bot.registry import applications
from bot.registry.models import Address, InboundMessage, InboundState, OptOut, Person
from bot.titles import Titles

PHONE = "+212600000001"


async def count(office, table):
    return await office.database.run(lambda session: session.scalar(select(func.count()).select_from(table)))


async def test_a_verified_number_makes_one_person_of_two_channels(office):
    await office.receive(office.write("salam", sender="whatsapp:1", channel=office.whatsapp, phone=PHONE))
    await office.receive(office.write("salam", sender="ali"))
    assert await count(office, Person) == 2
    await office.receive(office.write("", sender="ali", kind=Kind.CONTACT, phone=PHONE))
    await office.say("chno", sender="ali")
    await office.say("chno", sender="whatsapp:1", channel=office.whatsapp)
    assert await count(office, Person) == 1
    assert len({turn["sender"] for turn in office.rasa.turns[2:]}) == 1


async def test_answers_go_to_the_channel_that_was_asked_on(office):
    for text, sender, channel in (("a", "ali", office.telegram), ("b", "whatsapp:1", office.whatsapp)):
        await office.receive(office.write(text, sender=sender, channel=channel, phone=PHONE))
    assert office.telegram.sent[-1].text == "re: a"
    assert office.whatsapp.sent[-1].text == "re: b"
    assert await count(office, Person) == 1


async def test_the_notice_is_not_repeated_on_the_second_channel(office):
    await office.receive(office.write("a", sender="ali", phone=PHONE))
    await office.receive(office.write("b", sender="whatsapp:1", channel=office.whatsapp, phone=PHONE))
    assert [sent.text for sent in office.whatsapp.sent] == ["re: b"]


async def test_a_draft_goes_on_on_the_other_channel(office):
    await office.receive(office.write("salam", sender="ali"))

    def begin(session):
        person_id = session.scalars(select(Person.id)).one()
        applications.open_draft(session, person_id, "awrach_inclusion", office.clock()).asked = "papers"

    await office.database.run(begin)
    await office.receive(office.write("", sender="ali", kind=Kind.CONTACT, phone=PHONE))
    office.whatsapp.files["f"] = b"%PDF-1.7"
    await office.receive(
        office.write(
            sender="whatsapp:1",
            channel=office.whatsapp,
            phone=PHONE,
            kind=Kind.DOCUMENT,
            attachments=(Attachment(ref="f"),),
        )
    )
    assert office.rasa.turns[-1]["metadata"]["documents"] == 1


async def test_messages_that_wait_are_not_lost_when_two_people_turn_out_to_be_one(office):
    await office.receive(office.write("salam", sender="whatsapp:1", channel=office.whatsapp, phone=PHONE))
    office.rasa.ready = False
    await office.receive(office.write("waits", sender="ali"))
    await office.receive(office.write("waits too", sender="ali", phone=PHONE))
    office.rasa.ready = True
    await office.gateway.resume()
    await office.settle()
    assert office.rasa.heard == ["salam", "waits", "waits too"]
    assert [sent.text for sent in office.telegram.sent if sent.text.startswith("re:")] == ["re: waits", "re: waits too"]


async def test_two_people_who_turn_out_to_be_one_while_rasa_thinks(office):
    """Two lanes may then work at the same message: it is answered once, and those behind it are not forgotten."""
    await office.receive(office.write("salam", sender="whatsapp:1", channel=office.whatsapp, phone=PHONE))

    quick = office.write("quick", sender="ali", phone=PHONE)

    async def think(turn):
        if turn["message"] == "slow":
            await office.gateway.accept(quick)
        return answer(f"re: {turn['message']}", buttons=[("more", "/help")])

    office.rasa.script = think
    await office.receive(office.write("slow", sender="ali"))
    await office.gateway.resume()
    await office.settle()
    assert [sent.text for sent in office.telegram.sent][-2:] == ["re: slow", "re: quick"]
    assert [sent.text for sent in office.telegram.tried].count("re: slow") == 1
    assert await count(office, Person) == 1
    await office.tap(office.telegram.sent[-2].part.buttons[0], sender="ali")
    assert office.rasa.heard[-1] == "/help"


async def test_the_join_while_rasa_is_gone_keeps_the_apology(office):
    await office.receive(office.write("salam", sender="whatsapp:1", channel=office.whatsapp, phone=PHONE))

    async def leave(turn):
        await office.gateway.accept(office.write("quick", sender="ali", phone=PHONE))
        office.rasa.ready = False
        return answer()

    office.rasa.script = leave
    await office.receive(office.write("slow", sender="ali"))
    assert office.telegram.sent[0].text.startswith("error.later")


async def test_a_stranger_on_the_same_channel_shares_nothing(office):
    await office.receive(office.write("salam", sender="ali", phone=PHONE))
    await office.receive(office.write("salam", sender="aicha", contact=PHONE, kind=Kind.CONTACT))
    assert await count(office, Person) == 2
    assert await count(office, OptOut) == 0


WRITTEN = st.one_of(
    st.text(max_size=30),
    st.text(alphabet="/ \t\n\u00a0\u2003@{}\"'aX٢2", max_size=15),
    st.sampled_from(["/affirm", "/delete_my_data", "stop", "حبس", "12", "٩٩"]).map(lambda text: f" / {text} "),
)


@settings(max_examples=60)
@given(text=WRITTEN, kind=st.sampled_from(Kind), contact=st.none() | WRITTEN, button=st.none() | WRITTEN)
async def test_whatever_is_sent_is_answered_and_is_no_command(office, text, kind, contact, button):
    before, heard = len(office.telegram.sent), len(office.rasa.turns)
    message = office.write(text, kind=kind, contact=contact, button=button)
    assert await office.receive(message) == [True]
    assert len(office.telegram.sent) > before
    # A typed title of a button is that button.
    titled = f"/{Titles(office.texts).find_intent(text)}"
    for said in office.rasa.heard[heard:]:
        ours = said in (titled, *COMMANDS.values()) or said in ('/ask_definition{"topic": "awrach"}', "/send_document")
        assert ours or not said.strip().startswith("/")
    waiting = await office.database.run(
        lambda session: session.scalars(
            select(InboundMessage.id).where(InboundMessage.state != InboundState.DONE)
        ).all()
    )
    assert waiting == []


# What the log may not tell

SECRETS = ("+212699999991", "699999991", "ksiret-rejli", "sirr-dyali", "jawab-sirri", "Ali-Sirri")


@pytest.fixture
def lines(caplog):
    """Everything that our own code logs, tracebacks included."""
    for name in ("bot", "actions"):
        caplog.set_level(logging.DEBUG, logger=name)
    return lambda: "\n".join(
        caplog.handler.format(record) for record in caplog.records if record.name.startswith(("bot", "actions"))
    )


async def test_a_whole_day_leaves_no_word_of_anyone_in_the_log(office, lines, monkeypatch):
    sender = f"whatsapp:{SECRETS[0]}"
    details = {"sender": sender, "channel": office.whatsapp, "phone": SECRETS[0]}
    office.rasa.script = lambda turn: answer("jawab-sirri", buttons=[("sirr-dyali", "/help")])
    await office.receive(office.write("ksiret-rejli", **details))

    def begin(session):
        person_id = session.scalars(select(Person.id)).one()
        applications.open_draft(session, person_id, "awrach_inclusion", office.clock()).asked = "papers"

    await office.database.run(begin)
    await office.receive(
        office.write("ksiret-rejli", kind=Kind.PHOTO, attachments=(Attachment(ref="Ali-Sirri"),), **details)
    )
    await office.receive(office.write("sirr-dyali", kind=Kind.BUTTON, button="Ali-Sirri", **details))
    await office.receive(office.write("", kind=Kind.CONTACT, contact=SECRETS[0], **details | {"phone": None}))
    office.whatsapp.failures = [
        Throttled("slow", 1.0),
        NotSent("refused"),
        Ambiguous("timeout"),
        Rejected("no"),
        ChannelDown("suspended"),
        Unreachable("blocked"),
    ]
    for _ in range(6):
        await office.receive(office.write("ksiret-rejli", **details))
        office.clock.advance(minutes=2)
    office.rasa.ready = False
    await office.receive(office.write("ksiret-rejli", **details))
    office.rasa.ready = True
    office.rasa.script = lambda turn: answer()
    for _ in range(3):
        await office.gateway.resume()
        await office.settle()
    assert lines(), "there was something to log"
    for secret in SECRETS:
        assert secret not in lines()


async def test_an_error_of_the_database_is_logged_without_what_was_written(office, lines, monkeypatch):
    office.rasa.script = lambda turn: answer("jawab-sirri", buttons=[("sirr-dyali", "/help"), ("Ali-Sirri", "/help")])
    monkeypatch.setattr("bot.registry.offers.secrets.token_urlsafe", lambda _length: "always the same")
    await office.receive(office.write("ksiret-rejli", sender=SECRETS[0]))
    assert "IntegrityError" in lines()
    for secret in SECRETS:
        assert secret not in lines()


async def test_addresses_are_kept_apart_by_channel_and_account(office):
    await office.receive(office.write("a", sender="same"))
    await office.receive(office.write("b", sender="same", channel=office.whatsapp))
    assert await count(office, Person) == await count(office, Address) == 2
