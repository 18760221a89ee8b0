"""The texts that people read, by language, from data/texts."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import yaml

from bot.settings import DATA

LANGUAGES = ("ary-Arab", "ary-Latn", "fr", "ar")
"""Reply languages: Moroccan Arabic in either script, French, standard Arabic."""

DEFAULT_LANGUAGE = "ary-Arab"


class Texts:
    """All texts: menus, questions of forms, errors, small talk.

    Args:
        folder: with one YAML file a language, all with the same keys.
    """

    def __init__(self, folder: Path) -> None:
        self._texts = {language: _read(folder / f"{language}.yml") for language in LANGUAGES}

    def say(self, key: str, language: str | None, **values: object) -> str:
        """The text `key` in `language` (an unknown one: Moroccan Arabic), with `values` in their places.

        Raises:
            KeyError: when there is no such text.
        """
        texts = self._texts.get(language or DEFAULT_LANGUAGE) or self._texts[DEFAULT_LANGUAGE]
        return texts[key].format(**values) if values else texts[key]

    def has(self, key: str) -> bool:
        """Whether there is a text `key`."""
        return key in self._texts[DEFAULT_LANGUAGE]

    def keys(self, language: str) -> frozenset[str]:
        """The keys of all texts in `language`."""
        return frozenset(self._texts[language])


def _read(path: Path) -> dict[str, str]:
    texts: dict[str, str] = yaml.load(path.read_text("utf-8"), Loader=yaml.CSafeLoader)
    return texts


@lru_cache
def read_texts() -> Texts:
    """The texts of this installation."""
    return Texts(DATA / "texts")
