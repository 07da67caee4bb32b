"""Units of work: committed whole or not at all, and repeated where another try can help."""

import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import Engine, event, func, select, text, update
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlalchemy.orm import Session

from models import ApiKey, Bank, Database, open_engine
from models.database import ATTEMPTS, is_passing
from operations.issue_key import issue_key

ROOT = Path(__file__).parents[2]


def revision(database: Database) -> int:
    with database.read() as session:
        return session.scalars(select(Bank.revision)).one()


def test_work_is_committed_and_its_result_returned(own_database: Database) -> None:
    def work(session: Session) -> str:
        Bank.raise_revision(session)
        return "done"

    assert own_database.write(work) == "done"
    assert revision(own_database) == 1


@pytest.mark.parametrize("error", [ValueError("no"), KeyboardInterrupt()], ids=repr)
def test_work_that_fails_leaves_no_trace_and_is_not_repeated(
    own_database: Database, error: BaseException
) -> None:
    attempts = []

    def work(session: Session) -> None:
        attempts.append(1)
        Bank.raise_revision(session)
        session.flush()
        raise error

    with pytest.raises(type(error)):
        own_database.write(work)
    assert len(attempts) == 1
    assert revision(own_database) == 0


def test_a_broken_constraint_is_not_tried_again(own_database: Database) -> None:
    attempts = []

    def work(session: Session) -> None:
        attempts.append(1)
        session.add(Bank(id=2, revision=0, signing_secret=""))

    with pytest.raises(IntegrityError):
        own_database.write(work)
    assert len(attempts) == 1


def test_a_reading_session_writes_nothing(own_database: Database) -> None:
    with own_database.read() as session:
        Bank.raise_revision(session)
        session.flush()
    assert revision(own_database) == 0


@pytest.fixture
def blocked(tmp_path: Path, migrated_sqlite: Path) -> Iterator[tuple[Database, Callable[[], None]]]:
    """A database that another connection keeps busy, and what ends that."""
    path = tmp_path / "blocked.db"
    path.write_bytes(migrated_sqlite.read_bytes())
    blocker = sqlite3.connect(path, isolation_level=None)
    blocker.execute("BEGIN IMMEDIATE")
    database = Database(open_engine(f"sqlite:///{path}", busy_timeout_ms=1))
    yield database, blocker.commit
    blocker.close()
    database.close()


def collect_failures(engine: Engine) -> list[DBAPIError]:
    failures: list[DBAPIError] = []

    @event.listens_for(engine, "handle_error")
    def note(context: ExceptionContext) -> None:
        assert isinstance(context.sqlalchemy_exception, DBAPIError)
        failures.append(context.sqlalchemy_exception)

    return failures


def test_a_busy_sqlite_is_tried_five_times(
    blocked: tuple[Database, Callable[[], None]],
) -> None:
    database, _ = blocked
    failures = collect_failures(database.bind.engine)
    with pytest.raises(OperationalError, match="database is locked"):
        database.write(Bank.raise_revision)
    assert len(failures) == ATTEMPTS == 5
    assert all(map(is_passing, failures))


def test_a_sqlite_that_is_busy_for_a_while_gets_the_work_done_once(
    blocked: tuple[Database, Callable[[], None]],
) -> None:
    database, release = blocked
    failures = collect_failures(database.bind.engine)
    event.listen(
        database.bind.engine, "handle_error", lambda _: release() if len(failures) == 4 else None
    )
    database.write(Bank.raise_revision)
    assert len(failures) == 4
    assert revision(database) == 1


def test_a_read_that_was_overtaken_on_sqlite_may_be_tried_again(
    tmp_path: Path, migrated_sqlite: Path
) -> None:
    path = tmp_path / "own.db"
    path.write_bytes(migrated_sqlite.read_bytes())
    database = Database(open_engine(f"sqlite:///{path}"))
    with database.read() as session:
        session.scalars(select(Bank.revision)).one()
        database.write(Bank.raise_revision)
        with pytest.raises(OperationalError) as caught:
            Bank.raise_revision(session)
    assert is_passing(caught.value)
    database.close()


on_postgresql = pytest.mark.parametrize("own_url", ["postgresql"], indirect=True)


@on_postgresql
@pytest.mark.parametrize(("overtaken", "attempts"), [(0, 1), (1, 2), (4, 5), (5, 5), (99, 5)])
def test_a_serialization_failure_is_tried_five_times(
    own_database: Database, overtaken: int, attempts: int
) -> None:
    """Another writer comes between the read and the write of the first attempts."""
    tries = count(1)
    seen: list[int] = []

    def work(session: Session) -> None:
        session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        number = session.scalars(select(Bank.revision)).one()
        seen.append(next(tries))
        if seen[-1] <= overtaken:
            with own_database.bind.engine.begin() as other:
                other.execute(update(Bank).values(revision=Bank.revision + 1))
        session.execute(update(Bank).values(revision=number + 1000))

    if overtaken < ATTEMPTS:
        own_database.write(work)
        assert revision(own_database) == overtaken + 1000
    else:
        with pytest.raises(OperationalError, match="could not serialize") as caught:
            own_database.write(work)
        assert is_passing(caught.value)
        assert revision(own_database) == ATTEMPTS
    assert len(seen) == attempts


@on_postgresql
def test_both_sides_of_a_deadlock_get_their_work_done(own_database: Database) -> None:
    own_database.write(lambda session: session.execute(text("CREATE TABLE pair (n int, v int)")))
    own_database.write(lambda session: session.execute(text("INSERT INTO pair VALUES (1,0),(2,0)")))
    both_hold_one = Barrier(2)
    attempts = []

    def worker(first: int, second: int) -> None:
        tries = count()

        def work(session: Session) -> None:
            attempts.append(first)
            session.execute(text("SET LOCAL deadlock_timeout = '50ms'"))
            add = text("UPDATE pair SET v = v + 1 WHERE n = :n")
            session.execute(add, {"n": first})
            if next(tries) == 0:
                both_hold_one.wait(timeout=30)
            session.execute(add, {"n": second})

        own_database.write(work)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(worker, [1, 2], [2, 1]))
    with own_database.read() as session:
        assert list(session.scalars(text("SELECT v FROM pair"))) == [2, 2]
    assert len(attempts) == 3


def test_no_update_that_reads_first_is_lost(own_database: Database) -> None:
    def increment(session: Session) -> None:
        number = session.scalars(select(Bank.revision).with_for_update()).one()
        session.execute(update(Bank).values(revision=number + 1))

    def worker(_: int) -> None:
        for _ in range(25):
            own_database.write(increment)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(worker, range(8)))
    assert revision(own_database) == 200


def test_every_sqlite_connection_has_its_pragmas(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'new.db'}", busy_timeout_ms=1234)
    wanted = {"journal_mode": "wal", "foreign_keys": 1, "synchronous": 2, "busy_timeout": 1234}
    with engine.connect() as one, engine.connect() as other:
        for connection in (one, other):
            read = {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in wanted}
            assert read == wanted
    engine.dispose()


@pytest.mark.parametrize(("name", "number"), [("OFF", 0), ("NORMAL", 1), ("FULL", 2), ("EXTRA", 3)])
def test_synchronous_is_as_stated(tmp_path: Path, name: str, number: int) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'new.db'}", synchronous=name)
    with engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == number
    engine.dispose()


@on_postgresql
def test_writers_see_what_they_waited_for_whatever_is_usual_there(
    own_database: Database, own_url: str
) -> None:
    name = own_database.bind.engine.url.database
    strict = f'ALTER DATABASE "{name}" SET default_transaction_isolation = serializable'
    own_database.write(lambda session: session.execute(text(strict)))
    database = Database(open_engine(own_url))
    shown = database.write(lambda session: session.scalar(text("SHOW transaction_isolation")))
    assert shown == "read committed"
    database.close()


@on_postgresql
def test_postgresql_needs_no_prepared_statements(own_database: Database) -> None:
    with own_database.bind.engine.connect() as connection:
        driver: Any = connection.connection.driver_connection
        assert driver.prepare_threshold is None


@pytest.mark.parametrize(
    "url",
    ["sqlite:///{folder}/new.db", "postgresql+psycopg://nobody@127.0.0.1:1/none",
     "postgresql+psycopg:///none?host=one:1&host=two:2&target_session_attrs=read-write"],
)  # fmt: skip
def test_a_database_is_not_opened_before_it_is_used(tmp_path: Path, url: str) -> None:
    Database(open_engine(url.format(folder=tmp_path))).close()
    assert list(tmp_path.iterdir()) == []


def test_importing_opens_nothing(tmp_path: Path) -> None:
    code = """
import sys
def refuse(name, arguments):
    if name in ("sqlite3.connect", "socket.connect", "socket.getaddrinfo"):
        raise SystemExit(f"{name} {arguments}")
sys.addaudithook(refuse)
import models, migrations, operations.import_questions, seed.report
from settings import Settings
models.Database(models.open_engine(Settings.load().database_url))
"""
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env={"PYTHONPATH": str(ROOT)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert list(tmp_path.iterdir()) == []


def test_on_a_connection_all_work_is_undone_with_it(shared_engine: Engine) -> None:
    with shared_engine.connect() as connection, connection.begin() as transaction:
        database = Database(connection)
        before = revision(database)
        database.write(Bank.raise_revision)
        assert revision(database) == before + 1
        transaction.rollback()
    assert revision(Database(shared_engine)) == before


def test_a_reader_sees_one_state(own_database: Database) -> None:
    """Also on PostgreSQL, where by default each statement would see its own."""
    count = select(func.count()).select_from(ApiKey)
    with own_database.read() as session:
        before = session.scalar(count)
        own_database.write(lambda other: issue_key(other, name="new", role="admin"))
        assert session.scalar(count) == before
    with own_database.read() as session:
        assert session.scalar(count) == (before or 0) + 1
