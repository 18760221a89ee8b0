"""Brings a database to the present shape of the registry."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine


def upgrade(database_url: str) -> None:
    """Applies all migrations that the database does not have yet.

    Args:
        database_url: SQLAlchemy URL.
    """
    command.upgrade(_configure(database_url), "head")


def is_current(database_url: str) -> bool:
    """Whether the database has all migrations."""
    engine = create_engine(database_url)
    try:
        with engine.connect() as connection:
            present = MigrationContext.configure(connection).get_current_revision()
    finally:
        engine.dispose()
    return present == ScriptDirectory.from_config(_configure(database_url)).get_current_head()


def _configure(database_url: str) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    # ConfigParser reads % as its own sign, and passwords in URLs are percent-encoded.
    config.set_main_option("sqlalchemy.url", database_url.replace("%", "%%"))
    return config
