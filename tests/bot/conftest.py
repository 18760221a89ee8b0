"""A bot process for the tests, over each kind of database."""

import pytest
from doubles import Office


@pytest.fixture
async def office(database, clock, texts, programmes, media):
    office = Office(database, clock, texts, programmes, media)
    yield office
    await office.lanes.stop()
    await office.dialogue.close()
