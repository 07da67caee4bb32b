"""`/metrics`: who may see it; it counts every way once and says no more than counts."""

import asyncio
import itertools
import sqlite3
import threading
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import event, func, select, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session
from starlette.types import Receive, Scope, Send

from api.app import Service, create_app
from api.middleware import Cors
from models import Database, ImportJob, Submission, open_engine
from models.database import WatchedPool
from settings import Settings
from tests.api.conftest import MakeClient
from tests.api.forms import send_form
from tests.api.quickly import both, run
from tests.factories import Bank
from tests.measured import SUBMITTING, Measured

ADDRESS = "/v1/questions/rivers/submissions"
LEARNER = "learner-4711"
LONGEST_WAIT = 20.0  # seconds


def measured(app: Service) -> Measured:
    """What an application tells now."""
    app.state.gauges.look()
    return Measured.of(app.state.observer.measurements.page("")[0].decode())


@pytest.mark.parametrize(
    ("setting", "statuses"),
    [
        ("admin", {"nobody": 401, "wrong": 401, "author": 403, "integration": 403, "admin": 200}),
        ("public", {"nobody": 200, "wrong": 200, "author": 200, "integration": 200, "admin": 200}),
        ("off", {"nobody": 404, "wrong": 404, "author": 404, "integration": 404, "admin": 404}),
    ],
)
def test_who_may_see_it(
    make_client: MakeClient, bank: Bank, setting: str, statuses: dict[str, int]
) -> None:
    client = make_client(metrics=setting)
    keys = {role: bank.key(role)[1] for role in ("author", "integration", "admin")}
    keys |= {"nobody": {}, "wrong": {"Authorization": "Bearer qs_none_such"}}
    answers = {name: client.get("/metrics", headers=keys[name]) for name in statuses}
    assert {name: answer.status_code for name, answer in answers.items()} == statuses
    assert all(
        ("questions_" in answer.text) == (answer.status_code == 200) for answer in answers.values()
    )


def test_only_admins_may_where_nobody_has_said(client: TestClient) -> None:
    assert client.get("/metrics").status_code == 401


def test_both_formats_of_prometheus(make_client: MakeClient) -> None:
    client = make_client(metrics="public")
    plain = client.get("/metrics")
    assert plain.headers["content-type"].startswith("text/plain; version=0.0.4")
    assert plain.headers["cache-control"] == "no-store"
    open_ = client.get("/metrics", headers={"Accept": "application/openmetrics-text"})
    assert open_.headers["content-type"].startswith("application/openmetrics-text")
    assert open_.text.endswith("# EOF\n")
    assert client.head("/metrics").content == b""
    assert client.get("/metrics?name=x").status_code == 422


def test_each_way_to_answer_is_counted_once_under_its_template(own_database: Database) -> None:
    bank = Bank(own_database)
    rhine, *_ = bank.publish().option_ids
    counted: list[Counter[tuple[str, str, str]]] = []

    async def ask() -> None:
        async with both(own_database) as (app, quick, plain):
            await plain.get("/v1/questions/rivers")  # from now on it is kept
            for client in (quick, plain):
                before = requests_of(measured(app))
                await ask_everything(client, rhine)
                counted.append(requests_of(measured(app)) - before)

    run(ask)
    assert counted[0] == counted[1]
    reading = "/v1/questions/{name}"
    assert counted[0] == {
        ("GET", reading, "200"): 2,
        ("GET", reading, "304"): 1,
        ("HEAD", reading, "200"): 1,
        ("GET", reading, "404"): 1,
        ("POST", SUBMITTING, "201"): 2,
        ("POST", SUBMITTING, "422"): 1,
        ("GET", "(none)", "404"): 2,
        ("other", "(none)", "404"): 2,
        ("OPTIONS", "(none)", "200"): 1,
        ("DELETE", reading, "405"): 1,
    }


async def ask_everything(client: httpx.AsyncClient, rhine: str) -> None:
    """Requests that go short ways and the long one, to what there is and to what there is not."""
    etag = (await client.get("/v1/questions/rivers")).headers["etag"]
    await client.get("/v1/questions/rivers", headers={"If-None-Match": "other"})
    await client.get("/v1/questions/rivers", headers={"If-None-Match": etag})
    await client.head("/v1/questions/rivers")
    await client.get("/v1/questions/lakes")
    await client.post(ADDRESS, json={"selected": [rhine], "learner": LEARNER})
    await client.post(ADDRESS, json={"selected": []}, headers={"X-Forwarded-For": "203.0.113.1"})
    await client.post(ADDRESS, json={"selected": ["zzzz"]})
    for address in ("/nowhere", f"/v1/{LEARNER}"):
        await client.get(address)
    for method in ("PROPFIND", "REPORT"):
        await client.request(method, "/nowhere")
    asking = {"Origin": "https://course.example", "Access-Control-Request-Method": "GET"}
    await client.options("/v1/questions/rivers", headers=asking)
    await client.delete("/v1/questions/rivers")


def requests_of(page: Measured) -> Counter[tuple[str, str, str]]:
    """How many requests there were by method, route and status."""
    name = "questions_request_duration_seconds_count"
    return Counter(
        {
            (one.labels["method"], one.labels["route"], one.labels["status"]): int(one.value)
            for one in page.samples
            if one.name == name
        }
    )


def named_on_the_page(client: TestClient, bank: Bank) -> list[str]:
    """Ordeal: what the page says of questions, learners and keys, all of which were asked for."""
    version = bank.publish()
    row, key = bank.key("integration")
    body = {"selected": version.option_ids[:1], "learner": LEARNER}
    id_ = client.post(ADDRESS, json=body, headers=key).json()["id"]
    client.get(f"/v1/submissions/{id_}", headers=key)
    client.get("/v1/submissions", params={"learner": LEARNER}, headers=key)
    client.get(f"/v1/questions/rivers?version={LEARNER}")
    client.get("/v1/bank/questions/rivers", headers=key)
    client.get(f"/{LEARNER}")
    page = client.get("/metrics", headers=key).text
    token = key["Authorization"].removeprefix("Bearer ")
    secrets = [*token.split("_")[1:], str(row.id), LEARNER, id_, "rivers", "Rhine"]
    return [secret for secret in (*secrets, *version.option_ids) if secret in page]


def name_the_address(patch: pytest.MonkeyPatch) -> None:
    """Label requests by what was asked for, not by the template of its route."""
    go_on = Cors.__call__

    async def called(self: Cors, scope: Scope, receive: Receive, send: Send) -> None:
        await go_on(self, scope, receive, send)
        scope["route"] = SimpleNamespace(path=scope["path"])

    patch.setattr(Cors, "__call__", called)


def test_it_names_no_content_no_learner_and_no_key(make_client: MakeClient, bank: Bank) -> None:
    assert named_on_the_page(make_client(metrics="public"), bank) == []


def test_a_name_in_a_label_would_be_noticed(
    make_client: MakeClient, bank: Bank, monkeypatch: pytest.MonkeyPatch
) -> None:
    name_the_address(monkeypatch)
    assert {LEARNER, "rivers"} <= set(named_on_the_page(make_client(metrics="public"), bank))


def counters_unlike_rows(database: Database, answers: int) -> list[str]:
    """Ordeal: every third commit fails, which no counter may take for one that succeeded."""
    app = create_app(Settings.load(), database)
    client = TestClient(app, raise_server_exceptions=False)
    statuses: Counter[int] = Counter()
    with every_third_commit_failing(database):
        for number in range(answers):
            body = {"selected": ["zzzz"] if number % 5 == 4 else [], "learner": LEARNER}
            key = {"Idempotency-Key": f"key-{number % (answers // 2)}"}  # most are sent twice
            statuses[client.post(ADDRESS, json=body, headers=key).status_code] += 1
    app.state.submission_writer.stop()
    outcomes = measured(app).outcomes()
    with database.read() as session:
        rows = session.scalar(select(func.count()).select_from(Submission))
    told = {201: outcomes["stored"] + outcomes["replayed"], 422: outcomes["refused"]}
    told |= {503: outcomes["failed"]}
    wrong = [] if outcomes["stored"] == rows else [f"{outcomes} of {rows} rows"]
    wrong += [] if told == statuses else [f"{outcomes} where clients were told {statuses}"]
    return wrong + [f"no {outcome}" for outcome, number in outcomes.items() if not number]


@contextmanager
def every_third_commit_failing(database: Database) -> Iterator[None]:
    """The database is lost as it commits, each third time."""
    turns = itertools.count(1)

    def fail(_: object) -> None:
        if next(turns) % 3 == 0:
            raise OperationalError("COMMIT", None, sqlite3.OperationalError("planted"))

    event.listen(database.bind.engine, "commit", fail)
    try:
        yield
    finally:
        event.remove(database.bind.engine, "commit", fail)


def tell_before_the_commit(patch: pytest.MonkeyPatch) -> None:
    """Count what a transaction is about to commit, as one does inside of it."""

    def write_once(self: Database, work: Callable[[Session], Any]) -> Any:
        with self._writers.begin() as session:
            result = work(session)
            self.watch.committed(0.0, session.info)
            return result

    patch.setattr(Database, "_write_once", write_once)


def test_counters_equal_rows_where_commits_fail(own_database: Database) -> None:
    Bank(own_database).publish()
    assert counters_unlike_rows(own_database, 20) == []


def test_counting_before_the_commit_would_be_noticed(
    own_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    Bank(own_database).publish()
    tell_before_the_commit(monkeypatch)
    wrong = counters_unlike_rows(own_database, 20)
    assert any("rows" in finding for finding in wrong)


def test_pages_and_batches_count_their_submissions_too(make_client: MakeClient, bank: Bank) -> None:
    client = make_client()
    rhine, *_ = bank.publish().option_ids
    _, key = bank.key("integration")
    answers = [{"question": "rivers", "selected": [rhine]}, {"question": "no", "selected": []}]
    client.post("/v1/submissions", json={"submissions": answers * 2}, headers=key)
    page = client.get("/?question=rivers").text
    assert send_form(client, page, {"selected": {rhine}}).status_code == 200
    app: Any = client.app
    outcomes = measured(app).outcomes()
    assert outcomes["refused"] == 2
    with bank.database.read() as session:
        rows = session.scalar(select(func.count()).select_from(Submission))
    assert outcomes["stored"] == rows == 3


def test_what_waits_is_told_with_its_age(own_database: Database) -> None:
    Bank(own_database).publish()

    async def wait() -> None:
        async with both(own_database) as (app, quick, _):
            assert told_of_queue(app) == (0, 0.0)
            async with held_up(own_database):
                begun = time.monotonic()
                answers = [asyncio.create_task(quick.post(ADDRESS, json={"selected": []}))]
                await in_flight(app, 1)
                arrived = time.monotonic()
                answers += [asyncio.create_task(quick.post(ADDRESS, json={"selected": []}))]
                await in_flight(app, 2)
                least = time.monotonic() - arrived
                oldest = told_of_queue(app)[1]
                assert least <= oldest <= time.monotonic() - begun
            await asyncio.gather(*answers)
            async with asyncio.timeout(LONGEST_WAIT):
                while told_of_queue(app) != (0, 0.0):
                    await asyncio.sleep(0.02)

    run(wait)


async def in_flight(app: Service, count: int) -> None:
    """Wait until so many requests are told to be under way."""
    async with asyncio.timeout(LONGEST_WAIT):
        while told_of_queue(app)[0] != count:
            await asyncio.sleep(0.02)


def told_of_queue(app: Service) -> tuple[float, float]:
    """How many requests are in flight, and how old the oldest submission is that waits."""
    page = measured(app)
    oldest = page.sum("questions_submission_queue_oldest_seconds")
    return page.sum("questions_requests_in_flight"), oldest


@asynccontextmanager
async def held_up(database: Database) -> AsyncIterator[None]:
    """All who store submissions wait until the block ends."""
    begun, ended = threading.Event(), threading.Event()

    def work(session: Session) -> None:
        if session.connection().dialect.name == "postgresql":  # on SQLite the BEGIN is enough
            session.execute(text("LOCK TABLE submission IN EXCLUSIVE MODE"))
        begun.set()
        ended.wait(LONGEST_WAIT)

    holding = asyncio.create_task(asyncio.to_thread(database.write, work))
    await asyncio.to_thread(begun.wait)
    try:
        yield
    finally:
        ended.set()
        await holding


def test_a_pool_tells_who_waits(own_url: str) -> None:
    engine = open_engine(own_url, pool_size=1)
    pool = engine.pool
    assert isinstance(pool, WatchedPool)
    second = threading.Thread(target=lambda: engine.connect().close())
    with engine.connect():
        second.start()
        until = time.monotonic() + LONGEST_WAIT
        while not pool.waiting and time.monotonic() < until:
            time.sleep(0.01)
        assert pool.waiting == 1
    second.join()
    assert (pool.waiting, pool.waits) == (0, 1)
    engine.dispose()


def test_refusals_and_wrong_keys_are_counted(make_client: MakeClient, bank: Bank) -> None:
    client = make_client(rate_limit_public="2/minute")
    assert [client.get("/v1/questions").status_code for _ in range(3)] == [200, 200, 429]
    app: Any = client.app
    assert measured(app).sum("questions_rate_limited_requests_total") == 1
    entrance = make_client()
    form = {"key": "qs_none_such", "next": "/admin"}
    origin = {"Origin": "http://testserver"}
    assert entrance.post("/admin/sign-in", data=form, headers=origin).status_code == 403
    app = entrance.app
    assert measured(app).sum("questions_sign_in_failures_total") == 1


def test_the_database_is_looked_at(own_database: Database) -> None:
    bank = Bank(own_database)
    app = create_app(Settings.load(), own_database)
    app.state.gauges.read()
    before = measured(app)
    assert before.sum("questions_database_up") == 1
    bank.publish()
    job = ImportJob(caller="x", name="x", format="x", dry_run=False, total=1)
    own_database.write(lambda session: session.add(job))
    app.state.gauges.read()
    now = measured(app)
    assert now.sum("questions_bank_revision") > before.sum("questions_bank_revision")
    assert now.sum("questions_jobs", kind="import", state="waiting") == 1
    assert now.sum("questions_jobs") == 1
    own_database.write(lambda session: session.execute(text("ALTER TABLE bank RENAME TO away")))
    app.state.gauges.read()
    assert measured(app).sum("questions_database_up") == 0
