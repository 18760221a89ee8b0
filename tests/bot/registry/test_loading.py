"""From the files in data/ into the registry, as often as one likes."""

import shutil

import pytest
from backends import DATA, SECRET
from sqlalchemy import func, inspect, select

from bot.errors import SettingsError
from bot.registry import artisans, migrations, people
from bot.registry.database import Database
from bot.registry.loading import load
from bot.registry.models import Artisan, Base, Fact, FactQuestion, Place
from bot.registry.secrecy import digest


@pytest.fixture
def fresh(empty_backend):
    """A registry with tables and nothing in them."""
    migrations.upgrade(empty_backend.database_url)
    with empty_backend.open() as database:
        yield database


@pytest.fixture
def folder(tmp_path):
    return shutil.copytree(DATA, tmp_path / "data")


def edit(path, old, new):
    content = path.read_text("utf-8")
    assert old in content
    path.write_text(content.replace(old, new), "utf-8")


def count(database, table):
    with database.begin() as session:
        return session.scalar(select(func.count()).select_from(table))


def test_the_tables_are_those_of_the_models(empty_backend):
    assert not migrations.is_current(empty_backend.database_url)
    for _ in range(2):
        migrations.upgrade(empty_backend.database_url)
    assert migrations.is_current(empty_backend.database_url)
    with empty_backend.open() as database:
        present = inspect(database.engine)
        assert set(present.get_table_names()) == {*Base.metadata.tables, "alembic_version"}
        for name, table in Base.metadata.tables.items():
            assert {column["name"] for column in present.get_columns(name)} == set(table.columns.keys())


def test_nothing_new_is_nothing_to_do(fresh, folder):
    assert load(fresh, folder, demo=True) is True
    assert load(fresh, folder, demo=True) is False
    edit(folder / "knowledge" / "awrach.yml", "grant-nation fr", "another text")
    assert load(fresh, folder, demo=True) is True
    with fresh.begin() as session:
        assert session.get_one(Fact, "grant-nation").texts["fr"] == "another text"


def test_a_fact_that_was_taken_out_is_gone(fresh, folder):
    load(fresh, folder, demo=True)
    facts, places = count(fresh, Fact), count(fresh, Place)
    for path in (folder / "knowledge").glob("awrach_inclusion*.yml"):
        path.unlink()
    load(fresh, folder, demo=True)
    assert count(fresh, Fact) == facts - 1
    assert count(fresh, Place) == places
    with fresh.begin() as session:
        assert set(session.scalars(select(FactQuestion.topic))) == {"awrach"}


def test_examples_are_loaded_for_a_demo_only(fresh, folder):
    load(fresh, folder, demo=False)
    assert count(fresh, Artisan) == 0
    load(fresh, folder, demo=True)
    assert count(fresh, Artisan) == 3
    with fresh.begin() as session:
        assert artisans.find_by_phone_digest(session, digest("+212600000001")).number == "EX-0001"
        assert artisans.find_by_phone_digest(session, digest("+212600000009")) is None


def test_new_data_leaves_people_alone(fresh, folder, clock):
    load(fresh, folder, demo=True)
    with fresh.begin() as session:
        person = people.find_or_add_address(session, "telegram", "bot", "ali", None, clock()).person_id
    edit(folder / "lookups" / "places.yml", "ar: أزيلال", "ar: ازيلال")
    load(fresh, folder, demo=True)
    with fresh.begin() as session:
        assert people.find_or_add_address(session, "telegram", "bot", "ali", None, clock()).person_id == person


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        ("knowledge/awrach.yml", "place: Khénifra", "place: Atlantis", "Atlantis"),
        ("knowledge/awrach_inclusion.yml", "place: Khénifra", "place: Atlantis", "Atlantis"),
        ("knowledge/awrach.yml", "as_of: 2023-01-01", "as_of: soon", "grant-second"),
        ("example/artisans.yml", "province: Azilal", "province: Atlantis", "Atlantis"),
        ("lookups/places.yml", "regions:", "regions: [", "places.yml"),
    ],
)
def test_a_mistake_in_a_file_is_named_and_changes_nothing(fresh, folder, name, old, new, said):
    edit(folder / name, old, new)
    with pytest.raises(SettingsError, match=said):
        load(fresh, folder, demo=True)
    assert count(fresh, Place) == count(fresh, Fact) == 0


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        ("knowledge/awrach.yml", "source: page", "source: hearsay", "grant-second"),
        ("knowledge/awrach.yml", "id: grant-second", "id: grant-nation", "grant-nation"),
        ("knowledge/awrach.yml", "    kind: decline\n", "", "kind"),
        ("example/artisans.yml", "trade: poterie", "trade: alchemy", "EX-0001"),
        ("example/artisans.yml", "+212600000001", "+21260000", "EX-0001"),
    ],
)
def test_other_contradictions_are_named_too(fresh, folder, name, old, new, said):
    edit(folder / name, old, new)
    with pytest.raises(SettingsError, match=said):
        load(fresh, folder, demo=True)
    assert count(fresh, Place) == count(fresh, Fact) == 0


def test_a_missing_file_is_named(fresh, folder):
    (folder / "lookups" / "places.yml").unlink()
    with pytest.raises(SettingsError, match=r"places\.yml"):
        load(fresh, folder, demo=True)


def test_a_database_in_a_folder_that_is_not_there_yet(tmp_path):
    url = f"sqlite:///{tmp_path / 'deep' / 'down' / 'registry.db'}"
    database = Database(url, SECRET)
    database.close()
    migrations.upgrade(url)
    assert migrations.is_current(url)


def test_an_artisan_is_brought_up_to_date_by_number(fresh, folder):
    load(fresh, folder, demo=True)
    with fresh.begin() as session:
        old = session.scalars(select(Artisan).filter_by(number="EX-0001")).one()
        details = ("poterie", old.place, old.registered_on, None)
        artisans.add_artisan(session, "EX-0001", "New name", "0611111111", *details, is_example=True)
    assert count(fresh, Artisan) == 3
    with fresh.begin() as session:
        assert artisans.find_by_phone_digest(session, digest("+212611111111")).name == "New name"
        assert artisans.find_by_phone_digest(session, digest("+212600000001")) is None
        with pytest.raises(ValueError, match="EX-0009"):
            artisans.add_artisan(session, "EX-0009", "x", "12", *details, is_example=True)
