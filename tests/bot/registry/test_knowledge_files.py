"""What the loader of data/knowledge refuses, and that it tells every mistake at once."""

import copy
import itertools

import pytest
import yaml

from bot.errors import SettingsError
from bot.registry.knowledge_files import read_knowledge
from bot.texts import LANGUAGES

PLACES = ["Khénifra"]
QUESTIONS = {
    "w1": [
        "واش كاين شي دعم",
        "شحال ديال الفلوس",
        "wach kayn chi da3m",
        "ch7al dyal lflous",
        "quelle aide ?",
        "combien ?",
    ]
}
OTHERS = [
    "فوقاش كيتسد",
    "آخر نهار",
    "fo9ach kaytsedd",
    "akhir nhar 3afak",
    "date limite ?",
    "quel est le dernier jour ?",
]


def in_all(text):
    return dict.fromkeys(LANGUAGES, text)


def fact(**changes):
    entry = {
        "id": "grant",
        "kind": "fact",
        "facts": ["T-1"],
        "answers": ["ask_benefit"],
        "as_of": "2022-03-10",
        "source": "paper",
        "title": in_all("The grant"),
        "text": in_all("1500 dh"),
    }
    return {key: value for key, value in {**entry, **changes}.items() if value is not None}


def decline(**changes):
    given = {"kind": "decline", "facts": None, "source": None, "contact": "chamber"}
    return fact(**{**given, "declines": in_all("What is it today?"), **changes})


def deadline(**changes):
    given = {
        "id": "closing",
        "title": in_all("Closing day"),
        "edition": "2022",
        "closes": "2022-03-16",
        "source": "paper",
        "facts": ["T-2"],
    }
    return {key: value for key, value in {**given, **changes}.items() if value is not None}


@pytest.fixture
def read(tmp_path):
    """Writes files and reads them as the loader does."""
    numbers = itertools.count()

    def write_and_read(*contents):
        for content in contents:
            path = tmp_path / f"{next(numbers)}.yml"
            path.write_text(content if isinstance(content, str) else yaml.safe_dump(content, allow_unicode=True))
        return read_knowledge(tmp_path, PLACES)

    return write_and_read


SOURCES = {"sources": {"paper": {"fr": "Journal", "ar": "جريدة", "url": "https://paper.example/1"}}}


def topic(*entries, deadlines=()):
    return {"topic": "awrach", "entries": list(entries), "deadlines": list(deadlines)}


def questions(**asked):
    return {"questions": asked or {"grant": QUESTIONS}}


def without(texts, language):
    return {key: text for key, text in texts.items() if key != language}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("part", ["title", "text"])
def test_a_missing_language_is_refused(read, part, language):
    entry = fact(**{part: without(in_all("short"), language)})
    with pytest.raises(SettingsError, match=f"grant: {part}: missing in {language}"):
        read(SOURCES, topic(entry), questions())


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"title": None}, "title: Field required"),
        ({"source": None}, "names its source"),
        ({"facts": []}, "what it states"),
        ({"as_of": None}, "as_of: Field required"),
        ({"as_of": "soon"}, "as_of"),
        ({"expires": "one day"}, "expires"),
        ({"source": "hearsay"}, "source hearsay is in no file"),
        ({"place": "Atlantis"}, "Atlantis is no place"),
        ({"answers": ["ask_weather"]}, "unknown question ask_weather"),
        ({"answers": []}, "answers"),
        ({"also": ["amo/ask_weather"]}, "amo/ask_weather"),
        ({"also": ["moon/ask_cost"]}, "moon/ask_cost"),
        ({"contact": "nobody"}, "contact nobody"),
        ({"kind": "rumour"}, "kind"),
        ({"declines": in_all("?")}, "only a decline"),
        ({"title": in_all("a title of 21 letters")}, "21 characters, 20 at most"),
        ({"text": in_all("a " * 80)}, "a line of 160, 120 at most"),
        ({"text": in_all("a\nb\nc\nd")}, "3 lines"),
        ({"text": in_all("\n".join(["• a"] * 9))}, "list of 8"),
        ({"text": in_all("٣ شهور")}, "digits are 0-9"),
        ({"colour": "blue"}, "colour"),
    ],
)
def test_an_entry_that_is_not_in_order_is_refused(read, changes, said):
    with pytest.raises(SettingsError, match="grant") as refused:
        read(SOURCES, topic(fact(**changes)), questions())
    assert said in str(refused.value)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"declines": None}, "which question it declines"),
        ({"contact": None}, "whom to ask"),
        ({"facts": ["T-1"]}, "a decline states nothing"),
        ({"source": "paper"}, "a decline states nothing"),
    ],
)
def test_a_decline_says_what_it_declines_and_states_nothing(read, changes, said):
    entry = {key: value for key, value in {**decline(), **changes}.items() if value is not None}
    with pytest.raises(SettingsError, match=said):
        read(SOURCES, topic(entry), questions())


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({}, "0 questions, 6 at least"),
        ({"w1": QUESTIONS["w1"][:5]}, "5 questions, 6 at least"),
        (
            {"w1": [f"شحال ديال {word}" for word in ("الفلوس", "النهارات", "الناس", "الوراق", "الحوانت", "المرات")]},
            "fr, latn",
        ),
    ],
)
def test_questions_are_enough_and_over_the_scripts(read, asked, said):
    with pytest.raises(SettingsError, match=said):
        read(SOURCES, topic(fact()), questions(grant=asked))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"closes": None}, "neither opens nor closes"),
        ({"opens": "2022-04-01"}, "closes before it opens"),
        ({"title": None}, "title: Field required"),
        ({"place": "Atlantis"}, "Atlantis"),
        ({"source": None}, "source: Field required"),
    ],
)
def test_a_deadline_that_is_not_in_order_is_refused(read, changes, said):
    with pytest.raises(SettingsError, match=said):
        read(SOURCES, topic(deadlines=[deadline(**changes)]), questions(closing=QUESTIONS))


@pytest.mark.parametrize(
    ("contents", "said"),
    [
        ([topic(fact(), fact(title=in_all("Other")))], "grant: the id is used twice"),
        (
            [topic(fact(), decline(id="no")), questions(no={"w1": [f"{asked} ?!" for asked in reversed(OTHERS)]})],
            "the title «The grant» is that of grant too",
        ),
        ([topic(fact()), questions(grant=QUESTIONS)], "stand in another file too"),
        ([topic(fact()), questions(ghost=QUESTIONS)], "questions of ghost: there is no such entry"),
        ([topic(fact()), {"sources": SOURCES["sources"]}], "source paper: the key is used twice"),
        ([topic(fact()), {"sources": {"other": SOURCES["sources"]["paper"]}}], "source other: the address"),
        ([topic(fact()), {"topic": "awrach", "left_out": [{"id": "old", "why": "x", "instead": ["ghost"]}]}], "ghost"),
        ([topic(fact()), {"topic": "awrach", "left_out": [{"id": "grant", "why": "x"}]}], "left out grant"),
        ([topic(fact()), {"topic": "awrach", "left_out": [{"id": "old"}]}], "why"),
        ([{**topic(fact()), "topic": "moon"}], "unknown topic moon"),
        ([{**topic(fact()), "colours": []}], "unknown part colours"),
        ([topic(fact()), "a: ["], "cannot be read"),
        ([topic(fact()), ""], "is empty"),
    ],
)
def test_files_that_contradict_one_another_are_refused(read, contents, said):
    with pytest.raises(SettingsError) as refused:
        read(SOURCES, questions(), *copy.deepcopy(contents))
    assert said in str(refused.value)


def test_two_entries_never_share_a_question_however_it_is_written(read):
    other = {"w2": ["WACH  kayn chi da3m ??", *OTHERS[1:]]}
    with pytest.raises(SettingsError, match="is that of grant too"):
        read(SOURCES, topic(fact(), fact(id="other", title=in_all("x"))), questions(grant=QUESTIONS, other=other))


def test_every_mistake_is_told_at_once(read):
    with pytest.raises(SettingsError) as refused:
        read(SOURCES, topic(fact(title=None), decline(id="no", contact=None)), questions(grant=QUESTIONS, no=QUESTIONS))
    assert "grant: title" in str(refused.value)
    assert "no: " in str(refused.value)


def test_what_is_in_order_is_read(read):
    asked = {"questions": {"grant": QUESTIONS, "closing": {"w2": OTHERS}}}
    knowledge = read(SOURCES, topic(fact(), deadlines=[deadline()]), asked, {"unanswered": {"w1": ["شحال الساعة"]}})
    assert [entry.id for _, entry in knowledge.entries] == ["grant"]
    assert [item.id for _, item in knowledge.deadlines] == ["closing"]
    assert knowledge.entries[0][1].questions == QUESTIONS
    assert knowledge.unanswered == {"w1": ["شحال الساعة"]}
