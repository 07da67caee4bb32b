"""A class that begins within a second: each client fetches and answers 20 questions."""

import asyncio
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from time import perf_counter, sleep
from uuid import UUID

from sqlalchemy import select

from api.listening import allow_connections
from bench.arena import Arena, arena, contest
from bench.bank import write_files
from bench.connection import Answer, Connection, connect
from bench.contestants import Running, ours
from bench.load import percentile, run_load
from bench.machine import SERVERS, on_cores, sharing
from bench.requests import answers, get, question_path
from models import Bank, Submission, open_engine
from tests.processes import ROOT, environment

CLIENTS = int(os.environ.get("BENCH_BELL_CLIENTS", "1000"))
START = 1.0  # seconds within which all of them begin
LONGEST = float(os.environ.get("BENCH_BELL_SECONDS", "60"))  # then clients give up
EACH = 20
IMPORTED = 500  # questions, while learners answer
REFUSALS = frozenset({429, 503})


@dataclass(slots=True)
class Bell:
    """What all clients together met."""

    fetches: list[float] = field(default_factory=list)
    posts: list[float] = field(default_factory=list)
    confirmed: list[UUID] = field(default_factory=list)
    errors: Counter[str] = field(default_factory=Counter)
    refused: int = 0  # asked to come back, as promised by Retry-After
    finished: int = 0
    seconds: float = 0.0


def figures() -> Iterator[str]:
    """Errors, lost answers, times and memory on both engines."""
    yield sharing()
    yield f"{CLIENTS:,} clients fetch and answer {EACH} questions each; cut off after {LONGEST:g} s"
    allow_connections(2 * CLIENTS)
    for engine in ("sqlite", "postgresql"):
        with arena(engine) as made, contest(made, [ours(made.ours)]) as (service,):
            rest = service.resident_mib()
            yield from _rung(made, service, engine)
            with _others_at_work(made):
                before = _revision(made)
                yield from _rung(made, service, f"{engine}, an author edits, an import runs")
                yield f"{_revision(made) - before:10,} times the bank was changed meanwhile"
            yield from _memory(service, rest)


def _rung(made: Arena, service: Running, name: str) -> Iterator[str]:
    bell = run_load(_ring(made, service.port))
    yield from _lines(name, bell)
    yield f"{_lost(made, bell):10,} of {len(bell.confirmed):,} confirmed answers are lost"


@contextmanager
def _others_at_work(made: Arena) -> Iterator[None]:
    """On the servers' cores an author publishes edits, and a folder of new questions is loaded."""
    new = made.folder / "new"
    write_files(new, IMPORTED, "imported")
    works = [("bench.author", str(made.folder / "questions")), ("cli", "import", str(new))]
    env = environment(PYTHONPATH=str(ROOT), DATABASE_URL=made.ours)
    with on_cores(SERVERS):
        others = [
            subprocess.Popen([sys.executable, "-m", *each], env=env, stdout=subprocess.DEVNULL)
            for each in works
        ]
    try:
        before, until = _revision(made), perf_counter() + LONGEST
        while _revision(made) == before:  # until they are at work
            assert perf_counter() < until, "Nobody changes the bank."
            sleep(0.1)
        yield
    finally:
        for each in others:
            each.terminate()
            each.wait(timeout=30)


def _lines(engine: str, bell: Bell) -> Iterator[str]:
    yield f"{bell.finished:10,} clients finished in {bell.seconds:.1f} s, {engine}"
    for name, taken in (("fetches", bell.fetches), ("posts", bell.posts)):
        if taken:
            p50, p99 = percentile(taken, 0.5), percentile(taken, 0.99)
            yield f"{len(taken):10,} {name}, p50 {p50 * 1000:,.0f} ms, p99 {p99 * 1000:,.0f} ms"
    yield f"{bell.refused:10,} answers of 429 or 503 with Retry-After, repeated later"
    yield f"{bell.errors.total():10,} errors {dict(bell.errors) or ''}"


def _memory(service: Running, rest: float) -> Iterator[str]:
    yield f"{rest:10,.0f} MiB at rest, {service.peak_mib():,.0f} at most under the load"


def _lost(made: Arena, bell: Bell) -> int:
    engine = open_engine(made.ours)
    with engine.connect() as connection:
        stored = set(connection.scalars(select(Submission.id)))
    engine.dispose()
    return len(set(bell.confirmed) - stored)


def _revision(made: Arena) -> int:
    """How often what learners get has changed."""
    engine = open_engine(made.ours)
    with engine.connect() as connection:
        revision = connection.scalars(select(Bank.revision)).one()
    engine.dispose()
    return revision


async def _ring(made: Arena, port: int) -> Bell:
    bell, fetched = Bell(), [get(question_path(each)) for each in made.bank]
    posted, started = answers(made.bank), perf_counter()
    clients = [
        asyncio.create_task(
            _Client(bell, port).work(n / CLIENTS * START, _turn(fetched, n), _turn(posted, n))
        )
        for n in range(CLIENTS)
    ]
    _, late = await asyncio.wait(clients, timeout=LONGEST)
    for task in late:
        task.cancel()
    await asyncio.gather(*clients, return_exceptions=True)
    bell.seconds = perf_counter() - started
    return bell


def _turn(requests: Sequence[bytes], client: int) -> list[bytes]:
    """The requests of a client, other ones than its neighbour's."""
    return [requests[(client * EACH + n) % len(requests)] for n in range(EACH)]


class _Client:
    def __init__(self, bell: Bell, port: int) -> None:
        self._bell, self._port = bell, port
        self._connection: Connection | None = None

    async def work(self, at: float, fetches: Sequence[bytes], posts: Sequence[bytes]) -> None:
        """From that moment on fetch and answer one question after the other."""
        await asyncio.sleep(at)
        try:
            for fetch, post in zip(fetches, posts, strict=True):
                await self._ask(fetch, 200, self._bell.fetches)
                answer = await self._ask(post, 201, self._bell.posts)
                if answer:
                    self._bell.confirmed.append(UUID(answer.body[7:43].decode()))
            self._bell.finished += 1
        finally:
            if self._connection:
                self._connection.close()

    async def _ask(self, request: bytes, status: int, taken: list[float]) -> Answer | None:
        """The answer expected, told to come back as often as it takes; an error is counted."""
        started = perf_counter()
        while True:
            answer = await self._exchange(request)
            wait = answer.header(b"retry-after") if answer else None
            if not answer or answer.status not in REFUSALS or wait is None:
                break
            self._bell.refused += 1
            await asyncio.sleep(float(wait))
        if answer and answer.status == status:
            taken.append(perf_counter() - started)
            return answer
        self._bell.errors[str(answer.status) if answer else "connection lost"] += 1
        return None

    async def _exchange(self, request: bytes) -> Answer | None:
        """One request on the client's connection, opened anew where it was lost."""
        self._due: asyncio.Future[Answer | None] = asyncio.get_running_loop().create_future()
        if self._connection is None:
            with suppress(OSError):
                self._connection = await connect(self._port, self._answered)
        if self._connection is None:
            return None
        self._connection.send(request, perf_counter())
        answer = await self._due
        if answer is None or (answer.header(b"connection") or b"").lower() == b"close":
            self._connection.close()
            self._connection = None
        return answer

    def _answered(self, _: Connection, answer: Answer | None) -> None:
        if not self._due.done():
            self._due.set_result(answer)
