import pytest

from nlu.entities import extract
from nlu.entities.extraction import default_extractor
from nlu.entities.lookups import read_lookups

PLACES = read_lookups()["places"]


def places(text, expected=()):
    kinds = {"province", "commune", "region"}
    return [(entity.entity, entity.value) for entity in extract(text, expected=expected) if entity.entity in kinds]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("أنا من خنيفرة", "Khénifra"),
        ("ana mn khnifra", "Khénifra"),
        ("ana f 5nifra", "Khénifra"),
        ("j'habite a KHENIFRA", "Khénifra"),
        ("فخنيفرة", "Khénifra"),
        ("dkhenifra", "Khénifra"),
        ("خنيــــفرة", "Khénifra"),
        ("khenniiiifra", "Khénifra"),
        ("ouarzazat", "Ouarzazate"),
        ("bni mlal", "Béni Mellal"),
        ("benimellal", "Béni Mellal"),
        ("لفقيه بن صالح", "Fquih Ben Salah"),
        ("أگادير", "Agadir-Ida-Ou-Tanane"),
        ("للرباط", "Rabat"),
        ("ففاس", "Fès"),
    ],
)
def test_a_province_is_found_however_it_is_spelled(text, value):
    assert places(text) == [("province", value)]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("ouarzzazat", "Ouarzazate"),
        ("taroudabt", "Taroudannt"),
        ("casablanqua", "Casablanca"),
        ("تارودنت", "Taroudannt"),
    ],
)
def test_one_slip_in_a_long_name_is_forgiven(text, value):
    assert places(f"ana mn {text}") == [("province", value)]


@pytest.mark.parametrize(
    "text",
    [
        "safi chokran",
        "wakha safi",
        "صافي فهمت",
        "tata fatima",
        "mn b3d sla",
        "ضربتو بالفاس",
        "b lfas",
        "عندي مرض في العيون",
        "البطاقة الجديدة",
        "la carte jdida",
        "أنا مديونة للضمان",
        "عيينا بتمارة",
        "سيدي الله يرحم الوالدين",
        "ولد بني عمي",
        "الحاج قال ليا",
        "السي محمد بنسليمان",
        "Mme Benslimane",
        "شارع فاس",
        "rue de Fès",
        "حتى لحد الآن",
        "la viande est salée",
        "باقا مخدوم",
        "كنسافر بزاف",
    ],
)
def test_ordinary_words_people_and_streets_are_no_places(text):
    assert places(text) == []


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("ana f safi", "Safi"),
        ("potier à Safi", "Safi"),
        ("ana mn tata", "Tata"),
        ("iqlim tata", "Tata"),
        ("j'habite à Salé", "Salé"),
        ("جيت من العيون", "Laâyoune"),
        ("ساكن ف الجديدة", "El Jadida"),
        ("إقليم مديونة", "Médiouna"),
        ("حي السلام تمارة", "Skhirate-Témara"),
        ("mn benslimane", "Benslimane"),
    ],
)
def test_a_preposition_or_a_word_for_a_place_makes_an_ambiguous_name_a_place(text, value):
    assert places(text) == [("province", value)]


def test_what_was_asked_for_decides_on_a_bare_ambiguous_name():
    assert places("safi") == []
    assert places("safi", expected={"province"}) == [("province", "Safi")]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("جهة بني ملال خنيفرة", [("region", "Béni Mellal-Khénifra")]),
        ("Béni Mellal, Khénifra", [("province", "Béni Mellal"), ("province", "Khénifra")]),
        ("فاس ومكناس", [("province", "Fès"), ("province", "Meknès")]),
        ("région de Fès", [("region", "Fès-Meknès")]),
        ("jihat souss", [("region", "Souss-Massa")]),
        ("واد نون", [("region", "Guelmim-Oued Noun")]),
        ("جهة الشرق", [("region", "Oriental")]),
        ("mrirt province de khenifra", [("commune", "M'rirt"), ("province", "Khénifra")]),
        ("قلعة امكونة", [("commune", "Kelaat M'Gouna")]),
        ("9el3at sraghna", [("province", "El Kelâa Des-Sraghna")]),
        ("الوطية", [("commune", "El Ouatia")]),
        ("guercif wla taza", [("province", "Guercif"), ("province", "Taza")]),
    ],
)
def test_regions_provinces_and_communes_are_told_apart(text, found):
    assert places(text) == found


@pytest.mark.parametrize("kind", ["regions", "provinces", "communes"])
def test_every_canonical_name_is_found_as_itself_in_both_scripts(kind):
    entity = kind[:-1]
    for place in PLACES[kind]:
        for name in (place["fr"], place["ar"]):
            words = {"region": "région", "province": "province", "commune": "commune"}
            assert (entity, place["fr"]) in places(f"{words[entity]} {name}"), name


def test_every_commune_lies_in_a_province_and_every_province_in_a_region():
    provinces = {place["code"] for place in PLACES["provinces"]}
    regions = {place["code"] for place in PLACES["regions"]}
    assert {place["province"] for place in PLACES["communes"]} <= provinces
    assert {place["region"] for place in PLACES["provinces"]} <= regions
    assert len(PLACES["regions"]) == 12
    assert len(PLACES["provinces"]) == 75
    assert len({place["fr"] for place in PLACES["communes"]}) == len(PLACES["communes"]) >= 250


def test_offsets_slice_the_message_as_it_was_written():
    text = "  سلامــ، أنا من  خنيفرررة و مِدْلت؟"
    found = [(entity.value, entity.text) for entity in default_extractor().extract(text)]
    assert found == [("Khénifra", "خنيفرررة"), ("Midelt", "مِدْلت")]
