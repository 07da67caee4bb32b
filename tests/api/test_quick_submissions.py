"""Answers that take the short way become what they become on the documented way."""

import asyncio
import json
from collections.abc import Mapping
from typing import Any

import httpx
import pytest
from sqlalchemy import func, select, update
from sqlalchemy.exc import OperationalError

from models import ApiKey, Database, Submission
from tests.api.quickly import Counted, both, merged, run, served
from tests.factories import Bank

ADDRESS = "/v1/questions/rivers/submissions"
JSON = {"Content-Type": "application/json"}
PICKED: dict[str, Any] = {"selected": []}

USUAL: list[tuple[dict[str, Any], dict[str, str]]] = [
    (PICKED, {}),
    (PICKED | {"learner": "a", "version": 1, "shuffle": "s", "duration_ms": 5}, {}),
    (PICKED, {"Idempotency-Key": "once"}),
    (PICKED, {"Idempotency-Key": "once"}),
    (PICKED | {"learner": "b"}, {"Idempotency-Key": "once"}),
    ({"selected": ["none"]}, {}),
    ({"selected": [], "version": 9}, {}),
    (PICKED | {"language": "de"}, {}),
    (PICKED | {"language": "de", "version": 1}, {"Idempotency-Key": "german"}),
    (PICKED | {"language": "de", "version": 1}, {"Idempotency-Key": "german"}),
    (PICKED | {"language": "fr"}, {}),
    (PICKED, {"Authorization": "Bearer qs_unknown_0123456789abcdef"}),
    (PICKED, {"Authorization": "Basic eDp4"}),
    (PICKED, {"Origin": "https://course.example"}),
]
OTHERS: list[tuple[bytes, dict[str, str]]] = [
    (b"{}", JSON),
    (b'{"selected": 3}', JSON),
    (b'{"selected": [], "nonsense": 1}', JSON),
    (b'{"selected": [], "selected": []}', JSON),
    (b'{"selected": [NaN]}', JSON),
    (b'{"selected": ["\\u0000"]}', JSON),
    (b"{", JSON),
    (b"\xff", JSON),
    (b"", JSON),
    (b'{"selected": []}', {}),
    (b'{"selected": []}', {"Content-Type": "text/plain"}),
    (b'{"selected": []}', {"Content-Type": "application/json; charset=utf-8"}),
    (b'{"selected": []}', JSON | {"Content-Encoding": "gzip"}),
    (b'{"selected": []}', JSON | {"Idempotency-Key": "not ok"}),
    (b'{"selected": []}', JSON | {"Idempotency-Key": "x" * 256}),
    (b"[" * 500 + b"]" * 500, JSON),
    (b'{"selected": ["' + b"x" * 200_000 + b'"]}', JSON),
]
PER_REQUEST = {"x-request-id", "ratelimit", "date", "location", "content-length"}


@pytest.fixture
def bank(own_database: Database) -> Bank:
    """A question in a database where commits are real."""
    made = Bank(own_database)
    made.publish()
    made.translate()
    return made


def told(answer: httpx.Response) -> tuple[int, list[tuple[bytes, bytes]], Any]:
    """What does not belong to the request alone."""
    kept = [one for one in merged(answer).headers.raw if one[0].decode() not in PER_REQUEST]
    said = answer.json()
    for own in ("id", "submitted_at", "request_id"):
        said.pop(own, None)
    return answer.status_code, kept, said


@pytest.mark.parametrize(("public", "origins"), [(True, "*"), (False, "https://course.example")])
def test_both_ways_answer_alike(
    own_database: Database,
    bank: Bank,
    monkeypatch: pytest.MonkeyPatch,
    public: bool,
    origins: str,
) -> None:
    row, narrow = bank.key("reviewer")
    only = update(ApiKey).where(ApiKey.id == row.id).values(scopes=["bank:read"])
    own_database.write(lambda session: session.execute(only))
    keys = [bank.key("publishable")[1], bank.key("integration")[1], narrow]

    async def compare() -> None:
        async with both(own_database, public=public, cors_origins=origins) as (app, quick, plain):
            taken = Counted(app.quick_submissions, "submit", monkeypatch)

            async def send(
                client: httpx.AsyncClient, headers: Mapping[str, str], **what: Any
            ) -> Any:
                if once := headers.get("Idempotency-Key"):  # another one for each client
                    own = f"{client is quick}-{len(headers)}-{once}"
                    headers = {**headers, "Idempotency-Key": own}
                address = what.pop("address", ADDRESS)
                return told(await client.post(address, headers=headers, **what))

            async def same(headers: Mapping[str, str], **what: Any) -> None:
                first = await send(quick, headers, **what)
                assert first == await send(plain, headers, **what), (headers, what)

            for own in ({}, *keys):
                for body, headers in USUAL:
                    await same(own | headers, json=body)
            for content, headers in OTHERS:
                await same(keys[0] | headers, content=content)
            for name in ("absent", "%00", "%ff", "x" * 130, "rivers/"):
                await same(keys[0], json=PICKED, address=ADDRESS.replace("rivers", name))
            for address in (f"{ADDRESS}?x=1", f"{ADDRESS}/"):
                await same(keys[0], json=PICKED, address=address)
            assert taken.count > 10

    run(compare)


def test_a_body_may_come_in_pieces_and_behind_others(own_database: Database, bank: Bank) -> None:
    body = b'{"selected": [], "learner": "%s"}'
    head = (
        b"POST %s HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: %d\r\n"
    )

    def request(learner: bytes, more: bytes = b"") -> bytes:
        said = body % learner
        return head % (ADDRESS.encode(), len(said)) + more + b"\r\n" + said

    last = request(b"last", b"Connection: close\r\n")
    whole = request(b"a") + request(b"b") + b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n"
    whole += request(b"wrong\\u0000") + request(b"c" * 254) + last

    async def ask() -> None:
        async with both(own_database) as (app, _, _), served(app) as port:
            for size in (1_000_000, 150, 37):
                reader, writer = await asyncio.open_connection("127.0.0.1", port)
                for start in range(0, len(whole), size):
                    writer.write(whole[start : start + size])
                    await writer.drain()
                    await asyncio.sleep(0.005)
                answer = await asyncio.wait_for(reader.read(), 20)
                statuses = [int(part[:3]) for part in answer.split(b"HTTP/1.1 ")[1:]]
                assert statuses == [201, 201, 200, 422, 201, 201]
                named = (b'"learner":"%s"' % name for name in (b"a", b"b", b"last"))
                order = [answer.index(learner) for learner in named]
                assert order == sorted(order)
                writer.close()

    run(ask)
    assert _stored(own_database) == 3 * 4


def test_who_has_gone_hinders_nobody(own_database: Database, bank: Bank) -> None:
    async def ask() -> None:
        async with both(own_database) as (app, quick, _), served(app) as port:
            body = json.dumps(PICKED).encode()
            request = b"POST %s HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n" % (
                ADDRESS.encode()
            )
            request += b"Content-Length: %d\r\n\r\n%s" % (len(body), body)
            for cut in (len(request), len(request) - 3):
                _, writer = await asyncio.open_connection("127.0.0.1", port)
                writer.write(request[:cut])
                await writer.drain()
                writer.transport.abort()
            assert (await quick.post(ADDRESS, json=PICKED)).status_code == 201

    run(ask)


@pytest.mark.parametrize("limit", ["max_body_bytes", "rate_limit_public", "answer_queue"])
def test_limits_hold(
    own_database: Database, bank: Bank, monkeypatch: pytest.MonkeyPatch, limit: str
) -> None:
    setting: dict[str, Any] = {
        "max_body_bytes": 1024,
        "rate_limit_public": "3/minute",
        "answer_queue": 1,
    }

    async def ask() -> None:
        async with both(own_database, **{limit: setting[limit]}) as (_, quick, _):
            long = PICKED | {"learner": "x" * 1100}
            bodies = [long if limit == "max_body_bytes" else PICKED] * 6
            answers = await asyncio.gather(*(quick.post(ADDRESS, json=each) for each in bodies))
            statuses = sorted(answer.status_code for answer in answers)
            if limit == "max_body_bytes":
                assert statuses == [413] * 6
            elif limit == "rate_limit_public":
                assert statuses == [201] * 3 + [429] * 3
            else:
                assert set(statuses) <= {201, 503}
                assert statuses[0] == 201
            refused = [answer for answer in answers if answer.status_code in {429, 503}]
            assert all(answer.headers["Retry-After"] for answer in refused)

    run(ask)


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (OperationalError("INSERT", {}, Exception("away")), 503, "unavailable"),
        (RuntimeError("nobody expected it"), 500, "internal_error"),
    ],
)
def test_what_fails_in_the_database_is_told(
    own_database: Database,
    bank: Bank,
    monkeypatch: pytest.MonkeyPatch,
    error: Exception,
    status: int,
    code: str,
) -> None:
    def failing(*_: object, **__: object) -> None:
        raise error

    async def ask() -> None:
        async with both(own_database) as (_, quick, _):
            assert (await quick.post(ADDRESS, json=PICKED)).status_code == 201
            monkeypatch.setattr("api.submission_writer.store_answers", failing)
            answer = await quick.post(ADDRESS, json=PICKED, headers={"X-Request-Id": "mine"})
            told = answer.json()
            assert (answer.status_code, told["code"], told["request_id"]) == (status, code, "mine")
            assert told["instance"] == ADDRESS
            assert "nobody" not in answer.text

    run(ask)
    assert _stored(own_database) == 1


def test_behind_a_proxy_links_have_its_scheme(own_database: Database, bank: Bank) -> None:
    async def ask() -> None:
        async with both(own_database) as (_, quick, plain):
            headers = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.9"}
            for client in (quick, plain):
                answer = await client.post(ADDRESS, json={"selected": ["none"]}, headers=headers)
                assert answer.json()["type"].startswith("https://")

    run(ask)


def _stored(database: Database) -> int:
    with database.read() as session:
        return session.scalar(select(func.count()).select_from(Submission)) or 0
