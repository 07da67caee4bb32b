"""Archives of a PostgreSQL database, by the programs that come with it."""

import os
import shutil
import subprocess
import time
from pathlib import Path

from psycopg.conninfo import make_conninfo
from sqlalchemy import Connection, inspect, text
from sqlalchemy.engine import URL

from backups.copies import (
    BackupError,
    Rows,
    appearing,
    count_rows,
    engine_of,
    is_in_use,
    kept_name,
    migrate,
)
from models import now

LEAVING = 2.0  # seconds that a server may take to notice that a connection was closed
ASIDE = "before_restore_"  # begins the name of the schema that is being replaced
CLIENTS = "Install PostgreSQL's client programs (on Debian: apt-get install postgresql-client)."


def copy_server(url: URL, part: Path) -> Rows:
    """Copy one state of the database, while others go on; its rows are not counted."""
    _run("pg_dump", url, "--format=custom", "--no-owner", "--no-privileges", f"--file={part}")
    _run("pg_restore", None, "--list", str(part))
    return {}


def restore_server(url: URL, path: Path, replace: bool) -> Rows:
    """Fill the database from an archive; what was there is archived first, or refused."""
    _run("pg_restore", None, "--list", str(path))
    _require_alone(url)
    with engine_of(url).begin() as connection:
        _take_back(connection)
    if is_in_use(url):
        if not replace:
            raise BackupError(
                "The database holds a bank. With --replace it is backed up before it is replaced."
            )
        with appearing(kept_name(Path("questions.dump"))) as part:
            copy_server(url, part)
    return _refill(url, path)


def _require_alone(url: URL) -> None:
    """Raise where others are connected. What was just closed is gone a moment later."""
    others = text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
        "AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
    )
    until = time.monotonic() + LEAVING
    with engine_of(url).connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        while connection.scalar(others):
            if time.monotonic() > until:
                raise BackupError("The database is in use. Stop the service first.")
            time.sleep(0.1)


def _refill(url: URL, path: Path) -> Rows:
    """Fill a new schema; until all is there, the old one only has another name."""
    aside = f"{ASIDE}{now():%Y%m%d%H%M%S}"
    with engine_of(url).begin() as connection:
        connection.execute(text(f"ALTER SCHEMA public RENAME TO {aside}"))
        connection.execute(text("CREATE SCHEMA public"))
    try:
        options = ("--no-owner", "--no-privileges", "--single-transaction", "--exit-on-error")
        _run("pg_restore", url, *options, "--schema=public", str(path))
        filled = url.render_as_string(hide_password=False)
        rows = count_rows(filled)
        migrate(filled)
    except BaseException:
        with engine_of(url).begin() as connection:
            connection.execute(text("DROP SCHEMA public CASCADE"))
            connection.execute(text(f"ALTER SCHEMA {aside} RENAME TO public"))
        raise
    with engine_of(url).begin() as connection:
        connection.execute(text(f"DROP SCHEMA {aside} CASCADE"))
    return rows


def _take_back(connection: Connection) -> None:
    """Undo a restore that was killed before its one transaction: the old bank gets its name."""
    inspector = inspect(connection)
    aside = [name for name in inspector.get_schema_names() if name.startswith(ASIDE)]
    if aside and not inspector.get_table_names():
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text(f"ALTER SCHEMA {max(aside)} RENAME TO public"))


def _run(program: str, url: URL | None, *arguments: str) -> None:
    """Run one of PostgreSQL's programs; its first words are the reason if it fails."""
    found = shutil.which(program)
    if found is None:
        raise BackupError(f"There is no program {program}. {CLIENTS}")
    command, environment = [found, *arguments], dict(os.environ)
    if url is not None:
        ((), options) = engine_of(url).dialect.create_connect_args(url)
        options.pop("context", None)  # of the driver alone
        environment |= {"PGPASSWORD": str(options.pop("password", ""))}  # seen by no other user
        command.append(f"--dbname={make_conninfo(**options)}")
    done = subprocess.run(  # noqa: S603 -- a program of the engine, with arguments of ours
        command, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        reason = next(iter(done.stderr.strip().splitlines()), "it does not say why")
        cure = f" {CLIENTS}" if "version" in reason else ""
        raise BackupError(f"{program} failed: {reason}.{cure}")
