"""How Alembic runs here: on the engine it is handed, else on that of the settings."""

from alembic import context
from sqlalchemy import text

from migrations import UnusableDatabaseError, is_ours
from models import Base, open_engine
from settings import Settings

MIGRATION_LOCK = 7155391204  # any number, the same in every version
LONGEST_TURN_MS = 3_600_000
LONGEST_WAIT_MS = 500

engine = context.config.attributes.get("engine") or open_engine(Settings.load().database_url)

with engine.execution_options(sqlite_begin="BEGIN IMMEDIATE").connect() as connection:
    if connection.dialect.name == "sqlite":
        # Changing a table means copying it and dropping the old one, which other rows refer to.
        # The references are off on this connection alone, and checked before the commit.
        connection.detach()
        connection.connection.cursor().execute("PRAGMA foreign_keys = OFF")
        # Two that start at once take turns, however long the first one needs.
        connection.connection.cursor().execute(f"PRAGMA busy_timeout = {LONGEST_TURN_MS}")
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        include_name=is_ours,
        compare_server_default=True,
        render_as_batch=True,
        transactional_ddl=True,
    )
    with context.begin_transaction():
        if connection.dialect.name == "postgresql":
            # So they do here, by a lock (SQLite: by the BEGIN).
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": MIGRATION_LOCK})
            # Whoever writes waits behind a step that waits: so it must not wait long.
            longest = context.config.attributes.get("longest_wait_ms", LONGEST_WAIT_MS)
            connection.execute(text(f"SET LOCAL lock_timeout = {longest}"))
        context.run_migrations()
        if connection.dialect.name == "sqlite":
            orphans = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
            if orphans:
                raise UnusableDatabaseError(f"Rows refer to what is not there: {orphans[:5]}.")
