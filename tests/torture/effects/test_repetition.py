"""Deadlocks, serialization failures and a busy SQLite are no news for whoever asks."""

import sqlite3
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext
from itertools import cycle

import pytest
from sqlalchemy import Connection, Engine, event
from sqlalchemy.engine import make_url

from models import Database, open_engine
from models import database as database_module
from tests.torture.effects.changes import CHANGES, NO_CHANGE
from tests.torture.effects.contents import contents
from tests.torture.effects.scene import Scene
from tests.torture.effects.test_commit_first import ask
from tests.torture.effort import effort
from tests.torture.journal import Journal

ROUTES = effort(6, len(CHANGES), len(CHANGES))
BUSY_TIMEOUT = 20  # ms, so that SQLite soon says that it is busy
LIKE = {"alike_pair", "likeness_band"}  # which depend on what else there is
CODES = cycle(("40P01", "40001"))


@pytest.fixture
def scene(own_url: str) -> Iterator[Scene]:
    database = Database(open_engine(own_url, busy_timeout_ms=BUSY_TIMEOUT))
    made = Scene.of(database)
    yield made
    made.app.state.submission_writer.stop()
    database.close()


@contextmanager
def failing_once(scene: Scene) -> Iterator[list[str]]:
    """Have the engine give up the first transaction that writes, and the others not.

    PostgreSQL itself raises what it raises for deadlocks and failures of serialization, at the
    commit; SQLite really is busy, until it has said so.
    """
    engine, failures = scene.bank.database.bind, list[str]()
    assert isinstance(engine, Engine)
    failing = (
        _busy(engine, failures) if engine.dialect.name == "sqlite" else _raising(engine, failures)
    )
    with failing:
        yield failures


@contextmanager
def _raising(engine: Engine, failures: list[str]) -> Iterator[None]:
    def fail(connection: Connection) -> None:
        if not failures:
            failures.append(next(CODES))
            raised = f"RAISE EXCEPTION 'planted' USING ERRCODE = '{failures[0]}'"
            connection.exec_driver_sql(f"DO $$ BEGIN {raised}; END $$")

    event.listen(engine, "commit", fail)
    yield
    event.remove(engine, "commit", fail)


@contextmanager
def _busy(engine: Engine, failures: list[str]) -> Iterator[None]:
    path = make_url(str(engine.url)).database or ""
    with closing(sqlite3.connect(path, isolation_level=None, check_same_thread=False)) as other:
        other.execute("BEGIN IMMEDIATE")

        def release(context: object) -> None:
            if not failures:
                failures.append("busy")
                other.execute("ROLLBACK")

        event.listen(engine, "handle_error", release)
        yield
        event.remove(engine, "handle_error", release)


def told_otherwise(scene: Scene, name: str) -> list[str]:
    """What differs when the first try of a request fails in a way that passes."""
    usual = _effects(scene, name, nullcontext(["none is wanted"]))
    after_failure = _effects(scene, name, failing_once(scene))
    if usual != after_failure:
        return [f"{name}: {usual} became {after_failure}"]
    return []


def _effects(
    scene: Scene, name: str, failing: AbstractContextManager[list[str]]
) -> tuple[int, dict[str, int]]:
    """The status of an answer, and how many rows there are more than before, or less."""
    database, asked = scene.bank.database, CHANGES[name](scene)
    before = contents(database)
    with failing as failures:
        told = ask(scene, name, asked, lambda: None)
        assert failures, f"Nothing failed of {name}."
    after = contents(database)
    rows = {table: after[table].total() - before[table].total() for table in after.keys() - LIKE}
    return told.status, {table: many for table, many in sorted(rows.items()) if many}


def test_whoever_asks_hears_nothing_of_a_failure_that_passes(scene: Scene) -> None:
    changing = sorted(CHANGES.keys() - NO_CHANGE)
    chosen = Journal("repetition").random.sample(changing, min(ROUTES, len(changing)))
    assert [found for name in chosen for found in told_otherwise(scene, name)] == []


def giving_up(patch: pytest.MonkeyPatch) -> None:
    """Repeat nothing."""
    patch.setattr(database_module, "is_passing", lambda _: False)


def test_giving_up_is_found(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    giving_up(monkeypatch)
    (found,) = told_otherwise(scene, "POST /v1/bank/questions/{name}/copy")
    assert "(201, " in found
    assert "became (503, {})" in found
