"""Answers stored per second and what each costs, against single-row commits of the engine."""

import asyncio
import os
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import httpx
import psycopg
from sqlalchemy.engine import make_url

import migrations
from bench.clients import cpu_of, load
from models import Database, open_engine
from tests.factories import Bank
from tests.postgres import running_postgres
from tests.processes import Service, serving

SECONDS = float(os.environ.get("BENCH_ANSWERS_SECONDS", "5"))
CLIENTS, CONNECTIONS = 64, 32
BATCH, BATCHES = 1000, 10
SETTINGS = {
    "QUESTIONS_RATE_LIMIT": "off",
    "QUESTIONS_RATE_LIMIT_PUBLIC": "off",
    "QUESTIONS_LOG_LEVEL": "WARNING",
}
ROW = ("CREATE TABLE plain (a text, b text)", "INSERT INTO plain VALUES ('answer', 'grade')")


def figures() -> Iterator[str]:
    """For each engine: its own commits, then answers of many clients, of one, and in batches."""
    with tempfile.TemporaryDirectory() as name:
        url = f"sqlite:///{name}/questions.db"
        yield from _of_engine("sqlite", url, Path(name), _sqlite_commits(Path(name)))
    with running_postgres(fsync="on") as url, tempfile.TemporaryDirectory() as name:
        yield from _of_engine("postgresql", url, Path(name), _postgres_commits(url))


def _of_engine(engine: str, url: str, folder: Path, raw: float) -> Iterator[str]:
    yield f"{raw:8,.0f} commits of one row a second by the driver alone, on {engine}"
    header = _fill(url)
    with serving(folder, "serve", settings={**SETTINGS, "DATABASE_URL": url}) as service:
        for clients in (CLIENTS, 1):
            told = asyncio.run(
                load(
                    f"{service.url}/v1/questions/rivers/submissions",
                    b'{"selected": []}',
                    service.process.pid,
                    clients=clients,
                    seconds=SECONDS,
                )
            )
            yield (
                f"{told.rate:8,.0f} answers a second to {clients} clients on {engine} "
                f"({told.rate / raw:.2f} of that), {told.cpu * 1000:.3f} ms of CPU each, "
                f"p50 {told.waited(50):.2f} ms, p99 {told.waited(99):.2f} ms"
            )
        rate = _in_batches(service, header)
        yield f"{rate:8,.0f} answers in a CPU second of the service, by {BATCH:,} on {engine}"


def _in_batches(service: Service, header: dict[str, str]) -> float:
    entry = {"question": "rivers", "selected": [], "learner": "somebody"}
    body = {"submissions": [entry] * BATCH}
    with httpx.Client(base_url=service.url, headers=header, timeout=60) as client:
        spent = 0.0
        for _ in range(BATCHES):
            before = cpu_of(service.process.pid)
            told = client.post("/v1/submissions", json=body).json()["results"]
            spent += cpu_of(service.process.pid) - before
            assert {result["status"] for result in told} == {201}
    return BATCH * BATCHES / spent


def _fill(url: str) -> dict[str, str]:
    engine = open_engine(url)
    migrations.upgrade(engine)
    bank = Bank(Database(engine))
    bank.publish()
    _, header = bank.key()
    engine.dispose()
    return header


def _sqlite_commits(folder: Path) -> float:
    """One connection, as SQLite has one writer at a time."""
    with closing(sqlite3.connect(folder / "plain.db", isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute(ROW[0])
        return _rate(lambda: connection.execute(ROW[1]))


def _postgres_commits(url: str) -> float:
    """Many connections at once, which share what the server writes to its log."""
    plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain, autocommit=True) as connection:
        connection.execute(ROW[0])

    def commit(_: int) -> float:
        with psycopg.connect(plain, autocommit=True) as connection:
            return _rate(lambda: connection.execute(ROW[1]))

    with ThreadPoolExecutor(CONNECTIONS) as pool:
        return sum(pool.map(commit, range(CONNECTIONS)))


def _rate(act: Callable[[], object]) -> float:
    done, started = 0, time.perf_counter()
    while (spent := time.perf_counter() - started) < SECONDS:
        act()
        done += 1
    return done / spent
