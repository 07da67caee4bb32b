"""What the server sends by itself is what the application would send, as fresh and as counted."""

import asyncio
from functools import partial
from typing import Any

import httpx
import pytest

from api.app import create_app
from api.quick_answers import QuickAnswers
from api.quick_protocol import QuickProtocol
from models import Database, now
from operations.revoke_key import revoke_key
from settings import Settings
from tests.api.layered import ONE
from tests.api.quickly import Counted, both, merged, run, served
from tests.api.test_response_cache import ADDRESSES, HEADERS, same
from tests.factories import DRAFT, Bank

BROWSER = {"Accept-Encoding": "gzip, deflate, br", "X-Request-Id": "mine"}
FORWARDED = {"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "https"}
CLOSING = {"Connection": "close"}
LEARNER = b"Host: here\r\n\r\n"
READ = b"GET /v1/questions/rivers HTTP/1.1\r\n"


@pytest.fixture
def bank(own_database: Database) -> Bank:
    """Questions and keys in a database where commits are real."""
    made = Bank(own_database)
    for number in range(3):
        made.publish(slug=f"q{number}", title=f"Title {number}", tags=("land", "water"))
    made.publish()
    made.translate("de", "rivers")
    made.translate("fr", "rivers")
    return made


@pytest.mark.parametrize(("public", "origins"), [(True, "*"), (False, "https://course.example")])
def test_answers_are_those_of_the_application(
    own_database: Database,
    bank: Bank,
    monkeypatch: pytest.MonkeyPatch,
    public: bool,
    origins: str,
) -> None:
    keys = [bank.key("publishable")[1], bank.key("author")[1]]

    async def compare() -> None:
        async with both(own_database, public=public, cors_origins=origins) as (app, quick, plain):
            found = Counted(app.quick_answers, "find", monkeypatch)
            for address in ADDRESSES[::2]:
                for headers in [
                    {"Accept-Language": "de-CH, en;q=0.5"},
                    {"Accept-Language": "it, fr;q=0.1"},
                    BROWSER | keys[1] | {"Accept-Language": "de"},
                    *HEADERS,
                    *keys,
                    BROWSER | keys[0],
                    HEADERS[1] | keys[1],
                    FORWARDED,
                    CLOSING,
                ]:
                    for _ in range(2):
                        answer = await quick.get(address, headers=headers)
                        theirs = await plain.get(address, headers=headers)
                        same(merged(answer), merged(theirs))
                if tag := answer.headers.get("ETag"):
                    asked = {**keys[0], "If-None-Match": f'"x", W/{tag}'}
                    answer = await quick.get(address, headers=asked)
                    same(merged(answer), merged(await plain.get(address, headers=asked)))
                    assert answer.status_code == 304
            assert found.count >= 20

    run(compare)


def test_each_reader_gets_the_own_language_from_memory(
    own_database: Database, bank: Bank, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def ask() -> None:
        async with both(own_database) as (app, quick, _):
            found = Counted(app.quick_answers, "find", monkeypatch)
            for wish in ("de", "fr", "en", "it") * 3:
                answer = await quick.get(ONE, headers={"Accept-Language": wish})
                expected = "en" if wish == "it" else wish
                assert answer.headers["Content-Language"] == answer.json()["language"] == expected
            assert found.count == 8, "the first of each went the long way"
            await asyncio.to_thread(bank.publish, DRAFT, title="Edited: nothing fits any more")
            for wish in ("de", "fr", "en") * 2:
                answer = await quick.get(ONE, headers={"Accept-Language": wish})
                assert answer.headers["Content-Language"] == answer.json()["language"] == "en"

    run(ask)


def test_every_answer_is_counted_once(
    own_database: Database, bank: Bank, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, key = bank.key(rate_limit="4/minute")

    async def ask() -> None:
        async with both(own_database, rate_limit_public="5/minute") as (app, quick, _):
            found = Counted(app.quick_answers, "find", monkeypatch)
            for headers, most in (({}, 5), (key, 4)):
                told = [await quick.get(ONE, headers=headers) for _ in range(most + 2)]
                assert [answer.status_code for answer in told] == [200] * most + [429] * 2
                left = [answer.headers["RateLimit"].split(";")[1] for answer in told]
                assert left == [f"r={most - n}" for n in range(1, most + 1)] + ["r=0"] * 2
                assert told[-1].json()["code"] == "rate_limited"
            assert found.count == 4 + 3, "the first of each went the long way"

    run(ask)


def test_clients_behind_a_trusted_proxy_are_told_apart(
    own_database: Database, bank: Bank, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def ask() -> None:
        async with both(own_database, rate_limit_public="3/minute") as (app, quick, _):
            found = Counted(app.quick_answers, "find", monkeypatch)
            for client in ("203.0.113.9", "203.0.113.10"):
                forwarded = {"X-Forwarded-For": client}
                told = [await quick.get(ONE, headers=forwarded) for _ in range(4)]
                assert [answer.status_code for answer in told] == [200, 200, 200, 429]
            assert found.count == 2 + 3

    run(ask)


def test_nobody_else_is_believed(own_database: Database, bank: Bank) -> None:
    async def ask() -> None:
        app = create_app(Settings.load(rate_limit_public="3/minute"), own_database)
        async with (
            served(app, forwarded_allow_ips="203.0.113.1") as port,
            httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client,
        ):
            told = [
                await client.get(ONE, headers={"X-Forwarded-For": f"203.0.113.{number}"})
                for number in range(5)
            ]
            assert [answer.status_code for answer in told] == [200, 200, 200, 429, 429]
        await app.state.checks.close()

    run(ask)


def test_bytes_that_come_later_need_another_look(
    own_database: Database, bank: Bank, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Any] = []

    async def ask() -> None:
        app = create_app(Settings.load(), own_database)
        checks = app.state.checks
        async with served(app) as port:
            await _raw(port, LAST)  # from now on it is kept
            state = await checks.read()
            monkeypatch.setattr(checks, "tell", asked.append)
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            for turn in (1, 2):
                writer.write(READ + LEARNER)
                await asyncio.sleep(0.05)
                assert len(asked) == 1, turn
            asked[0](state)
            assert (await reader.readuntil(b"\r\n")).startswith(b"HTTP/1.1 200 ")
            assert len(asked) == 2, "who came meanwhile is not answered by the first look"
            writer.close()
        await checks.close()

    run(ask)


def test_an_edit_is_in_the_next_answer_to_everybody(own_database: Database, bank: Bank) -> None:
    async def ask() -> None:
        async with both(own_database) as (_, quick, _):
            for number in range(20):
                await asyncio.to_thread(bank.publish, DRAFT, title=f"Edit {number}")
                for _ in range(3):
                    assert f"Edit {number}" in (await quick.get(ONE)).text

    run(ask)


def test_an_edit_and_a_revoked_key_are_in_the_next_answer(
    own_database: Database, bank: Bank
) -> None:
    row, key = bank.key("publishable")

    async def ask() -> None:
        async with both(own_database, public=False) as (_, quick, _):
            for number in range(20):
                await asyncio.to_thread(bank.publish, DRAFT, title=f"Edit {number}")
                for _ in range(3):
                    assert f"Edit {number}" in (await quick.get(ONE, headers=key)).text
            revoke = partial(revoke_key, public_part=row.public_part, at=now())
            await asyncio.to_thread(own_database.write, revoke)
            assert (await quick.get(ONE, headers=key)).status_code == 401

    run(ask)


async def _raw(port: int, *chunks: bytes) -> bytes:
    """What a server answers to bytes that come in pieces, on one connection."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for chunk in chunks:
        writer.write(chunk)
        await writer.drain()
        await asyncio.sleep(0.02)
    answer = await asyncio.wait_for(reader.read(), 10)
    writer.close()
    return answer


BODY = b'{"selected": []}'
POST = (
    b"POST /v1/questions/rivers/submissions HTTP/1.1\r\nHost: here\r\nContent-Length: %d\r\n"
    b"Content-Type: application/json\r\n\r\n%s" % (len(BODY), BODY)
)
LAST = READ + b"Connection: close\r\n" + LEARNER


@pytest.mark.parametrize(
    ("chunks", "statuses"),
    [
        ([READ + LEARNER + READ + LEARNER + LAST], [200, 200, 200]),
        ([READ + LEARNER + POST + READ + LEARNER + LAST], [200, 201, 200, 200]),
        ([POST + READ + LEARNER + LAST], [201, 200, 200]),
        ([READ[:9], READ[9:], LEARNER[:4], LEARNER[4:] + LAST], [200, 200]),
        ([READ, LEARNER + READ + LEARNER[:-2], LEARNER[-2:] + LAST], [200, 200, 200]),
        ([READ + b"Content-Length: 2\r\n" + LEARNER, b"ab" + LAST], [200, 200]),
        ([READ.replace(b"1.1", b"1.0") + LEARNER], [200]),
        ([READ.replace(b"rivers", b"absent") + LEARNER + LAST], [404, 200]),
        ([READ + LEARNER + b"nonsense\r\n\r\n"], [200, 400]),
        ([READ + b"Bad Header\r\n\r\n"], [400]),
    ],
)
def test_answers_come_in_order_however_requests_arrive(
    own_database: Database, bank: Bank, chunks: list[bytes], statuses: list[int]
) -> None:
    async def ask() -> None:
        app = create_app(Settings.load(), own_database)
        async with served(app, QuickProtocol) as port:
            await _raw(port, LAST)  # from now on it is kept
            answer = await _raw(port, *chunks)
            told = [int(part[:3]) for part in answer.split(b"HTTP/1.1 ")[1:]]
            assert told == statuses
        await asyncio.to_thread(app.state.submission_writer.stop)
        await app.state.checks.close()

    run(ask)


def test_who_has_gone_is_not_answered(own_database: Database, bank: Bank) -> None:
    async def ask() -> None:
        app = create_app(Settings.load(), own_database)
        async with served(app, QuickProtocol) as port:
            for _ in range(20):
                _, writer = await asyncio.open_connection("127.0.0.1", port)
                writer.write(READ + LEARNER)
                writer.transport.abort()
            assert (await _raw(port, LAST)).startswith(b"HTTP/1.1 200 ")
        await app.state.checks.close()

    run(ask)


def test_without_a_cache_the_application_answers(own_database: Database, bank: Bank) -> None:
    async def ask() -> None:
        async with both(own_database, response_cache_bytes=0) as (app, quick, _):
            assert isinstance(app.quick_answers, QuickAnswers)
            assert [(await quick.get(ONE)).status_code for _ in range(3)] == [200] * 3

    run(ask)
