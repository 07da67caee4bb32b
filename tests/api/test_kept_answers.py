"""Kept answers in the codings asked for, within their bound, and never without a check."""

import asyncio
import gzip
from collections.abc import Mapping

import brotli
import httpx
import pytest

from api.app import create_app
from api.kept_answers import CODINGS, Answer, Kept, KeptAnswers, coding_for
from api.known_keys import KnownKeys
from api.middleware import RequestContext
from api.response_cache import ResponseCache
from api.revision_checks import State, Told, checks_of
from api.unchanged import Unchanged
from models import Database
from settings import Settings
from tests.api.layered import AS_IT_IS, ONE, run
from tests.factories import DRAFT, Bank


@pytest.fixture
def bank(own_database: Database) -> Bank:
    """Questions and keys in a database where commits are real."""
    return Bank(own_database)


ENCODINGS: Mapping[str, str | None] = {
    "gzip": "gzip",
    "br": "br",
    "gzip, deflate, br": "br",
    "gzip;q=1.0, br;q=0.5": "gzip",
    "gzip;q=0, br;q=0": None,
    "*": "br",
    "br;q=0, *": "gzip",
    "identity;q=0, gzip": "gzip",
    "identity, gzip;q=0.5": None,
    "identity;q=0": None,
    "deflate": None,
    "gzip;q=nonsense": None,
    "GZIP;Q=0.3": "gzip",
    "": None,
}


@pytest.mark.parametrize(("accepted", "coding"), ENCODINGS.items())
def test_answers_come_in_the_coding_asked_for(accepted: str, coding: str | None) -> None:
    assert coding_for(accepted.encode()) == (coding or "identity").encode()


def test_codings_are_different_answers_of_one_document(own_database: Database, bank: Bank) -> None:
    bank.publish()
    decoders = {"gzip": gzip.decompress, "br": brotli.decompress}

    async def ask(client: httpx.AsyncClient) -> None:
        whole = await client.get(ONE, headers=AS_IT_IS)
        tags = {whole.headers["ETag"]}
        for coding, decode in decoders.items():
            for _ in range(2):
                async with client.stream("GET", ONE, headers={"Accept-Encoding": coding}) as answer:
                    body = b"".join([part async for part in answer.aiter_raw()])
                assert answer.headers["Content-Encoding"] == coding
                assert int(answer.headers["Content-Length"]) == len(body) < len(whole.content)
                assert "Accept-Encoding" in answer.headers["Vary"]
                assert decode(body) == whole.content
            tags.add(answer.headers["ETag"])
            known = {"Accept-Encoding": coding, "If-None-Match": answer.headers["ETag"]}
            unchanged = await client.get(ONE, headers=known)
            assert (unchanged.status_code, unchanged.content) == (304, b"")
            assert unchanged.headers["ETag"] == answer.headers["ETag"]
            assert "Content-Encoding" not in unchanged.headers
        assert len(tags) == 3

    run(own_database, ask)


def test_what_is_kept_has_a_bound_in_bytes() -> None:
    state, kept = State(1, 1), KeptAnswers(100_000)
    for number in range(100):
        kept.put(number, Kept(Answer(200, (), b"x" * 10_000), state))
        kept.get(0)
        assert kept.size <= 100_000
    assert kept.get(0) is not None, "used all the time"
    assert kept.get(99) is not None, "the last one"
    assert kept.get(50) is None
    answer = kept.get(99)
    assert answer is not None
    before = kept.size
    for coding in CODINGS:
        answer.variant(coding)
    kept.put(99, answer)
    assert kept.size > before, "its variants count"
    kept.put("large", Kept(Answer(200, (), b"x" * 200_000), state))
    assert (kept.size, kept.get("large")) == (0, None)


def test_where_the_state_cannot_be_read_the_route_answers(
    own_database: Database, bank: Bank
) -> None:
    bank.publish(title="Before")

    class Away:
        def tell(self, told: Told) -> None:
            raise NotImplementedError

        async def read(self) -> State | None:
            return None if away else await there.read()

        async def close(self) -> None:
            await there.close()

    found, away = checks_of(own_database), False
    assert found is not None
    there = found

    async def ask() -> None:
        nonlocal away
        app = create_app(Settings.load(response_cache_bytes=0), own_database)
        keys, unchanged = KnownKeys(own_database, there), Unchanged(own_database)
        layer = ResponseCache(app, Away(), keys, 10**6, True, unchanged)
        transport = httpx.ASGITransport(RequestContext(layer))
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            assert "Before" in (await client.get(ONE)).text
            away = True
            await asyncio.to_thread(bank.publish, DRAFT, title="After")
            assert "After" in (await client.get(ONE)).text
        await app.state.checks.close()

    asyncio.run(ask())
    asyncio.run(there.close())


def test_a_check_under_way_is_not_shared_with_who_comes_later(
    own_database: Database, bank: Bank
) -> None:
    checks = checks_of(own_database)
    assert checks is not None

    async def check_twice() -> None:
        before = await checks.read()
        under_way = [asyncio.create_task(checks.read()) for _ in range(3)]
        for _ in range(3):
            await asyncio.sleep(0)  # it is sent; the loop then hears of nothing until the commit
        bank.publish()
        after = await checks.read()
        assert before is not None
        assert after is not None
        assert after.revision > before.revision
        assert {await one for one in under_way} <= {before, after}
        await checks.close()

    asyncio.run(check_twice())


def test_behind_a_new_connection_nothing_is_believed(own_database: Database) -> None:
    checks = checks_of(own_database)
    assert checks is not None

    async def reconnect() -> None:
        before = await checks.read()
        await checks.close()
        after = await checks.read()
        assert None not in (before, after)
        assert before != after
        await checks.close()

    asyncio.run(reconnect())
