"""Documents: only what they claim to be, and unreadable to whoever has the disk."""

import pytest
from backends import SECRET
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import MediaUnavailable
from bot.media import MOST_BYTES, MediaStore, sniff
from bot.registry.secrecy import Cipher, install

JPEG = b"\xff\xd8\xff\xe0" + b"a photo" * 9


@pytest.fixture(autouse=True)
def cipher():
    install(Cipher(SECRET))


@pytest.mark.parametrize(
    ("content", "mime"),
    [
        (JPEG, "image/jpeg"),
        (b"\x89PNG\r\n\x1a\n...", "image/png"),
        (b"%PDF-1.7\n...", "application/pdf"),
        (b"RIFF\x10\x00\x00\x00WEBPVP8 ", "image/webp"),
        (b"RIFF\x10\x00\x00\x00WAVEfmt ", None),
        (b"GIF89a", None),
        (b"<svg onload='alert(1)'/>", None),
        (b"MZ\x90\x00", None),
        (b"PK\x03\x04", None),
        (b" %PDF-1.7", None),
        (b"", None),
    ],
)
def test_a_file_is_what_its_first_bytes_say(content, mime):
    assert sniff(content) == mime


def test_a_file_is_kept_encrypted(media, tmp_path):
    stored = media.save(JPEG)
    assert (stored.mime, stored.size) == ("image/jpeg", len(JPEG))
    assert media.read(stored.path) == JPEG
    (lying,) = (tmp_path / "media").iterdir()
    assert b"photo" not in lying.read_bytes()
    assert (tmp_path / "media").stat().st_mode & 0o777 == 0o700
    assert media.save(JPEG).path != stored.path


@pytest.mark.parametrize("content", [b"", b"GIF89a", b"\xff\xd8\xff" + b"0" * MOST_BYTES], ids=["empty", "gif", "big"])
def test_what_is_not_accepted_is_not_kept(media, tmp_path, content):
    with pytest.raises(MediaUnavailable):
        media.save(content)
    assert not (tmp_path / "media").exists()


def test_the_largest_file_is_still_accepted(media):
    assert media.save(b"%PDF-" + b"0" * (MOST_BYTES - 5)).size == MOST_BYTES


def test_a_file_can_be_removed_twice(media):
    stored = media.save(JPEG)
    media.remove(stored.path)
    media.remove(stored.path)
    with pytest.raises(MediaUnavailable):
        media.read(stored.path)


@given(st.binary(max_size=300))
def test_whatever_is_kept_comes_back_as_it_was(tmp_path, content):
    media = MediaStore(tmp_path / "any")
    try:
        stored = media.save(content)
    except MediaUnavailable:
        assert sniff(content) is None
    else:
        assert media.read(stored.path) == content
