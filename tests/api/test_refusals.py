"""Refusals as bytes say what the documented way says, and leave connections in order."""

import asyncio

import httpx
import pytest

from api.admission import Admission
from models import Database
from tests.api.quickly import both, merged, run, served
from tests.factories import Bank

READ = "/v1/questions/rivers"
OWN = {"x-request-id", "ratelimit", "date", "retry-after", "content-length", "connection"}


def told(answer: httpx.Response) -> tuple[int, list[tuple[bytes, bytes]], dict[str, object]]:
    """What does not belong to the request alone."""
    kept = [one for one in merged(answer).headers.raw if one[0].decode() not in OWN]
    said = answer.json()
    assert said.pop("request_id") == answer.headers["x-request-id"]
    said.pop("detail")  # has seconds
    assert int(answer.headers["retry-after"]) > 0
    return answer.status_code, kept, said


@pytest.mark.parametrize("origins", ["*", "https://course.example"])
def test_a_quota_is_told_alike_on_both_ways(own_database: Database, origins: str) -> None:
    Bank(own_database).publish()

    async def compare() -> None:
        limits = {"rate_limit_public": "2/minute", "cors_origins": origins}
        async with both(own_database, **limits) as (_, quick, plain):
            for _ in range(2):
                assert (await plain.get(READ)).status_code == 200
            for headers in ({}, {"Origin": "https://course.example"}, {"X-Request-Id": "mine"}):
                for method, path in (("GET", READ), ("GET", "/none"), ("POST", f"{READ}/nowhere")):
                    first = await quick.request(method, path, headers=headers)
                    second = await plain.request(method, path, headers=headers)
                    assert first.status_code == 429
                    assert told(first) == told(second)

    run(compare)


def test_what_is_unusual_is_refused_in_the_same_words(
    own_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    Bank(own_database).publish()
    monkeypatch.setattr(Admission, "refuses_reads", True)

    async def compare() -> None:
        async with both(own_database) as (_, quick, _):
            usual = [await quick.get(READ) for _ in range(3)]  # read, read again, and by its bytes
            unusual = await quick.get(READ, headers={"Connection": "close"})
            assert usual[0].json()["code"] == "overloaded"
            assert told(usual[0]) == told(usual[1]) == told(usual[2]) == told(unusual)
            assert len({answer.headers["x-request-id"] for answer in usual}) == 3
            assert (await quick.head(READ)).status_code == 503
            assert (await quick.get("/livez")).status_code == 200
            assert (await quick.get("/readyz")).status_code == 200

    run(compare)


def test_refused_bytes_may_come_in_pieces_and_behind_others(
    own_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    Bank(own_database).publish()
    monkeypatch.setattr(Admission, "refuses_reads", True)
    read = b"GET /v1/questions/rivers HTTP/1.1\r\nHost: x\r\n\r\n"
    whole = read + b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n" + read * 3

    async def ask() -> None:
        async with both(own_database) as (app, _, _), served(app) as port:
            for size in (len(read), 1_000_000, 33, len(read)):
                reader, writer = await asyncio.open_connection("127.0.0.1", port)
                for start in range(0, len(whole), size):
                    writer.write(whole[start : start + size])
                    await writer.drain()
                    await asyncio.sleep(0.01)
                statuses = [await _status(reader) for _ in range(5)]
                assert statuses == [503, 200, 503, 503, 503], size
                writer.close()

    run(ask)


async def _status(reader: asyncio.StreamReader) -> int:
    head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 10)
    length = head.lower().split(b"content-length: ")[1].split(b"\r\n")[0]
    await reader.readexactly(int(length))
    return int(head[9:12])


def test_too_many_connections_are_told_and_closed(own_database: Database) -> None:
    async def ask() -> None:
        async with both(own_database, max_connections=1) as (app, _, _), served(app) as port:
            _, first = await asyncio.open_connection("127.0.0.1", port)
            await asyncio.sleep(0.05)
            async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
                refused, alive = await client.get("/docs"), await client.get("/livez")
            assert (refused.status_code, refused.headers["connection"]) == (503, "close")
            assert alive.status_code == 200
            first.close()

    run(ask)
