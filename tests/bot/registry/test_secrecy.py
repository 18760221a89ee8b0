"""What is secret is unreadable to whoever has the file but not the key."""

import pytest
from cryptography.fernet import InvalidToken
from doubles import answer
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, text

from bot.registry import applications, people, requests
from bot.registry.models import Address, Artisan, Base, InboundMessage, Person
from bot.registry.secrecy import Cipher

OLD, NEW = "the secret key of the tests", "the key after the rotation"


@given(st.binary(max_size=200))
def test_what_is_encrypted_can_be_read_again(data):
    cipher = Cipher(OLD)
    assert cipher.decrypt(cipher.encrypt(data)) == data
    assert cipher.encrypt(data) != cipher.encrypt(data)


def test_a_rotation_reads_old_and_writes_new():
    before = Cipher(OLD).encrypt(b"x")
    rotating = Cipher(f"{NEW}, {OLD}")
    assert rotating.decrypt(before) == b"x"
    assert Cipher(NEW).decrypt(rotating.encrypt(b"x")) == b"x"
    with pytest.raises(InvalidToken):
        Cipher(OLD).decrypt(rotating.encrypt(b"x"))
    with pytest.raises(InvalidToken):
        Cipher(NEW).decrypt(before)


@given(st.text(max_size=50))
def test_digests_are_stable_through_a_rotation(value):
    assert Cipher(OLD).digest(value) == Cipher(f"{NEW},{OLD}").digest(value)
    assert Cipher(OLD).digest(value) != Cipher(NEW).digest(value)
    assert len(Cipher(OLD).digest(value)) == 32


def test_the_digest_itself_does_not_change_from_one_release_to_the_next():
    assert Cipher(OLD).digest("+212600000001") == "b113b0d09e0057384c4f20a0ff9272e6"


def dump(database):
    """Everything that lies in the database, as it lies there."""
    with database.engine.connect() as connection:
        return " ".join(
            str(row)
            for table in Base.metadata.sorted_tables
            for row in connection.execute(text(f"SELECT * FROM {table.name}")).all()
        )


async def test_no_phone_number_and_no_message_lies_in_the_clear(office):
    office.rasa.script = lambda turn: answer("a private answer")
    phone = "+212600000009"
    await office.receive(
        office.write("a private question", sender="whatsapp:+212600000009", channel=office.whatsapp, phone=phone)
    )

    def fill(session):
        message = session.scalars(select(InboundMessage)).one()
        requests.add(session, message.person_id, "complaint", office.clock(), message.id, text="a private complaint")
        draft = applications.open_draft(session, message.person_id, "awrach_inclusion", office.clock())
        applications.write_answer(session, draft, "name", "a private name", message.id, office.clock())

    await office.database.run(fill)
    lying = dump(office.database)
    for secret in ("600000009", "private", "600000001", "Example: Ali"):
        assert secret not in lying
    with office.database.begin() as session:
        assert session.scalars(select(Address.value)).one() == "whatsapp:+212600000009"
        assert session.scalars(select(Artisan.phone).filter_by(number="EX-0001")).one() == "+212600000001"


def test_a_registry_outlives_a_rotation_of_its_key(backend, clock):
    with backend.open() as database, database.begin() as session:
        person_id = people.find_or_add_address(session, "whatsapp", "a", "ali", "+212600000009", clock()).person_id
    with backend.open(f"{NEW},{OLD}") as database, database.begin() as session:
        address = people.find_or_add_address(session, "whatsapp", "a", "ali", None, clock())
        assert address.person_id == person_id
        assert people.find_by_phone(session, "+212600000009").phone == "+212600000009"
    with backend.open(NEW) as database, database.begin() as session, pytest.raises(InvalidToken):
        session.scalars(select(Person)).all()


def test_a_wrong_key_reads_nothing(backend, clock):
    with backend.open() as database, database.begin() as session:
        people.find_or_add_address(session, "whatsapp", "a", "ali", None, clock())
    with backend.open("another key") as database, database.begin() as session, pytest.raises(InvalidToken):
        session.scalars(select(Address)).all()
