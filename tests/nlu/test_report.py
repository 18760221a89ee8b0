"""The report for people and the comparison of two models."""

from __future__ import annotations

from xml.etree import ElementTree

import numpy as np

from nlu.difference import Change, compare
from nlu.pictures import draw_confusions, draw_curve
from nlu.pipeline import Example, Parse
from nlu.report import write_page


def parse(intent: str, confidence: float) -> Parse:
    return Parse(intent, confidence, "none", "latn", "ary-Latn", [], [])


def test_the_page_shows_figures_errors_and_pictures() -> None:
    right = (Example("salam", "greet", "none"), parse("greet", 0.9))
    wrong = (Example("<b>bslama", "goodbye", "none"), parse("greet", 0.8))
    page = write_page([right] * 9 + [wrong], [(5, 0.5), (10, 0.9)])
    assert '<td dir="auto">0.900</td>' in page
    assert "&lt;b&gt;bslama" in page
    assert page.count("<svg") == 3


def test_pictures_are_whole_documents() -> None:
    confusions = ElementTree.fromstring(draw_confusions(["a", "b"], np.array([[3, 1], [0, 2]])))
    assert len(confusions.findall("{*}rect")) == 3
    curve = ElementTree.fromstring(draw_curve([(0.1, 0.2), (0.5, 0.6)], "a", "b", diagonal=True))
    assert len(curve.findall("{*}circle")) == 2


def test_changes_are_told_by_side_the_lost_ones_first() -> None:
    labelled = [("a", "greet"), ("b", "greet"), ("c", "greet"), ("d", "greet")]
    changes = compare(labelled, ["thank", "greet", "deny", "greet"], ["greet", "deny", "thank", "greet"])
    assert [change.side for change in changes] == ["lost", "moved", "gained"]
    assert changes[0] == Change("b", "greet", "greet", "deny")
