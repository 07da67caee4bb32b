"""The queue of answers: shared commits, a bound, a drained end, and honest answers to failures."""

import asyncio
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from threading import Event
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Connection, Engine, event, select
from sqlalchemy.exc import IntegrityError

from api.app import create_app
from api.protocol_errors import Unavailable
from api.submission_writer import SubmissionWriter
from models import Database, Submission, now
from operations.grade_answer import Answer, Attempt, Graded
from settings import Settings
from tests.factories import Bank
from tests.operations.test_submit_answer import counts

ADDRESS = "/v1/questions/rivers/submissions"


def attempt(key: str | None = None, **said: Any) -> Attempt:
    return Attempt("rivers", Answer((), **said), "me", now(), key)


@pytest.fixture
def engine(own_database: Database) -> Engine:
    Bank(own_database).publish()
    assert isinstance(own_database.bind, Engine)
    return own_database.bind


@pytest.fixture
def writer(own_database: Database, engine: Engine) -> Iterator[SubmissionWriter]:
    writer = SubmissionWriter(own_database, longest=100)
    yield writer
    writer.stop()


@contextmanager
def busy(writer: SubmissionWriter) -> Iterator[None]:
    """Keep the writer from storing anything, so that all that comes waits."""
    has_begun, may_end = Event(), Event()

    def work(_: object) -> None:
        has_begun.set()
        assert may_end.wait(30)

    with ThreadPoolExecutor(1) as pool:
        unit = pool.submit(writer.run, work)
        assert has_begun.wait(30)
        try:
            yield
        finally:
            may_end.set()
        unit.result(30)


@contextmanager
def at_commit(engine: Engine, act: Callable[[Connection], None]) -> Iterator[None]:
    event.listen(engine, "commit", act)
    yield
    event.remove(engine, "commit", act)


async def all_at_once(
    writer: SubmissionWriter, attempts: list[Attempt]
) -> list[Graded | BaseException]:
    with busy(writer):
        waiting = [asyncio.create_task(writer.submit(each)) for each in attempts]
        await asyncio.sleep(0)  # each has begun, and waits now
    return await asyncio.gather(*waiting, return_exceptions=True)


def test_what_waits_shares_a_commit(
    own_database: Database, engine: Engine, writer: SubmissionWriter
) -> None:
    commits: list[object] = []
    with at_commit(engine, commits.append):
        told = asyncio.run(all_at_once(writer, [attempt() for _ in range(50)]))
    assert all(isinstance(each, Graded) for each in told)
    assert len(commits) == 1
    assert counts(own_database) == (50, 50)


def test_a_bad_row_fails_alone(own_database: Database, writer: SubmissionWriter) -> None:
    attempts = [attempt(str(n), duration_ms=-1 if n == 4 else None) for n in range(10)]
    told = asyncio.run(all_at_once(writer, attempts))
    assert isinstance(told.pop(4), IntegrityError)
    assert all(isinstance(each, Graded) for each in told)
    assert counts(own_database) == (9, 9)


def test_twins_that_wait_together_are_one(own_database: Database, writer: SubmissionWriter) -> None:
    told = asyncio.run(all_at_once(writer, [attempt("k") for _ in range(5)]))
    assert len({each.submission.id for each in told if isinstance(each, Graded)}) == 1
    assert [each.replayed for each in told if isinstance(each, Graded)] == [False] + [True] * 4
    assert counts(own_database) == (1, 1)


def test_nobody_hears_before_the_commit(
    own_database: Database, engine: Engine, writer: SubmissionWriter
) -> None:
    seen: list[tuple[int, int]] = []

    async def ask() -> None:
        await writer.submit(attempt())
        seen.append(await asyncio.to_thread(counts, own_database))

    with at_commit(engine, lambda _: time.sleep(0.1)):
        asyncio.run(ask())
    assert seen == [(1, 1)]


@pytest.mark.parametrize("is_committed", [False, True])
def test_a_commit_without_news_is_looked_after(
    own_database: Database, engine: Engine, writer: SubmissionWriter, is_committed: bool
) -> None:
    """The connection is lost in the commit, before or after it happened: stored once, told once."""
    lost: list[bool] = []

    def lose(connection: Connection) -> None:
        if lost:
            return
        lost.append(True)
        driver = connection.connection.dbapi_connection
        assert driver is not None
        if is_committed:
            driver.commit()
        driver.close()

    with at_commit(engine, lose):
        graded = asyncio.run(writer.submit(attempt()))
    assert lost
    assert not graded.replayed
    assert counts(own_database) == (1, 1)
    with own_database.read() as session:
        found = session.scalars(select(Submission.id)).all()
    assert found == [graded.submission.id]


def test_a_full_queue_asks_to_come_back(own_database: Database, engine: Engine) -> None:
    app = create_app(Settings.load(answer_queue=2), own_database)
    client, writer = TestClient(app), app.state.submission_writer
    header = Bank(own_database).key()[1]
    assert client.get("/v1/submissions", headers=header).status_code == 200  # its use is noted
    with ThreadPoolExecutor(2) as pool:
        with busy(writer):
            waiting = [pool.submit(client.post, ADDRESS, json={"selected": []}) for _ in range(2)]
            _wait_until(lambda: writer.waiting == 2)
            refused = client.post(ADDRESS, json={"selected": []})
            batch = {"submissions": [{"question": "rivers", "selected": []}]}
            refused_batch = client.post("/v1/submissions", json=batch, headers=header)
        assert {answer.result().status_code for answer in waiting} == {201}
    for answer in (refused, refused_batch):
        assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert int(answer.headers["Retry-After"]) > 0
    assert counts(own_database) == (2, 2)
    assert client.post(ADDRESS, json={"selected": []}).status_code == 201
    writer.stop()


def test_what_waits_at_the_end_is_stored(own_database: Database, writer: SubmissionWriter) -> None:
    async def ask() -> list[Graded | BaseException]:
        with ThreadPoolExecutor(1) as pool:
            with busy(writer):
                waiting = [asyncio.create_task(writer.submit(attempt())) for _ in range(20)]
                await asyncio.sleep(0)
                end: Future[None] = pool.submit(writer.stop)
                _wait_until(lambda: not writer.is_open)
                with pytest.raises(Unavailable):
                    await writer.submit(attempt())
            end.result(30)
        return await asyncio.gather(*waiting, return_exceptions=True)

    told = asyncio.run(ask())
    assert all(isinstance(each, Graded) for each in told)
    assert counts(own_database) == (20, 20)


def _wait_until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.005)
