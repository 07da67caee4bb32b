"""Load on a loopback port: as fast as some connections allow, or at a fixed rate."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Coroutine, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import cycle
from time import perf_counter
from typing import TypeVar

import uvloop

from bench.connection import Answer, Connection, connect
from bench.machine import APART, GENERATOR, on_cores

Result = TypeVar("Result")

LONGEST_WAIT = 30.0  # seconds for what is under way at the end
# With a core of its own the generator watches the clock all the time; timers are a ms late.
PAUSE = 0.0 if APART else 0.001


class LoadError(Exception):
    """An answer that was not expected, or none."""


@dataclass(slots=True)
class Run:
    """What came of a load: seconds that it took, and of each answer seconds and bytes."""

    seconds: float = 0.0
    latencies: list[float] = field(default_factory=list)
    bytes_received: int = 0

    @property
    def rate(self) -> float:
        """Answers a second."""
        return len(self.latencies) / self.seconds

    def percentile(self, share: float) -> float:
        """The latency in seconds that this share of the answers did not exceed."""
        return percentile(self.latencies, share)


def percentile(latencies: Sequence[float], share: float) -> float:
    """The smallest latency that at least this share of all did not exceed."""
    ordered = sorted(latencies)
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)]


def closed_loop(
    port: int, requests: Sequence[bytes], *, connections: int, seconds: float, status: int = 200
) -> Run:
    """Each connection sends its next request when it has its answer: this finds capacity.

    Latencies of a closed loop leave out the waiting of requests that were never sent.
    """
    return run_load(_Closed(requests, status).run(port, connections, seconds))


def open_loop(
    port: int,
    requests: Sequence[bytes],
    *,
    rate: float,
    seconds: float,
    connections: int = 64,
    status: int = 200,
) -> Run:
    """Requests at a fixed rate whatever the answers do.

    A latency counts from the moment at which the request should have been sent, so that
    what waits behind a stall counts with all its waiting (no coordinated omission).
    """
    return run_load(_Open(requests, status).run(port, connections, rate, seconds))


def run_load(load: Coroutine[None, None, Result]) -> Result:
    """Run a coroutine on the generator's core."""
    with on_cores(GENERATOR), asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(load)


class _Load:
    """What both kinds of load share: requests in turn, answers checked, an end."""

    def __init__(self, requests: Sequence[bytes], status: int) -> None:
        self._requests = cycle(requests)
        self._status = status
        self._result = Run()
        self._under_way = 0
        self._ended = False

    def _send(self, connection: Connection, started: float) -> None:
        self._under_way += 1
        connection.send(next(self._requests), started)

    def _note(self, connection: Connection, answer: Answer | None) -> None:
        self._under_way -= 1
        if answer is None or answer.status != self._status:
            self._fail(answer)
            return
        self._result.latencies.append(perf_counter() - connection.started)
        self._result.bytes_received += len(answer.body)
        self._end_if_done()

    def _fail(self, answer: Answer | None) -> None:
        told = f"{answer.status}: {answer.body[:300]!r}" if answer else "connection lost"
        if not self._done.done():
            self._done.set_exception(LoadError(f"Expected {self._status}, got {told}"))

    def _end_if_done(self) -> None:
        if self._ended and not self._under_way and not self._done.done():
            self._done.set_result(None)

    @asynccontextmanager
    async def _connected(self, port: int, connections: int) -> AsyncIterator[list[Connection]]:
        """Open connections; hang up whatever happens, since uvloop never ends with open ones."""
        self._done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        opened: list[Connection] = []
        try:
            for _ in range(connections):
                opened.append(await connect(port, self._answered))
            yield opened
        finally:
            for connection in opened:
                connection.close()
            await asyncio.sleep(0)

    def _answered(self, connection: Connection, answer: Answer | None) -> None:
        raise NotImplementedError


class _Closed(_Load):
    async def run(self, port: int, connections: int, seconds: float) -> Run:
        async with self._connected(port, connections) as opened:
            started = perf_counter()
            self._end = started + seconds
            for connection in opened:
                self._send(connection, perf_counter())
            await asyncio.wait_for(self._done, seconds + LONGEST_WAIT)
            self._result.seconds = perf_counter() - started
        return self._result

    def _answered(self, connection: Connection, answer: Answer | None) -> None:
        now = perf_counter()
        self._ended = now >= self._end
        self._note(connection, answer)
        if not self._ended and not self._done.done():
            self._send(connection, now)


class _Open(_Load):
    async def run(self, port: int, connections: int, rate: float, seconds: float) -> Run:
        async with self._connected(port, connections) as opened:
            self._idle, self._waiting = list(opened), deque[float]()
            started = perf_counter()
            for number in range(max(1, int(rate * seconds))):
                await self._offer(started + number / rate)
            self._ended = True
            self._end_if_done()
            await asyncio.wait_for(self._done, LONGEST_WAIT)
            self._result.seconds = perf_counter() - started
        return self._result

    async def _offer(self, intended: float) -> None:
        """Let a request wait from the moment intended, which may have passed already."""
        while perf_counter() < intended and not self._done.done():
            await asyncio.sleep(PAUSE)
        self._waiting.append(intended)
        self._send_waiting()

    def _send_waiting(self) -> None:
        while self._waiting and self._idle and not self._done.done():
            self._send(self._idle.pop(), self._waiting.popleft())

    def _answered(self, connection: Connection, answer: Answer | None) -> None:
        self._idle.append(connection)
        self._note(connection, answer)
        self._send_waiting()

    def _end_if_done(self) -> None:
        if not self._waiting:
            super()._end_if_done()
