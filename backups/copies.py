"""What the copies of both engines have in common."""

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from sqlalchemy import Engine, create_engine, func, inspect, select
from sqlalchemy.engine import URL
from sqlalchemy.pool import NullPool

from migrations import UnusableDatabaseError, current, is_known, upgrade
from models import ApiKey, GradeRow, Question, Submission, now, open_engine

Rows = dict[str, int]
TABLES = {"questions": Question, "answers": Submission, "grades": GradeRow}


class BackupError(Exception):
    """No backup was made or put back. ``str(error)`` is one line that says why and the cure."""


@dataclass(frozen=True, slots=True)
class Backup:
    """A file that holds a bank: its size in bytes, its SHA-256 in hex, and the rows in it.

    Archives of PostgreSQL are counted only when they are restored: ``rows`` is empty before.
    """

    path: Path
    size: int
    digest: str
    rows: Rows


@contextmanager
def appearing(path: Path, mode: int = 0o600) -> Iterator[Path]:
    """A file to fill, which is put on disk and only then gets its name; nothing if that fails.

    By default it is for its owner alone: it holds what nobody else may read.
    """
    part = path.with_name(f"{path.name}.part")
    try:
        part.unlink(missing_ok=True)
        os.close(os.open(part, os.O_CREAT | os.O_EXCL, mode))
        yield part
        sync(part)
        part.replace(path)
        sync(path.parent)
    finally:
        part.unlink(missing_ok=True)


def engine_of(url: str | URL) -> Engine:
    """An engine that keeps no connection: who copies must not be in the way."""
    return create_engine(url, poolclass=NullPool)


def count_rows(url: str) -> Rows:
    """How many questions, answers and grades a bank of a known version holds."""
    with engine_of(url).connect() as connection:
        found = current(connection)
        if found is None:
            raise BackupError("There is no bank in the backup.")
        if not is_known(found):
            raise BackupError(
                f"The backup is at migration {found}, which this version of the service does not "
                "know. Restore it with the version that made it, or a newer one."
            )
        counted = {
            name: connection.scalar(select(func.count()).select_from(table))
            for name, table in TABLES.items()
        }
    return {name: number or 0 for name, number in counted.items()}


def migrate(url: str) -> None:
    """Bring a restored bank to the newest migration."""
    engine = open_engine(url)
    try:
        upgrade(engine)
    except UnusableDatabaseError as error:
        raise BackupError(error) from None
    finally:
        engine.dispose()


def is_in_use(url: URL) -> bool:
    """Whether a bank holds something that could be lost."""
    with engine_of(url).connect() as connection:
        tables = set(inspect(connection).get_table_names())
        held = [each for each in (Question, Submission, ApiKey) if each.__tablename__ in tables]
        return any(connection.scalar(select(each.id).limit(1)) for each in held)


def kept_name(path: Path) -> Path:
    """Where what is replaced is kept: a name that no file has."""
    stem = f"{path.stem}.before-restore-{now():%Y%m%d-%H%M%S}"
    for number in count():
        kept = path.with_name(f"{stem}{f'-{number}' if number else ''}{path.suffix}")
        if not kept.exists():
            return kept
    raise AssertionError  # numbers have no end


def digest_of(path: Path) -> str:
    """The SHA-256 of a file, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sync(path: Path) -> None:
    """Put a file, or the names in a folder, on disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
