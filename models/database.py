"""From a database URL to sessions: engine, pragmas, transactions and their repetition."""

import os
import random
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import ExceptionContext, make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session, sessionmaker
from sqlalchemy.pool import PoolProxiedConnection, QueuePool

from models.watching import Watch

Result = TypeVar("Result")

ATTEMPTS = 5
PATIENCE = 10.0  # seconds; a waiting SQLite has used up its busy timeout each time
LONGEST_PAUSE = 0.05  # seconds before the first repetition; doubled each time, with jitter
MEDIA_FOLDER = "media_folder"  # in ``Session.info``
SERIALIZATION_FAILURE, DEADLOCK_DETECTED = "40001", "40P01"


class Database:
    """Sessions on one engine. ``read`` sees one consistent state, ``write`` changes it.

    ``read_published`` may be behind both: it reads a replica, where there is one. Sessions know
    the ``media_folder``, where pictures lie if not in the database. ``watch`` hears of
    transactions and, once they are there, of commits.

    Bound to a connection instead of an engine, all work happens in savepoints of that
    connection's transaction, so that a test can roll everything back.
    """

    def __init__(
        self,
        bind: Engine | Connection,
        replica: Engine | None = None,
        media_folder: Path | None = None,
    ) -> None:
        self.bind, self.published = bind, replica or bind
        self.watch = Watch()
        options: dict[str, Any] = {"expire_on_commit": False, "info": {MEDIA_FOLDER: media_folder}}
        if isinstance(bind, Connection):
            writer: Engine | Connection = bind
            options["join_transaction_mode"] = "create_savepoint"
        else:
            writer = bind.execution_options(sqlite_begin="BEGIN IMMEDIATE")
        self.is_file = bind.dialect.name == "sqlite"
        self._readers = sessionmaker(_for_reading(bind), **options)
        self._published_readers = sessionmaker(_for_reading(self.published), **options)
        self._writers = sessionmaker(writer, **options)

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session that is never committed."""
        with self.watch.transaction("read"), self._readers() as session:
            yield session

    @contextmanager
    def read_published(self) -> Iterator[Session]:
        """A session for what learners are shown, on which nothing that is written depends."""
        with self.watch.transaction("read"), self._published_readers() as session:
            yield session

    def write(self, work: Callable[[Session], Result], *, may_be_there: bool = False) -> Result:
        """Run ``work`` in one transaction, commit it, return its result.

        When the engine gives up for a reason that another try can cure (serialization failure,
        deadlock, SQLite busy) the whole work is repeated, so it must have no outside effects.
        Repetition ends after five attempts, or when they have taken ``PATIENCE`` seconds.
        When the connection is lost in a commit, nobody knows whether it happened: only work that
        finds what it has already stored, and says so by ``may_be_there``, is repeated then.
        """
        deadline = time.monotonic() + PATIENCE
        for attempt in range(ATTEMPTS - 1):
            try:
                return self._write_once(work)
            except DBAPIError as error:
                is_lost = may_be_there and error.connection_invalidated
                if not (is_lost or is_passing(error)) or time.monotonic() > deadline:
                    raise
                pause = LONGEST_PAUSE * 2**attempt
                time.sleep(random.uniform(0, pause))  # noqa: S311 - jitter, not a secret
        return self._write_once(work)

    def _write_once(self, work: Callable[[Session], Result]) -> Result:
        with self.watch.transaction("write"), self._writers() as session:
            with session.begin():
                result = work(session)
                begun = time.perf_counter()
            self.watch.committed(time.perf_counter() - begun, session.info)
        return result

    def forget(self) -> None:
        """Take what was overwritten out of SQLite's log; PostgreSQL's servers do so by vacuum."""
        if self.is_file and isinstance(self.bind, Engine):
            with closing(self.bind.raw_connection()) as connection:  # outside of a transaction
                connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def close(self) -> None:
        """Give back all pooled connections."""
        self.bind.engine.dispose()
        self.published.engine.dispose()


class WatchedPool(QueuePool):
    """Tells who waits for a connection because all are in use."""

    waiting = 0  # now
    waits = 0  # since the start

    def connect(self) -> PoolProxiedConnection:
        """A connection, as soon as there is one."""
        if self.checkedout() < self.size():
            return super().connect()
        self.waits += 1
        self.waiting += 1
        try:
            return super().connect()
        finally:
            self.waiting -= 1


def _for_reading(bind: Engine | Connection) -> Engine | Connection:
    """The bind with sessions that see one state, as those of SQLite do by themselves."""
    if isinstance(bind, Engine) and bind.dialect.name == "postgresql":
        return bind.execution_options(isolation_level="REPEATABLE READ")
    return bind


def is_passing(error: DBAPIError) -> bool:
    """Whether the same work may well succeed when it is tried again."""
    if isinstance(error.orig, sqlite3.Error):
        return _is_busy(error.orig)
    return getattr(error.orig, "sqlstate", None) in {SERIALIZATION_FAILURE, DEADLOCK_DETECTED}


def open_engine(
    url: str, *, synchronous: str = "FULL", busy_timeout_ms: int = 10_000, pool_size: int = 10
) -> Engine:
    """An engine for a SQLite file or a PostgreSQL server. Opens no connection yet."""
    # Errors of the engine go to the log, and the parameters of a statement are answers.
    options: dict[str, Any] = {"pool_size": pool_size, "max_overflow": 0, "hide_parameters": True}
    options["poolclass"] = WatchedPool
    if make_url(url).get_backend_name() == "sqlite":
        engine = create_engine(url, connect_args={"check_same_thread": False}, **options)
        _prepare_sqlite(engine, synchronous, busy_timeout_ms)
        if os.path.isabs(path := engine.dialect.create_connect_args(engine.url)[0][0]):
            _keep_to_one_file(engine, path)
        return engine
    # Without server-side prepared statements any connection pooler may stand between.
    arguments = {"prepare_threshold": None, "connect_timeout": 10}
    # Who waits for a lock must see what its holder did: the server's default may be another.
    options |= {"isolation_level": "READ COMMITTED", "pool_pre_ping": True}
    return create_engine(url, connect_args=arguments, **options)


def file_at(path: str) -> tuple[int, int] | None:
    """Which file lies there now; ``None`` for none. Another one in its place is not equal."""
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_dev, found.st_ino


def replaced_file(path: str) -> sqlite3.OperationalError:
    """The error of a file that is not the one that was opened at first."""
    return sqlite3.OperationalError(f"{path} was replaced: start the service anew.")


def _keep_to_one_file(engine: Engine, path: str) -> None:
    """Give out no connection once another file, or none, lies where the first was opened.

    Open connections would go on with the file that is gone, and new ones mix both.
    """
    opened: list[tuple[int, int] | None] = []

    @event.listens_for(engine, "do_connect")  # the log of the old file would spoil the new one
    @event.listens_for(engine, "checkout")
    def compare(*_: object) -> None:
        if opened and opened[0] != file_at(path):
            raise replaced_file(path)

    @event.listens_for(engine, "connect")
    def note(*_: object) -> None:
        opened[:] = opened or [file_at(path)]


def _set_pragma(connection: sqlite3.Connection, name: str, value: object, until: float) -> None:
    """Set it, if need be patiently: SQLite does not wait by itself where two switch to WAL."""
    while True:
        try:
            connection.execute(f"PRAGMA {name} = {value}")
        except sqlite3.OperationalError as error:
            if not _is_busy(error) or time.monotonic() > until:
                raise
            time.sleep(0.01)
        else:
            return


def _is_busy(error: sqlite3.Error) -> bool:
    return _code_of(error) == sqlite3.SQLITE_BUSY


def _code_of(error: BaseException) -> int:
    """The primary code of SQLite's; 0 for errors of the driver's own, which have none."""
    code: int = getattr(error, "sqlite_errorcode", 0)
    return code & 0xFF


def _prepare_sqlite(engine: Engine, synchronous: str, busy_timeout_ms: int) -> None:
    pragmas = {
        "busy_timeout": busy_timeout_ms,  # first: switching to WAL may have to wait
        "journal_mode": "WAL",
        "synchronous": synchronous,
        "foreign_keys": "ON",
        "secure_delete": "ON",  # who is forgotten is not in free pages either
    }

    @event.listens_for(engine, "connect")
    def set_pragmas(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None  # we say BEGIN, not the driver: see below
        until = time.monotonic() + busy_timeout_ms / 1000
        for name, value in pragmas.items():
            _set_pragma(connection, name, value, until)

    @event.listens_for(engine, "handle_error")
    def leave_read_only(context: ExceptionContext) -> None:
        # SQLite opens a file that it may not write to as well as it can, and the connection stays
        # as it was opened: those of a better time are to be new ones.
        if _code_of(context.original_exception) == sqlite3.SQLITE_READONLY:
            context.is_disconnect = True

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # The driver opens no transaction for a SELECT, which loses updates that read first;
        # a writer takes its lock at once, so that it cannot fail for having read first.
        connection.exec_driver_sql(connection.get_execution_options().get("sqlite_begin", "BEGIN"))
