"""Fixtures of the whole suite. tests/nlu runs in another environment: what needs the bot is imported on demand."""

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile(
    "suite",
    deadline=None,
    max_examples=60,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
settings.load_profile("suite")


@pytest.fixture(scope="session")
def embedded(tmp_path_factory):
    """A SQLite file with schema and data, lent to one test at a time."""
    from backends import Embedded

    return Embedded(tmp_path_factory.mktemp("embedded"))


@pytest.fixture(scope="session")
def servers():
    """PostgreSQL and Redis, with schema and data, lent to one test at a time."""
    from backends import Servers

    # Not below pytest's own folder: run by root, PostgreSQL has a user of its own, whom the next pytest that starts on
    # this machine would lock out of it.
    with TemporaryDirectory(prefix="servers-") as folder, Servers(Path(folder)) as servers:
        yield servers


@pytest.fixture(params=["embedded", "servers"])
def backend(request, tmp_path):
    """A registry of the test's own, on each kind of database in turn; with PostgreSQL goes a Redis."""
    with request.getfixturevalue(request.param).lend(tmp_path) as backend:
        yield backend


@pytest.fixture(params=["embedded", "servers"])
def empty_backend(request, tmp_path):
    """A database of each kind in which there are no tables."""
    with request.getfixturevalue(request.param).create(tmp_path) as backend:
        yield backend


@pytest.fixture
def database(backend):
    with backend.open() as database:
        yield database


@pytest.fixture(scope="session")
def embedding():
    from finding import make_embedding

    return make_embedding()


@pytest.fixture
def answers(embedding, tmp_path):
    """Finds answers in the test data."""
    from bot.answers import AnswerFinder

    return AnswerFinder(embedding, tmp_path / "cache")


@pytest.fixture
def clock():
    from doubles import Clock

    return Clock()


@pytest.fixture
def texts():
    from doubles import EchoTexts

    return EchoTexts()


@pytest.fixture(scope="session")
def programmes():
    from backends import DATA

    from bot.programmes import Programmes

    return Programmes(DATA / "programmes")


@pytest.fixture
def media(tmp_path):
    from bot.media import MediaStore

    return MediaStore(tmp_path / "media")
