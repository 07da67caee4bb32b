"""Inserting many rows by one statement, past the mapper, whose objects cost more than the rows."""

from collections.abc import Callable, Sequence
from functools import cache, lru_cache
from typing import Any, NamedTuple

from sqlalchemy import (
    ARRAY,
    Connection,
    Dialect,
    Insert,
    String,
    Table,
    bindparam,
    column,
    func,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.types import TypeEngine

from models.base import Base

Bind = Callable[[Any], Any]


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
        text, columns = _insert_each(connection.dialect, table, names)
        # SQLAlchemy's own way thinks about each parameter of each row anew.
        values = [tuple(bind(row[at]) if bind else row[at] for at, bind in columns) for row in rows]
        return connection.exec_driver_sql(text, values).rowcount
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
    types = {name: table.c[name].type.dialect_impl(dialect) for name in names}
    order = compiled.positiontup or ()
    return str(compiled), [(names.index(it), types[it].bind_processor(dialect)) for it in order]


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
