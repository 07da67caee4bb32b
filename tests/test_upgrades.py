"""Upgrades while others work: old versions beside new tables, writers beside steps, and back."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Connection, Engine, MetaData, inspect, text
from sqlalchemy.exc import OperationalError

import migrations
from api.app import create_app
from migrations import UnusableDatabaseError, open_bank
from migrations.losses import LossyDowngradeError
from models import Database
from settings import Settings
from tests.factories import Bank
from tests.test_migrations import ROWS, STEPS, described, fill, tables

LATER = "2999_01_01_1"
# Seconds that whoever writes waits at most beside somebody who reads for two: half a second for the
# step, and what a busy machine adds. ``bench.upgrade`` measures the second that is promised.
LONGEST = 1.5


# Old versions beside new tables.


def serves_since(engine: Engine) -> str:
    with engine.connect() as connection:
        return str(connection.scalar(text("SELECT serves_since FROM bank")))


def make_later(engine: Engine, *, serves_since: str) -> None:
    """Let the database be that of a version that does not exist yet."""
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :at"), {"at": LATER})
        since = {"since": serves_since}
        connection.execute(text("UPDATE bank SET serves_since = :since"), since)


@pytest.mark.parametrize("migrate", [True, False])
def test_a_later_database_that_serves_this_version_is_used(
    engine: Engine, empty_url: str, migrate: bool
) -> None:
    migrations.upgrade(engine)
    make_later(engine, serves_since=migrations.head())
    settings = Settings.load(database_url=empty_url)
    database = open_bank(settings, migrate=migrate)
    app = create_app(settings, database)
    Bank(database).publish()
    told = TestClient(app).get("/readyz")
    assert (told.status_code, told.json()["migration"]) == (200, LATER)
    app.state.submission_writer.stop()
    database.close()


@pytest.mark.parametrize("migrate", [True, False])
def test_one_that_does_not_is_refused(engine: Engine, empty_url: str, migrate: bool) -> None:
    migrations.upgrade(engine)
    make_later(engine, serves_since=LATER)
    settings = Settings.load(database_url=empty_url)
    with pytest.raises(UnusableDatabaseError, match=LATER):
        open_bank(settings, migrate=migrate)
    told = TestClient(create_app(settings, Database(engine))).get("/readyz")
    assert told.status_code == 503


def shape(connection: Connection) -> dict[tuple[str, str], bool]:
    """Every column that there is, and whether it may be left empty."""
    return {
        (table, str(column["name"])): bool(column["nullable"])
        for table in tables(connection)
        for column in inspect(connection).get_columns(table)
    }


def misfits(engine: Engine) -> list[str]:
    """What a version of the service that knows the tables there would stumble over."""
    with engine.connect() as connection:
        before = shape(connection)
    migrations.upgrade(engine)
    with engine.begin() as connection:
        after = shape(connection)
        wrong = [f"{place} is gone" for place in sorted(before.keys() - after.keys())]
        for name, row in ROWS:
            known = {column: row[column] for column in row if (name, column) in before}
            try:
                with connection.begin_nested():
                    connection.execute(described(name, connection).insert().values(known))
            except Exception as error:
                wrong.append(f"{name}: {type(error).__name__}")
    return wrong


def test_the_version_before_reads_and_writes_the_new_tables(engine: Engine) -> None:
    """Every row that it writes is taken, and every column that it reads is there."""
    migrations.upgrade(engine)
    oldest = serves_since(engine)
    migrations.downgrade(engine, oldest, lossy=True)
    assert STEPS.index(oldest) < len(STEPS) - 1
    assert misfits(engine) == []


def test_a_step_that_breaks_it_would_be_noticed(engine: Engine) -> None:
    """The versions of long ago do not know columns that must be there by now."""
    migrations.upgrade(engine, STEPS[4])
    assert misfits(engine)


# Writers beside a step.


@contextmanager
def holding(engine: Engine, statement: str) -> Iterator[None]:
    """A transaction that holds a lock as long as the block runs."""
    with engine.connect() as connection:
        connection.execute(text(statement))
        yield
        connection.rollback()


def wait_until_somebody_waits(engine: Engine) -> None:
    """Back once a step waits for its lock: else a writer would be there first."""
    waiting = text(
        "SELECT count(*) FROM pg_locks WHERE NOT granted AND mode = 'AccessExclusiveLock'"
    )
    until = time.monotonic() + 30
    while time.monotonic() < until:
        with engine.connect() as connection:
            if connection.scalar(waiting):
                return
        time.sleep(0.01)
    raise AssertionError("No step came to wait.")


@pytest.mark.parametrize("empty_url", ["postgresql"], indirect=True)
class TestOnPostgresql:
    READING = "SELECT count(*) FROM submission"  # holds its lock to the end of the transaction

    @pytest.fixture
    def behind(self, engine: Engine) -> Engine:
        """A database with rows at the step before the one that changes the guard of submissions."""
        migrations.upgrade(engine, "2026_11_27_2")
        fill(engine)
        return engine

    def longest_wait(self, engine: Engine, seconds: float) -> float:
        """How long a writer waits at most, who writes again and again for so long."""
        longest, until = 0.0, time.monotonic() + seconds
        with engine.connect() as connection:
            while time.monotonic() < until:
                started = time.monotonic()
                connection.execute(text("UPDATE submission SET learner = NULL WHERE false"))
                connection.commit()
                longest = max(longest, time.monotonic() - started)
        return longest

    def migrate_beside_a_reader(self, engine: Engine, seconds: float) -> float:
        """Migrate while somebody reads for so long; how long a writer waited meanwhile."""
        with holding(engine, self.READING):
            step = threading.Thread(target=migrations.upgrade, args=(engine,))
            step.start()
            wait_until_somebody_waits(engine)
            waited = self.longest_wait(engine, seconds)
        step.join()
        return waited

    def test_no_writer_waits_long_for_a_step_that_waits(self, behind: Engine) -> None:
        assert self.migrate_beside_a_reader(behind, 2.0) < LONGEST
        with behind.connect() as connection:
            assert migrations.current(connection) == migrations.head()

    def test_a_step_that_waits_for_ever_would_be_noticed(
        self, behind: Engine, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Planted: without ``lock_timeout`` all writers queue behind the step, until it is over."""
        real = migrations._config

        def without_timeout(engine: Engine | None = None) -> Any:
            config = real(engine)
            config.attributes["longest_wait_ms"] = 0
            return config

        monkeypatch.setattr(migrations, "_config", without_timeout)
        with holding(behind, self.READING):
            step = threading.Thread(target=migrations.upgrade, args=(behind,))
            step.start()
            wait_until_somebody_waits(behind)
            with behind.connect() as connection:
                connection.execute(text("SET LOCAL lock_timeout = '1200ms'"))
                with pytest.raises(OperationalError, match="lock timeout"):
                    connection.execute(text("UPDATE submission SET learner = NULL WHERE false"))
        step.join()

    def test_a_lock_that_is_never_given_is_one_line(
        self, behind: Engine, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(migrations, "ATTEMPTS", 2)
        monkeypatch.setattr(migrations, "PAUSE", 0.0)
        with (
            holding(behind, self.READING),
            pytest.raises(UnusableDatabaseError, match="pg_stat_activity"),
        ):
            migrations.upgrade(behind)
        assert migrations.upgrade(behind) is True


# Back again.


def test_a_step_back_that_would_lose_rows_is_refused(engine: Engine) -> None:
    migrations.upgrade(engine)
    fill(engine)
    with pytest.raises(
        LossyDowngradeError, match=r"column created of import_part.* backup .*lossy=yes"
    ):
        migrations.downgrade(engine, "2026_11_26_7")
    with engine.connect() as connection:
        assert migrations.current(connection) == migrations.head(), "nothing was done"
        assert connection.scalar(text("SELECT count(*) FROM item_tally")) == 1


def test_a_column_that_says_something_is_kept_too(engine: Engine) -> None:
    migrations.upgrade(engine)
    with engine.begin() as connection:
        connection.execute(text("UPDATE bank SET serves_since = '2026_11_28_2'"))
    with pytest.raises(LossyDowngradeError, match=r"column serves_since of bank"):
        migrations.downgrade(engine, "2026_11_28_1")


def test_an_empty_database_goes_back_to_its_beginning(engine: Engine) -> None:
    """If one is willing to lose the rows that the steps themselves made."""
    migrations.upgrade(engine)
    with pytest.raises(LossyDowngradeError, match=r"table audit_head"):
        migrations.downgrade(engine, "base")
    migrations.downgrade(engine, "base", lossy=True)
    with engine.connect() as connection:
        reflected = MetaData()
        reflected.reflect(connection)
        assert set(reflected.tables) == {"alembic_version"}
