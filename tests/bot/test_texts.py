import re
from pathlib import Path
from string import Formatter

import pytest
import yaml

from actions.talk import LANGUAGE_CHOICES
from bot.channels.base import Kind
from bot.delivery.renderer import measure
from bot.intents import QUESTIONS
from bot.programmes import Programme, Programmes
from bot.registry.models import ApplicationState
from bot.texts import LANGUAGES
from nlu.text import fold

ROOT = Path(__file__).parents[2]
TEXTS = {
    language: yaml.safe_load((ROOT / "data" / "texts" / f"{language}.yml").read_text("utf-8")) for language in LANGUAGES
}
KEYS = sorted(TEXTS["ary-Arab"])
PROGRAMMES = list(Programmes(ROOT / "data" / "programmes"))
CODE = "\n".join(
    path.read_text("utf-8") for folder in ("actions", "bot") for path in sorted((ROOT / folder).rglob("*.py"))
)
LONGEST_BUTTON, LONGEST_ASK = 20, 240
LONGEST_NOTICE, MOST_NOTICE_LINES = 320, 5
"""The notice fits a phone screen together with the answer below it."""
BUTTONS = ("button.", "menu.", "topic.", "list.", "language.ary", "language.fr", "language.ar")

EGYPTIAN = re.compile(
    r"\b(?:عا[يو]ز\w*|ازاي|ازيك|دلوقتي?|النهارد[هة]|امبارح|بكر[هة]|كد[هة]|اي[هة]|مش|مفيش|علشان|عشان|بتاع\w*|د[هي]|اهو|اوي"
    r"|برضه|لسه|كمان|حضر[اآ]?تكم?|انتو|3a[yw]e?z|ezz?ay|d[ei]lwa2ti|ennaharda|k[ei]da|m[ei]sh|mafish|3a(?:la)?shan|be?ta3)\b"
)
"""Words by which Egyptian is known, folded; those that Morocco also says are left out."""


def _list_used_keys() -> set[str]:
    groups = "|".join(sorted({key.split(".")[0] for key in KEYS if "." in key}))
    used = set(re.findall(rf"[\"']((?:{groups})\.[a-z_]+(?:\.[a-z_]+)?)[\"']", CODE))
    used |= set(re.findall(r'\b_?(?:say|turn)\(\s*(?:turn,\s*)?"([\w.-]+)"', CODE))
    used |= {f"button.{intent}" for intent in re.findall(r'\bchoice\(turn, "(\w+)"(?:\)|, \w+=)', CODE)}
    return used


def _list_composed_keys() -> set[str]:
    """The keys that the code puts together, by what it puts in."""
    knowledge = [yaml.safe_load(path.read_text("utf-8")) for path in (ROOT / "data" / "knowledge").rglob("*.yml")]
    entries = [entry for file in knowledge for entry in file.get("entries") or ()]
    rules = yaml.safe_load((ROOT / "data" / "rules.yml").read_text("utf-8"))["rules"]
    said = [rule["steps"][0] for rule in rules if {"action": "action_say"} in rule["steps"]]
    talk = [each["intent"] for step in said for each in step.get("or", [step])]
    unheld = {ApplicationState.DRAFT, ApplicationState.CANCELLED}
    unanswered = {Kind.TEXT, Kind.BUTTON, Kind.PHOTO, Kind.DOCUMENT, Kind.CONTACT}
    return {
        *(f"button.{question}" for question in QUESTIONS),
        *(f"button.{intent}" for entry in entries for intent in entry.get("next") or ()),
        *(f"contact.{entry['contact']}" for entry in entries if entry.get("contact")),
        *(f"media.{kind}" for kind in set(Kind) - unanswered),
        *(f"month.{number}" for number in range(1, 13)),
        *(f"say.{intent}" for intent in talk),
        *(f"state.{state}" for state in set(ApplicationState) - unheld),
        *(f"topic.{file['topic']}" for file in knowledge if file.get("topic")),
        *(f"{kind}.{step}" for kind in ("complaint", "suggestion") for step in ("how", "taken")),
        *(key for _, key in LANGUAGE_CHOICES),
        "source",
    }


def _list_places(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def _list_wordings(programme: Programme) -> list[tuple[str, dict[str, str], int]]:
    wordings = [("name", programme.name, LONGEST_BUTTON), ("intro", programme.intro, 1000)]
    for question in programme.questions:
        wordings.append((f"{question.field}.ask", question.ask, LONGEST_ASK))
        wordings.append((f"{question.field}.label", question.label, LONGEST_BUTTON))
        wordings += [(f"{question.field}.{option.value}", option.title, LONGEST_BUTTON) for option in question.options]
    return wordings


WORDINGS = [
    pytest.param(wording, longest, id=f"{programme.id}.{name}")
    for programme in PROGRAMMES
    for name, wording, longest in _list_wordings(programme)
]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_the_same_keys(language):
    assert set(TEXTS[language]) == set(KEYS)


@pytest.mark.parametrize("key", KEYS)
def test_a_text_has_the_same_places_in_every_language(key):
    places = {language: _list_places(TEXTS[language][key]) for language in LANGUAGES}

    assert len(set(map(frozenset, places.values()))) == 1, places


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_is_empty_or_something_else_than_text(language):
    wrong = [
        key for key, text in TEXTS[language].items() if not isinstance(text, str) or text != text.strip() or not text
    ]

    assert wrong == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_titles_fit_on_buttons(language):
    texts = TEXTS[language]
    titles = {key: text for key, text in texts.items() if key.startswith(BUTTONS)}

    assert {key: text for key, text in titles.items() if measure(text) > LONGEST_BUTTON} == {}


# WhatsApp refuses a message with two buttons of one title.
@pytest.mark.parametrize("group", ["button.", "topic.", "menu.", "language.ary", "state."])
@pytest.mark.parametrize("language", LANGUAGES)
def test_no_two_titles_are_the_same(language, group):
    titles = [text for key, text in TEXTS[language].items() if key.startswith(group)]

    assert len(set(titles)) == len(titles)


def test_a_language_is_named_in_itself_everywhere():
    for _, key in LANGUAGE_CHOICES:
        assert len({TEXTS[language][key] for language in LANGUAGES}) == 1


@pytest.mark.parametrize("key", sorted(_list_used_keys() | _list_composed_keys()))
def test_a_key_of_the_code_has_its_text(key):
    assert key in KEYS


def test_the_keys_of_the_code_are_found():
    assert {"notice", "clarify", "error.later", "form.wrong.ice_check", "button.apply"} <= _list_used_keys()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_year_has_twelve_months(language):
    assert len({TEXTS[language][f"month.{number}"] for number in range(1, 13)}) == 12


@pytest.mark.parametrize(
    ("key", "button"),
    [
        ("form.confirm_or_correct", "button.confirm"),
        ("form.documents_taken", "button.documents_done"),
        ("form.wrong.trade", "button.other_trade"),
        ("notice", "button.show_my_data"),
        ("notice", "button.delete_my_data"),
    ],
)
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_text_that_names_a_button_names_it_as_it_is(language, key, button):
    assert TEXTS[language][button] in TEXTS[language][key]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_notice_leaves_room_for_the_answer(language):
    notice = TEXTS[language]["notice"]

    assert measure(notice) <= LONGEST_NOTICE
    assert len(notice.split("\n")) <= MOST_NOTICE_LINES
    assert "CIN" in notice
    assert "09-08" in notice


@pytest.mark.parametrize(
    "key", ["human.called", "complaint.taken", "suggestion.taken", "update.taken", "withdraw.staff"]
)
def test_what_is_only_noted_is_told_with_its_number_and_with_whom_to_ask(key):
    assert _list_places(TEXTS["fr"][key]) == {"reference", "contact"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_said_as_in_egypt(language):
    texts = list(TEXTS[language].values())
    for programme in PROGRAMMES:
        texts += [wording[language] for _, wording, _ in _list_wordings(programme)]

    assert [text for text in texts if EGYPTIAN.search(fold(text))] == []


@pytest.mark.parametrize("said", ["انت عايز ايه؟", "ازاي أسجل؟", "دلوقتي", "النهارده", "كده", "3ayez eh keda"])
def test_egyptian_is_recognised(said):
    assert EGYPTIAN.search(fold(said))


def test_there_is_a_programme_to_apply_for():
    programmes = Programmes(ROOT / "data" / "programmes")

    assert programmes.get("awrach_inclusion") is programmes.find("awrach")


@pytest.mark.parametrize(("wording", "longest"), WORDINGS)
def test_a_programme_speaks_every_language_within_its_limits(wording, longest):
    assert set(wording) == set(LANGUAGES)
    assert all(text.strip() for text in wording.values())
    assert {text for text in wording.values() if measure(text) > longest} == set()


@pytest.mark.parametrize("programme", PROGRAMMES, ids=lambda programme: programme.id)
def test_a_programme_asks_for_consent_before_anything_else(programme):
    assert programme.questions[0].type == "consent"
    assert not programme.questions[0].optional


@pytest.mark.parametrize("programme", PROGRAMMES, ids=lambda programme: programme.id)
def test_labels_and_answers_of_a_programme_can_be_told_apart(programme):
    for language in LANGUAGES:
        labels = [question.label[language] for question in programme.questions]
        assert len(set(labels)) == len(labels)
        for question in programme.questions:
            titles = [option.title[language] for option in question.options]
            assert len(set(titles)) == len(titles)
