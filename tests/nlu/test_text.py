"""The pure functions over texts: folding, words, skeletons, script."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlu.text import (
    Token,
    detect_script,
    fold,
    fold_with_offsets,
    reply_language,
    skeleton,
    tokenize,
    vowel,
)

BENCHMARKS = Path(__file__).parent.parent / "benchmarks"
LABELLED = Path(__file__).parents[2] / "data" / "scripts" / "arabic.jsonl"
ANY_TEXT = st.text(st.characters(blacklist_categories=()), max_size=200)


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("بَغِيتُ", "بغيت"),
        ("أإآٱا", "اا"[:1]),
        ("الغرفة", "الغرفه"),
        ("على", "علي"),
        ("گالس ڭالس", "كالس كالس"),
        ("پاپا ڤيرا", "بابا فيرا"),
        ("بـــزاااف", "بزاف"),
        ("اللللله", "الله"),
        ("٠٦١٢ ۱۲۳", "0612 123"),
        ("Élève  À L'AMO", "eleve a l'amo"),
        ("slaaaaam !!!!!", "slam !"),
        ("1500000 dh", "1500000 dh"),
        ("\u202e\u200bسلام\u200f\x00", "سلام"),
        ("ﷲ ﻻ", "الله لا"),
        ("l’AMO", "l'amo"),
        ("", ""),
        ("\ud800", ""),
    ],
)
def test_fold_gives_the_canonical_form(text: str, folded: str) -> None:
    assert fold(text) == folded


@given(ANY_TEXT)
def test_fold_is_idempotent_and_never_raises(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(ANY_TEXT)
def test_offsets_point_to_the_characters_that_were_folded(text: str) -> None:
    folded, offsets = fold_with_offsets(text)
    assert folded == fold(text)
    assert len(offsets) == len(folded)
    assert offsets == sorted(offsets)
    assert all(0 <= offset < len(text) for offset in offsets)


def test_offsets_find_a_word_in_the_original() -> None:
    text = "  بَغيت   نتسجل"
    folded, offsets = fold_with_offsets(text)
    word = tokenize(folded)[1]
    assert text[offsets[word.start] : offsets[word.end - 1] + 1] == "نتسجل"


@given(ANY_TEXT)
def test_tokens_lie_in_the_folded_text_in_order(text: str) -> None:
    folded = fold(text)
    tokens = tokenize(folded)
    assert all(folded[token.start : token.end] == token.text for token in tokens)
    assert [token.start for token in tokens] == sorted(token.start for token in tokens)


@pytest.mark.parametrize(
    ("folded", "words"),
    [
        ("3afak 7ta sda9", ["3afak", "7ta", "sda9"]),
        ("l'amo d'awrach qu'on", ["l", "amo", "d", "awrach", "qu", "on"]),
        ("bri't aujourd'hui", ["bri't", "aujourd'hui"]),
        ("شنو,لوراق?", ["شنو", "لوراق"]),
        ("😀 !", []),
    ],
)
def test_tokenize_cuts_words(folded: str, words: list[str]) -> None:
    assert [token.text for token in tokenize(folded)] == words


def test_a_token_knows_where_it_stands() -> None:
    assert tokenize("a bc") == [Token("a", 0, 1), Token("bc", 2, 4)]


@pytest.mark.parametrize(
    ("arabic", "latin"),
    [
        ("بغيت", "bghit"),
        ("كيفاش", "kifach"),
        ("واش", "ouach"),
        ("شحال", "ch7al"),
        ("شحال", "xhal"),
        ("حقي", "7e99i"),
        ("صداق", "sda9"),
        ("عافاك", "3afak"),
        ("خدمة", "khdma"),
        ("غرفة", "ghorfa"),
        ("طلب", "talab"),
        ("ضاعت", "da3et"),
        ("گالو", "galo"),
    ],
)
def test_both_scripts_meet_in_the_skeleton(arabic: str, latin: str) -> None:
    assert skeleton(fold(arabic)) == skeleton(fold(latin)) != ""


def test_the_vowelled_form_keeps_long_vowels_of_both_scripts() -> None:
    assert vowel("كيفاش") == vowel("kifach")
    assert vowel("دار") != vowel("دير")


@given(ANY_TEXT)
def test_skeleton_is_idempotent_and_never_raises(word: str) -> None:
    assert skeleton(skeleton(word)) == skeleton(word)


@pytest.mark.parametrize(
    ("text", "script"),
    [
        ("شنو الوراق لي خاصني", "arab"),
        ("chno lwra9 li khasni", "latn"),
        ("bghit nji l dossier", "latn"),
        ("quels papiers dois je apporter", "fr"),
        ("ما هي الوثائق المطلوبة؟", "msa"),
        ("شنو les papiers ديال awrach", "mixed"),
        ("bghit n3ref la date limite de dépôt", "mixed"),
        ("ⴰⵣⵓⵍ", "tfng"),
        ("", "arab"),
        # standard and short
        ("كم الثمن؟", "msa"),
        ("أين المقر؟", "msa"),
        ("لا أعرف", "msa"),
        ("هل من جديد؟", "msa"),
        # standard without any word of grammar that tells, or typed without hamza
        ("احذفوا جميع بياناتي من فضلكم", "msa"),
        ("رفض الطبيب التوقيع على الورقة", "msa"),
        ("اريد معرفه الوثايق المطلوبه للتسجيل", "msa"),
        ("ضاع دواء ابني، فبكم أشتري غيره", "msa"),
        # Moroccan with the words of offices
        ("واش الاستفادة من المنحة باقية", "arab"),
        ("شكون المستفيدين", "arab"),
        ("الوثائق المطلوبة شنو هي", "arab"),
        ("فوقاش الإعلان عن النتائج النهائية", "arab"),
        ("المعايير المعتمدة ف الانتقاء كيفاش كتحسب", "arab"),
        # Moroccan by a verb, an ending or a preposition alone
        ("بدينا ف رمضان وما ساليناش، تابع", "arab"),
        ("ما عرفتش، سير للي من بعد", "arab"),
        ("الدوا غالي بزاف", "arab"),
        ("وفين", "arab"),
        # both write it alike
        ("الوثائق", "arab"),
        ("الشروط؟", "arab"),
        ("شكرا", "arab"),
        ("إقليم أزيلال", "arab"),
        ("20 سنة", "arab"),
    ],
)
def test_detect_script(text: str, script: str) -> None:
    assert detect_script(text) == script


@given(ANY_TEXT)
def test_every_text_has_a_script(text: str) -> None:
    assert detect_script(text) in {"arab", "latn", "fr", "msa", "mixed", "tfng"}


def test_script_is_right_on_messages_labelled_by_hand() -> None:
    lines = (BENCHMARKS / "scripts.jsonl").read_text(encoding="utf-8").splitlines()
    items = [json.loads(line) for line in lines]
    right = sum(detect_script(item["text"]) == item["script"] for item in items)
    assert right / len(items) >= 0.97
    for script, least in (("msa", 0.95), ("arab", 0.98)):
        found = [detect_script(item["text"]) == script for item in items if item["script"] == script]
        assert sum(found) / len(found) >= least


def words(text: str) -> tuple[str, ...]:
    return tuple(token.text for token in tokenize(fold(text)))


def test_no_message_that_judges_the_script_is_learned() -> None:
    learned, asked = (
        {words(json.loads(line)["text"]) for line in path.read_text(encoding="utf-8").splitlines()}
        for path in (LABELLED, BENCHMARKS / "scripts.jsonl")
    )
    assert learned & asked == set()


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("واش كاين شي تكوين", "ary-Arab"),
        ("wach kayn chi takwin", "ary-Latn"),
        ("y a t il une formation", "fr"),
        ("هل يوجد تكوين هذا الشهر؟", "ar"),
        ("شنو les conditions ديال التكوين", "ary-Arab"),
        ("ⴰⵣⵓⵍ", "fr"),
        ("0612", "fr"),
        ("😀", "fr"),
    ],
)
def test_reply_language(text: str, language: str) -> None:
    assert reply_language(text, "fr") == language


@pytest.mark.parametrize(
    ("text", "known", "language"),
    [
        ("prix", "ary-Latn", "ary-Latn"),
        ("مراكش", "ar", "ar"),
        ("شكرا", "ar", "ar"),
        ("نعم", "ar", "ar"),
        ("واخا", "ar", "ary-Arab"),
        ("مراكش", "ary-Arab", "ary-Arab"),
        ("fin", "ary-Latn", "ary-Latn"),
        ("chokran", "fr", "fr"),
        ("3afak", "fr", "ary-Latn"),
        ("prix", "ary-Arab", "fr"),
        ("quel est le prix", "ary-Latn", "fr"),
    ],
)
def test_one_or_two_words_change_the_language_only_where_they_tell(text: str, known: str, language: str) -> None:
    assert reply_language(text, known) == language
