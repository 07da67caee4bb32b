"""Every column of the database says whether learners may be told of it."""

from collections.abc import Mapping

from sqlalchemy import Connection, inspect, text

from models import Database
from models.secrecy import COLUMNS, Secrecy

OTHERS = {"alembic_version"}
INDEXES = {"question_search", "question_search_authors"}  # with tables of their own on SQLite


def unmarked(connection: Connection, marks: Mapping[str, Secrecy] = COLUMNS) -> list[str]:
    """The columns that are marked neither as public nor as secret."""
    there = inspect(connection)
    names = {name for name in there.get_table_names() if not _is_part_of_an_index(name)} - OTHERS
    return sorted(
        f"{name}.{column['name']}"
        for name in names
        for column in there.get_columns(name)
        if name not in marks or column["name"] not in marks[name].public | marks[name].secret
    )


def _is_part_of_an_index(name: str) -> bool:
    return any(name.startswith(f"{index}_") and name not in INDEXES for index in INDEXES)


def test_every_column_is_public_or_secret(database: Database) -> None:
    with database.read() as session:
        assert unmarked(session.connection()) == []


def test_a_new_column_without_a_mark_is_found(database: Database) -> None:
    with database.read() as session:
        session.execute(text("ALTER TABLE hint ADD COLUMN solution TEXT"))
        session.execute(text("CREATE TABLE notes (secret TEXT)"))
        assert unmarked(session.connection()) == ["hint.solution", "notes.secret"]


def test_no_column_is_both_and_none_is_made_up(database: Database) -> None:
    with database.read() as session:
        there = inspect(session.connection())
        for name, (public, secret) in COLUMNS.items():
            assert public.isdisjoint(secret)
            columns = {column["name"] for column in there.get_columns(name)}
            assert (public | secret) - columns <= {"rowid", "document"}
