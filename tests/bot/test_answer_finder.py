"""Answers are found in the registry as it stands now."""

from datetime import date

import pytest
from sqlalchemy import select

from bot import answers as module
from bot.answers import AnswerFinder
from bot.errors import SettingsError
from bot.registry import knowledge
from bot.registry.models import Deadline, Fact, FactQuestion
from nlu.finding.entries import Question
from nlu.finding.finder import Verdict

TODAY = date(2026, 11, 21)


def ask(answers, database, text, **details):
    with database.begin() as session:
        return answers.find(session, Question(text, **details), TODAY)


def list_questions(database):
    with database.begin() as session:
        facts = session.scalars(select(Fact).where(Fact.place.is_(None), Fact.expires.is_(None)).order_by(Fact.id))
        return [(fact.id, " ".join(fact.examples[:2])) for fact in facts]


def test_every_entry_is_found_by_its_questions(answers, database):
    for entry, question in list_questions(database):
        assert ask(answers, database, question).candidates[0] == entry, question


def test_a_deadline_is_an_entry_among_the_others(answers, database):
    assert ask(answers, database, "fo9ach kayt7ell inclusion 2027 daba").candidates[0] == "inclusion-2027"


def test_a_text_without_a_known_word_finds_nothing(answers, database):
    found = ask(answers, database, "؟؟")
    assert found.verdict is Verdict.NONE


def test_an_entry_that_is_changed_counts_at_once(answers, database):
    (one, asked), (other, _), *_ = list_questions(database)
    assert ask(answers, database, asked).candidates[0] == one
    with database.begin() as session:
        first, second = session.get_one(Fact, one), session.get_one(Fact, other)
        kept = first.examples, second.examples
        second.examples, first.examples = kept
    try:
        assert ask(answers, database, asked).candidates[0] == other
    finally:
        with database.begin() as session:
            session.get_one(Fact, one).examples, session.get_one(Fact, other).examples = kept


def test_every_change_of_an_answer_makes_a_new_version(database):
    def read():
        with database.begin() as session:
            return knowledge.read_version(session)

    before = read()
    with database.begin() as session:
        fact = session.get_one(Fact, "grant-nation")
        rank = fact.questions[0].rank
        fact.questions[0].rank = rank + 1
    changed = read()
    with database.begin() as session:
        session.get_one(Fact, "grant-nation").questions[0].rank = rank
        session.get_one(Deadline, "inclusion-2027").edition = "2027"
    assert len({before, changed, read()}) == 3
    same = read()
    with database.begin() as session:
        session.scalars(select(FactQuestion)).all()
        session.get_one(Fact, "grant-nation").rank_is_no_column = True
    assert read() == same


def test_what_has_expired_is_not_found(answers, database):
    with database.begin() as session:
        asked = " ".join(session.get_one(Fact, "cost-expired").examples)
        question = Question(asked, (("ask_cost", "awrach", 0.9),))
        assert "cost-expired" not in answers.find(session, question, TODAY).candidates
        assert "cost-expired" in answers.find(session, question, date(2000, 1, 1)).candidates


def test_an_entry_of_another_place_is_never_found(answers, database):
    with database.begin() as session:
        asked = " ".join(session.get_one(Fact, "grant-agadir").examples)
        there, here = (
            tuple(knowledge.list_ancestors(session, knowledge.find_place(session, name).code))
            for name in ("Agadir-Ida-Ou-Tanane", "Khénifra")
        )
    assert ask(answers, database, asked, places=there).candidates[0] == "grant-agadir"
    assert "grant-agadir" not in ask(answers, database, asked, places=here).candidates


def test_what_was_read_is_kept_for_all_processes(answers, embedding, database, tmp_path, monkeypatch):
    question = "واش كاين قهوة دابا"
    first = ask(answers, database, question)

    def refuse(*_):
        raise AssertionError("an entry was read again")

    monkeypatch.setattr(module, "add_up", refuse)
    assert ask(AnswerFinder(embedding, tmp_path / "cache"), database, question) == first


def test_a_file_that_was_cut_short_is_read_anew(answers, embedding, database, tmp_path):
    first = ask(answers, database, "واش كاين قهوة دابا")
    path = tmp_path / "cache" / "entries.npz"
    path.write_bytes(path.read_bytes()[:100])
    assert ask(AnswerFinder(embedding, tmp_path / "cache"), database, "واش كاين قهوة دابا") == first


def test_a_full_disk_takes_no_answer_away(embedding, database, tmp_path, caplog):
    (tmp_path / "cache").write_text("no folder")
    assert ask(AnswerFinder(embedding, tmp_path / "cache"), database, "واش كاين قهوة دابا").candidates
    assert "cannot be kept" in caplog.text


def test_without_an_embedding_the_way_to_one_is_told(tmp_path):
    with pytest.raises(SettingsError, match="awrach train"):
        AnswerFinder.load(tmp_path / "awrach-0.npz", tmp_path)


def test_a_saved_embedding_is_the_same(embedding, database, tmp_path):
    embedding.save(tmp_path / "e.npz")
    loaded = AnswerFinder.load(tmp_path / "e.npz", tmp_path / "cache")
    question = "شحال ديال صابون عندكم"
    assert ask(loaded, database, question) == ask(AnswerFinder(embedding, tmp_path / "other"), database, question)
