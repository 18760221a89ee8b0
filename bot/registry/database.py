"""The connection to the registry: one transaction a call, off the event loop."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.orm import Session

from bot.registry import secrecy

P = ParamSpec("P")
T = TypeVar("T")


class Database:
    """The registry's database.

    Queries are plain functions whose first argument is the session; `run` executes one in a transaction of its own.

    Args:
        url: SQLAlchemy URL of a SQLite file or of a PostgreSQL server.
        secret: key of the encrypted columns.
    """

    def __init__(self, url: str, secret: str) -> None:
        secrecy.install(secrecy.Cipher(secret))
        self.url = make_url(url)
        self.engine = _connect(url)
        self._durable = self.engine.execution_options(durable=True)
        # SQLite has one writer at a time: waiting for our own thread is fair and cheap, its busy handler is neither.
        self._threads = ThreadPoolExecutor(1 if self.is_sqlite else 16, thread_name_prefix="registry")

    @property
    def is_sqlite(self) -> bool:
        """Whether the registry lies in a SQLite file."""
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def begin(self, *, durable: bool = False) -> Iterator[Session]:
        """A session in a transaction that is committed at the end of the block, rolled back on an error.

        Args:
            durable: whether the commit, and every one before it, must outlive a power cut and not only a crash. On
                SQLite that costs a write through to the disk; PostgreSQL always does it.
        """
        engine = self._durable if durable else self.engine
        with Session(engine, expire_on_commit=False) as session, session.begin():
            yield session

    async def run(self, query: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Runs `query(session, *args, **kwargs)` in one transaction on a worker thread and returns its result."""
        return await self._run_on_thread(False, lambda session: query(session, *args, **kwargs))

    async def run_durably(self, query: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Like `run`, for what someone outside is told next: that we have their message, or a message of ours."""
        return await self._run_on_thread(True, lambda session: query(session, *args, **kwargs))

    async def _run_on_thread(self, durable: bool, query: Callable[[Session], T]) -> T:
        def transact() -> T:
            with self.begin(durable=durable) as session:
                return query(session)

        return await asyncio.get_running_loop().run_in_executor(self._threads, transact)

    def close(self) -> None:
        """Ends the worker threads and closes all connections."""
        self._threads.shutdown()
        self.engine.dispose()


def _connect(url: str) -> Engine:
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        return create_engine(url, pool_size=16, pool_pre_ping=True, hide_parameters=True)
    if parsed.database:
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
    # Errors are logged, and parameters are what people wrote.
    engine = create_engine(url, hide_parameters=True)

    @event.listens_for(engine, "connect")
    def configure(connection: sqlite3.Connection, _record: Any) -> None:
        # The driver's own transaction control starts transactions too late for BEGIN IMMEDIATE.
        connection.isolation_level = None
        connection.executescript("PRAGMA journal_mode=WAL; PRAGMA foreign_keys=ON; PRAGMA busy_timeout=10000;")

    @event.listens_for(engine, "begin")
    def begin_immediate(connection: Connection) -> None:
        durable = connection.get_execution_options().get("durable", False)
        connection.exec_driver_sql(f"PRAGMA synchronous={'FULL' if durable else 'NORMAL'}")
        # A transaction that reads first and writes later could otherwise fail at the write.
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine
