"""Killed while it starts or migrates: the next start ends at the newest migration, data intact."""

import time
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, MetaData, Table, event, inspect, literal, select

import migrations
from models import Database, open_engine
from tests.operations.test_import_many import contents
from tests.test_migrations import STEPS, fill
from tests.torture.crash.engines import engines
from tests.torture.crash.nursery import start
from tests.torture.crash.snapshot import Snapshot, orphans
from tests.torture.effort import LEVEL, effort
from tests.torture.journal import Journal
from tests.torture.planting import Plant

KILLS = effort(1, 10, 100)  # of each, for each engine
PLANTED = 5  # kills at most until a fault shows
GAP = 0.005  # seconds in which a kill shows it
MADE_BY_MIGRATIONS = {
    ("bank", "signing_secret"),
    *(("signing_key", name) for name in ("id", "kid", "private_key", "public_key", "created_at")),
}
MADE_UP = {"api_key", "signing_key"}  # tables of secrets that each first start makes

pytestmark = pytest.mark.usefixtures("nursery")


class Killed:
    """A command that is killed at random moments of its time until it is left in peace."""

    def __init__(self, folder: Path, command: str, journal: Journal, plant: Plant | None) -> None:
        self.folder, self.command, self.journal, self.plant = folder, command, journal, plant
        self.longest = 0.0

    def whole(self, url: str) -> None:
        """Run it to its end, or until it is ready, and note how long that takes."""
        began = time.monotonic()
        process = start(self.folder, self.command, settings=self._of(url), plant=self.plant)
        if self.command == "migrate":
            assert process.end() == 0, process.output.read_text()
        else:
            process.wait_until_ready()
            process.kill()
        self.longest = time.monotonic() - began

    def cut(self, url: str) -> None:
        """Begin it and kill it at any moment."""
        process = start(self.folder, self.command, settings=self._of(url), plant=self.plant)
        moment = self.journal.random.uniform(0, self.longest)
        time.sleep(moment)
        process.kill()
        self.journal.note("killed", command=self.command, after=moment)

    def _of(self, url: str) -> dict[str, str]:
        return {"DATABASE_URL": url, "QUESTIONS_LOG_LEVEL": "ERROR"}


def rows_of(engine: Engine) -> dict[str, list[str]]:
    """All rows of all tables, whatever the schema is; without its search, which follows them."""
    with engine.connect() as connection:
        names = {name for name in inspect(connection).get_table_names() if "search" not in name}
        schema = MetaData()
        schema.reflect(connection, only=sorted(names))
        return {
            name: sorted(str(tuple(row)) for row in connection.execute(select(*_told(table))))
            for name, table in schema.tables.items()
        }


def _told(table: Table) -> list[Any]:
    """One for each row, and its columns without what a migration makes up."""
    return [
        literal(1),
        *(column for column in table.c if (table.name, column.name) not in MADE_BY_MIGRATIONS),
    ]


def begin_at(engine: Engine, step: str) -> None:
    """A bank at this revision, with a row in each table."""
    migrations.downgrade(engine, "base", lossy=True)
    migrations.upgrade(engine, step)
    fill(engine)


def state(engine: Engine) -> tuple[str | None, dict[str, list[str]]]:
    """The revision and all rows."""
    with engine.connect() as connection:
        return migrations.current(connection), rows_of(engine)


def migrating(url: str, folder: Path, kills: int, plant: Plant | None = None) -> list[str]:
    """``questions migrate`` killed: the next one ends at the newest migration, with each row."""
    journal = Journal("migration-kills")
    engine = open_engine(url)
    # A fault needs many statements between which it can show.
    step = STEPS[1] if plant else journal.random.choice(STEPS[1:-1])
    begin_at(engine, step)
    killed = Killed(folder, "migrate", journal, plant)
    killed.whole(url)
    after = state(engine)
    begin_at(engine, step)
    found: list[str] = []
    while kills and not found:
        kills -= 1
        killed.cut(url)
        left, _ = state(engine)
        try:
            killed.whole(url)
        except AssertionError as error:
            found.append(f"stuck: at {left} from {step}: {error}")
        else:
            found += [] if state(engine) == after else [f"lost: at {left} from {step}"]
        if not found:
            begin_at(engine, step)
    engine.dispose()
    return found


def starting(url: str, folder: Path, kills: int) -> list[str]:
    """``questions run`` on an empty database killed: the last start finds or makes all of it."""
    database, killed = Database(open_engine(url)), Killed(folder, "run", Journal("start"), None)
    killed.whole(url)
    expected, found = started(database), list[str]()
    migrations.downgrade(database.bind.engine, "base", lossy=True)
    for _ in range(kills):
        killed.cut(url)
        with database.read() as session:
            is_made = migrations.current(session.connection())
        found += [*orphans(Snapshot(database))] if is_made else []
    killed.whole(url)
    found += [f"{name} differs" for name in expected if started(database)[name] != expected[name]]
    rows = Snapshot(database)
    found += [rows.audit.fault] if rows.audit.fault else []
    found += [] if len(rows["api_key"]) == 1 else [f"{len(rows['api_key'])} first keys"]
    database.close()
    return found


def started(database: Database) -> dict[str, list[str]]:
    """What a first start leaves, but for secrets."""
    return {name: rows for name, rows in contents(database).items() if name not in MADE_UP}


def every_statement_is_committed(patch: pytest.MonkeyPatch) -> None:
    """Commit with each change of the schema, as some drivers and engines do by themselves."""

    def commit(connection: Connection, _cursor: Any, statement: str, *_: Any) -> None:
        if statement.lstrip().startswith(("CREATE", "ALTER", "DROP")):
            driver: Any = connection.connection
            driver.commit()
            time.sleep(GAP)

    event.listen(Engine, "after_cursor_execute", commit)


def test_a_killed_migration_is_ended_by_the_next(empty_url: str, tmp_path: Path) -> None:
    assert migrating(empty_url, tmp_path, KILLS) == []


@pytest.mark.skipif(LEVEL == "brief", reason="it takes many kills to hit the moment: make torture")
@pytest.mark.parametrize("empty_url", engines(1), indirect=True)
def test_it_would_be_noticed_that_half_a_migration_stays(empty_url: str, tmp_path: Path) -> None:
    (found,) = migrating(empty_url, tmp_path, PLANTED, every_statement_is_committed)
    assert found.startswith(("stuck", "lost"))


@pytest.mark.parametrize("empty_url", engines(0), indirect=True)
def test_a_killed_start_is_made_good_by_the_next(empty_url: str, tmp_path: Path) -> None:
    assert starting(empty_url, tmp_path, KILLS) == []
