"""What understanding is made of, for Rasa's cache, which sees a component's class and configuration only."""

from __future__ import annotations

import hashlib
from functools import lru_cache

from nlu.concepts import EVERYDAY, LEXICON


@lru_cache(maxsize=1)
def fingerprint_sources() -> str:
    """A hexadecimal number of the lexicons and of all modules beside them."""
    sources = [LEXICON, EVERYDAY, *sorted(LEXICON.parent.glob("*.py"))]
    return hashlib.sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()
