"""The right to be forgotten."""

import pytest
from doubles import answer
from sqlalchemy import select

from bot.channels.base import Choice, Part
from bot.errors import ChannelDown, NotSent, Throttled
from bot.media import StoredFile
from bot.registry import applications, erasure, inbox, offers, outbox, people, requests
from bot.registry.models import Address, Delivery, InboundMessage, Offer, OptOut, Person, StaffRequest, Subscription

PHONE = "+212600000001"


@pytest.fixture
async def person_id(office):
    """Someone of whom there is something of every kind, and a neighbour who has the same."""
    for sender, phone in (("aicha", "+212600000002"), ("ali", PHONE)):
        office.rasa.script = lambda turn: answer("secret answer", buttons=[("secret button", "/help")])
        await office.receive(office.write("secret message", sender=sender, phone=phone))

        def fill(session, sender=sender):
            message = session.scalars(select(InboundMessage).order_by(InboundMessage.id.desc())).first()
            person_id = message.person_id
            now = office.clock()
            lodged = applications.open_draft(session, person_id, "awrach_inclusion", now)
            applications.write_answer(session, lodged, "name", "secret", message.id, now)
            applications.lodge(session, lodged, "AW", message.id, now)
            draft = applications.open_draft(session, person_id, "awrach_inclusion", now)
            applications.write_answer(session, draft, "name", "secret", message.id, now)
            stored = StoredFile(f"file-of-{sender}", "image/png", 9)
            applications.add_document(session, draft, "papers", message.id, 0, stored)
            people.subscribe(session, person_id, "awrach", now)
            requests.add(session, person_id, "complaint", now, message.id, text="secret complaint")
            return person_id

        person_id = await office.database.run(fill)
    return person_id


def hold(session, person_id):
    """Everything that tells something of a person, decrypted."""
    addresses = select(Address.id).filter_by(person_id=person_id)
    person = session.get_one(Person, person_id)
    held = [person.phone, person.phone_digest]
    held += session.scalars(select(InboundMessage.content).filter_by(person_id=person_id)).all()
    held += session.scalars(select(Delivery.content).where(Delivery.address_id.in_(addresses))).all()
    held += session.scalars(select(Offer.title).filter_by(person_id=person_id)).all()
    held += session.scalars(select(StaffRequest.text).filter_by(person_id=person_id)).all()
    return str([one for one in held if one])


async def test_what_is_held_is_counted(office, person_id):
    held = await office.database.run(erasure.count_held, person_id)
    assert held == erasure.Held(messages=1, drafts=1, lodged=1, reminders=1)


async def test_nothing_is_left_but_the_chambers_file(office, person_id):
    await office.receive(office.write("msse7", sender="ali"))

    def erase(session):
        message = session.scalars(select(InboundMessage).order_by(InboundMessage.id.desc())).first()
        return erasure.erase(session, person_id, message.id, office.clock())

    erased = await office.database.run(erase)
    assert erased == erasure.Erased(lodged=1, files=("file-of-ali",))
    assert "secret" not in await office.database.run(hold, person_id)
    assert PHONE not in await office.database.run(hold, person_id)
    held = await office.database.run(erasure.count_held, person_id)
    assert (held.drafts, held.lodged, held.reminders) == (0, 1, 0)
    kinds = await office.database.run(
        lambda session: session.scalars(select(StaffRequest.kind).filter_by(person_id=person_id)).all()
    )
    assert "erasure" in kinds


async def test_nobody_else_loses_anything(office, person_id):
    def others(session):
        return [hold(session, one) for one in session.scalars(select(Person.id)) if one != person_id]

    before = await office.database.run(others)

    def erase(session):
        message = session.scalars(select(InboundMessage).filter_by(person_id=person_id)).first()
        erasure.erase(session, person_id, message.id, office.clock())

    await office.database.run(erase)
    assert await office.database.run(others) == before
    assert "secret" in str(before)


async def test_an_opt_out_stays(office, person_id):
    def erase(session):
        people.unsubscribe(session, person_id, office.clock())
        message = session.scalars(select(InboundMessage).filter_by(person_id=person_id)).first()
        erasure.erase(session, person_id, message.id, office.clock())
        return session.get(OptOut, person_id)

    assert await office.database.run(erase) is not None


async def test_erasing_twice_for_one_message_asks_the_staff_once(office, person_id):
    def erase(session):
        message = session.scalars(select(InboundMessage).filter_by(person_id=person_id)).first()
        erasure.erase(session, person_id, message.id, office.clock())

    await office.database.run(erase)
    await office.database.run(erase)
    requested = await office.database.run(
        lambda session: session.scalars(select(StaffRequest.kind).filter_by(kind="erasure")).all()
    )
    assert len(requested) == 1


async def test_what_is_still_to_be_answered_is_answered(office, person_id):
    """A message that came after the wish to be forgotten is a new one."""
    first, second = office.write("msse7", sender="ali"), office.write("salam", sender="ali")

    async def erase(turn):
        if turn["message"] != "msse7":
            return answer(f"re: {turn['message']}")
        await office.database.run(erasure.erase, person_id, turn["metadata"]["inbound_id"], office.clock())
        return answer("erased", forget=True)

    office.rasa.script = erase
    await office.receive(first, second)
    assert [sent.text for sent in office.telegram.sent[-2:]] == ["erased", "re: salam"]


async def test_what_is_still_to_be_sent_is_not_sent_any_more(office, person_id):
    def plan(session):
        address = session.scalars(select(Address).filter_by(person_id=person_id)).one()
        outbox.plan(session, address.id, [Part(text="a secret planned before")], office.clock())
        office.clock.advance(seconds=1)
        message = session.scalars(select(InboundMessage).filter_by(person_id=person_id)).first()
        erasure.erase(session, person_id, message.id, office.clock())

    await office.database.run(plan)
    await office.sender.drain()
    assert "planned before" not in str(office.telegram.tried)
    assert "a secret" not in await office.database.run(hold, person_id)


@pytest.mark.parametrize("error", [None, Throttled("slow down", 1.0), NotSent("refused"), ChannelDown("revoked")])
async def test_an_erasure_while_something_is_sent_stops_nobody_elses_messages(office, person_id, error):
    """What is refused for now at that moment stood first in the queue for ever, and could not be read."""
    inbound_id = await office.database.run(
        lambda session: session.scalars(select(InboundMessage.id).filter_by(person_id=person_id)).first()
    )
    send = office.telegram.send

    async def erase_then_send(address, part, delivery_id):
        if part.text == "a secret":
            office.clock.advance(seconds=1)
            await office.database.run(erasure.erase, person_id, inbound_id, office.clock())
            if error:
                raise error
        return await send(address, part, delivery_id)

    def plan(session, whose, text):
        address = session.scalars(select(Address).filter_by(person_id=whose)).one()
        outbox.plan(session, address.id, [Part(text=text)], office.clock())

    neighbour = await office.database.run(
        lambda session: session.scalars(select(Person.id).where(Person.id != person_id)).one()
    )
    office.telegram.send = erase_then_send
    await office.database.run(plan, person_id, "a secret")
    await office.sender.drain()
    await office.database.run(plan, neighbour, "to the neighbour")
    office.clock.advance(minutes=11)
    await office.sender.drain()
    assert office.telegram.sent[-1].text == "to the neighbour"
    assert "a secret" not in await office.database.run(hold, person_id)


async def test_the_answer_to_an_erasure_has_buttons_that_work(office, person_id):
    def offer(session):
        message = session.scalars(select(InboundMessage).filter_by(person_id=person_id)).first()
        erasure.erase(session, person_id, message.id, office.clock())
        (button,) = offers.add_offers(session, person_id, message.id, [Choice("menu", "/help")], office.clock())
        return offers.find_tapped(session, person_id, button.id)

    assert (await office.database.run(offer)).payload == "/help"


async def test_a_person_who_was_forgotten_can_begin_anew(office, person_id):
    office.rasa.script = lambda turn: answer("salam")

    def erase(session):
        message = session.scalars(select(InboundMessage).filter_by(person_id=person_id)).first()
        erasure.erase(session, person_id, message.id, office.clock())

    await office.database.run(erase)
    await office.receive(office.write("salam", sender="ali", phone=PHONE))
    assert (await office.database.run(lambda session: session.get_one(Person, person_id))).phone == PHONE
    assert await office.database.run(inbox.list_unanswered_people) == []
    subscriptions = await office.database.run(
        lambda session: session.scalars(select(Subscription).filter_by(person_id=person_id)).all()
    )
    assert subscriptions == []
