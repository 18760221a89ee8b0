"""How it is said: one form of address, one voice, one spelling a word, in everything that people read.

The rules stand in CONTRIBUTING.md; each failure names the text and the line.
"""

import re
from pathlib import Path

import pytest
import yaml

from bot.texts import LANGUAGES

ROOT = Path(__file__).parents[1]

UNSAID = {
    # The plural, one voice, spoken words, one spelling: CONTRIBUTING.md, "How the assistant speaks".
    "ary-Arab": re.compile(
        r"(?<!\w)(?:عندناش?|لقينا\w*|نقدروش|تأكدناش|ديالنا|خاصك|ديالك|ليك|عليك|نتا|تسول|سول|د|للي|باللي|شمن|الزر|جميع|كافة"
        r"|لفائدة|أو|لأن|فقط|هذا|هذه|الذي|التي|الذين|في|إذا|حاليا|حوالي|المرجو|عطى|سالى|عيالات"
        r"|شفنا|قرينا|كنهضرو|سمحو لينا|من جهتنا|خاصكم تسولو)(?!\w)"
        r"|غرفة الصناعة(?! التقليدية)|(?<![\d.])\d\.\d{1,2}(?![\d.])|\d %"
    ),
    "ary-Latn": re.compile(
        r"\b(?:d|7tta|blli|koul|b3d|kano|daro|galo|walo|ktbo|n9olo|3ndnach|khassek|nonbir|dojanbir|febrayer|yanayer"
        r"|ghocht|ta9lidiya|sna3iya|moqawala|lmilef|blassa"
        r"|dejanbir|fbrayer|chotanbir|chtanbir|oktober|oktobr|yulyuz|yolyoz|abril"
        r"|ba9i|derhem|3end|sm7o|khtaro|hedro|bo7di|bo7do|7awali|te9riban|nemra|dossier|programme|téléphone|tasjil|tesjil"
        r"|l7erfa|khddam|lakher|t2min|ta2min|dyoun|ghramat|darayeb|so2al|teswira|lmo3eddat|lmo3iddat|l i9lim|l2i9lim"
        r"|l ajwiba|l2a9al|l2ar9am|sewwlou|dyalna|chefna|9rina|kanhedro|sm7ou lina|khasskom tsewlou"
        r"|ghorfat sina3a(?! t9lidiya))\b"
        r"|(?<![\d.])\d\.\d{1,2}(?![\d.])|\d %",
        re.IGNORECASE,
    ),
    "fr": re.compile(r"\b(?:[Nn]ous|[Ii]l faut demander)\b|(?<![\d.])\d\.\d{1,2}(?![\d.])|\d%"),
    "ar": re.compile(
        r"(?<!\w)(?:نتوفر|ينبغي|يستحسن|لدينا|المرجو|مصادرنا|عندنا|لم نجد|لا نعرف|يمكننا|اسأل)(?!\w)"
        r"|غرفة الصناعة(?! التقليدية)|(?<![\d.])\d\.\d{1,2}(?![\d.])|\d %"
    ),
}
QUOTED = re.compile(r"«[^»]*»|\([^)]*\)|https?://\S+|www\.\S+|\{\w*\}")
"""Slogans and titles are quoted as they are; names and French words stand in brackets."""


def list_texts():
    """Everything that people read, as (id, language, text)."""
    for language in LANGUAGES:
        texts = yaml.safe_load((ROOT / "data" / "texts" / f"{language}.yml").read_text("utf-8"))
        for key, text in texts.items():
            if not key.startswith("button."):
                yield f"texts/{key}", language, text
    for path in sorted((ROOT / "data").rglob("*.yml")):
        if path.relative_to(ROOT / "data").parts[0] in ("knowledge", "programmes"):
            yield from list_texts_in(path.stem, yaml.safe_load(path.read_text("utf-8")))


def list_texts_in(name, content):
    """Each text of a file in four languages, wherever it stands; questions are people's own words."""
    if isinstance(content, dict):
        name = content.get("id") or name
        if set(LANGUAGES) <= set(content):
            for language in LANGUAGES:
                yield name, language, content[language]
        else:
            for key, part in content.items():
                if key not in ("questions", "title"):
                    yield from list_texts_in(f"{name}.{key}", part)
    elif isinstance(content, list):
        for part in content:
            yield from list_texts_in(name, part)


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_said_that_the_rules_exclude(language):
    broken = [
        f"{name}: «{found[0]}» in: {line}"
        for name, spoken, text in list_texts()
        if spoken == language
        for line in text.split("\n")
        if (found := UNSAID[language].search(QUOTED.sub(" ", line)))
    ]
    assert not broken, "\n".join(broken)


def test_french_agrees_with_everybody():
    broken = [
        f"{name}: {text}"
        for name, language, text in list_texts()
        if language == "fr" and re.search(r"\w\((?:e|es|s|trice)\)", re.sub("«[^»]*»", " ", text))
    ]
    assert not broken, "\n".join(broken)


def test_arabizi_writes_qaf_as_9():
    broken = [
        f"{name}: {line}"
        for name, language, text in list_texts()
        if language == "ary-Latn"
        for line in text.split("\n")
        if re.search(r"q(?!u)", QUOTED.sub(" ", line))
    ]
    assert not broken, "\n".join(broken)
