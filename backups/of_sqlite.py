"""Copies of a SQLite file."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from sqlalchemy.engine import URL

from backups.copies import (
    BackupError,
    Rows,
    appearing,
    count_rows,
    is_in_use,
    kept_name,
    migrate,
    sync,
)
from migrations import file_of


def copy_file(source: Path, part: Path) -> Rows:
    """Copy a bank that may be written to meanwhile; what is in the copy, once it is found whole."""
    if not source.exists():
        raise BackupError(f"There is no database {source}. Mend DATABASE_URL.")
    # The stepped copy of the driver begins anew with each commit of others, so never ends.
    with _plain(source) as connection:
        connection.execute("VACUUM INTO ?", (str(part),))
    return examine(part)


def restore_file(url: URL, path: Path, replace: bool) -> Rows:
    """Put a copy in the place of the bank's file; what was there is kept, or refused."""
    target = file_of(url)
    if target is None:
        raise BackupError("The bank has no file. Set DATABASE_URL to one.")
    target.parent.mkdir(parents=True, exist_ok=True)
    with appearing(target, mode=0o666) as part:  # less what the umask takes, as any database
        shutil.copyfile(path, part)
        rows = examine(part)
        migrate(f"sqlite:///{part}")
        sync(part)  # before the old bank leaves its place
        if target.exists():
            _move_away(url, target, replace)
    return rows


def _move_away(url: URL, target: Path, replace: bool) -> None:
    """Let go of what stands in the place, and keep a copy of what is worth one."""
    try:
        with _plain(target) as connection:
            # Only who is alone may leave the write-ahead log; then the file is all there is.
            connection.execute("PRAGMA journal_mode = DELETE").fetchall()
    except sqlite3.DatabaseError as error:
        if "locked" not in str(error):
            raise BackupError(f"{target} cannot be opened: {error}. Move it away.") from None
        raise BackupError(f"{target} is in use. Stop the service first.") from None
    if not is_in_use(url):
        return
    if not replace:
        raise BackupError(f"{target} holds a bank. With --replace it is kept beside the new one.")
    target.replace(kept_name(target))


def examine(path: Path) -> Rows:
    """Count the rows of a copy that SQLite finds whole; :class:`BackupError` for any other."""
    try:
        with _plain(path) as connection:
            faults = connection.execute("PRAGMA integrity_check(1)").fetchall()
            orphans = connection.execute("PRAGMA foreign_key_check").fetchone()
    except sqlite3.DatabaseError as error:
        raise BackupError(f"The backup is damaged: {error}. Take another one.") from None
    if faults != [("ok",)] or orphans:
        raise BackupError(f"The backup is damaged: {faults[0][0]}. Take another one.")
    return count_rows(f"sqlite:///{path}")


@contextmanager
def _plain(path: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(path, isolation_level=None, timeout=1)) as connection:
        yield connection
