"""No transaction outlives its work: connections are given back before the answer leaves."""

from collections.abc import Iterator
from typing import Annotated

import pytest
from fastapi import Depends, FastAPI
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from api.app import create_app
from api.dependencies import read_session
from models import Database, Submission
from settings import Settings
from tests.api.exchange import exchange
from tests.factories import Bank


@pytest.fixture
def engine(own_database: Database) -> Engine:
    assert isinstance(own_database.bind, Engine)
    return own_database.bind


@pytest.fixture
def app(own_database: Database) -> Iterator[FastAPI]:
    """An application whose bank holds one question."""
    Bank(own_database).publish()
    app = create_app(Settings.load(), own_database)
    yield app
    app.state.submission_writer.stop()


@pytest.fixture
def key(app: FastAPI, own_database: Database) -> dict[str, str]:
    """A key that was just used, so that its next use writes nothing."""
    _, header = Bank(own_database).key()
    assert exchange(app, "GET", "/v1/submissions", headers=header).status == 200
    return header


@pytest.mark.parametrize(
    "path",
    ["/v1/questions", "/v1/questions/rivers", "/v1/questions/random", "/v1/submissions", "/"],
)
def test_no_connection_is_held_while_the_answer_leaves(
    app: FastAPI, engine: Engine, key: dict[str, str], path: str
) -> None:
    held: list[int] = []
    answer = exchange(
        app, "GET", path, headers=key, on_answer=lambda: held.append(_checked_out(engine))
    )
    assert answer.status == 200
    assert held == [0]


def test_a_connection_held_too_long_would_be_noticed(app: FastAPI, engine: Engine) -> None:
    @app.get("/slow")
    def slow(session: Annotated[Session, Depends(read_session)]) -> int:
        return session.scalar(select(func.count(Submission.id))) or 0

    held: list[int] = []
    exchange(app, "GET", "/slow", on_answer=lambda: held.append(_checked_out(engine)))
    assert held == [1]


def _checked_out(engine: Engine) -> int:
    return engine.pool.checkedout()  # type: ignore[attr-defined,no-any-return]
