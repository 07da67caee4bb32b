"""Clients that send too slowly or too much, and what the others notice of them."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial
from random import random
from statistics import median
from time import perf_counter
from typing import cast

from bench.arena import Arena, arena, contest
from bench.contestants import ours
from bench.load import run_load
from bench.machine import sharing
from bench.pressure import Ask, Pressure, late, press
from bench.requests import get, question_path
from models import Database, open_engine
from operations.issue_key import issue_key

SLOW = int(os.environ.get("BENCH_SLOW_CLIENTS", "500"))  # with heads, and as many with bodies
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "5"))
SECONDS = 2.0  # of the others, with and without
RATE, CONNECTIONS = 500.0, 100  # of the others
PAUSE = 0.5  # seconds
DRIP = 1.0  # seconds between two bytes
LIMIT = 15.0  # seconds after which none may be left
QUOTA, TIMES = 600, 100  # a minute
HEAD = b"GET /v1/questions HTTP/1.1\r\nHost: bench\r\nX-Slow: "
BODY = (
    b"POST /v1/questions/any/submissions HTTP/1.1\r\nHost: bench\r\n"
    b"Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n{"
)
BEGINS = {"heads": HEAD, "bodies": BODY}
REFUSED = b"HTTP/1.1 408 "

Burden = Callable[[int], AbstractAsyncContextManager[None]]


def figures() -> Iterator[str]:
    """The others' times with and without each burden, in turn, and when slow clients are cut."""
    yield f"{sharing()}; sqlite; the others read {RATE:g} kept questions a second"
    with arena("sqlite", 100) as made, contest(made, [ours(made.ours)]) as (service,):
        asks = [Ask("others", get(question_path(each))) for each in made.bank]
        run_load(press(service.port, asks, rate=RATE, seconds=1, connections=CONNECTIONS))
        yield from _compared(f"{SLOW} slow heads, {SLOW} slow bodies", dripping, service.port, asks)
        yield from _cut(run_load(slow_ones(service.port, SLOW)))
        burden = partial(_greedy, token=_key_with_quota(made))
        yield from _compared(f"one key at {TIMES} x its quota", burden, service.port, asks)


def _compared(name: str, burden: Burden, port: int, asks: Sequence[Ask]) -> Iterator[str]:
    """Medians of the rounds' ratios."""
    rounds = [run_load(_round(burden, port, asks)) for _ in range(ROUNDS)]
    for share in (0.5, 0.99):
        ratio = median(late(loaded.answered, share) / late(alone.answered, share)
                       for alone, loaded in rounds)  # fmt: skip
        usual = median(late(alone.answered, share) for alone, _ in rounds)
        yield f"{ratio:10.2f} x {usual * 1000:.2f} ms p{share * 100:g} of the others, {name}"
    lost = sum(each.asked - len(each.answered) for pair in rounds for each in pair)
    yield f"{lost:10,} of the others' requests were refused or lost"


async def _round(burden: Burden, port: int, asks: Sequence[Ask]) -> tuple[Pressure, Pressure]:
    ask = partial(press, port, asks, rate=RATE, seconds=SECONDS, connections=CONNECTIONS)
    await asyncio.sleep(PAUSE)  # until what the round before has left is gone
    alone = await ask()
    async with burden(port):
        await asyncio.sleep(PAUSE)
        return alone, await ask()


class Slow(asyncio.Protocol):
    """A client that sends a byte a second; ``lasted`` is how long, ``answer`` what it got."""

    def __init__(self, name: str, begin: bytes) -> None:
        self.name, self._begin, self._began = name, begin, perf_counter()
        self.lasted, self.answer = 0.0, b""
        self.cut = asyncio.Event()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Send the begin, and drip from now on."""
        self.transport = cast("asyncio.Transport", transport)
        self.transport.write(self._begin)
        # At a moment of its own: a thousand bytes at one instant would hold up who measures.
        asyncio.get_running_loop().call_later(DRIP * random(), self._drip)  # noqa: S311

    def _drip(self) -> None:
        if not self.transport.is_closing():
            self.transport.write(b"x")
            asyncio.get_running_loop().call_later(DRIP, self._drip)

    def data_received(self, data: bytes) -> None:
        """Keep what is said."""
        self.answer += data

    def connection_lost(self, _: Exception | None) -> None:
        """Note when it ended."""
        self.lasted = perf_counter() - self._began
        self.cut.set()


@asynccontextmanager
async def slow_clients(port: int, each: int) -> AsyncIterator[list[Slow]]:
    """So many that are slow with heads, and so many with bodies."""
    loop = asyncio.get_running_loop()
    opened: list[Slow] = []
    try:
        for name, begin in [*BEGINS.items()] * each:
            made = partial(Slow, name, begin)
            opened.append((await loop.create_connection(made, "127.0.0.1", port))[1])
        yield opened
    finally:
        for slow in opened:
            slow.transport.abort()
        await asyncio.sleep(0)


@asynccontextmanager
async def dripping(port: int) -> AsyncIterator[None]:
    """Slow clients as a burden on others."""
    async with slow_clients(port, SLOW):
        yield


async def slow_ones(port: int, each: int, longest: float = LIMIT) -> list[Slow]:
    """Slow clients that were waited for until they were cut, or for long enough."""
    async with slow_clients(port, each) as opened:
        waiting = [asyncio.create_task(slow.cut.wait()) for slow in opened]
        _, late_ones = await asyncio.wait(waiting, timeout=longest)
        for task in late_ones:
            task.cancel()
        return opened


def _cut(slow: Sequence[Slow]) -> Iterator[str]:
    lasted = [each.lasted for each in slow if each.lasted]
    told = sum(each.answer.startswith(REFUSED) for each in slow)
    yield f"{len(slow) - len(lasted):10,} of {len(slow):,} slow clients were not cut off"
    if lasted:
        yield f"{max(lasted):10.1f} s until the last was, {min(lasted):.1f} s until the first"
    yield f"{told:10,} were told why (408)"


@asynccontextmanager
async def _greedy(port: int, token: str) -> AsyncIterator[None]:
    """A key that asks as often as it likes."""
    ask = Ask("greedy", get("/v1/questions", authorization=f"Bearer {token}"))
    rate = TIMES * QUOTA / 60
    task = asyncio.create_task(
        press(port, [ask], rate=rate, seconds=SECONDS + 1, connections=CONNECTIONS)
    )
    await asyncio.sleep(0.5)
    yield
    await task


def _key_with_quota(made: Arena) -> str:
    database = Database(open_engine(made.ours))
    _, token = database.write(
        lambda session: issue_key(
            session, name="greedy", role="publishable", rate_limit=f"{QUOTA}/minute"
        )
    )
    database.close()
    return token
