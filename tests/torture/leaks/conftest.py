"""A bank full of secrets on each engine, and its twin."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import Engine
from sqlalchemy.engine import make_url

from models import Database, open_engine
from tests.conftest import ENGINES, create_database
from tests.torture.leaks.copying import copy_bank
from tests.torture.leaks.filled import Filled, fill
from tests.torture.leaks.telling import regrade_one
from tests.torture.leaks.twins import Pair, change_secrets


def opened(url: str) -> Database:
    """The database at an address, which need not outlive the machine."""
    return Database(open_engine(url, synchronous="OFF"))


@pytest.fixture(scope="package")
def full_bank(
    migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, Filled]:
    """A SQLite file that is full of secrets, from which others are copied."""
    path = tmp_path_factory.mktemp("full") / "full.db"
    shutil.copy(migrated_sqlite, path)
    database = opened(f"sqlite:///{path}")
    filled = fill(database)
    database.close()
    return path, filled


@pytest.fixture(scope="package")
def sqlite_pair(
    full_bank: tuple[Path, Filled], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Pair]:
    """Two copies of the bank that differ in all secrets, as files."""
    path, filled = full_bank
    folder = tmp_path_factory.mktemp("twins")
    files = [shutil.copy(path, folder / name) for name in ("one.db", "other.db")]
    with _twins([f"sqlite:///{file}" for file in files], filled) as pair:
        yield pair


@pytest.fixture(scope="package")
def postgresql_pair(
    full_bank: tuple[Path, Filled], postgres_url: str, migrated_postgres: str
) -> Iterator[Pair]:
    """The same on a server."""
    path, filled = full_bank
    name = f"full_{uuid4().hex}"
    first = create_database(postgres_url, name, make_url(migrated_postgres).database)
    source, target = opened(f"sqlite:///{path}"), opened(first)
    copy_bank(source, target)
    source.close()
    target.close()
    with _twins([first, create_database(postgres_url, f"{name}_twin", name)], filled) as pair:
        yield pair


@pytest.fixture
def sqlite_database(shared_sqlite: Engine) -> Iterator[Database]:
    """A database of the one engine whose every change is undone after the test."""
    with shared_sqlite.connect() as connection, connection.begin() as transaction:
        yield Database(connection)
        transaction.rollback()


@pytest.fixture(scope="package", params=ENGINES)
def pair(request: pytest.FixtureRequest) -> Pair:
    """Twins on each engine. Commits are real."""
    found: Pair = request.getfixturevalue(f"{request.param}_pair")
    return found


@contextmanager
def _twins(urls: list[str], filled: Filled) -> Iterator[Pair]:
    """The bank at the first address, and what becomes of its copy at the second."""
    one, other = map(opened, urls)
    regrade_one(other, filled)
    change_secrets(other)
    yield Pair(one, other, filled, urls)
    one.close()
    other.close()
