"""A bank full of secrets on each engine, and its twin."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
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


@pytest.fixture(scope="package", params=ENGINES)
def pair(
    request: pytest.FixtureRequest,
    full_bank: tuple[Path, Filled],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Pair]:
    """Two copies of the bank that differ in all secrets. Commits are real."""
    path, filled = full_bank
    folder = tmp_path_factory.mktemp("twins")
    urls = [f"sqlite:///{folder / name}.db" for name in ("one", "other")]
    for url in urls:
        shutil.copy(path, make_url(url).database or "")
    if request.param == "postgresql":
        urls = _on_postgresql(request, path)
    one, other = map(opened, urls)
    regrade_one(other, filled)
    change_secrets(other)
    yield Pair(one, other, filled, urls)
    one.close()
    other.close()


def _on_postgresql(request: pytest.FixtureRequest, path: Path) -> list[str]:
    """The addresses of two databases that hold what the file holds."""
    server, migrated = (request.getfixturevalue(f"{name}") for name in
                        ("postgres_url", "migrated_postgres"))  # fmt: skip
    name = f"full_{uuid4().hex}"
    first = create_database(server, name, make_url(migrated).database)
    source, target = opened(f"sqlite:///{path}"), opened(first)
    copy_bank(source, target)
    source.close()
    target.close()
    return [first, create_database(server, f"{name}_twin", name)]
