"""The lexicon of concepts: what a form stands for."""

from __future__ import annotations

import pytest

from nlu.concepts import Concepts, Found, strip_particles
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
        ("carte", []),
        ("", []),
    ],
)
def test_forms_are_found_in_both_scripts_and_with_particles(text: str, concepts: list[str]) -> None:
    assert find(text) == concepts


def test_a_phrase_tells_where_it_stands() -> None:
    assert CONCEPTS.find(["ma", "carte", "nationale"]) == [Found("card", 1, 3)]


def test_particles_are_stripped_longest_form_first() -> None:
    assert strip_particles("والوراق")[0] == "والوراق"
    assert "وراق" in strip_particles("والوراق")
    assert strip_particles("la") == ("la",)


def test_the_lexicon_of_the_project_names_every_topic() -> None:
    topics = {name for name in Concepts.read().lexicon if name.startswith("topic_")}
    assert len(topics) == 15
