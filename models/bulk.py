"""Many rows by one statement, past the mapper, whose objects cost more than the rows.

Where it can they go to the driver as it takes them: SQLAlchemy's own way says the same, but thinks
about each parameter of each row anew, which takes longer than the engine does for the row.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import cache, lru_cache
from itertools import islice, repeat
from operator import itemgetter
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import (
    ARRAY,
    Column,
    Connection,
    Dialect,
    Insert,
    String,
    Table,
    bindparam,
    column,
    func,
    insert,
    select,
    text,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.schema import CallableColumnDefault, ScalarElementColumnDefault
from sqlalchemy.types import TypeEngine

from models.base import Base

Bind = Callable[[Any], Any]
Row = Mapping[str, Any]
Value = TypeVar("Value")


def in_portions(values: Iterable[Value], size: int) -> Iterator[list[Value]]:
    """The values in lists of so many, the last one shorter: a statement takes only so many."""
    left = iter(values)
    while portion := list(islice(left, size)):
        yield portion


def table_of(mapped: type[Base]) -> Table:
    """The table of a mapped class."""
    table = mapped.__table__
    assert isinstance(table, Table)
    return table


def insert_new(connection: Connection, table: Table, rows: Sequence[NamedTuple]) -> int:
    """Insert rows, and pass over each whose key is there already, also from before in ``rows``.

    Gives how many were new. On PostgreSQL it waits for others that insert the same key just now.
    """
    if not rows:
        return 0
    names = rows[0]._fields
    if connection.dialect.name != "postgresql":
        insertion, columns = _insert_each(connection.dialect, table, names)
        values = [tuple(bind(row[at]) if bind else row[at] for at, bind in columns) for row in rows]
        return connection.exec_driver_sql(insertion, values).rowcount
    parameters: Any = dict(zip(names, map(list, zip(*rows, strict=True)), strict=True))
    statement, options = _insert_arrays(table, names), {"preserve_rowcount": True}
    return connection.execute(statement, parameters, execution_options=options).rowcount


@lru_cache
def _insert_each(
    dialect: Dialect, table: Table, names: tuple[str, ...]
) -> tuple[str, list[tuple[int, Bind | None]]]:
    """The text that SQLite runs for each row, and of each parameter the place of its value in a
    row and what makes of it what the driver takes.
    """
    statement = sqlite.insert(table).on_conflict_do_nothing()
    compiled = statement.compile(dialect=dialect, column_keys=names)
    order = compiled.positiontup or ()
    return str(compiled), [(names.index(it), _bind_of(dialect, table.c[it])) for it in order]


def _bind_of(dialect: Dialect, column: Column[Any]) -> Bind | None:
    """What makes of a value what the driver takes; ``None`` where it takes the value."""
    return column.type.dialect_impl(dialect).bind_processor(dialect)


@cache
def _insert_arrays(table: Table, names: tuple[str, ...]) -> Insert:
    """One array for each column: a statement whose text does not grow with its rows."""
    types = {name: _element(table.c[name].type) for name in names}
    arrays = [bindparam(name, type_=ARRAY(type_, dimensions=1)) for name, type_ in types.items()]
    rows = func.unnest(*arrays).table_valued(*(column(name, types[name]) for name in names))
    chosen = select(rows.render_derived(name="new"))
    return postgresql.insert(table).from_select(names, chosen).on_conflict_do_nothing()


def _element(type_: TypeEngine[Any]) -> TypeEngine[Any]:
    """The type as it is cast to; a cast to a shorter text would cut it where the column refuses."""
    return String() if isinstance(type_, String) else type_


def count_anew(connection: Connection, tables: Sequence[Table], new: int) -> None:
    """Let PostgreSQL look at tables of which the first has more than doubled by new rows.

    It does so by itself within minutes; until then it reads a whole index to find one question.
    """
    if connection.dialect.name != "postgresql":
        return
    known = text("SELECT reltuples FROM pg_class WHERE oid = CAST(:name AS regclass)")
    if new > connection.scalar(known, {"name": tables[0].name}):
        names = ", ".join(f'"{table.name}"' for table in tables)
        connection.execute(text(f"ANALYZE {names}"))


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
    for each in table.c:
        if each.key in rows[0]:
            yield each.key, _bound(connection, each, map(itemgetter(each.key), rows))
        elif each.default is not None:
            yield each.key, _bound(connection, each, _defaults(each, len(rows)))


def _bound(connection: Connection, column: Column[Any], values: Iterable[Any]) -> Iterable[Any]:
    bind = _bind_of(connection.dialect, column)
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
