"""Services that start at once on one database migrate it once, and make one admin key."""

import os
import sqlite3
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy
from sqlalchemy import Engine, select, text

import cli
import migrations
from models import ApiKey, Database, open_engine
from tests.processes import environment
from tests.torture.effort import effort
from tests.torture.faults.conftest import longer
from tests.torture.faults.nursery import LONGEST_START, nursery
from tests.torture.planting import Plant, name_of, plant_named

AT_ONCE = 3
ROUNDS = effort(1, 10, 50)


def migrate(together: Barrier, stated: dict[str, str], plant: str, output: str) -> None:
    """What ``questions migrate`` does, at the moment when the others do."""
    os.environ.clear()
    os.environ.update(stated)
    sink = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    for descriptor in (1, 2):
        os.dup2(sink, descriptor)
    if plant:
        plant_named(plant)(pytest.MonkeyPatch())
    together.wait(LONGEST_START)
    cli.app(["migrate"])


def migrated_at_once(url: str, folder: Path, plant: Plant | None = None) -> list[str]:
    """What is wrong when several migrate an empty database at one moment."""
    context, stated = nursery(), environment(DATABASE_URL=url)
    together, name = context.Barrier(AT_ONCE), name_of(plant) if plant else ""
    outputs = [folder / f"migrated-{number}.txt" for number in range(AT_ONCE)]
    processes = [
        context.Process(target=migrate, args=(together, stated, name, str(each)))
        for each in outputs
    ]
    for process in processes:
        process.start()
    for process in processes:
        process.join(2 * LONGEST_START)
    found = [
        f"code {process.exitcode}: {output.read_text()[-300:]}"
        for process, output in zip(processes, outputs, strict=True)
        if process.exitcode != 0
    ]
    told = sum("Admin key" in output.read_text() for output in outputs)
    return found + [f"{told} were told a key"] * (told != 1) + _unlike_one(url)


def _unlike_one(url: str) -> list[str]:
    """What distinguishes a database from one that was migrated once, by one."""
    engine = open_engine(url)
    try:
        with engine.connect() as connection:
            found = [str(each) for each in migrations.differences(connection)]
            at = connection.execute(text("SELECT version_num FROM alembic_version")).scalars().all()
        with Database(engine).read() as session:
            keys = session.scalars(select(ApiKey.id)).all()
    finally:
        engine.dispose()
    found += [f"at {at}"] * (at != [migrations.head()])
    return found + [f"{len(keys)} admin keys"] * (len(keys) != 1)


def test_services_that_migrate_at_once_take_turns(
    make_empty: Callable[[], str], tmp_path: Path
) -> None:
    assert [migrated_at_once(make_empty(), tmp_path) for _ in range(ROUNDS)] == [[]] * ROUNDS


def test_a_turn_may_last_longer_than_a_write_waits(tmp_path: Path) -> None:
    """SQLite's own patience would end."""
    engine = open_engine(f"sqlite:///{tmp_path / 'empty.db'}", busy_timeout_ms=100)
    with closing(sqlite3.connect(tmp_path / "empty.db", isolation_level=None)) as first:
        first.execute("PRAGMA journal_mode = WAL")
        first.execute("BEGIN IMMEDIATE")
        with ThreadPoolExecutor(1) as other:
            waiting = other.submit(migrations.upgrade, engine)
            time.sleep(0.5)
            assert not waiting.done()
            first.execute("COMMIT")
            assert waiting.result(LONGEST_START)
    engine.dispose()


def nobody_waits(patch: pytest.MonkeyPatch) -> None:
    """Migrate without a lock."""
    usual_text, usual_options = sqlalchemy.text, Engine.execution_options

    def unlocked(statement: str) -> Any:
        is_lock = "pg_advisory_xact_lock" in statement
        return usual_text("SELECT 1 WHERE :key > 0" if is_lock else statement)

    def deferred(self: Engine, **options: Any) -> Engine:
        options.pop("sqlite_begin", None)
        return usual_options(self, **options)

    patch.setattr(sqlalchemy, "text", unlocked)
    patch.setattr(Engine, "execution_options", deferred)


@longer
def test_services_that_do_not_would_be_noticed(
    make_empty: Callable[[], str], tmp_path: Path
) -> None:
    assert any(
        each.startswith("code ") for each in migrated_at_once(make_empty(), tmp_path, nobody_waits)
    )
