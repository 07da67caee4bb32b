"""The schema's history: rows for the tables of every step, and what the tables come to."""

import re
import subprocess
import sys
import uuid
from contextlib import ExitStack
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Connection,
    Date,
    Engine,
    Float,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    Uuid,
    inspect,
    text,
)
from sqlalchemy.types import TypeEngine

import migrations
from domain.likeness import BANDS
from migrations import UnusableDatabaseError
from models import Base, open_engine
from models.base import UtcDateTime
from settings import ROOT

SCRIPTS = ScriptDirectory(str(Path(migrations.__file__).parent))
STEPS = [script.revision for script in SCRIPTS.walk_revisions()][::-1]
NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
QUESTION, VERSION, SUBMISSION, JOB, TRANSLATION, RUN, GRADE, KEY = (uuid.uuid4() for _ in range(8))
ITEMS: list[dict[str, Any]] = [
    {"outcome": "created", "problems": [], "losses": []},
    {"outcome": "unchanged", "problems": [{}]},
    {"outcome": "failed", "problems": [{}]},
]

# Something for each column that could be empty, by its type.
SAMPLES: list[tuple[type[TypeEngine[Any]], Any]] = [
    (String, "x"), (Integer, 7), (Float, 0.25), (Boolean, True), (LargeBinary, b"x"),
    (JSON, {"x": 1}), (UtcDateTime, NOW), (Date, NOW.date()), (Uuid, uuid.uuid4()),
]  # fmt: skip

# The rows that each step's tables get; values for columns of later steps are left out.
ROWS: list[tuple[str, dict[str, Any]]] = [
    ("api_key", {"id": KEY, "name": "k", "public_part": "p", "token_hash": "h",
                 "scopes": ["admin"], "created_at": NOW}),
    ("sign_in", {"id": uuid.uuid4(), "token_hash": "h", "key_id": KEY, "expires_at": NOW}),
    ("audit_entry", {"number": 1, "at": NOW, "action": "a", "subject_type": "t", "subject_id": "s",
                     "detail": {}, "previous_hash": "h", "hash": "h"}),
    ("idempotency_record", {"caller": "c", "route": "r", "key": "k", "request_hash": "h",
                            "body": "{}", "created_at": NOW}),
    ("question", {"id": QUESTION, "slug": "s", "external_id": "e", "created_at": NOW,
                  "changed_at": NOW}),
    ("question_version", {"id": VERSION, "question_id": QUESTION, "number": 1, "kind": "k",
                          "language": "en", "title": "T", "sort_title": "t",
                          "date": date(2026, 1, 1), "difficulty": 0.5, "prompt": "p",
                          "prompt_html": "p", "select_min": 0, "select_max": 2,
                          "scoring_rule": "r", "max_points": "1", "release": "never",
                          "shuffle": True, "extra": {"a": 1}, "content_hash": "h",
                          "created_at": NOW, "published_at": NOW}),
    ("option", {"version_id": VERSION, "option_id": "aaaa", "position": 1, "text": "o",
                "html": "o", "pinned": False}),
    ("correct_set", {"version_id": VERSION, "option_id": "aaaa"}),
    ("explanation", {"version_id": VERSION, "text": "x", "html": "x"}),
    ("reference", {"version_id": VERSION, "position": 1, "title": "r", "note": "", "lead": ""}),
    ("tag", {"version_id": VERSION, "tag": "t", "position": 0}),
    ("hint", {"version_id": VERSION, "level": 1, "text": "h", "html": "h"}),
    ("mark_scheme", {"version_id": VERSION, "answer": {"value": "1"}, "combinations": [],
                     "tests": []}),
    ("alike_pair", {"question_id": QUESTION, "other_id": QUESTION, "similarity": 1.0}),
    ("likeness_band", {"band": 1, "question_id": QUESTION}),
    ("question_search", {"rowid": 1, "question_id": QUESTION, "title": "t", "prompt": "p",
                         "options": "o"}),
    ("submission", {"id": SUBMISSION, "question_id": QUESTION, "version_id": VERSION,
                    "caller": "c", "selected": ["aaaa"], "shown": ["aaaa"], "release": "never",
                    "submitted_at": NOW}),
    ("regrade", {"id": RUN, "question_id": QUESTION, "reason": "r", "mode": "none",
                 "planned_by": "c", "created_at": NOW, "sum_before": "0", "sum_after": "0",
                 "task": "plan", "attempts": 0, "submissions": 1, "affected": 1, "ungradable": 0,
                 "raised": 0, "lowered": 0, "became_correct": 0, "became_incorrect": 0,
                 "applied": 0, "stale": 0, "undone": 0, "kept": 0, "done": 1}),
    ("regrade_outcome", {"regrade_id": RUN, "number": 0, "old_exact_score": "0",
                         "old_correct": False, "reason": "r", "max_points": 1.0}),
    ("regrade_item", {"regrade_id": RUN, "submission_id": SUBMISSION, "old_grade_id": GRADE,
                      "outcome": 0}),
    ("grade", {"id": GRADE, "submission_id": SUBMISSION, "rule": "r", "rule_version": 1,
               "exact_score": "1", "score": 1.0, "points": 1.0, "max_points": 1.0,
               "correct": True, "reason": "r", "graded_at": NOW}),
    ("import_job", {"id": JOB, "caller": "c", "name": "n", "format": "auto", "dry_run": False,
                    "total": 1, "data": b"d", "created_at": NOW, "attempts": 0}),
    ("media", {"sha256": "h", "type": "image/png", "size": 1, "file": "f", "content": b"c",
               "created_at": NOW}),
    ("version_media", {"version_id": VERSION, "sha256": "h"}),
    ("translation", {"id": TRANSLATION, "question_id": QUESTION, "language": "de", "number": 1,
                     "source_version": 1, "source_hash": "h", "title": "T", "prompt": "p",
                     "prompt_html": "p", "options": {}, "created_at": NOW, "writers": ["w"]}),
    ("translation_secret", {"translation_id": TRANSLATION, "feedback": {}, "hints": [],
                            "combinations": [], "source": {}}),
    ("translated_version", {"version_id": VERSION, "language": "de",
                            "translation_id": TRANSLATION}),
    ("item_tally", {"version_id": VERSION, "answers": 0, "regraded": 0, "until": NOW,
                    "document": {}}),
    ("import_part", {"job_id": JOB, "first": 0, "files": 1, "items": ITEMS, "created": 1,
                     "updated": 0, "unchanged": 1, "failed": 1, "noted": 1}),
]  # fmt: skip


def tables(connection: Connection) -> set[str]:
    """The tables of ours; FTS5 keeps more of its own beside."""
    names = inspect(connection).get_table_names()
    return {name for name in names if not name.startswith("question_search_")}


def fill(engine: Engine) -> None:
    """Put a row into each table that has none; the published version is named at the end."""
    with engine.begin() as connection:
        there = tables(connection)
        for name, row in ROWS:
            if name in there and not count(connection, name):
                table = described(name, connection)
                whole = whole_of(name, row)
                said = {column: whole[column] for column in whole.keys() & table.columns.keys()}
                connection.execute(table.insert().values(said))
        if "question" in there:
            connection.execute(
                text("UPDATE question SET published_id = (SELECT id FROM question_version)")
            )
        assert all(count(connection, name) in expected(name) for name in there)


def whole_of(name: str, row: dict[str, Any]) -> dict[str, Any]:
    """The row with something in each column that could be empty, so that it can be lost."""
    known = Base.metadata.tables[name].columns if name in Base.metadata.tables else ()
    samples = {
        column.name: next(some for kind, some in SAMPLES if isinstance(column.type, kind))
        for column in known
        if column.nullable and not column.foreign_keys and column.name != "deleted_at"
    }
    return samples | row


def expected(name: str) -> set[int]:
    """How many rows a table may have: a step makes those of one from a question that is there."""
    return {1, BANDS} if name == "likeness_band" else {1}


def count(connection: Connection, name: str) -> int:
    counted = connection.execute(text(f'SELECT count(*) FROM "{name}"'))  # noqa: S608
    return int(counted.scalar_one())


def described(name: str, connection: Connection) -> Table:
    """The table as the models know it: their types turn values into what the engine stores."""
    if name == "question_search":
        columns = {one["name"] for one in inspect(connection).get_columns(name)}
        return Table(
            name,
            MetaData(),
            *(Column("rowid", Integer) for column in columns if column == "rowid"),
            Column("question_id", Base.metadata.tables["question"].c.id.type),
            *(Column(column, Text) for column in ("title", "prompt", "options")),
        )
    there = {column["name"] for column in inspect(connection).get_columns(name)}
    known = Base.metadata.tables[name].columns
    kept = (Column(one.name, one.type) for one in known if one.name in there)
    return Table(name, MetaData(), *kept)


def test_revisions_are_dated_and_in_order() -> None:
    assert STEPS
    for revision in STEPS:
        assert re.fullmatch(r"20\d\d_[01]\d_[0-3]\d_\d+", revision)
        assert Path(SCRIPTS.get_revision(revision).path).name.startswith(f"{revision}_")
    assert sorted(STEPS) == STEPS
    assert migrations.head() == STEPS[-1]


def test_what_was_imported_before_is_counted(engine: Engine) -> None:
    migrations.upgrade(engine, "2026_11_27_1")
    fill(engine)
    migrations.upgrade(engine, "2026_11_27_2")
    with engine.connect() as connection:
        counted = "SELECT created, updated, unchanged, failed, noted FROM import_part"
        assert connection.execute(text(counted)).one() == (1, 0, 1, 1, 1)


def test_rows_of_a_migrating_connection_stay_guarded(engine: Engine) -> None:
    migrations.upgrade(engine)
    with engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1


def test_a_step_that_leaves_orphans_is_not_taken(tmp_path: Path) -> None:
    """References are off while SQLite migrates, so they are checked before the commit."""
    engine = open_engine(f"sqlite:///{tmp_path / 'bank.db'}")
    migrations.upgrade(engine, STEPS[-2])
    with engine.connect() as connection:
        connection.detach()
        driver: Any = connection.connection
        driver.execute("PRAGMA foreign_keys = OFF")
        connection.execute(Base.metadata.tables["tag"].insert().values(dict(ROWS)["tag"]))
        connection.commit()
    with pytest.raises(UnusableDatabaseError, match="Rows refer to what is not there"):
        migrations.upgrade(engine)
    with engine.connect() as connection:
        assert migrations.current(connection) == STEPS[-2]
    engine.dispose()


def test_models_and_migrations_agree(migrated: Engine) -> None:
    with migrated.connect() as connection:
        assert migrations.differences(connection) == []


DEFAULT = "modify_default"


def another(place: str, definition: str) -> str:
    """Statements of both engines that define a column in another way."""
    table, column = place.split(".")
    alter = f"ALTER TABLE {table}"
    return f"{alter} DROP COLUMN {column}; {alter} ADD COLUMN {column} {definition}"


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ('ALTER TABLE "grade" ADD COLUMN planted integer', "remove_column"),
        ('ALTER TABLE "grade" DROP COLUMN reason', "add_column"),
        ("DROP INDEX ix_tag_tag_version_id", "add_index"),
        ("CREATE TABLE planted (id integer)", "remove_table"),
        (another("bank.serves_since", "VARCHAR(20) DEFAULT '2000_01_01_1' NOT NULL"), DEFAULT),
        (another("question.is_translated", "BOOLEAN DEFAULT true NOT NULL"), DEFAULT),
        (another("import_job.failure", "TEXT DEFAULT ''"), DEFAULT),
        (another("import_job.failure", "INTEGER"), "modify_type"),
    ],
)
def test_a_difference_is_told(migrated: Engine, change: str, told: str) -> None:
    with migrated.begin() as connection:
        for statement in change.split(";"):
            connection.exec_driver_sql(statement)
    with migrated.connect() as connection:
        (difference,) = migrations.differences(connection)
        # What differs of one column comes as a list.
        (kind, *_) = difference if isinstance(difference, tuple) else difference[0]  # type: ignore[index]
        assert kind == told


def test_names_of_checks_agree_too(migrated: Engine) -> None:
    with migrated.connect() as connection:
        for name, table in Base.metadata.tables.items():
            stated = {str(one.name) for one in table.constraints if str(one.name)[:2] == "ck"}
            there = {one["name"] for one in inspect(connection).get_check_constraints(name)}
            assert there == stated


def test_two_upgrades_at_once_both_succeed(empty_url: str) -> None:
    code = """
import sys, migrations, models
engine = models.open_engine(sys.argv[1])
print("ready", flush=True)
sys.stdin.read()
migrations.upgrade(engine)
with engine.connect() as connection:
    print(migrations.current(connection))
"""
    command = [sys.executable, "-c", code, empty_url]
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with ExitStack() as stack:
        start = [subprocess.Popen(command, cwd=ROOT, **pipes) for _ in range(2)]
        twins: list[Any] = [stack.enter_context(twin) for twin in start]
        assert [twin.stdout.readline() for twin in twins] == ["ready\n"] * 2
        for twin in twins:
            twin.stdin.close()
        assert [twin.stdout.read().strip() for twin in twins] == [migrations.head()] * 2
    assert [twin.returncode for twin in twins] == [0, 0]
