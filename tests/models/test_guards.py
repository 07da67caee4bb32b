"""The database refuses what the mapper would: raw changes of history, on both engines."""

from collections.abc import Callable

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import IntegrityError

from models import Database
from tests.factories import DRAFT, Bank, draft
from tests.guards import drop_guards, guards

PARTS = ("option", "correct_set", "explanation", "reference", "hint", "mark_scheme", "tag")
TRANSLATIONS = ("translation", "translation_secret")
REGRADES = ("regrade_outcome", "regrade_item")
MEDIA = ("media", "version_media")  # in test_media.py
GUARDED = ("question_version", *PARTS, "submission", "grade", *REGRADES, *TRANSLATIONS)
COLUMN = {
    "question_version": "title",
    "option": "text",
    "correct_set": "option_id",
    "explanation": "text",
    "reference": "title",
    "hint": "text",
    "mark_scheme": "oracle_budget",
    "tag": "position",
    "submission": "learner",
    "grade": "reason",
    "translation": "options",
    "translation_secret": "explanation",
    "regrade_outcome": "reason",
    "regrade_item": "outcome",
}
FULL = draft(tags=("water",), hints=("A map.",), oracle_budget=1)


def update(table: str) -> str:
    """A statement that sets a column to what it is: even that is refused."""
    return f'UPDATE "{table}" SET {COLUMN[table]} = {COLUMN[table]}'  # noqa: S608


def delete(table: str) -> str:
    return f'DELETE FROM "{table}"'  # noqa: S608


def run(database: Database, statement: str) -> int:
    assert isinstance(database.bind, Connection)
    with database.bind.begin_nested():
        return database.bind.execute(text(statement)).rowcount


@pytest.mark.parametrize("table", GUARDED)
@pytest.mark.parametrize("change", [update, delete])
def test_a_raw_change_of_history_is_refused(
    database: Database, bank: Bank, table: str, change: Callable[[str], str]
) -> None:
    bank.publish(FULL)
    bank.translate(publish=False)
    bank.submit()
    bank.regrade()
    with pytest.raises(IntegrityError, match="never changed"):
        run(database, change(table))


@pytest.mark.parametrize("table", PARTS)
def test_a_draft_may_be_changed_and_thrown_away(database: Database, bank: Bank, table: str) -> None:
    bank.revise(FULL)
    for written in {"correct_set", table}:
        assert run(database, update(written)) > 0
    run(database, delete("correct_set"))
    assert run(database, delete(table)) > 0 or table == "correct_set"


def test_the_row_of_a_draft_may_go(database: Database, bank: Bank) -> None:
    bank.revise(DRAFT)
    for table in ("correct_set", *PARTS):
        run(database, delete(table))
    assert run(database, update("question_version")) == 1
    assert run(database, delete("question_version")) == 1


def test_every_table_has_its_guards(database: Database) -> None:
    assert isinstance(database.bind, Connection)
    assert {table for _, table in guards(database.bind)} == {*GUARDED, *MEDIA}
    each = 2 if database.bind.dialect.name == "sqlite" else 1
    found = [table for _, table in guards(database.bind) if table not in MEDIA]
    assert len(found) == each * len(GUARDED) + 1, "one more for who answered"


FORGOTTEN = {
    "learner": f"'erased-{'0' * 24}'",
    "idempotency_key": "NULL",
    "request_hash": "NULL",
    "shuffle": "NULL",
}


def forget(**changes: str) -> str:
    """A statement that forgets who answered, changed as stated."""
    said = ", ".join(f"{name} = {value}" for name, value in (FORGOTTEN | changes).items())
    return f"UPDATE submission SET {said}"  # noqa: S608


@pytest.mark.parametrize(
    "changes",
    [
        {"learner": "NULL"},
        {"learner": "'somebody else'"},
        {"learner": "'erased-'"},
        {"idempotency_key": "'k'"},
        {"request_hash": "'h'"},
        {"shuffle": "'s'"},
        {"duration_ms": "1"},
        {"selected": "'[\"zzzz\"]'"},
        {"caller": "'c'"},
    ],
)
def test_to_forget_a_learner_is_all_that_may_change(
    database: Database, bank: Bank, changes: dict[str, str]
) -> None:
    bank.publish()
    bank.submit(learner="somebody", duration_ms=5)
    with pytest.raises(IntegrityError, match="never changed"):
        run(database, forget(**changes))
    assert run(database, forget()) == 1
    with pytest.raises(IntegrityError, match="never changed"):
        run(database, forget())


def test_a_submission_of_nobody_stays(database: Database, bank: Bank) -> None:
    bank.publish()
    bank.submit()
    with pytest.raises(IntegrityError, match="never changed"):
        run(database, forget())


def test_nothing_else_refuses(database: Database, bank: Bank) -> None:
    """Without the guards the same statement passes, so that it is they who are tested."""
    bank.publish(FULL)
    drop_guards(database)
    for table in GUARDED:
        assert run(database, update(table)) >= 0
