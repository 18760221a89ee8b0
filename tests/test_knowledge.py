"""The facts of data/knowledge: complete, in every language, each with a source that exists, none forgotten."""

import re
from datetime import date
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[1]
FACTS = ROOT.parent / "shared" / "FACTS.md"
LANGUAGES = {"ary-Arab", "ary-Latn", "fr", "ar"}
TODAY = date(2026, 11, 21)
TOPICS = (
    "awrach",
    "awrach_temporary",
    "awrach_inclusion",
    "amo",
    "cpu",
    "rna",
    "training",
    "apprenticeship",
    "vae",
    "equipment",
    "complex",
    "outreach",
    "marketing",
    "cooperative",
    "chamber",
)
CONTACTS = {"anapec", "cnss", "dgi", "rna", "chamber", "province"}
LONGEST = {"ary-Arab": 260, "ar": 260, "ary-Latn": 300, "fr": 300}

FILES = {path.stem: yaml.safe_load(path.read_text("utf-8")) for path in sorted((ROOT / "data/knowledge").glob("*.yml"))}
SOURCES = {
    key: source
    for name, content in FILES.items()
    if name.startswith("sources")
    for key, source in content["sources"].items()
}
KNOWLEDGE = {name: content for name, content in FILES.items() if not name.startswith("sources")}
ENTRIES = [entry for content in KNOWLEDGE.values() for entry in content["entries"]]
DEADLINES = [deadline for content in KNOWLEDGE.values() for deadline in content.get("deadlines") or ()]
INTENTS = set(yaml.safe_load((ROOT / "domain.yml").read_text("utf-8"))["intents"])
QUESTIONS = {intent for intent in INTENTS if intent.startswith("ask_")}


def name(entry):
    return entry["id"]


def test_there_is_a_file_for_every_topic():
    assert {content["topic"] for content in KNOWLEDGE.values()} == set(TOPICS)
    assert len(QUESTIONS) == 17


def test_ids_are_unique():
    ids = [entry["id"] for entry in ENTRIES]
    assert len(ids) == len(set(ids))
    deadlines = [deadline["id"] for deadline in DEADLINES]
    assert len(deadlines) == len(set(deadlines))


@pytest.mark.parametrize("entry", ENTRIES, ids=name)
def test_an_entry_is_in_order(entry):
    assert set(entry["text"]) == LANGUAGES
    for language, text in entry["text"].items():
        assert text.strip(), language
        assert len(text) <= LONGEST[language], language
        assert not re.search(r"[٠-٩]", text), "digits are 0-9"
    assert isinstance(entry["as_of"], date)
    assert entry["as_of"] <= TODAY
    assert entry.get("expires") is None or isinstance(entry["expires"], date)
    assert set(entry["answers"]) <= QUESTIONS
    assert all(pair.split("/")[0] in TOPICS and pair.split("/")[1] in QUESTIONS for pair in entry.get("also") or ())
    assert set(entry.get("next") or ()) <= INTENTS
    if entry["kind"] == "fact":
        assert entry["source"] in SOURCES
        assert entry.get("facts"), "a fact says what it states"
    else:
        assert entry["kind"] == "decline"
        assert entry.get("contact") in CONTACTS or entry.get("source") in SOURCES


@pytest.mark.parametrize("entry", ENTRIES, ids=name)
def test_a_text_is_written_in_its_script(entry):
    # Names are quoted as they are written.
    letters = {language: re.sub(r"«[^»]*»|[^\w]|\d", "", text) for language, text in entry["text"].items()}
    for language in ("ary-Arab", "ar"):
        arabic = len(re.findall("[\u0600-\u06ff]", letters[language]))
        assert arabic >= len(letters[language]) / 3, language
    for language in ("ary-Latn", "fr"):
        assert not re.search("[\u0600-\u06ff]", letters[language]), language


@pytest.mark.parametrize("deadline", DEADLINES, ids=name)
def test_a_deadline_is_in_order(deadline):
    assert deadline["source"] in SOURCES
    assert deadline["edition"]
    opens, closes = deadline.get("opens"), deadline.get("closes")
    assert isinstance(opens or closes, date)
    assert not (opens and closes) or opens <= closes


@pytest.mark.parametrize("key", SOURCES)
def test_a_source_has_a_name_in_both_scripts(key):
    source = SOURCES[key]
    assert source["fr"].strip()
    assert source["ar"].strip()
    assert source.get("url") is None or source["url"].startswith(("https://", "http://"))


def test_every_source_is_used():
    used = {one.get("source") for one in (*ENTRIES, *DEADLINES)}
    assert {key for key in SOURCES if not re.fullmatch(r"s\d", key)} <= used


@pytest.fixture(scope="module")
def registry(tmp_path_factory):
    """The real data in a registry, with a session."""
    from backends import SECRET

    from bot.registry import migrations
    from bot.registry.database import Database
    from bot.registry.loading import load

    url = f"sqlite:///{tmp_path_factory.mktemp('knowledge') / 'registry.db'}"
    migrations.upgrade(url)
    database = Database(url, SECRET)
    load(database, ROOT / "data", demo=True)
    with database.begin() as session:
        yield session
    database.close()


@pytest.mark.parametrize("topic", TOPICS)
@pytest.mark.parametrize("intent", sorted(QUESTIONS))
def test_every_question_on_every_topic_has_an_answer(registry, topic, intent):
    from bot.registry.knowledge import find_facts

    assert find_facts(registry, topic, intent, None, TODAY)


def list_statements():
    """Ids of sections A to E whose source allows them to be told."""
    if not FACTS.exists():
        return []
    sections = FACTS.read_text("utf-8").split("\n## ")
    lines = [line for part in sections if re.match(r"[A-E]\. ", part) for line in part.split("\n")]
    rows = [[cell.strip() for cell in line.split(" | ")] for line in lines if re.match(r"[A-Z]+\d?-\d+[a-z]? \|", line)]
    return [row[0] for row in rows if any(re.match(r"(seed|official|press)\b", cell) for cell in row[2:])]


@pytest.mark.skipif(
    not FACTS.exists(), reason="the collection of facts that the knowledge was written from is not here"
)
def test_no_statement_was_forgotten():
    stated = {fact for entry in (*ENTRIES, *DEADLINES) for fact in entry.get("facts") or ()}
    statements = list_statements()
    assert len(statements) > 100
    assert [statement for statement in statements if statement not in stated] == []
