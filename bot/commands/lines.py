"""Lines of standard input as they come, and JSON lines out."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, BinaryIO, Protocol

CHUNK_BYTES = 65_536


class Source(Protocol):
    """Bytes of which those that are there can be had: standard input's buffer, or `io.BytesIO`."""

    def read1(self, size: int, /) -> bytes:
        """At most `size` bytes, after waiting for the first one only; none at the end."""
        ...


def read_batches(source: Source, most: int) -> Iterator[list[str]]:
    """The lines that are there, in lists: a single line at once, a file in lists of `most`.

    Args:
        source: bytes; what is not UTF-8 in them becomes U+FFFD.
        most: lines in a list.
    """
    rest = b""
    while chunk := source.read1(CHUNK_BYTES):
        *lines, rest = (rest + chunk).split(b"\n")
        for first in range(0, len(lines), most):
            yield [_decode(line) for line in lines[first : first + most]]
    if rest:
        yield [_decode(rest)]


def write_json(sink: BinaryIO, value: dict[str, Any]) -> None:
    """Writes a line of JSON in UTF-8, at once."""
    sink.write(json.dumps(value, ensure_ascii=False).encode() + b"\n")
    sink.flush()


def _decode(line: bytes) -> str:
    return line.removesuffix(b"\r").decode("utf-8", "replace")
