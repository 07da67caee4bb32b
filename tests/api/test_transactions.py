"""One request, one transaction, committed before the answer leaves."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Annotated, Any

import pytest
from fastapi import Depends, FastAPI
from sqlalchemy import Engine, event, func, select, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from api.app import create_app
from api.dependencies import AppDatabase, read_session
from models import Database, Submission
from settings import Settings
from tests.api.exchange import Exchange, exchange
from tests.factories import Bank

REQUESTS = {
    "single": ("/v1/questions/rivers/submissions", b'{"selected": []}'),
    "batch": ("/v1/submissions", b'{"submissions": [{"question": "rivers", "selected": []}]}'),
}
ORPHANS = """
    CREATE TABLE secret_orphan (
        child integer PRIMARY KEY REFERENCES secret_parent (id) DEFERRABLE INITIALLY DEFERRED
    )
"""
both_writing_routes = pytest.mark.parametrize("name", REQUESTS)


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


def stored(database: Database) -> int:
    """How many submissions another connection sees."""
    with database.read() as session:
        return session.scalar(select(func.count(Submission.id))) or 0


def post(app: FastAPI, name: str, key: dict[str, str], **options: Any) -> Exchange:
    address, body = REQUESTS[name]
    headers = key | {"Content-Type": "application/json", "Content-Length": str(len(body))}
    return exchange(app, "POST", address, headers=headers, chunks=[body], **options)


@contextmanager
def before(target: Any, name: str, act: Callable[[Any], None]) -> Iterator[None]:
    """Do something at an event of SQLAlchemy."""
    event.listen(target, name, act)
    yield
    event.remove(target, name, act)


def break_commit(session: Session) -> None:
    """Write a row whose foreign key is checked by COMMIT, and is wrong."""
    session.execute(text("INSERT INTO secret_orphan VALUES (1)"))


def lose_connection(_: Session) -> None:
    raise OperationalError("COMMIT", None, OSError("secret reason"))


@both_writing_routes
@pytest.mark.parametrize(("break_it", "status"), [(break_commit, 500), (lose_connection, 503)])
def test_a_failing_commit_is_a_failed_request(
    app: FastAPI,
    own_database: Database,
    engine: Engine,
    key: dict[str, str],
    name: str,
    break_it: Callable[[Session], None],
    status: int,
) -> None:
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE secret_parent (id integer PRIMARY KEY)"))
        connection.execute(text(ORPHANS))
    with before(Session, "before_commit", break_it):
        answer = post(app, name, key)
    assert answer.status == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert b"secret" not in answer.body
    assert ("retry-after" in answer.headers) == (status == 503)
    assert stored(own_database) == 0
    assert post(app, name, key).status in {200, 201}
    assert stored(own_database) == 1


@both_writing_routes
def test_the_row_is_there_when_the_answer_begins(
    app: FastAPI, own_database: Database, engine: Engine, key: dict[str, str], name: str
) -> None:
    seen: list[int] = []
    with before(engine, "commit", lambda _: time.sleep(0.1)):
        answer = post(app, name, key, on_answer=lambda: seen.append(stored(own_database)))
    assert answer.status in {200, 201}
    assert seen == [1]


def test_a_commit_after_the_answer_would_be_noticed(
    app: FastAPI, own_database: Database, engine: Engine, key: dict[str, str]
) -> None:
    """The test above on a route that does it wrong, as ``yield`` dependencies do by default."""

    def late_session(database: AppDatabase) -> Iterator[Session]:
        with Session(database.bind) as session:
            yield session
            session.commit()

    @app.post("/late", status_code=201)
    def late(session: Annotated[Session, Depends(late_session)]) -> None:
        copy_of_one(session)

    def copy_of_one(session: Session) -> None:
        known = session.scalars(select(Submission)).one()
        names = ("question_id", "version_id", "caller", "selected", "shown", "release")
        session.add(Submission(**{name: getattr(known, name) for name in names}))

    post(app, "single", key)
    seen: list[int] = []
    with before(engine, "commit", lambda _: time.sleep(0.1)):
        exchange(app, "POST", "/late", on_answer=lambda: seen.append(stored(own_database)))
    assert seen == [1]
    assert stored(own_database) == 2


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
