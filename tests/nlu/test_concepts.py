"""The lexicon of concepts: what a form stands for."""

from __future__ import annotations

import pytest

from nlu.concepts import EVERYDAY, LEXICON, Concepts, Found
from nlu.text import fold, tokenize

CONCEPTS = Concepts(
    {
        "paper": "وراق papier*",
        "register": "~سجل",
        "card": "carte_nationale البطاقة_الوطنية",
        "want": "بغيت",
    }
)


def find(text: str) -> list[str]:
    return [found.concept for found in CONCEPTS.find([token.text for token in tokenize(fold(text))])]


@pytest.mark.parametrize(
    ("text", "concepts"),
    [
        ("الوراق", ["paper"]),
        ("w lwra9", ["paper"]),
        ("فالوراق", ["paper"]),
        ("les papiers", ["paper"]),
        ("نتسجل", ["register"]),
        ("kaytsejlo", ["register"]),
        ("سجلوني", ["register"]),
        ("bghit la carte nationale", ["want", "card"]),
        ("والبطاقة الوطنية", ["card"]),
        ("ما بغيتهاش", ["want"]),
        ("ma bghithach", ["want"]),
        ("وبغيتوها", ["want"]),
        ("carte", []),
        ("", []),
    ],
)
def test_forms_are_found_in_both_scripts_and_with_particles(text: str, concepts: list[str]) -> None:
    assert find(text) == concepts


def test_a_phrase_tells_where_it_stands() -> None:
    assert CONCEPTS.find(["ma", "carte", "nationale"]) == [Found("card", 1, 3)]


def test_the_lexicon_of_the_project_names_every_topic() -> None:
    topics = {name for name in Concepts.read().lexicon if name.startswith("topic_")}
    assert len(topics) == 15


def test_every_form_of_the_lexicons_can_be_found() -> None:
    for path in (LEXICON, EVERYDAY):
        lexicon = Concepts.read(path)
        for name, forms in lexicon.lexicon.items():
            for form in forms.split():
                words = [token.text for token in tokenize(fold(form.replace("_", " ").strip("~*")))]
                assert name in {found.concept for found in lexicon.find(words)}, (path.name, name, form)


def test_no_meaning_stands_twice() -> None:
    for path in (LEXICON, EVERYDAY):
        lines = path.read_text(encoding="utf-8").splitlines()
        names = [line.split(":")[0] for line in lines if line and not line.startswith("#")]
        assert len(names) == len(set(names)), path.name
