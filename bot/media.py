"""Documents that people send: checked, encrypted, kept outside the database."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from pathlib import Path

from bot.errors import MediaUnavailable
from bot.registry.secrecy import cipher

MOST_BYTES = 16 * 2**20

_SIGNATURES: dict[bytes, str] = {
    b"\xff\xd8\xff": "image/jpeg",
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"%PDF-": "application/pdf",
}


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file in the media folder.

    Attributes:
        path: relative to the media folder.
        mime: media type, by the file's own first bytes.
        size: bytes before encryption.
    """

    path: str
    mime: str
    size: int


class MediaStore:
    """The folder of documents.

    Args:
        folder: is made where it is missing.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def save(self, content: bytes) -> StoredFile:
        """Keeps a photo or PDF.

        Raises:
            MediaUnavailable: when it is empty, larger than 16 MiB, or neither JPEG, PNG, WebP nor PDF.
        """
        if not content or len(content) > MOST_BYTES:
            raise MediaUnavailable("empty or too large")
        mime = sniff(content)
        if mime is None:
            raise MediaUnavailable("not a photo or PDF")
        name = secrets.token_hex(16)
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        unfinished = self._folder / f"{name}.part"
        unfinished.write_bytes(cipher().encrypt(content))
        unfinished.rename(self._folder / name)
        return StoredFile(name, mime, len(content))

    def read(self, path: str) -> bytes:
        """The content that `save` was given.

        Raises:
            MediaUnavailable: when the file is gone.
        """
        try:
            return cipher().decrypt((self._folder / path).read_bytes())
        except FileNotFoundError as error:
            raise MediaUnavailable("gone") from error

    def remove(self, path: str) -> None:
        """Deletes a file; one that is gone already is no error."""
        (self._folder / path).unlink(missing_ok=True)


def sniff(content: bytes) -> str | None:
    """The media type of a photo or PDF by its first bytes, or None where it is neither."""
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    return next((mime for signature, mime in _SIGNATURES.items() if content.startswith(signature)), None)
