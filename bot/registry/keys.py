"""Whether the secret key is the one that the registry was written with."""

from __future__ import annotations

from sqlalchemy.orm import Session

from bot.errors import SettingsError
from bot.registry.models import DataVersion
from bot.registry.secrecy import digest

KEY = "key"


def check_key(session: Session) -> None:
    """Looks whether the key fits, and remembers it where none is known yet.

    Raises:
        SettingsError: when the registry was written with another key: nothing in it could be read, and everybody known
            would be taken for somebody new.
    """
    present = digest("the key of this registry")
    known = session.get(DataVersion, KEY)
    if known is None:
        session.add(DataVersion(name=KEY, digest=present))
    elif known.digest != present:
        raise SettingsError(
            "AWRACH_SECRET_KEY is not the key that this database was written with. "
            "Set the old one, or after a rotation the new one, a comma, and the old one."
        )
