"""All that a database holds, to be compared."""

from collections import Counter
from collections.abc import Mapping

from models import Base, Database

Contents = Mapping[str, Counter[str]]


def contents(database: Database) -> Contents:
    """The rows of every table, as one other connection sees them at one moment."""
    with database.read() as session:
        connection = session.connection()
        return {
            name: Counter(map(repr, connection.exec_driver_sql(f'SELECT * FROM "{name}"')))  # noqa: S608 - our own name
            for name in Base.metadata.tables
        }


def differing(before: Contents, after: Contents) -> list[str]:
    """The names of the tables that are not the same."""
    return sorted(name for name in before if before[name] != after[name])
