"""A step back that would lose what is stored is refused, unless that is what one wants."""

from alembic.operations import Operations, ops, toimpl
from sqlalchemy import Computed, DefaultClause, MetaData, Table, func, inspect, select

LOSSY = "lossy"  # in a configuration's attributes, or as ``alembic -x lossy=yes downgrade``


class LossyDowngradeError(Exception):
    """What is stored would be lost. ``str(error)`` is one line that says what and the cure."""


@Operations.implementation_for(ops.DropTableOp, replace=True)
def drop_table(operations: Operations, operation: ops.DropTableOp) -> None:
    """Drop a table; on the way back only one without rows."""
    _refuse_loss(operations, operation.table_name)
    toimpl.drop_table(operations, operation)


@Operations.implementation_for(ops.DropColumnOp, replace=True)
def drop_column(operations: Operations, operation: ops.DropColumnOp) -> None:
    """Drop a column; on the way back only one in which no row says anything of its own."""
    _refuse_loss(operations, operation.table_name, operation.column_name)
    toimpl.drop_column(operations, operation)


def _refuse_loss(operations: Operations, table_name: str, column_name: str | None = None) -> None:
    context = operations.migration_context
    surrounding = context.environment_context
    is_way_back = getattr(context.opts.get("fn"), "__name__", "") == "downgrade"
    if surrounding is None or not is_way_back:
        return
    stated = surrounding.get_x_argument(as_dictionary=True)
    if surrounding.config.attributes.get(LOSSY) or stated.get(LOSSY) == "yes":
        return
    if rows := _rows_that_say_something(operations, table_name, column_name):
        place = f"column {column_name} of {table_name}" if column_name else f"table {table_name}"
        raise LossyDowngradeError(
            f"Going back would lose what {rows} rows say in {place}. Restore a backup from before "
            "the upgrade, or lose it by `alembic -x lossy=yes downgrade`."
        )


def _rows_that_say_something(
    operations: Operations, table_name: str, column_name: str | None
) -> int:
    """How many rows there are; of a column, those that differ from what it is by default."""
    bind = operations.get_bind()
    if not inspect(bind).has_table(table_name):
        return 0
    table = Table(table_name, MetaData(), autoload_with=bind)
    counted = select(func.count()).select_from(table)
    if column_name is not None:
        column, default = table.c[column_name], table.c[column_name].server_default
        if isinstance(default, Computed):
            return 0
        counted = counted.where(column.is_not(None))
        if isinstance(default, DefaultClause):
            counted = counted.where(column != default.arg)
    return bind.scalar(counted) or 0
