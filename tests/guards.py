"""Taking the guards of history off the database of a test, to change what nobody may."""

from sqlalchemy import Connection, text
from sqlalchemy.orm import Session

from models import Database

ON_SQLITE = "SELECT name, tbl_name FROM sqlite_master WHERE type = 'trigger'"
ON_POSTGRESQL = """
    SELECT tgname, relname FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid
    WHERE NOT tgisinternal
"""


def guards(connection: Connection) -> list[tuple[str, str]]:
    """The triggers there are, each with its table."""
    is_sqlite = connection.dialect.name == "sqlite"
    found = connection.execute(text(ON_SQLITE if is_sqlite else ON_POSTGRESQL))
    return [(name, table) for name, table in found]


def drop_guards(database: Database) -> None:
    """Let the rest of a test change history; they are back when its database is undone."""

    def work(session: Session) -> None:
        connection = session.connection()
        for name, table in guards(connection):
            on_table = f' ON "{table}"' if connection.dialect.name == "postgresql" else ""
            connection.execute(text(f'DROP TRIGGER "{name}"{on_table}'))

    database.write(work)
