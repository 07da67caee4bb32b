"""No success before the commit: at the first byte of an answer another connection sees it all."""

import asyncio
import re
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from itertools import cycle, islice
from threading import Event, Thread
from typing import Annotated, Any, TypeVar

import pytest
from fastapi import Depends
from sqlalchemy import Connection, Engine, event, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from api.dependencies import AppDatabase
from models import Database, SigningKey
from tests.api.exchange import Exchange, exchange
from tests.api.quickly import served
from tests.torture.effects.changes import CHANGES, NO_CHANGE, changing_routes
from tests.torture.effects.contents import Contents, contents, differing
from tests.torture.effects.scene import Asked, Scene
from tests.torture.effort import effort
from tests.torture.faults.plants import commits_are_believed
from tests.torture.journal import Journal
from tests.torture.planting import Plant

Result = TypeVar("Result")
SLOW = effort(0.02, 0.1, 0.3)  # seconds that a commit takes
LATEST = 3.0  # seconds after an answer, in which what comes late has come
SHARE = effort(0.5, 1.0, 1.0)  # of the routes, chosen anew each time
LONGEST = 10.0  # where it ends as soon as the mistake is seen
ORPHANS = """
    CREATE TABLE secret_orphan (
        child integer PRIMARY KEY REFERENCES secret_parent (id) DEFERRABLE INITIALLY DEFERRED
    )
"""
ANSWER, COPY = "POST /v1/questions/{name}/submissions", "POST /v1/bank/questions/{name}/copy"
Ask = Callable[[Scene, str, Asked, Callable[[], None]], Exchange]


@pytest.fixture
def scene(own_database: Database) -> Iterator[Scene]:
    made = Scene.of(own_database)
    with engine_of(made).begin() as connection:
        connection.execute(text("CREATE TABLE secret_parent (id integer PRIMARY KEY)"))
        connection.execute(text(ORPHANS))
    yield made
    made.app.state.submission_writer.stop()


def engine_of(scene: Scene) -> Engine:
    engine = scene.bank.database.bind
    assert isinstance(engine, Engine)
    return engine


@contextmanager
def at_each_commit(scene: Scene, act: Callable[[Connection], None]) -> Iterator[None]:
    """Do something just before the engine is told to commit."""
    event.listen(engine_of(scene), "commit", act)
    yield
    event.remove(engine_of(scene), "commit", act)


def break_it(connection: Connection) -> None:
    """Write a row whose foreign key is checked by COMMIT, and is wrong."""
    connection.exec_driver_sql("INSERT INTO secret_orphan VALUES (1)")


def lose_it(_: Connection) -> None:
    raise OperationalError("COMMIT", None, OSError("secret reason"))


FAILURES = cycle((break_it, lose_it))


def ask(scene: Scene, name: str, asked: Asked, on_answer: Callable[[], None]) -> Exchange:
    """Send the request to the application, message by message."""
    chunks = [asked.body] if asked.body else []
    method = name.partition(" ")[0]
    return exchange(
        scene.app, method, asked.path, headers=asked.headers, chunks=chunks, on_answer=on_answer
    )


def ask_quickly(scene: Scene, name: str, asked: Asked, on_answer: Callable[[], None]) -> Exchange:
    """Send it to a socket, since an answer of a learner by-passes the framework there."""
    stated = {name: value for name, value in asked.headers.items() if name != "Authorization"}
    lines = [f"{name.partition(' ')[0]} {asked.path} HTTP/1.1", "Host: here"]
    head = "\r\n".join([*lines, *map(": ".join, stated.items()), "\r\n"]).encode()

    async def talk() -> Exchange:
        async with served(scene.app) as port:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(head + asked.body)
            told = await reader.read(1)
            await asyncio.to_thread(on_answer)
            told += await reader.readuntil(b"\r\n\r\n")
            (length,) = re.findall(rb"content-length: (\d+)", told)
            body = await reader.readexactly(int(length))
            writer.close()
            return Exchange(int(told.split()[1]), body=body)

    return asyncio.run(talk())


def answers_too_early(
    scene: Scene, name: str, ask: Ask = ask, spoil: Callable[[], None] = lambda: None
) -> list[str]:
    """What is wrong with when a route answers, and with what it leaves when it cannot commit.

    The service is spoiled once there is something to change.
    """
    asked = CHANGES[name](scene)
    spoil()
    before = contents(scene.bank.database)
    found = [] if name in NO_CHANGE else _with_failing_commits(scene, name, ask, asked, before)
    return found or _with_slow_commits(scene, name, ask, asked, before)


def _with_failing_commits(
    scene: Scene, name: str, ask: Ask, asked: Asked, before: Contents
) -> list[str]:
    found = []
    for fail in islice(FAILURES, effort(1, 2, 2)):
        with at_each_commit(scene, fail):
            told = ask(scene, name, asked, lambda: None)
        if told.status not in (500, 503) or b"secret" in told.body:
            found.append(f"{name} says {told.status} though its commit failed")
    if left := differing(before, contents(scene.bank.database)):
        found.append(f"{name} leaves {left} though its commit failed")
    return found


def _with_slow_commits(
    scene: Scene, name: str, ask: Ask, asked: Asked, before: Contents, slow: float = SLOW
) -> list[str]:
    """Commits take so long, or until somebody has looked at the first byte of an answer."""
    database, seen, found = scene.bank.database, list[Contents](), list[str]()
    is_seen = Event()

    def look() -> None:
        seen.append(contents(database))
        is_seen.set()

    def wait(_: Connection) -> None:
        is_seen.wait(slow)

    with at_each_commit(scene, wait):
        told = ask(scene, name, asked, look)
    after, until = contents(database), time.monotonic() + LATEST
    while name not in NO_CHANGE and not differing(before, after) and time.monotonic() < until:
        time.sleep(0.05)
        after = contents(database)
    if not 200 <= told.status < 400:
        found.append(f"{name} says {told.status}: {told.body[:200]!r}")
    if late := differing(seen[0], after):
        found.append(f"{name} answers before {late} are there")
    if (name in NO_CHANGE) == bool(changed := differing(before, after)):
        found.append(f"{name} changes {changed or 'nothing'}")
    return found


def without_example(scene: Scene) -> list[str]:
    """Which routes nobody has thought of, and which are thought of but gone."""
    there = changing_routes(scene.app)
    unknown = [f"{name} has no example" for name in there - CHANGES.keys()]
    return unknown + [f"{name} is no route" for name in CHANGES.keys() - there]


def test_every_changing_route_has_an_example(scene: Scene) -> None:
    assert without_example(scene) == []
    scene.app.post("/planted")(lambda: None)
    assert without_example(scene) == ["POST /planted has no example"]


def test_every_changing_route_answers_after_its_commit(scene: Scene) -> None:
    chosen = Journal("commits").random.sample(sorted(CHANGES), int(SHARE * len(CHANGES)))
    assert [found for name in chosen for found in answers_too_early(scene, name)] == []


def test_the_quick_way_answers_after_its_commit(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    quick, taken = scene.app.quick_submissions, list[bool]()
    submit = quick.submit

    def counting(*arguments: Any) -> bool:
        taken.append(submit(*arguments))
        return taken[-1]

    monkeypatch.setattr(quick, "submit", counting)
    assert answers_too_early(scene, ANSWER, ask_quickly) == []
    assert taken[-1], "it went the long way"


def answering_first(patch: pytest.MonkeyPatch) -> None:
    """Commit in the background, so that nobody waits for it."""

    def write(self: Database, work: Callable[[Session], Result], **_: bool) -> Result:
        told: Future[Result] = Future()

        def telling(session: Session) -> None:
            told.set_result(work(session))

        def run() -> None:
            try:
                self._write_once(telling)
            except Exception as error:
                if not told.done():
                    told.set_exception(error)

        Thread(target=run).start()
        return told.result(30)

    patch.setattr(Database, "write", write)


def committing_each_step(patch: pytest.MonkeyPatch) -> None:
    """Forget the transaction around several statements."""

    def write_once(self: Database, work: Callable[[Session], Result]) -> Result:
        is_file = self.bind.dialect.name == "sqlite"
        alone = {"sqlite_begin": "SELECT 1"} if is_file else {"isolation_level": "AUTOCOMMIT"}
        with Session(self.bind.engine.execution_options(**alone)) as session:
            result = work(session)
            session.commit()
            return result

    patch.setattr(Database, "_write_once", write_once)


@pytest.mark.parametrize(
    ("name", "plant", "finding"),
    [
        (ANSWER, answering_first, "says 201 though its commit failed"),
        (COPY, answering_first, "says 201 though its commit failed"),
        (ANSWER, commits_are_believed, "says 201 though its commit failed"),
        (COPY, commits_are_believed, "says 201 though its commit failed"),
        (COPY, committing_each_step, "leaves"),
    ],
)
def test_a_planted_fault_is_found(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, name: str, plant: Plant, finding: str
) -> None:
    found = answers_too_early(scene, name, spoil=lambda: plant(monkeypatch))
    assert any(finding in each for each in found)


@pytest.mark.parametrize("ask", [ask, ask_quickly])
def test_an_answer_before_the_commit_is_found(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, ask: Ask
) -> None:
    asked = CHANGES[ANSWER](scene)
    before = contents(scene.bank.database)
    answering_first(monkeypatch)
    found = _with_slow_commits(scene, ANSWER, ask, asked, before, LONGEST)
    assert found[:1] == [f"{ANSWER} answers before ['grade', 'submission'] are there"]


def test_a_dependency_that_commits_after_the_answer_is_found(scene: Scene) -> None:
    """As dependencies with ``yield`` do unless they are declared with ``scope="function"``."""

    def late_session(database: AppDatabase) -> Iterator[Session]:
        with Session(database.bind) as session:
            yield session
            session.commit()

    @scene.app.post("/late")
    def late(session: Annotated[Session, Depends(late_session)]) -> None:
        session.add(SigningKey(kid="late", private_key="", public_key=""))

    before = contents(scene.bank.database)
    found = _with_slow_commits(scene, "POST /late", ask, scene.said("/late"), before, LONGEST)
    assert found == ["POST /late answers before ['signing_key'] are there"]
