"""Many rows by one statement, handed to the driver as it takes them.

SQLAlchemy's own way says the same, but thinks about each parameter of each row anew, which takes
longer than the engine does for the row.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import lru_cache
from itertools import repeat
from operator import itemgetter
from typing import Any

from sqlalchemy import Column, Connection, Table, insert
from sqlalchemy.sql.schema import CallableColumnDefault, ScalarElementColumnDefault

Row = Mapping[str, Any]


def insert_rows(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Insert the rows; what their names are is told by the first. Defaults are as ever.

    Names that the table does not have are passed over.
    """
    columns = dict(_columns(connection, table, rows))
    compiled = insert(table).compile(connection, column_keys=list(columns))
    parameters: list[Any]
    if compiled.positional:
        ordered = [columns[name] for name in compiled.positiontup or ()]
        parameters = list(zip(*ordered, strict=True))
    else:
        every = zip(*columns.values(), strict=True)
        parameters = [dict(zip(columns, values, strict=True)) for values in every]
    connection.exec_driver_sql(str(compiled), parameters)


def _columns(
    connection: Connection, table: Table, rows: Sequence[Row]
) -> Iterator[tuple[str, Iterable[Any]]]:
    """What the driver wants for each column, row after row."""
    for column in table.c:
        if column.key in rows[0]:
            yield column.key, _bound(connection, column, map(itemgetter(column.key), rows))
        elif column.default is not None:
            yield column.key, _bound(connection, column, _defaults(column, len(rows)))


def _bound(connection: Connection, column: Column[Any], values: Iterable[Any]) -> Iterable[Any]:
    bind = column.type.dialect_impl(connection.dialect).bind_processor(connection.dialect)
    if bind is None:
        return values
    # Moments take their time to spell, and rows that are written together share them.
    return map(lru_cache(bind) if issubclass(column.type.python_type, date) else bind, values)


def _defaults(column: Column[Any], count: int) -> Iterator[Any]:
    default = column.default
    if isinstance(default, CallableColumnDefault):
        make: Callable[[Any], Any] = default.arg
        return map(make, repeat(None, count))
    assert isinstance(default, ScalarElementColumnDefault)  # as SQL they are the server's here
    return repeat(default.arg, count)
