"""A connection of APSW as the engine of SQLAlchemy wants one of ``sqlite3``.

The SQLite of ``sqlite3`` cannot be given a file layer from Python, that of APSW can. All that the
service does with a connection, its pragmas first, is done with this one.
"""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

import apsw
from sqlalchemy import Engine, event

from tests.torture.power.disk import Disk


def run_on(engine: Engine, path: str, disk: Disk) -> None:
    """Let the engine open a file on that disk."""

    @event.listens_for(engine, "do_connect")
    def connect(*_: object) -> Connection:
        return Connection(path, disk)


class Connection:
    """What the engine asks of a connection."""

    isolation_level: str | None = None

    def __init__(self, path: str, disk: Disk) -> None:
        self.apsw, self._disk = apsw.Connection(path, vfs=disk.name), disk

    def cursor(self) -> "Cursor":
        return Cursor(self.apsw)

    def execute(self, statement: str) -> "Cursor":
        return self.cursor().execute(statement)

    def create_function(self, name: str, count: int, function: Any, **options: bool) -> None:
        self.apsw.create_scalar_function(name, function, count, **options)

    def commit(self) -> None:
        if self.apsw.in_transaction:
            self.execute("COMMIT")
            self._disk.commits += 1

    def rollback(self) -> None:
        if self.apsw.in_transaction:
            self.execute("ROLLBACK")

    def close(self) -> None:
        with suppress(apsw.IOError):  # without power it cannot tidy up
            self.apsw.close()


class Cursor:
    """What the engine asks of a cursor. All rows are read at once."""

    arraysize = 1

    def __init__(self, connection: apsw.Connection) -> None:
        self._connection, self._cursor = connection, connection.cursor()
        self._cursor.exec_trace = self._describe
        self._rows: list[Any] = []
        self.description: tuple[tuple[Any, ...], ...] | None = None
        self.rowcount = -1

    @property
    def lastrowid(self) -> int:
        return self._connection.last_insert_rowid()

    def execute(self, statement: str, values: Any = ()) -> "Cursor":
        return self._run(lambda: self._cursor.execute(statement, values))

    def executemany(self, statement: str, values: Sequence[Any]) -> "Cursor":
        return self._run(lambda: self._cursor.executemany(statement, values))

    def fetchone(self) -> Any:
        return self._rows.pop(0) if self._rows else None

    def fetchmany(self, size: int = 1) -> list[Any]:
        some, self._rows = self._rows[:size], self._rows[size:]
        return some

    def fetchall(self) -> list[Any]:
        return self.fetchmany(len(self._rows))

    def close(self) -> None:
        self._cursor.close(force=True)

    def _run(self, work: Callable[[], Any]) -> "Cursor":
        before, self.description = self._connection.total_changes(), None
        with _told_as_sqlite3():
            self._rows = list(work())
        changed = self._connection.total_changes() - before
        self.rowcount = -1 if self.description else changed
        return self

    def _describe(self, cursor: Any, *_: object) -> bool:
        """Before the first row, since without rows nothing is told of them afterwards."""
        columns = cursor.get_description()
        self.description = tuple((name, *[None] * 6) for name, *_ in columns) or None
        return True


@contextmanager
def _told_as_sqlite3() -> Iterator[None]:
    """Errors as the other driver raises them."""
    try:
        yield
    except apsw.Error as error:
        is_of_a_row = isinstance(error, apsw.ConstraintError)
        told = (sqlite3.IntegrityError if is_of_a_row else sqlite3.OperationalError)(str(error))
        told.sqlite_errorcode = getattr(error, "extendedresult", 0)
        raise told from error
