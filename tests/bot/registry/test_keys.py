"""A key that does not fit the registry is refused before anything is read or written with it."""

import pytest

from bot.errors import SettingsError
from bot.registry.keys import check_key


@pytest.mark.parametrize(
    ("first", "then", "fits"),
    [
        ("old", "old", True),
        ("old", "new,old", True),
        ("old", "new", False),
        ("new,old", "old", True),
    ],
)
def test_only_the_key_of_the_registry_fits(backend, first, then, fits):
    with backend.open(first) as database, database.begin() as session:
        check_key(session)
    with backend.open(then) as database, database.begin() as session:
        if fits:
            check_key(session)
        else:
            with pytest.raises(SettingsError, match="AWRACH_SECRET_KEY"):
                check_key(session)
