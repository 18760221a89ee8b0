"""What the rest of the project needs to know about a text: one import for the pure functions of this package."""

from __future__ import annotations

from nlu.arabizi import skeleton, vowel
from nlu.folding import Token, fold, fold_with_offsets, tokenize
from nlu.script import detect_script, reply_language

__all__ = [
    "Token",
    "detect_script",
    "fold",
    "fold_with_offsets",
    "reply_language",
    "skeleton",
    "tokenize",
    "vowel",
]
