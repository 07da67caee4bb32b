"""The world of the ordeals, made once for each engine."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from models import Database
from tests.quietly import quietly
from tests.torture.access.asking import without_threads
from tests.torture.access.world import World


@pytest.fixture(scope="module", autouse=True)
def _quiet() -> Iterator[None]:
    """No log lines: there are thousands."""
    with quietly():
        yield


@pytest.fixture(scope="module")
def world(shared_engine: Engine) -> Iterator[World]:
    """A bank with something for everybody, undone when the tests are done."""
    with (
        pytest.MonkeyPatch.context() as patch,
        shared_engine.connect() as connection,
        connection.begin() as transaction,
    ):
        without_threads(patch)
        made = World.on(Database(connection))
        yield made
        made.close()
        transaction.rollback()
