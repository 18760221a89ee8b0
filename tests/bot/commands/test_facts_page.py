"""`awrach facts`: what is wrong in the files is told, what is right becomes a page that holds all of it."""

from __future__ import annotations

import re
from datetime import date
from html.parser import HTMLParser

import pytest
import yaml
from typer.testing import CliRunner

from bot.__main__ import app
from bot.commands.facts import write_page
from bot.registry.entries import ASKED, CONTACTS
from bot.registry.knowledge_files import read_knowledge
from bot.registry.loading import read_place_names
from bot.settings import DATA
from bot.texts import LANGUAGES
from bot.topics import TOPICS

TODAY = date(2026, 11, 30)
EVIL = '<b onclick="x()">&amp; </script>'
PLACES = {
    "regions": [],
    "provinces": [{"code": "1", "fr": "Khénifra", "ar": "خنيفرة", "region": None}],
    "communes": [],
}
SOURCES = {
    "paper": {"fr": f"Journal {EVIL}", "ar": "جريدة", "url": 'https://paper.example/?a=1&b="><b>'},
    "book": {"fr": "Livre", "ar": "كتاب", "undated": True},
}


class Elements(HTMLParser):
    """The start tags of a page with their attributes, and its words outside styles and scripts."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.said: list[str] = []
        self.hidden = False
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))
        self.hidden = tag in ("style", "script")

    def handle_endtag(self, tag):
        self.hidden = False

    def handle_data(self, data):
        if not self.hidden:
            self.said.append(data)

    @property
    def cards(self) -> dict[str, dict[str, str | None]]:
        return {attributes["data-id"]: attributes for tag, attributes in self.found if tag == "article"}

    @property
    def text(self) -> str:
        return "".join(self.said)


def in_all(text):
    return {language: f"{text} {language}" for language in LANGUAGES}


def questions(entry_id):
    name = {"one": "الواحد", "two": "الجوج", "three": "الثلاثة"}.get(entry_id, f"رقم {entry_id[-1]}")
    return {
        "w1": [f"شنو هو هاد {name}", f"واش كاين شي {name}", f"wach kayn chi {entry_id}", f"chno hada dyal {entry_id}"],
        "w2": [f"quelle est la date de {entry_id} ?", f"où demander {entry_id} ?"],
    }


def fact(entry_id, **changes):
    return {
        "id": entry_id,
        "kind": "fact",
        "facts": ["T-1"],
        "answers": ["ask_benefit"],
        "as_of": date(2022, 3, 10),
        "source": "paper",
        "title": in_all(entry_id[:5]),
        "text": in_all("1500 dh"),
        **changes,
    }


def decline(entry_id, **changes):
    given = fact(entry_id, **{"kind": "decline", "contact": "chamber", "declines": in_all("Who?"), **changes})
    return {key: value for key, value in given.items() if key not in ("facts", "source")}


def deadline(entry_id, **changes):
    given = fact(entry_id, **{"edition": "2022", "subject": in_all("Files"), **changes})
    return {key: value for key, value in given.items() if key not in ("kind", "answers", "as_of", "text")}


@pytest.fixture
def data(tmp_path):
    """Writes a folder data/ with one topic."""

    def write(*entries, deadlines=(), left_out=()):
        folder = tmp_path / "data"
        asked = {entry["id"]: questions(entry["id"]) for entry in (*entries, *deadlines)}
        contents = {
            "lookups/places.yml": PLACES,
            "knowledge/sources.yml": {"sources": SOURCES},
            "knowledge/amo.yml": {"topic": "amo", "entries": list(entries), "deadlines": list(deadlines)},
            "knowledge/amo.questions.yml": {"questions": asked},
            "knowledge/left_out.yml": {"topic": "amo", "left_out": list(left_out)},
            "knowledge/unanswered.yml": {"unanswered": {"w1": ["nobody knows this"]}},
        }
        for name, content in contents.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
        return folder

    return write


@pytest.fixture(scope="module")
def knowledge():
    """That of the project."""
    return read(DATA)


@pytest.fixture(scope="module")
def whole(knowledge):
    """The page of all that the project knows."""
    return write_page(knowledge, TODAY)


def run(*arguments):
    return CliRunner().invoke(app, ["facts", *map(str, arguments)])


def read(folder):
    return read_knowledge(folder / "knowledge", read_place_names(folder))


def show(folder):
    return Elements(write_page(read(folder), TODAY))


def test_what_is_in_order_is_counted(data):
    result = run("check", data(fact("one"), decline("two"), deadlines=[deadline("three", closes=date(2022, 3, 16))]))
    assert result.exit_code == 0, result.output
    assert "2 entries (1 facts), 1 deadlines, 2 sources: in order." in result.output


@pytest.mark.parametrize("command", ["check", "page"])
def test_every_mistake_is_told_and_no_page_written(data, tmp_path, command):
    folder = data(fact("one", source="hearsay"), fact("two", place="Atlantis"))
    out = tmp_path / "page.html"
    result = run(command, folder, *(["--out", out] if command == "page" else []))
    assert result.exit_code == 1
    assert "one: source hearsay is in no file" in result.output
    assert "two: Atlantis is no place" in result.output
    assert "Traceback" not in result.output
    assert not out.exists()


@pytest.mark.parametrize("command", ["check", "page"])
def test_a_folder_that_is_not_there_is_told(tmp_path, command):
    result = run(command, tmp_path / "nowhere")
    assert result.exit_code == 2
    # Typer breaks the line in a box.
    assert "does not exist" in re.sub(r"[\s│]+", " ", result.output)


@pytest.mark.parametrize("command", ["check", "page"])
def test_a_folder_of_something_else_is_told(tmp_path, command):
    result = run(command, tmp_path)
    assert result.exit_code == 1
    assert "Error: places.yml cannot be read" in result.output


@pytest.mark.parametrize("command", ["check", "page"])
def test_a_folder_without_entries_is_told(data, command):
    folder = data()
    result = run(command, folder)
    assert result.exit_code == 1
    assert f"There are no entries in {folder / 'knowledge'}" in result.output


def test_the_page_is_written_where_it_is_wanted(data, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    folder = data(fact("one"))
    for options, path in (([], "var/facts.html"), (["--out", "some where/a page.html"], "some where/a page.html")):
        result = run("page", folder, *options)
        assert result.exit_code == 0, result.output
        assert result.stdout == f"{path}\n"
        assert "one" in Elements((tmp_path / path).read_text("utf-8")).cards


def test_where_nothing_can_be_written_is_told(data, tmp_path):
    (tmp_path / "file").touch()
    result = run("page", data(fact("one")), "--out", tmp_path / "file" / "page.html")
    assert result.exit_code == 1
    assert "page.html cannot be written" in result.output
    assert "Traceback" not in result.output


def test_the_page_holds_every_entry_of_the_project(knowledge, whole):
    page = Elements(whole)
    kinds = {entry.id: entry.kind for _, entry in knowledge.entries}
    kinds |= {entry.id: "deadline" for _, entry in knowledge.deadlines}
    assert {entry_id: card["data-kind"] for entry_id, card in page.cards.items()} == kinds
    said = page.text
    for _, entry in knowledge.entries:
        parts = [*entry.title.values(), *entry.text.values(), *(entry.declines or {}).values()]
        parts += [question for asked in entry.questions.values() for question in asked]
        assert [part for part in parts if part not in said] == [], entry.id
    assert [part.why for _, part in knowledge.left_out if part.why not in said] == []
    assert {f"#topic-{topic}" for topic in TOPICS} <= {link.get("href") for tag, link in page.found if tag == "a"}


def test_what_the_page_names_is_in_it(whole):
    page = Elements(whole)
    ids = [attributes["id"] for _, attributes in page.found if "id" in attributes]
    assert len(ids) == len(set(ids))
    links = [link["href"] for tag, link in page.found if tag == "a"]
    assert [link for link in links if link.startswith("#") and link[1:] not in ids] == []
    assert set(re.findall(r'find\("([\w-]+)"\)', whole)) <= set(ids)


def test_every_topic_question_and_contact_has_a_french_name(data):
    also = [f"{topic}/ask_cost" for topic in TOPICS]
    entries = [fact("one", answers=sorted(ASKED), also=also)]
    for at, contact in enumerate(CONTACTS):
        entries.append(decline(f"contact-{at}", contact=contact, title=in_all(f"Title {at}")))
    knowledge = read(data(*entries))
    names = re.findall('<span title="(.+?)">(.+?)</span>', write_page(knowledge, TODAY))
    assert {key for key, _ in names} == ASKED | (set(TOPICS) - {"amo"}) | set(CONTACTS)
    assert [key for key, name in names if key == name] == []


def test_nothing_is_fetched(data):
    page = show(data(fact("one")))
    assert {tag for tag, _ in page.found} & {"link", "img", "iframe", "object"} == set()
    assert [attributes for tag, attributes in page.found if "src" in attributes] == []


def test_a_card_shows_all_that_is_known(data):
    page = show(
        data(
            fact("one", also=["cpu/ask_cost"], place="Khénifra", source="book"),
            decline("two"),
            deadlines=[deadline("three", opens=date(2022, 3, 1), closes=date(2022, 3, 16))],
            left_out=[{"facts": ["T-9"], "why": "nobody asks", "instead": ["one"]}],
        )
    )
    said = re.sub(r"\s+", " ", page.text)
    for part in ("Avantages", "CPU (contribution unique), Coût", "Khénifra", "10/03/2022", "Livre (page sans date)"):
        assert part in said
    for part in ("Who? fr", "Chambre d'artisanat", "Files ar", "01/03/2022", "16/03/2022", "quelle est la date de one"):
        assert part in said
    assert "T-9 nobody asks" in said
    assert "nobody knows this" not in said
    assert [attributes["data-count"] for _, attributes in page.found if "data-count" in attributes] == ["amo"]


def test_what_is_written_from_right_to_left_is_shown_so(data):
    page = show(data(fact("one")))
    directions = {attributes["lang"]: attributes["dir"] for _, attributes in page.found if "data-name" in attributes}
    assert directions == {"ary-Arab": "rtl", "ary-Latn": "ltr", "fr": "ltr", "ar": "rtl"}


def test_markup_in_the_files_is_shown_as_text(data):
    folder = data(
        fact("one", title=dict.fromkeys(LANGUAGES, "<i>Title</i>"), text=in_all(EVIL)),
        decline("two", declines=in_all(EVIL)),
        deadlines=[deadline("three", closes=date(2022, 3, 16), edition=EVIL)],
        left_out=[{"facts": [EVIL], "why": EVIL}],
    )
    asked = {entry_id: questions(entry_id) for entry_id in ("one", "two", "three")}
    asked["one"][EVIL] = [EVIL]
    (folder / "knowledge" / "amo.questions.yml").write_text(yaml.safe_dump({"questions": asked}), encoding="utf-8")
    page = show(folder)
    assert {tag for tag, _ in page.found} & {"b", "i"} == set()
    assert [attributes for _, attributes in page.found if "onclick" in attributes] == []
    assert [tag for tag, _ in page.found].count("script") == 1
    # Four texts, a question and its writer, four declined, an edition, two left out, a source under two cards.
    assert page.text.count(EVIL) == 4 + 2 + 4 + 1 + 2 + 2
    links = [link["href"] for tag, link in page.found if tag == "a" and not link["href"].startswith("#")]
    assert links == [SOURCES["paper"]["url"]] * 2


@pytest.mark.parametrize(
    ("expires", "standing"),
    [
        (None, ""),
        (date(2026, 11, 29), "over"),
        (date(2026, 11, 30), "over"),
        (date(2026, 12, 1), "soon"),
        (date(2027, 1, 29), "soon"),
        (date(2027, 1, 30), ""),
    ],
)
def test_what_is_over_or_will_be_within_sixty_days_is_marked(data, expires, standing):
    page = show(data(fact("one", expires=expires)))
    assert page.cards["one"]["data-standing"] == standing
    flags = [attributes["class"] for _, attributes in page.found if "flag" in (attributes.get("class") or "")]
    assert flags == ([f"flag {standing}"] if standing else [])


@pytest.mark.parametrize(
    ("closes", "standing"),
    [
        (date(2026, 11, 29), "over"),
        (date(2026, 11, 30), "soon"),
        (date(2027, 1, 28), "soon"),
        (date(2027, 1, 29), ""),
    ],
)
def test_a_deadline_is_not_over_on_its_own_day(data, closes, standing):
    page = show(data(fact("one"), deadlines=[deadline("two", closes=closes)]))
    assert page.cards["two"]["data-standing"] == standing


def test_a_deadline_that_only_opens_has_no_end(data):
    page = show(data(fact("one"), deadlines=[deadline("two", opens=date(2022, 3, 1), subject=None)]))
    assert page.cards["two"]["data-standing"] == ""
    assert "Clôture" not in page.text


def test_a_mark_is_of_the_wording_that_was_read(data):
    def version(**changes):
        return show(data(fact("one", **changes))).cards["one"]["data-version"]

    first = version()
    assert version() == version(rank=3, next=["ask_cost"], facts=["T-2"]) == first
    assert len({first, version(text=in_all("1600 dh")), version(title=in_all("Other")), version(source="book")}) == 4
