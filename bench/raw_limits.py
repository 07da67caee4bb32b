"""What the engines do by themselves on the same disk: commits of one row, and of many."""

import shutil
import sqlite3
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

import psycopg
from sqlalchemy.engine import make_url

from bench.contestants import durable_postgres, new_database, plain
from bench.duel import SECONDS
from bench.machine import GENERATOR, SERVERS, on_cores
from tests.postgres import installed_binaries

# A row as large as a submission with its grade.
ROW = "x" * 600
TABLE = "CREATE TABLE raw (id {key}, body text)"
KEYS = {"sqlite": "integer PRIMARY KEY", "postgresql": "bigserial PRIMARY KEY"}
INSERT = "INSERT INTO raw (body) VALUES ('{}')"
BATCH, CLIENTS = 1000, 32
PRAGMAS = ("PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL")
C_PROGRAM = Path(__file__).with_name("raw_sqlite.c")


def figures() -> Iterator[str]:
    """Commits a second of each engine, by the driver and by what is closer to it."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-")))
        server = stack.enter_context(durable_postgres())
        for url in (f"sqlite:///{folder}/raw.db", new_database(server, "raw")):
            engine = make_url(url).get_backend_name()
            seconds = commit_seconds(url)
            yield f"{1 / seconds:10,.0f} commits a second of one row, {engine}, one connection"
            yield f"{_batched(url):10,.0f} rows a second in batches of {BATCH:,}, {engine}"
        yield from _by_c(folder)
        yield _by_pgbench(new_database(server, "clients"), folder)


def commit_seconds(url: str) -> float:
    """The median of commits of one row, by the driver alone, into a table of an empty database."""
    with closing(_open(url)) as connection:
        connection.execute(TABLE.format(key=KEYS[make_url(url).get_backend_name()]))
        return median(_repeated(lambda: connection.execute(INSERT.format(ROW))))


def _batched(url: str) -> float:
    """Rows a second, so many in each transaction."""
    mark = "?" if url.startswith("sqlite") else "%s"
    rows = [(ROW,)] * BATCH
    with closing(_open(url)) as connection:
        cursor = connection.cursor()

        def work() -> None:
            cursor.execute("BEGIN")
            cursor.executemany(f"INSERT INTO raw (body) VALUES ({mark})", rows)  # noqa: S608
            cursor.execute("COMMIT")

        return BATCH / median(_repeated(work))


def _open(url: str) -> Any:
    """A connection of the engine's own driver, each statement of which commits."""
    made = make_url(url)
    if made.get_backend_name() == "sqlite":
        connection = sqlite3.connect(made.database or "", isolation_level=None)
        for pragma in PRAGMAS:
            connection.execute(pragma)
        return connection
    return psycopg.connect(plain(url), autocommit=True)


def _repeated(work: Callable[[], object]) -> list[float]:
    """Seconds of each repetition, for a while."""
    taken, end = [], perf_counter() + SECONDS
    with on_cores(SERVERS):
        while (started := perf_counter()) < end:
            work()
            taken.append(perf_counter() - started)
    return taken


def _by_c(folder: Path) -> Iterator[str]:
    """SQLite without Python, and the disk without SQLite."""
    if not (compiler := shutil.which("cc")):
        yield "  the C program: left out. There is no C compiler (cc)."
        return
    program = folder / "raw"
    command = [compiler, "-O2", "-o", str(program), str(C_PROGRAM), "-lsqlite3"]
    if subprocess.run(command, capture_output=True, check=False).returncode:
        yield "  the C program: left out. It needs the headers of SQLite (libsqlite3-dev)."
        return
    with on_cores(SERVERS):
        told = subprocess.run(
            [program, folder / "c.db", folder / "synced", str(SECONDS * 3)],
            capture_output=True, text=True, check=True,
        )  # fmt: skip
    yield from told.stdout.splitlines()


def _by_pgbench(url: str, folder: Path) -> str:
    """PostgreSQL with many clients, by the load program of its own."""
    with closing(_open(url)) as connection:
        connection.execute(TABLE.format(key=KEYS["postgresql"]))
    script = folder / "insert.sql"
    script.write_text(INSERT.format(ROW))
    options = ["-n", "-c", str(CLIENTS), "-T", str(max(2, round(SECONDS * 5))), "-f", str(script)]
    with on_cores(GENERATOR):
        told = subprocess.run(
            [installed_binaries() / "pgbench", *options, plain(url)],
            capture_output=True, text=True, check=True,
        ).stdout  # fmt: skip
    rate = next(line.split()[2] for line in told.splitlines() if line.startswith("tps"))
    return f"{float(rate):10,.0f} commits a second of one row, pgbench with {CLIENTS} clients"
