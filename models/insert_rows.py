"""Many rows by one statement, handed to the driver as it takes them.

SQLAlchemy's own way says the same, but thinks about each parameter of each row anew, which takes
longer than the engine does for the row.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from operator import itemgetter
from typing import Any

from sqlalchemy import Column, Connection, Table, insert
from sqlalchemy.sql.schema import CallableColumnDefault, ScalarElementColumnDefault

Value = Callable[[Mapping[str, Any]], Any]


def insert_rows(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert the rows, which all have the names of the first; defaults are as ever."""
    values = dict(_values(connection, table, rows[0]))
    compiled = insert(table).compile(connection, column_keys=list(values))
    parameters: list[Any]
    if compiled.positional:
        ordered = [values[name] for name in compiled.positiontup or ()]
        parameters = [tuple(value(row) for value in ordered) for row in rows]
    else:
        parameters = [{name: value(row) for name, value in values.items()} for row in rows]
    connection.exec_driver_sql(str(compiled), parameters)


def _values(
    connection: Connection, table: Table, first: Mapping[str, Any]
) -> Iterator[tuple[str, Value]]:
    """How to take from a row what the driver wants for each column."""
    for column in table.c:
        if column.key in first or column.default is not None:
            yield column.key, _value(connection, column, column.key in first)


def _value(connection: Connection, column: Column[Any], is_given: bool) -> Value:
    bind = column.type.dialect_impl(connection.dialect).bind_processor(connection.dialect)
    take: Value = itemgetter(column.key) if is_given else _default(column)
    return (lambda row: bind(take(row))) if bind else take


def _default(column: Column[Any]) -> Value:
    default = column.default
    if isinstance(default, CallableColumnDefault):
        make: Callable[[Any], Any] = default.arg
        return lambda _: make(None)
    assert isinstance(default, ScalarElementColumnDefault)  # as SQL they are the server's here
    said = default.arg
    return lambda _: said
