"""The contents (sets of buttons, lists) that Twilio holds for us, remembered across restarts."""

from __future__ import annotations

from sqlalchemy.orm import Session

from bot.registry.database import Database
from bot.registry.models import ContentTemplate


class RegistryContentCache:
    """Remembers contents in the registry.

    Args:
        database: the registry.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, digest: str) -> str | None:
        """The sid of a content, or None where none was made yet."""
        known = await self._database.run(Session.get, ContentTemplate, digest)
        return known.sid if known else None

    async def put(self, digest: str, sid: str) -> None:
        """Remembers a content; another one of the same digest gives way to it."""
        await self._database.run(Session.merge, ContentTemplate(digest=digest, sid=sid))
