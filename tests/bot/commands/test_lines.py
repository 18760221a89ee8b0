"""Lines come as they are there, and every line counts."""

from __future__ import annotations

import io
import os

from hypothesis import given
from hypothesis import strategies as st

from bot.commands.lines import CHUNK_BYTES, read_batches, write_json


@given(st.binary(max_size=500), st.integers(1, 5))
def test_each_line_comes_once_and_in_order(content, most):
    batches = list(read_batches(io.BytesIO(content), most))
    lines = [line for batch in batches for line in batch]
    expected = content.split(b"\n")
    expected = expected[:-1] if expected[-1] == b"" else expected
    assert lines == [line.removesuffix(b"\r").decode("utf-8", "replace") for line in expected]
    assert all(0 < len(batch) <= most for batch in batches)


def test_lines_that_are_cut_by_the_end_of_a_chunk_stay_whole():
    text = "سلام " * (CHUNK_BYTES // 4)
    batches = list(read_batches(io.BytesIO(f"{text}\nواخا\n".encode()), 64))
    assert [line for batch in batches for line in batch] == [text, "واخا"]


def test_a_line_is_there_before_the_next_one_is_written():
    ours, theirs = os.pipe()
    with os.fdopen(ours, "rb") as source, os.fdopen(theirs, "wb", buffering=0) as sink:
        batches = read_batches(source, 64)
        sink.write(b"slm\n")
        assert next(batches) == ["slm"]
        sink.write(b"\xff\n\nbslama\nunfinished")
        assert next(batches) == ["\ufffd", "", "bslama"]


def test_json_is_written_as_people_read_it():
    sink = io.BytesIO()
    write_json(sink, {"text": "سلام"})
    assert sink.getvalue().decode() == '{"text": "سلام"}\n'
