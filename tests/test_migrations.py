"""The schema's history: every step there and back with rows in all tables, on both engines."""

import re
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, date, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Column, Connection, Engine, Integer, MetaData, Table, Text, inspect, text
from sqlalchemy.engine import make_url

import migrations
from domain.likeness import BANDS
from migrations import UnusableDatabaseError, open_bank
from models import Base, open_engine
from settings import ROOT, Settings

SCRIPTS = ScriptDirectory(str(Path(migrations.__file__).parent))
STEPS = [script.revision for script in SCRIPTS.walk_revisions()][::-1]
NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
QUESTION, VERSION, SUBMISSION, JOB, TRANSLATION, RUN, GRADE, KEY = (uuid.uuid4() for _ in range(8))
ITEMS: list[dict[str, Any]] = [
    {"outcome": "created", "problems": [], "losses": []},
    {"outcome": "unchanged", "problems": [{}]},
    {"outcome": "failed", "problems": [{}]},
]

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


@pytest.fixture
def engine(empty_url: str) -> Iterator[Engine]:
    engine = open_engine(empty_url)
    yield engine
    engine.dispose()


@pytest.fixture
def migrated(own_url: str) -> Iterator[Engine]:
    engine = open_engine(own_url)
    yield engine
    engine.dispose()


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
                said = {column: row[column] for column in row.keys() & table.columns.keys()}
                connection.execute(table.insert().values(said))
        if "question" in there:
            connection.execute(
                text("UPDATE question SET published_id = (SELECT id FROM question_version)")
            )
        assert all(count(connection, name) in expected(name) for name in there)


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


Contents = dict[str, list[str]]


def contents(engine: Engine) -> Contents:
    """What all rows say, by table and column."""
    said: Contents = {}
    with engine.connect() as connection:
        for name in tables(connection) - {"alembic_version"}:
            found = connection.execute(text(f'SELECT * FROM "{name}"'))  # noqa: S608 - our names
            columns = zip(*found, strict=True) if found.keys() else ()
            for column, values in zip(found.keys(), columns, strict=False):
                said[f"{name}.{column}"] = sorted(map(repr, values))
    return {place: values for place, values in said.items() if not place.endswith(".document")}


def changed(before: Contents, after: Contents) -> list[str]:
    """Where rows no longer say what they said."""
    return sorted(place for place in before if before[place] != after.get(place))


def moved(engine: Engine, steps: list[str]) -> list[str]:
    """What is changed by taking each step there, back and there again, and all back at the end."""
    wrong: list[str] = []
    kept: dict[str, Contents] = {}

    def compare(move: str, with_those_at: str) -> None:
        found = changed(kept[with_those_at], contents(engine))
        wrong.extend(f"{place} by the step {move}" for place in found)

    for before, step in pairwise(steps):
        fill(engine)
        kept[before] = contents(engine)
        migrations.upgrade(engine, step)
        compare(f"to {step}", before)
        fill(engine)
        migrations.downgrade(engine, before, lossy=True)
        compare(f"back to {before}", before)
        migrations.upgrade(engine, step)
        compare(f"to {step} again", before)
    fill(engine)
    for step in steps[-2::-1]:
        migrations.downgrade(engine, step, lossy=True)
        compare(f"back to {step} at the end", step)
    return wrong


def test_every_step_keeps_what_rows_say_there_and_back_and_there_again(engine: Engine) -> None:
    assert moved(engine, ["base", *STEPS]) == []
    with engine.connect() as connection:
        assert tables(connection) == {"alembic_version"}
    assert migrations.upgrade(engine) is True
    assert migrations.upgrade(engine) is False
    fill(engine)
    with engine.connect() as connection:
        assert tables(connection) >= {*Base.metadata.tables, "question_search"}


@pytest.mark.parametrize(
    ("move", "fault", "told"),
    [
        ("upgrade", "UPDATE import_job SET name = 'x'", "import_job.name by the step to {last}"),
        ("downgrade", "DELETE FROM sign_in", "sign_in.expires_at by the step back to {first}"),
    ],
)
def test_a_step_that_changes_what_rows_say_is_told(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, move: str, fault: str, told: str
) -> None:
    """Planted: a step, there or back, that is not careful with the rows of others."""
    first, last = STEPS[-2:]
    migrations.upgrade(engine, first)
    carefully = getattr(migrations, f"alembic_{move}")

    def carelessly(config: Config, to: str) -> None:
        carefully(config, to)
        with engine.begin() as connection:
            connection.execute(text(fault))

    monkeypatch.setattr(migrations, f"alembic_{move}", carelessly)
    assert moved(engine, [first, last])[0] == told.format(first=first, last=last)


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


def told_by(url: str, *, migrate: bool = True) -> str:
    """The one line that says why a database cannot be used."""
    with pytest.raises(UnusableDatabaseError) as caught:
        open_bank(Settings.load(database_url=url), migrate=migrate)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_a_database_is_made_with_its_folder(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'new' / 'folder' / 'bank.db'}"
    open_bank(Settings.load(database_url=url)).close()
    open_bank(Settings.load(database_url=url), migrate=False).close()
    assert (tmp_path / "new" / "folder" / "bank.db").exists()


def test_a_later_database_is_refused(engine: Engine, empty_url: str) -> None:
    migrations.upgrade(engine)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '2999_01_01_1'"))
        connection.execute(text("UPDATE bank SET serves_since = '2998_01_01_1'"))
    for migrate in (True, False):
        assert "2999_01_01_1" in told_by(empty_url, migrate=migrate)
    assert "newer version" in told_by(empty_url)


@pytest.mark.parametrize("at", [None, STEPS[0]])
def test_a_database_that_is_behind_is_only_changed_on_request(
    engine: Engine, empty_url: str, at: str | None
) -> None:
    if at:
        migrations.upgrade(engine, at)
    told = told_by(empty_url, migrate=False)
    if at or engine.dialect.name == "postgresql":
        assert f"at migration {at or 'none'}" in told
    else:
        assert "There is no database" in told
        assert not Path(make_url(empty_url).database or "").exists(), "merely looking made a file"
    assert "Run `questions migrate`" in told
    with engine.connect() as connection:
        assert migrations.current(connection) == at


@pytest.mark.parametrize(
    ("place", "told"),
    [
        ("file/bank.db", "File exists"),
        ("file/sub/bank.db", "Not a directory"),
        ("folder", "unable to open database file"),
        ("file", "file is not a database"),
    ],
)
def test_a_file_that_cannot_be_used_is_one_line(tmp_path: Path, place: str, told: str) -> None:
    (tmp_path / "file").write_text("This is no database. " * 100)
    (tmp_path / "folder").mkdir()
    line = told_by(f"sqlite:///{tmp_path / place}")
    assert told in line
    assert str(tmp_path / place) in line
    assert "set DATABASE_URL" in line


def test_a_database_that_may_only_be_read_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "bank.db").touch()
    line = told_by(f"sqlite:///file:{tmp_path / 'bank.db'}?mode=ro&uri=true")
    assert "readonly database" in line


def test_an_unreachable_server_is_one_line_without_the_password() -> None:
    line = told_by("postgresql://someone:hunter2@127.0.0.1:1/bank")
    assert "someone:***@127.0.0.1:1/bank" in line
    assert "refused" in line
    assert "hunter2" not in line


def test_an_unknown_database_is_one_line(postgres_url: str) -> None:
    url = make_url(postgres_url).set(database="nowhere", password="hunter2")  # noqa: S106
    line = told_by(url.render_as_string(hide_password=False))
    assert 'database "nowhere" does not exist' in line
    assert "hunter2" not in line
