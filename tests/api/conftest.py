"""What the stories of the HTTP door share."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import event

from api.app import create_app
from models import Database
from settings import Settings
from tests.factories import DRAFT, Bank

DAWN = datetime(2026, 1, 1, tzinfo=UTC)

MakeClient = Callable[..., TestClient]
CountStatements = Callable[[], AbstractContextManager[list[str]]]


@pytest.fixture
def statements(database: Database) -> CountStatements:
    """Collects the SQL statements that are sent while a ``with`` block runs."""

    @contextmanager
    def collecting() -> Iterator[list[str]]:
        sent: list[str] = []

        def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
            if "SAVEPOINT" not in statement:  # those are of the tests, not of the service
                sent.append(statement)

        event.listen(database.bind, "before_cursor_execute", note)
        yield sent
        event.remove(database.bind, "before_cursor_execute", note)

    return collecting


@pytest.fixture
def own_client(own_database: Database) -> Iterator[TestClient]:
    """A client of an application whose commits are real."""
    app = create_app(Settings.load(), own_database)
    yield TestClient(app, raise_server_exceptions=False)
    app.state.submission_writer.stop()


@pytest.fixture
def shelf(bank: Bank) -> list[str]:
    """The slugs of 25 questions, oldest first: with tied titles, tied and missing dates."""
    slugs = [f"q{number:02}" for number in range(25)]
    for number, slug in enumerate(slugs):
        bank.publish(
            DRAFT,
            slug=slug,
            title=f"Title {number // 3 % 5}",
            date=None if number % 4 == 0 else (DAWN + timedelta(days=number % 7)).date(),
            at=DAWN + timedelta(minutes=number // 2),
        )
    return slugs
