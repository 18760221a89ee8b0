"""The word lists of data/lookups: what people call places, trades, numbers and the rest."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Iterable, Mapping

import yaml

from nlu.folding import fold

FOLDER = Path(__file__).parents[2] / "data" / "lookups"
"""Where people edit the lists; a trained model carries its own copy."""

Lookups = Mapping[str, Any]
"""Name of a file without its suffix -> what it holds; of JSON types, so that a model can carry it."""


def read_lookups(folder: Path = FOLDER) -> dict[str, Any]:
    """All lists of a folder."""
    return {
        path.stem: yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
        for path in sorted(folder.glob("*.yml"))
    }


def folded(words: Iterable[str]) -> frozenset[str]:
    """The words as they stand in a folded message."""
    return frozenset(fold(word) for word in words)
