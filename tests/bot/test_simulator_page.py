"""The simulator's page hangs together: what one file names, another has."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from bot.channels import base

PAGE = Path(base.__file__).parent / "simulator_page"
INDEX = (PAGE / "index.html").read_text("utf-8")
SCRIPTS = {path.name: path.read_text("utf-8") for path in sorted(PAGE.glob("*.js"))}
STYLES = {path.name: path.read_text("utf-8") for path in sorted(PAGE.glob("*.css"))}
EVERYTHING = {"index.html": INDEX, **SCRIPTS, **STYLES}


class Elements(HTMLParser):
    """The start tags of a page and their attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


ELEMENTS = Elements(INDEX).found
IDS = [value for _, attributes in ELEMENTS if (value := attributes.get("id"))]


def test_ids_are_unique() -> None:
    assert len(IDS) == len(set(IDS))


def test_every_file_that_the_page_names_exists() -> None:
    named = set(re.findall(r'"/simulator/static/([^"]+)"', INDEX))
    assert named >= {"simulator.js", "simulator.css"}
    assert {name for name in named if not (PAGE / name).is_file()} == set()


@pytest.mark.parametrize("name", SCRIPTS)
def test_every_import_finds_what_it_names(name: str) -> None:
    for names, module in re.findall(r'import \{ ([^}]+) \} from "\./([\w.]+)"', SCRIPTS[name]):
        for imported in names.split(", "):
            declaration = rf"export (?:async function|function|class|const|const \{{ \w+:) {imported}\b"
            assert re.search(declaration, SCRIPTS[module]), f"{imported} of {module}"


@pytest.mark.parametrize("name", SCRIPTS)
def test_every_element_that_a_script_looks_for_is_in_the_page(name: str) -> None:
    wanted = set(re.findall(r'find\("([\w-]+)"\)', SCRIPTS[name]))
    assert wanted <= set(IDS)


def test_every_icon_is_drawn() -> None:
    drawn = {name.removeprefix("icon-") for name in IDS if name.startswith("icon-")}
    script = "".join(SCRIPTS.values())
    used = {*re.findall(r'href="#icon-([\w-]+)"', INDEX), *re.findall(r'drawIcon\("([\w-]+)"\)', script)}
    used |= set(re.findall(r'icon: "([\w-]+)"', script))
    assert used <= drawn


@pytest.mark.parametrize("name", EVERYTHING)
def test_nothing_comes_from_elsewhere(name: str) -> None:
    outside = set(re.findall(r"(?:https?:)?//[a-z][\w.-]*\.[a-z]{2,}", EVERYTHING[name])) - {"http://www.w3.org"}
    assert outside == set()


@pytest.mark.parametrize("name", SCRIPTS)
def test_no_text_is_read_as_markup(name: str) -> None:
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function", SCRIPTS[name])


def test_the_policy_allows_no_inline_code() -> None:
    policy = next(a["content"] for tag, a in ELEMENTS if a.get("http-equiv") == "Content-Security-Policy")
    assert policy is not None
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert not [
        tag for tag, attributes in ELEMENTS if "style" in attributes or any(n.startswith("on") for n in attributes)
    ]


def test_language_and_direction() -> None:
    root = next(attributes for tag, attributes in ELEMENTS if tag == "html")
    assert (root["lang"], root["dir"]) == ("ary", "rtl")
    assert [a for _, a in ELEMENTS if a.get("class") == "french" and a.get("lang") != "fr"] == []


def test_every_text_is_in_both_languages() -> None:
    pairs = re.findall(r'pair\(\s*"([^"]*)",\s*"([^"]*)",?\s*\)', SCRIPTS["texts.js"])
    assert len(pairs) == SCRIPTS["texts.js"].count("pair(")
    for ary, fr in pairs:
        assert re.search("[\u0600-\u06ff]", ary)
        assert re.search("[a-zA-Z]", fr)
        assert not re.search("[\u0600-\u06ff]", fr)


def test_numbers_of_example_people_are_the_invented_ones() -> None:
    page = "".join(EVERYTHING.values())
    assert {match for match in re.findall(r"\+212\d{6,}", page) if not match.startswith("+21260000000")} == set()


@pytest.mark.parametrize("name", [*SCRIPTS, *STYLES])
def test_modules_stay_short(name: str) -> None:
    assert EVERYTHING[name].count("\n") < 300
