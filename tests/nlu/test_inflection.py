"""What is taken off a word."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlu.arabizi import skeleton, vowel
from nlu.inflection import strip_particles, strip_persons, strip_to_roots
from nlu.text import fold


def test_particles_are_stripped_longest_form_first() -> None:
    assert strip_particles("والوراق")[0] == "والوراق"
    assert "وراق" in strip_particles("والوراق")
    assert strip_particles("la") == ("la",)


@pytest.mark.parametrize("word", ["بغيتهاش", "bghithach", "بغيتوه", "كنبغيت", "ghanbghitkom"])
def test_persons_pronouns_and_negation_come_off_in_both_scripts(word: str) -> None:
    assert vowel("بغيت") in strip_persons(vowel(word))


@pytest.mark.parametrize("word", ["نتسجل", "kaytsejlo", "سجلوني", "ghansejlouhom", "tsejlat"])
def test_a_root_is_among_what_is_left(word: str) -> None:
    assert "SJL" in strip_to_roots(skeleton(word))


@pytest.mark.parametrize(("arabic", "latin"), [("جابتلهم", "jabtlhom"), ("سيفطتليكم", "siftlikom")])
def test_both_scripts_leave_the_same(arabic: str, latin: str) -> None:
    assert strip_persons(vowel(arabic)) & strip_persons(vowel(latin))


@pytest.mark.parametrize("word", ["لا", "fin", "ch7al", "ليكم"])
def test_of_a_short_word_nothing_comes_off(word: str) -> None:
    assert strip_persons(vowel(word)) == set()


@given(st.text(max_size=20))
def test_what_is_left_is_a_part_of_the_word(text: str) -> None:
    form = vowel(fold(text))
    assert all(core in form and core != form for core in strip_persons(form))
