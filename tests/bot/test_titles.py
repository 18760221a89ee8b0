"""Every title of a button is understood when it is typed, whether or not the button was just shown."""

import re

import pytest

from bot.texts import LANGUAGES, read_texts
from bot.titles import Titles, read_intents, reduce_title
from nlu.text import fold

TEXTS = read_texts()
TITLES = Titles(TEXTS)
TYPED = [
    pytest.param(TEXTS.say(f"button.{intent}", language), intent, id=f"{intent}-{language}")
    for intent in read_intents()
    if TEXTS.has(f"button.{intent}")
    for language in LANGUAGES
]


def _strip_signs(text):
    return " ".join(re.findall(r"[\w']+", text))


def _list_forms(title):
    """A title as people may type it."""
    plain = _strip_signs(title)
    return {
        title,
        plain,
        fold(title),
        plain.replace("'", ""),
        plain.replace("'", " "),
        plain.replace("'", "’"),
        title.upper(),
        f"« {title} »",
        f"«{title}»",
        f"\u2068{title}\u2069",
        f"  {title} !!",
        f"{plain}.",
        plain.replace(" ", "  "),
        plain.replace("ة", "ه").replace("آ", "ا").replace("أ", "ا"),
    }


@pytest.mark.parametrize(("title", "intent"), TYPED)
def test_the_title_of_an_intent_means_it_in_every_form(title, intent):
    assert {form: TITLES.find_intent(form) for form in _list_forms(title)} == dict.fromkeys(_list_forms(title), intent)


def test_no_title_means_two_things():
    meanings = {}
    for language in LANGUAGES:
        for key in TEXTS.keys(language):
            if key.startswith("button."):
                meanings.setdefault(reduce_title(TEXTS.say(key, language)), set()).add(key)

    assert {title: keys for title, keys in meanings.items() if len(keys) > 1} == {}


@pytest.mark.parametrize(
    ("written", "intent"),
    [
        ("شنو هوما شروط", "ask_conditions"),
        ("ديون وغرامات", "ask_arrears"),
        ("fin wsel milaf", "check_application"),
        ("Les dettes et les amendes", "ask_arrears"),
        ("date limite", "ask_deadline"),
        ("rappels des dates", "subscribe_reminders"),
        ("changer la langue", "change_language"),
        ("لا", "deny"),
        ("la", "deny"),
        ("La?", "deny"),
    ],
)
def test_an_article_makes_no_difference(written, intent):
    assert TITLES.find_intent(written) == intent


@pytest.mark.parametrize(
    "written",
    ["", "?", "!!!", "؟", "👍", "12", "/affirm", "Salam Khenifra", "mes données sont fausses", "التكوين", "l"],
)
def test_what_is_no_title_means_none(written):
    assert TITLES.find_intent(written) is None
