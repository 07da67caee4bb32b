"""Every constraint holds on both engines: broken once each, by a row that breaks only it."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import (
    CheckConstraint,
    Column,
    Connection,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    UniqueConstraint,
    insert,
    null,
    select,
)
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.schema import DropConstraint
from sqlalchemy.sql.schema import Constraint

from formats.pictures import read_picture
from models import Base, Database, IdempotencyRecord, ImportJob, ItemTally, SignIn, now
from models.import_job import ImportPart
from operations.keep_pictures import keep_pictures
from tests.factories import Bank
from tests.pictures import png

NOWHERE = UUID(int=0)
SAME = object()  # the value that the row already there has
TABLES = Base.metadata.tables


def constraints_of(tables: Iterable[Table]) -> dict[str, Constraint]:
    """All of some tables by their names; that no row comes twice has a test of its own."""
    return {
        str(constraint.name): constraint
        for table in tables
        for constraint in table.constraints
        if not isinstance(constraint, PrimaryKeyConstraint)
    }


CONSTRAINTS = constraints_of(TABLES.values())

# What a second row of a table needs to be another row.
OTHER: dict[str, dict[str, Any]] = {
    "api_key": {"public_part": "other", "token_hash": "other"},
    "sign_in": {"token_hash": "other"},
    "item_tally": {},
    "audit_entry": {"number": 99},
    "audit_head": {},
    "bank": {},
    "question": {"slug": "other", "external_id": "other", "number": 99},
    "question_version": {"number": 99},
    "option": {"option_id": "zzzz", "position": 99},
    "correct_set": {},
    "explanation": {},
    "reference": {"position": 99},
    "tag": {"tag": "other"},
    "hint": {"level": 99},
    "mark_scheme": {},
    "import_job": {},
    "import_part": {"first": 99},
    "submission": {"idempotency_key": "other"},
    "grade": {},
    "regrade": {},
    "regrade_outcome": {"number": 99},
    "regrade_item": {"submission_id": uuid4()},
    "idempotency_record": {"key": "other"},
    "signing_key": {"kid": "other"},
    "translation": {"number": 99},
    "translation_secret": {},
    "translated_version": {"language": "fr"},
    "likeness_band": {"band": 99},
    "alike_pair": {},
    "media": {"sha256": "other"},
    "version_media": {},
}

CASES: list[tuple[str, str, dict[str, Any]]] = [
    ("ck_audit_entry_number_from_1", "audit_entry", {"number": 0}),
    ("ck_audit_head_one_row", "audit_head", {"id": 2}),
    ("ck_bank_one_row", "bank", {"id": 2}),
    ("uq_api_key_public_part", "api_key", {"public_part": SAME}),
    ("uq_api_key_token_hash", "api_key", {"token_hash": SAME}),
    ("uq_sign_in_token_hash", "sign_in", {"token_hash": SAME}),
    ("fk_sign_in_key_id", "sign_in", {"key_id": NOWHERE}),
    ("fk_item_tally_version_id", "item_tally", {"version_id": NOWHERE}),
    ("uq_question_slug", "question", {"slug": SAME}),
    ("uq_question_external_id", "question", {"external_id": SAME}),
    ("fk_question_published_id", "question", {"published_id": NOWHERE}),
    ("fk_question_copied_from_id", "question", {"copied_from_id": NOWHERE}),
    ("fk_question_version_question_id", "question_version", {"question_id": NOWHERE}),
    ("uq_question_version_question_id_number", "question_version", {"number": SAME}),
    ("ck_question_version_number_from_1", "question_version", {"number": 0}),
    ("ck_question_version_select_range", "question_version", {"select_min": 5}),
    ("ck_question_version_select_range", "question_version", {"select_min": -1}),
    ("ck_question_version_known_release", "question_version", {"release": "later"}),
    ("fk_option_version_id", "option", {"version_id": NOWHERE}),
    ("uq_option_version_id_position", "option", {"position": SAME}),
    ("fk_correct_set_version_id_option_id", "correct_set", {"option_id": "zzzz"}),
    ("fk_correct_set_version_id", "correct_set", {"version_id": NOWHERE}),
    ("fk_explanation_version_id", "explanation", {"version_id": NOWHERE}),
    ("fk_reference_version_id", "reference", {"version_id": NOWHERE}),
    ("fk_tag_version_id", "tag", {"version_id": NOWHERE}),
    ("fk_hint_version_id", "hint", {"version_id": NOWHERE}),
    ("ck_hint_level_from_1", "hint", {"level": 0}),
    ("fk_mark_scheme_version_id", "mark_scheme", {"version_id": NOWHERE}),
    ("fk_submission_question_id", "submission", {"question_id": NOWHERE}),
    ("fk_submission_version_id", "submission", {"version_id": NOWHERE}),
    ("uq_submission_caller_question_id_idempotency_key", "submission", {"idempotency_key": SAME}),
    ("ck_submission_duration_not_negative", "submission", {"duration_ms": -1}),
    ("fk_grade_submission_id", "grade", {"submission_id": NOWHERE}),
    ("ck_grade_max_points_positive", "grade", {"max_points": 0}),
    ("fk_grade_regrade_id", "grade", {"regrade_id": NOWHERE}),
    ("fk_regrade_question_id", "regrade", {"question_id": NOWHERE}),
    ("fk_regrade_target_id", "regrade", {"target_id": NOWHERE}),
    ("ck_regrade_known_mode", "regrade", {"mode": "other"}),
    ("ck_regrade_known_task", "regrade", {"task": "other"}),
    ("fk_regrade_outcome_regrade_id", "regrade_outcome", {"regrade_id": NOWHERE}),
    ("fk_regrade_item_regrade_id", "regrade_item", {"regrade_id": NOWHERE}),
    ("fk_submission_translation_id", "submission", {"translation_id": NOWHERE}),
    ("fk_translation_question_id", "translation", {"question_id": NOWHERE}),
    ("uq_translation_question_id_language_number", "translation", {"number": SAME}),
    ("fk_translation_secret_translation_id", "translation_secret", {"translation_id": NOWHERE}),
    ("fk_translated_version_version_id", "translated_version", {"version_id": NOWHERE}),
    (
        "fk_translated_version_translation_id",
        "translated_version",
        {"language": "fr", "translation_id": NOWHERE},
    ),
    ("fk_likeness_band_question_id", "likeness_band", {"question_id": NOWHERE}),
    ("fk_alike_pair_question_id", "alike_pair", {"question_id": NOWHERE}),
    ("fk_alike_pair_other_id", "alike_pair", {"other_id": NOWHERE}),
    ("fk_version_media_version_id", "version_media", {"version_id": NOWHERE}),
    ("fk_version_media_sha256", "version_media", {"sha256": "nowhere"}),
    ("uq_signing_key_kid", "signing_key", {"kid": SAME}),
    ("fk_import_part_job_id", "import_part", {"job_id": NOWHERE}),
]
# Whoever breaks the first breaks the second too, and the engine may name either.
IMPLIED = {"fk_correct_set_version_id": "fk_correct_set_version_id_option_id"}


@pytest.fixture
def connection(database: Database, bank: Bank) -> Connection:
    """A connection to a database with a row in every table."""
    picture = read_picture(png())
    database.write(lambda session: keep_pictures(session, pictures=[picture], at=now()))
    shown = f"![a map](media/{picture.name})"
    bank.publish(
        prompt=shown, external_id="rivers-1", tags=("water",), hints=("A map.",), oracle_budget=1
    )
    bank.translate()
    alike = bank.publish(prompt=shown, slug="nearly-the-same")
    key, _ = bank.key()
    bank.submit(key="first")
    bank.regrade()
    record = IdempotencyRecord(caller="x", route="POST /", key="k", request_hash="", body="{}")
    job = ImportJob(caller="x", name="n", format="auto", dry_run=False, total=1, data=b"")
    job.parts = [
        ImportPart(first=0, files=1, items=[], created=0, updated=0, unchanged=0, failed=0, noted=0)
    ]
    visit = SignIn(token_hash=str(uuid4()), key_id=key.id, expires_at=now())
    tally = ItemTally(version_id=alike.id, answers=0, regraded=0, until=now(), document={})
    database.write(lambda session: session.add_all((record, job, visit, tally)))
    assert isinstance(database.bind, Connection)
    return database.bind


def add_copy(connection: Connection, name: str, changes: dict[str, Any]) -> None:
    """Insert a copy of the first row of a table, changed as stated."""
    table = TABLES[name]
    row: dict[str, Any] = dict(connection.execute(select(table)).mappings().first() or {})
    stated = OTHER[name] | changes
    changed = {column: value for column, value in stated.items() if value is not SAME}
    fresh = {"id": uuid4()} if isinstance(row.get("id"), UUID) else {}
    with connection.begin_nested():
        connection.execute(insert(table).values(row | fresh | changed))


def unproven(tables: Iterable[Table]) -> set[str]:
    """The constraints that no case breaks, and those of cases that are no more."""
    return set(constraints_of(tables)) ^ {name for name, _, _ in CASES}


def test_the_table_names_every_constraint() -> None:
    assert unproven(TABLES.values()) == set()
    assert all(CONSTRAINTS[name] in TABLES[table].constraints for name, table, _ in CASES)


def test_a_check_that_nothing_breaks_would_be_told() -> None:
    positive = CheckConstraint("number > 0", name="ck_planted_positive")
    planted = Table("planted", MetaData(), Column("number", Integer), positive)
    assert unproven([*TABLES.values(), planted]) == {"ck_planted_positive"}


@pytest.mark.parametrize(("name", "table", "changes"), CASES)
def test_a_constraint_refuses_what_breaks_it(
    connection: Connection, name: str, table: str, changes: dict[str, Any]
) -> None:
    with pytest.raises(IntegrityError) as caught:
        add_copy(connection, table, changes)
    diagnosis = getattr(caught.value.orig, "diag", None)
    if diagnosis:
        assert diagnosis.constraint_name in {name, IMPLIED.get(name)}
    else:
        assert told_by_sqlite(CONSTRAINTS[name]) in str(caught.value.orig)


def told_by_sqlite(constraint: Constraint) -> str:
    """SQLite names a check, the columns of a uniqueness, and nothing of a foreign key."""
    if isinstance(constraint, UniqueConstraint):
        columns = (f"{column.table.name}.{column.name}" for column in constraint.columns)
        return f"UNIQUE constraint failed: {', '.join(columns)}"
    if str(constraint.name).startswith("fk_"):
        return "FOREIGN KEY constraint failed"
    return f"CHECK constraint failed: {constraint.name}"


@contextmanager
def without_checks(connection: Connection) -> Iterator[None]:
    """A database that has lost all its checks, as a careless migration could make it."""
    checks = [one for one in CONSTRAINTS.values() if isinstance(one, CheckConstraint)]
    is_sqlite = connection.dialect.name == "sqlite"
    transaction = connection.begin_nested()
    if is_sqlite:
        connection.exec_driver_sql("PRAGMA ignore_check_constraints = ON")
    for check in () if is_sqlite else checks:
        connection.execute(DropConstraint(check))
    yield
    transaction.rollback()
    if is_sqlite:
        connection.exec_driver_sql("PRAGMA ignore_check_constraints = OFF")


def test_what_breaks_a_check_is_refused_by_nothing_else(connection: Connection) -> None:
    """Planted: without the checks each of those rows is taken, so it was they that refused it."""
    cases = [case for case in CASES if case[0].startswith("ck_")]
    with without_checks(connection):
        for _, table, changes in cases:
            savepoint = connection.begin_nested()
            add_copy(connection, table, changes)
            savepoint.rollback()
    assert len(cases) > 5


@pytest.mark.parametrize(
    "name",
    sorted(
        OTHER.keys()
        - {"audit_head", "bank", "correct_set", "explanation", "mark_scheme"}
        - {"translation_secret", "version_media", "alike_pair", "item_tally"}
    ),
)
def test_another_row_that_breaks_nothing_is_taken(connection: Connection, name: str) -> None:
    add_copy(connection, name, {})


@pytest.mark.parametrize("name", TABLES)
def test_no_row_comes_twice(connection: Connection, name: str) -> None:
    table = TABLES[name]
    row: dict[str, Any] = dict(connection.execute(select(table)).mappings().first() or {})
    with pytest.raises(IntegrityError), connection.begin_nested():
        connection.execute(insert(table).values(row))


@pytest.mark.parametrize(
    "changes",
    [{"idempotency_key": None}, {"caller": "somebody else", "idempotency_key": SAME}],
    ids=["without a key", "of another caller"],
)
def test_keys_bind_one_caller_and_only_where_there_is_one(
    connection: Connection, changes: dict[str, Any]
) -> None:
    add_copy(connection, "submission", changes)
    if changes["idempotency_key"] is None:
        add_copy(connection, "submission", changes)


@pytest.mark.parametrize("name", ["published_id", "external_id", "number"])
def test_what_may_be_missing_may_be_missing_often(connection: Connection, name: str) -> None:
    add_copy(connection, "question", {name: None})
    third = {"slug": "third", "external_id": "third", "number": 100}
    add_copy(connection, "question", {**third, name: None})


def test_no_number_is_given_twice(connection: Connection) -> None:
    with pytest.raises(IntegrityError, match="number"):
        add_copy(connection, "question", {"number": SAME})


@pytest.mark.parametrize(
    ("table", "column"),
    [(table.name, column.name) for table in TABLES.values() for column in table.columns
     if not column.nullable],
)  # fmt: skip
def test_what_must_be_there_must_be_there(
    database: Database, connection: Connection, table: str, column: str
) -> None:
    with pytest.raises(IntegrityError), Session(connection) as session:
        add_copy(session.connection(), table, {column: null()})
