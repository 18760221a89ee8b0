"""Finding: what speaks for an entry, when it is told, and that the space is learned."""

from __future__ import annotations

import numpy as np
import pytest

from nlu.finding.calibration import Judged, choose_thresholds, estimate, fit_chances
from nlu.finding.embedding import normalise
from nlu.finding.entries import Entry, Question
from nlu.finding.evidence import EVIDENCE, Evidence, relate
from nlu.finding.files import Places, read_files
from nlu.finding.finder import SIGNS, Finder, Verdict, Weights
from nlu.finding.index import Index, Nearness
from nlu.finding.learning import learn
from nlu.finding.measuring import Trial, tabulate
from nlu.pipeline import Example

KHENIFRA, REGION = ("05.301", "05"), ("05",)
AGADIR = ("09.001", "09")


@pytest.mark.parametrize(
    ("bound", "asked", "relation"),
    [
        ((), (), ""),
        ((), KHENIFRA, "whole_country"),
        (KHENIFRA, (), "bound_unasked"),
        (KHENIFRA, KHENIFRA, "same_place"),
        (REGION, KHENIFRA, "wider_place"),
        (KHENIFRA, REGION, "inner_place"),
        (AGADIR, KHENIFRA, "elsewhere"),
        (AGADIR, REGION, "elsewhere"),
    ],
)
def test_a_place_speaks_for_or_against(bound: tuple[str, ...], asked: tuple[str, ...], relation: str) -> None:
    assert relate(bound, asked) == relation


def make(
    name: str, *questions: str, topic: str = "amo", intent: str = "ask_cost", places: tuple[str, ...] = ()
) -> Entry:
    return Entry(name, ((topic, intent),), places, (), (), questions)


def test_the_topic_at_hand_stands_in_for_one_that_is_not_named() -> None:
    entries = [make("amo"), make("rna", topic="rna")]
    nothing = Nearness(np.zeros(2, np.float32), np.zeros(2, np.float32))
    column = EVIDENCE.index("topic")
    bare = Question("w taman?", (("ask_cost", "none", 0.9), ("ask_cost", "amo", 0.05)), topic="rna")
    weighed = Evidence(entries).weigh(bare, nothing)[:, column]
    assert weighed[1] > weighed[0]
    named = Evidence(entries).weigh(bare._replace(meanings=(("ask_cost", "amo", 0.95),)), nothing)[:, column]
    assert named[0] > named[1]


def test_of_several_questions_that_an_entry_answers_the_likeliest_counts() -> None:
    entry = Entry("both", (("amo", "ask_cost"), ("cpu", "ask_deadline")), (), (), (), ())
    nothing = Nearness(np.zeros(1, np.float32), np.zeros(1, np.float32))
    question = Question("x", (("ask_cost", "amo", 0.2), ("ask_deadline", "cpu", 0.7)))
    (weighed,) = Evidence([entry]).weigh(question, nothing)
    assert np.exp(weighed[EVIDENCE.index("both")]) == pytest.approx(0.7, abs=0.01)


WRITTEN = {
    "glasses": (
        "واش أمو كتخلص النضاضر",
        "nadader dyal 3inin wach kaykhelsouhom",
        "les lunettes sont remboursées ?",
        "نضاضر غاليين",
    ),
    "card": (
        "شحال ثمن لاكارط ديال الصانع",
        "ch7al taman lkarta dyal sane3",
        "combien coûte la carte d'artisan",
        "ثمن البطاقة",
    ),
    "loan": (
        "بغيت كريدي باش نشري ماكينة",
        "bghit kridi bach nchri makina",
        "un crédit pour acheter une machine",
        "سلف للورشة",
    ),
}
ASKED = {"glasses": "3inin dyali 3yaw, nadader ghaliyin", "card": "la carte, combien ?", "loan": "kridi l makina"}


@pytest.fixture(scope="module")
def finder() -> Finder:
    entries = [make(name, *questions) for name, questions in WRITTEN.items()]
    embedding = learn(entries, [Example("chno taman", "ask_cost", "amo")], ["شحال الساعة", "quelle heure est-il"])
    return Finder(embedding, Index.build(entries, embedding), Evidence(entries), Weights.read())


@pytest.mark.parametrize(("name", "text"), ASKED.items())
def test_what_was_learned_finds_other_wordings(finder: Finder, name: str, text: str) -> None:
    found = finder.find(Question(text, (("ask_cost", "amo", 1.0),)))
    assert found.candidates[0] == name


def test_learning_twice_gives_the_same() -> None:
    entries = [make(name, *questions) for name, questions in WRITTEN.items()]
    first, second = (learn(entries, [], []) for _ in range(2))
    assert first.name == second.name


def test_cosines_are_those_of_the_vectors(finder: Finder) -> None:
    text = ASKED["loan"]
    vector = finder.embedding.read(text)
    nearness = finder.index.compare(vector, finder.embedding)
    where = normalise(finder.embedding.place(vector))
    assert nearness.meant == pytest.approx(finder.index.prototypes @ where, abs=1e-5)
    assert nearness.worded.max() <= 1.0001
    assert nearness.worded.argmax() == list(WRITTEN).index("loan")


def test_left_out_and_elsewhere_are_never_candidates(finder: Finder) -> None:
    assert "card" not in finder.find(Question(ASKED["card"]), leaving_out={"card"}).candidates
    entries = [make("here", "taman", places=KHENIFRA), make("there", "taman lkarta", places=AGADIR)]
    bound = Finder(finder.embedding, Index.build(entries, finder.embedding), Evidence(entries), finder.weights)
    assert bound.find(Question("taman lkarta f khenifra", places=KHENIFRA)).candidates == ("here",)


@pytest.mark.parametrize(
    ("right", "known", "text", "meanings", "verdict"),
    [
        (9.0, 9.0, "شحال الثمن ديال هادشي كامل", (), Verdict.SURE),
        (0.5, 9.0, "شحال الثمن ديال هادشي كامل", (), Verdict.LIKELY),
        (-9.0, 9.0, "شحال الثمن ديال هادشي كامل", (), Verdict.OPEN),
        (-9.0, -9.0, "شحال الثمن ديال هادشي كامل", (), Verdict.NONE),
        (0.5, 9.0, "شحال الثمن", (("ask_cost", "none", 0.9),), Verdict.BARE),
        (9.0, 9.0, "شحال الثمن", (("ask_cost", "none", 0.9),), Verdict.SURE),
    ],
)
def test_what_is_done_follows_from_the_probabilities(
    finder: Finder,
    right: float,
    known: float,
    text: str,
    meanings: tuple[tuple[str, str, float], ...],
    verdict: Verdict,
) -> None:
    nothing = [0.0] * len(SIGNS)
    weights = finder.weights._replace(
        right=np.array([*nothing, right]), known=np.array([*nothing, known]), told_from=0.5, known_from=0.5
    )
    told = Finder(finder.embedding, finder.index, finder.evidence, weights).find(Question(text, meanings))
    assert told.verdict is verdict


def test_thresholds_keep_what_they_promise() -> None:
    chance = np.random.default_rng(0)
    answered = np.arange(4000) < 3600
    right = answered & (chance.random(4000) < 0.85)
    signs = np.stack([right + chance.normal(size=4000) * 0.6] * len(SIGNS), axis=1)
    judged = Judged(signs, right, right | (answered & (chance.random(4000) < 0.5)), answered)
    chances = [estimate(signs, fit_chances(signs, true, answered)) for true in (judged.right, judged.among)]
    told_from, known_from = choose_thresholds(judged, *chances)
    told = (chances[0] >= told_from) & (chances[1] >= known_from)
    assert (told & ~right)[answered].mean() <= 0.075


def test_the_files_are_read_as_the_registry_reads_them() -> None:
    known = read_files()
    assert len(known.entries) == len({entry.id for entry in known.entries}) > 600
    assert all(entry.questions and entry.asked and entry.titles for entry in known.entries)
    places = Places.read()
    assert places.find("Khénifra") == ("05.301", "05")
    assert places.find_in("chno kayn f khenifra")[0] == "05.301"
    assert places.find("Atlantis") == places.find(None) == ()


def test_the_table_counts_what_a_person_would_see(capsys: pytest.CaptureFixture[str]) -> None:
    from nlu.finding.finder import Found

    def trial(verdict: Verdict, *candidates: str, accepted: tuple[str, ...] = ("a",)) -> Trial:
        return Trial("x", "arab", frozenset(accepted), Found(verdict, candidates, 0.5, 0.5))

    figures = tabulate(
        [
            trial(Verdict.SURE, "a", "b"),
            trial(Verdict.SURE, "b", "a"),
            trial(Verdict.LIKELY, "b", "a"),
            trial(Verdict.OPEN, "a", "b"),
            trial(Verdict.NONE, "a"),
            trial(Verdict.NONE, "a", accepted=()),
            trial(Verdict.LIKELY, "a", accepted=()),
        ]
    )["all"]
    assert figures == {
        "questions": 5,
        "first": 0.2,
        "offered": 0.6,
        "another": 0.4,
        "refused": 0.2,
        "without": 2,
        "without_refused": 0.5,
    }
    assert "arab" in capsys.readouterr().out


FOLLOWED = [
    make("card", "شنو هي لاكارط ديال الصانع", "la carte d'artisan c'est quoi", topic="rna", intent="ask_definition"),
    make("card-cost", "شحال ثمن لاكارط", "prix de la carte", topic="rna"),
    make("register-cost", "شحال التسجيل ف السجل", "prix de l'inscription au registre", topic="rna"),
    make("card-fes", "لاكارط ف فاس", "la carte a fes", topic="rna", intent="ask_location", places=KHENIFRA),
    make("amo-cost", "شحال أمو ف الشهر", "prix de l'amo", topic="amo"),
]


@pytest.mark.parametrize(
    ("question", "first"),
    [
        (Question("w ch7al?", (("ask_cost", "amo", 0.9),), topic="rna", after="card"), "card-cost"),
        (Question("et combien ?", (("ask_cost", "none", 0.9),), topic="rna", after="card"), "card-cost"),
        (Question("w f khenifra?", (("inform", "none", 0.9),), KHENIFRA, "rna", "card"), "card-fes"),
        (Question("شحال أمو ف الشهر", (("ask_cost", "amo", 0.9),), topic="rna", after="card"), "amo-cost"),
    ],
)
def test_a_short_message_goes_on_from_what_was_told(question: Question, first: str) -> None:
    embedding = learn(FOLLOWED, [], [])
    finder = Finder(embedding, Index.build(FOLLOWED, embedding), Evidence(FOLLOWED), Weights.read())
    assert finder.find(question).candidates[0] == first
