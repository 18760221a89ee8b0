"""What the title of a button means when it is typed instead of tapped, whoever types it and whenever."""

from __future__ import annotations

import re
from functools import lru_cache

import yaml

from bot.settings import ROOT
from bot.texts import LANGUAGES, Texts
from nlu.text import fold, tokenize

_FRENCH_ARTICLES = frozenset({"l", "le", "la", "les", "d", "de", "des", "du"})
# الشروط, والغرامات, lmilaf; what leaves less than three letters has no article.
_ARTICLE = re.compile(r"^(?:(و?)ال|l)(?=\w{3})")


def reduce_title(text: str) -> str:
    """What is left of a title however it is typed: its letters and digits, without accents, signs and articles.

    Spaces go as well: `هاد شي` is `هادشي`, `cest tout` is `C'est tout`.
    """
    words = [token.text.replace("'", "") for token in tokenize(fold(text))]
    # "La" alone is no article, it is Moroccan for "no".
    return "".join(_ARTICLE.sub(r"\1", word) for word in words if word not in _FRENCH_ARTICLES) or "".join(words)


class Titles:
    """The titles of all buttons that stand for an intent: `button.X` for the intent X of domain.yml.

    Args:
        texts: with the titles, in every language.
    """

    def __init__(self, texts: Texts) -> None:
        self._intents = {
            reduce_title(texts.say(f"button.{intent}", language)): intent
            for intent in read_intents()
            if texts.has(f"button.{intent}")
            for language in LANGUAGES
        }

    def find_intent(self, text: str) -> str | None:
        """The intent whose button bears this title, in whichever language, or None."""
        return self._intents.get(reduce_title(text))


@lru_cache
def read_intents() -> tuple[str, ...]:
    """The names of all intents."""
    domain = yaml.load((ROOT / "domain.yml").read_text("utf-8"), Loader=yaml.CSafeLoader)
    return tuple(domain["intents"])
