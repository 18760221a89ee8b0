import pytest

from nlu.entities import extract
from nlu.entities.lookups import read_lookups

TRADES = read_lookups()["trades"]


def trades(text, expected=()):
    return [entity.value for entity in extract(text, expected=expected) if entity.entity == "trade"]


@pytest.mark.parametrize(
    ("text", "slugs"),
    [
        ("أنا خياط", ["couture_traditionnelle"]),
        ("ana khiyata f dar", ["couture_traditionnelle"]),
        ("kankhiyet w kanbi3", ["couture_traditionnelle"]),
        ("je suis couturière", ["couture_traditionnelle"]),
        ("كنسج الزرابي", ["tapis"]),
        ("katnsj zrabi", ["tapis"]),
        ("نساجة ديال الزرابي", ["tapis"]),
        ("نساجة", ["tissage"]),
        ("l7dada", ["forge"]),
        ("الحدادة الفنية", ["ferronnerie"]),
        ("صباغ", ["peinture_batiment"]),
        ("صباغ ديال السيارات", ["peinture_auto"]),
        ("صباغ الطوموبيلات", ["peinture_auto"]),
        ("électricien auto", ["electricite_auto"]),
        ("trisyan", ["electricite"]),
        ("نقاش ديال الخشب", ["sculpture_bois"]),
        ("tolier w soudeur", ["tolerie", "soudure"]),
        ("مول الحمام", ["hammam"]),
        ("خراز كنصاوب البلغة", ["babouches"]),
        ("عندي محل ديال الألومنيوم", ["menuiserie_aluminium"]),
    ],
)
def test_trades_are_found_by_person_craft_verb_and_product(text, slugs):
    assert trades(text) == slugs


@pytest.mark.parametrize(
    "text",
    [
        "كان عندنا نقاش مع الرئيس",
        "فاتورة الكهرباء غالية",
        "la facture d'electricite",
        "مشيت للحمام",
        "le carrelage de ma cuisine est cassé",
        "envoyer une photo",
        "chofo liya lmilaf",
        "4 سوايع",
        "الجراحة التجميلية",
        "بريد إلكتروني",
        "l'aide au village",
        "باللغة ديالنا",
    ],
)
def test_ordinary_words_are_no_trades(text):
    assert trades(text) == []


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("حرفتي الكهرباء", "electricite"),
        ("أنا كهربائي", "electricite"),
        ("kandir carrelage", "carrelage"),
        ("الحمام", "hammam"),
    ],
)
def test_a_word_of_work_makes_an_ambiguous_word_a_trade(text, slug):
    assert trades(text) == [slug]


def test_every_slug_has_its_own_names_in_french_and_arabic():
    assert len({trade["slug"] for trade in TRADES}) == len(TRADES) == 66
    for trade in TRADES:
        for name in (trade["fr"], trade["ar"]):
            assert trade["slug"] in trades(name, expected={"trade"}), name
