"""Encryption of personal identifiers at rest.

One column type, `Encrypted`, for whatever identifies a person or could tell of their health; `digest` for finding
a row by such a value without storing the value.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import ColumnElement, Dialect, Text, type_coerce
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.types import TypeDecorator

from bot.errors import Unreadable


class Cipher:
    """Encrypts with the first of several keys and decrypts with any of them.

    Args:
        secret: AWRACH_SECRET_KEY; after a rotation the new key, a comma, and the old one.
    """

    def __init__(self, secret: str) -> None:
        keys = [key.strip() for key in secret.split(",") if key.strip()]
        self._fernet = MultiFernet([Fernet(base64.urlsafe_b64encode(_derive(key, b"column"))) for key in keys])
        # Digests must stay findable after a rotation, so they hang on the oldest key.
        self._digest_key = _derive(keys[-1], b"digest")

    def encrypt(self, data: bytes) -> bytes:
        """Encrypted form of `data`."""
        return self._fernet.encrypt(data)

    def decrypt(self, data: bytes) -> bytes:
        """What `encrypt` was given.

        Raises:
            cryptography.fernet.InvalidToken: when no key fits.
        """
        return self._fernet.decrypt(data)

    def digest(self, value: str) -> str:
        """A keyed hash of `value`, 32 hexadecimal digits: equal for equal values, of no use without the key."""
        return hmac.new(self._digest_key, value.encode(), hashlib.sha256).hexdigest()[:32]


def _derive(secret: str, purpose: bytes) -> bytes:
    return HKDF(hashes.SHA256(), 32, salt=b"awrach", info=purpose).derive(secret.encode())


_installed: list[Cipher] = []


def install(cipher: Cipher) -> None:
    """Makes `cipher` the one of this process; SQLAlchemy's column types have no other way to be handed it."""
    _installed[:] = [cipher]


def cipher() -> Cipher:
    """The cipher of this process."""
    return _installed[0]


def digest(value: str) -> str:
    """`Cipher.digest` with the cipher of this process."""
    return cipher().digest(value)


class Encrypted(TypeDecorator[str]):
    """A text column that is encrypted at rest."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        """The value as it is stored."""
        return None if value is None else cipher().encrypt(str(value).encode()).decode("ascii")

    def process_result_value(self, value: Any, dialect: Dialect) -> str | None:
        """The value as it was given."""
        return None if value is None else cipher().decrypt(str(value).encode("ascii")).decode()


def sealed(column: InstrumentedAttribute[str]) -> ColumnElement[str]:
    """An encrypted column as it lies in the database: one row that cannot be read fails no query over many."""
    return type_coerce(column, Text)


def unseal(value: str) -> str:
    """What lies in a value of a `sealed` column.

    Raises:
        Unreadable: when no key fits.
    """
    try:
        return cipher().decrypt(value.encode()).decode()
    except (InvalidToken, UnicodeError) as error:
        raise Unreadable("no key fits") from error
