"""The facts of data/knowledge: complete, in every language, each with a source that exists, none forgotten."""

import re
from datetime import date
from pathlib import Path

import pytest
import yaml

from bot.registry.knowledge_files import read_knowledge
from bot.registry.loading import read_place_names
from bot.topics import TOPICS

ROOT = Path(__file__).parents[1]
COLLECTIONS = [ROOT.parent / "shared" / name for name in ("FACTS.md", "FACTS_MORE.md", "FACTS_AMO.md")]
TODAY = date(2026, 11, 30)

KNOWLEDGE = read_knowledge(ROOT / "data" / "knowledge", read_place_names(ROOT / "data"))
ENTRIES = [entry for _, entry in KNOWLEDGE.entries]
DEADLINES = [deadline for _, deadline in KNOWLEDGE.deadlines]
INTENTS = set(yaml.safe_load((ROOT / "domain.yml").read_text("utf-8"))["intents"])


def test_every_topic_has_entries():
    assert {topic for topic, _ in KNOWLEDGE.entries} == set(TOPICS)


def test_no_file_is_too_long_to_read():
    long = [path.name for path in (ROOT / "data/knowledge").rglob("*.yml") if path.read_text("utf-8").count("\n") > 650]
    assert long == []


def test_nothing_is_of_a_day_to_come_or_leads_nowhere():
    wrong = [entry.id for entry in ENTRIES if entry.as_of > TODAY or not set(entry.next) <= INTENTS]
    assert wrong == []


def test_what_ages_by_law_expires_by_itself():
    expiring = {entry.id: entry.expires for entry in ENTRIES if entry.expires}
    assert expiring["amo-family"] == date(2027, 2, 1)
    priced = [entry.id for entry in ENTRIES if entry.id.startswith("cpu-band") and not entry.expires]
    assert priced == []


def test_a_text_is_written_in_its_script():
    wrong = []
    for entry in ENTRIES:
        # Names are quoted as they are written.
        letters = {
            language: re.sub(r"«[^»]*»|\([^)]*\)|\S+\.\S+|[^\w]|\d", "", text) for language, text in entry.text.items()
        }
        arabic = {language: len(re.findall("[\u0600-\u06ff]", letters[language])) for language in ("ary-Arab", "ar")}
        wrong += [(entry.id, language) for language, count in arabic.items() if count < len(letters[language]) / 2]
        wrong += [(entry.id, one) for one in ("ary-Latn", "fr") if re.search("[\u0600-\u06ff]", letters[one])]
    assert wrong == []


def test_every_source_is_used():
    used = {one.source for one in (*ENTRIES, *DEADLINES)}
    # The five articles that the project starts from stay, whatever is told of them.
    assert [key for key in KNOWLEDGE.sources if key not in used and not re.fullmatch(r"s\d", key)] == []


def test_entries_bear_the_questions_of_several_people():
    alone = [entry.id for entry in (*ENTRIES, *DEADLINES) if len(entry.questions) < 2]
    assert alone == []


def list_statements(path):
    """Ids of the lines that state something with a source; PD and FM are rules for the software, not facts to tell."""
    if not path.exists():
        return []
    lines = path.read_text("utf-8").splitlines()
    rows = [[cell.strip() for cell in line.split(" | ")] for line in lines if re.match(r"[A-Z]+\d?-\d+[a-z]? \|", line)]
    rows = [row for row in rows if not row[0].startswith(("PD-", "FM-"))]
    return [row[0] for row in rows if any(re.match(r"(seed|official|press|secondary)\b", cell) for cell in row[2:])]


@pytest.mark.parametrize("path", COLLECTIONS, ids=lambda path: path.name)
def test_no_statement_was_forgotten(path):
    if not path.exists():
        pytest.skip("the collection of facts that the knowledge was written from is not here")
    told = {fact for entry in (*ENTRIES, *DEADLINES) for fact in entry.facts}
    told |= {fact for _, left_out in KNOWLEDGE.left_out for fact in left_out.facts}
    statements = list_statements(path)
    assert len(statements) > 80
    assert [statement for statement in statements if statement not in told] == []
