"""Alembic's entry: connects and runs the migrations."""

from __future__ import annotations

from alembic import context
from sqlalchemy import create_engine

from bot.registry.models import Base
from bot.settings import read_settings


def run() -> None:
    """Runs the migrations on the database of the configuration, else on that of the settings."""
    url = context.config.get_main_option("sqlalchemy.url") or read_settings().database
    engine = create_engine(url)
    with engine.connect() as connection:
        context.configure(connection=connection, target_metadata=Base.metadata, render_as_batch=True)
        with context.begin_transaction():
            context.run_migrations()
    engine.dispose()


run()
