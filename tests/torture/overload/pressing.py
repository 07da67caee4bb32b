"""Ordeals of a service that is asked too much, or too slowly; each returns what it found wrong.

What a route can do in a second is fixed by its sleep, so that five times as much is little work
for whoever asks, on a slow day too. Findings compare what one run measured with itself.
"""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import httpx
from anyio.to_thread import current_default_thread_limiter

from api import admission
from api.app import Service
from api.quick_answers import QuickAnswers
from bench.pressure import Ask, Outcome, Pressure, late, press, saturate
from bench.requests import get, post
from bench.slow_clients import REFUSED, Slow, slow_ones
from models import Database
from tests.api.quickly import both, served
from tests.factories import Bank
from tests.torture.effort import effort

SLEEP, THREADS = 0.05, 10  # of a read that needs a route: so many a second at most
HOLD = 0.005  # seconds for which a kept answer holds up all else
TIMES, SECONDS = 5, effort(1.0, 6.0, 30.0)
CONNECTIONS = 1000
SUBMISSION, READ, HEALTH = "submission", "read", "health"
LONGEST_ANSWER = 1.1  # seconds of half of them, on a busy day; without admission it is 1.4
PATIENCE = 2.5  # seconds after the end
ENOUGH = 0.5  # of the capacity
SLOW_AFTER, CUT_WITHIN = 1, 1.8  # seconds
PATH = "/v1/questions/rivers/submissions"
LINES = (
    b"POST %s HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 400\r\n\r\n"
)


@asynccontextmanager
async def service(database: Database, **settings: Any) -> AsyncIterator[tuple[Service, int]]:
    """A service in this process, with two reads that are slow, and its port."""
    settings = {"rate_limit_public": "off", **settings}
    async with both(database, **settings) as (app, _, _), served(app) as port:
        current_default_thread_limiter().total_tokens = THREADS
        app.add_api_route("/slow", _slow)
        yield app, port


def _slow() -> None:
    time.sleep(SLEEP)


async def too_many(database: Database, read: str) -> list[str]:
    """Five times as many reads as can be answered, submissions and looks at its health."""
    asks = [Ask(READ, get(read))] * 8 + [_submission(), Ask(HEALTH, get("/livez"))]
    async with service(database) as (_, port):
        await saturate(port, asks, connections=8, seconds=0.2)
        capacity = (await saturate(port, asks, connections=32, seconds=SECONDS / 2)).rate
        rate = TIMES * capacity
        told = await press(
            port, asks, rate=rate, seconds=SECONDS, connections=CONNECTIONS, patience=PATIENCE
        )
        after = await press(port, asks, rate=capacity / 4, seconds=SECONDS / 3, connections=50)
    return [*_wrong_with(told, capacity), *_wrong_after(after)]


def _submission() -> Ask:
    return Ask(SUBMISSION, post(PATH, {"selected": []}), 201)


def _wrong_with(told: Pressure, capacity: float) -> list[str]:
    reads, posts, health = (told.kinds[kind] for kind in (READ, SUBMISSION, HEALTH))
    checks = {
        "lost or unexpected": not told.errors,
        "no read was refused": bool(reads.refused),
        "few good answers": told.rate >= ENOUGH * capacity,
        "answers are late": _half(reads) - _half(health) <= LONGEST_ANSWER,
        "refusals are late": late(reads.refused, 0.5) <= _half(reads),
        "submissions were refused": not posts.refused,
        "its health was not told": not health.refused,
    }
    return [finding for finding, is_well in checks.items() if not is_well]


def _half(outcome: Outcome) -> float:
    """The time of half of them; of what is never held up it is that of whoever asks."""
    return late(outcome.answered, 0.5)


def _wrong_after(told: Pressure) -> list[str]:
    is_well = not told.refused and not told.errors
    return [] if is_well else ["not as before afterwards"]


@asynccontextmanager
async def full_queue(port: int) -> AsyncIterator[None]:
    """One answer has its head here and keeps the only place."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(LINES % PATH.encode())
    await writer.drain()
    await asyncio.sleep(0.1)
    try:
        yield
    finally:
        writer.transport.abort()
        del reader


async def refused_by_the_head(database: Database) -> list[str]:
    """What there is no place for is refused although its body never comes; once, in full."""
    async with service(database, answer_queue=1) as (_, port), full_queue(port):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            writer.write(LINES % PATH.encode())
            head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 1)
            told = json.loads(await reader.readexactly(_length(head)))
            return _wrong_refusal(head, told)
        except TimeoutError:
            return ["it waits for the body"]
        finally:
            writer.transport.abort()


def _length(head: bytes) -> int:
    return int(httpx.Headers(_lines(head))["content-length"])


def _lines(head: bytes) -> list[tuple[bytes, bytes]]:
    named = (line.partition(b": ") for line in head.split(b"\r\n")[1:] if line)
    return [(name, value) for name, _, value in named]


def _wrong_refusal(head: bytes, told: dict[str, Any]) -> list[str]:
    headers = httpx.Headers(_lines(head))
    stated = (headers["content-type"], headers["retry-after"], told["code"], told["instance"])
    is_right = head.startswith(b"HTTP/1.1 503 ") and headers["x-request-id"] == told["request_id"]
    expected = ("application/problem+json", "1", "overloaded", PATH)
    return [] if is_right and stated == expected else [f"it says {stated}"]


async def slow_to_send(database: Database) -> list[str]:
    """Slow heads and bodies are cut, are told why, and hinder nobody."""
    settings = {"slow_request_seconds": SLOW_AFTER}
    each = effort(25, 250, 500)
    async with service(database, **settings) as (app, port):
        asks = [_submission(), Ask(HEALTH, get("/livez"))]
        others = press(port, asks, rate=20, seconds=1, connections=20)
        told, slow = await asyncio.gather(others, slow_ones(port, each, CUT_WITHIN))
        left = app.admission.answering
    return [
        *(["others were hindered"] if told.refused or told.errors else []),
        *(f"slow {kind} are not cut" for kind in sorted(_not_cut(slow))),
        *(["cut answers keep their places"] if left else []),
    ]


def _not_cut(slow: list[Slow]) -> set[str]:
    return {each.name for each in slow if not each.answer.startswith(REFUSED)}


def hold_up(patch: Any) -> None:
    """Make each kept answer take as long as a page of a book."""
    find = QuickAnswers.find

    def slowly(*arguments: Any) -> Any:
        time.sleep(HOLD)
        return find(*arguments)

    patch.setattr(QuickAnswers, "find", slowly)
    patch.setattr(admission, "FEW", int(LONGEST_ANSWER / HOLD / TIMES))


def run(ordeal: Any, database: Database, *arguments: Any) -> list[str]:
    """Run an ordeal on a bank with a question."""
    Bank(database).publish()
    found: list[str] = asyncio.run(partial(ordeal, database, *arguments)())
    return found
