"""Importing many new question files, from the first byte to the last commit, on both engines."""

import os
import resource
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from unittest.mock import patch

import psycopg
from sqlalchemy.engine import make_url

from formats import FORMATS, rendering
from formats.sanitising import sanitise
from migrations import open_bank
from seed.load import load_files
from settings import Settings
from tests.postgres import running_postgres
from tests.processes import ROOT, environment

FILES = int(os.environ.get("BENCH_IMPORT_FILES", "5000"))
TABLES = (
    "question",
    "question_version",
    "option",
    "correct_set",
    "tag",
    "explanation",
    "reference",
    "question_search",
    "question_search_authors",
)
FILE = """---
title: "Question {n} about training"
date: 2026-01-01
tags: [training, lot-{lot}]
---

Model {n} does **not** converge with a learning rate of $\\\\alpha = {n}$. Which of these may help?

1. A learning rate that is {n} times smaller than now.
2. `ReLU` instead of sigmoid in layer {n}, because it does not saturate.
3. Batch normalization before activation {n}.
4. Initial weights that are {n} times as large.

:::{{.callout-note collapse="true"}}
## Answer

1, 2

A step that is too large overshoots; see [lecture {n}](https://example.org/lectures/{n}).

**Recommended reading**

* [Notes on training, part {n}](https://example.org/notes/{n}) is a good start.
:::
"""


def figures() -> Iterator[str]:
    """Questions a second, memory, and the ratio to the engine's own way to take ready rows."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "questions"
        write_files(folder, FILES)
        yield from _lines(f"sqlite:///{name}/lines.db", Path(name) / "questions.jsonl")
        with running_postgres() as server:
            for url in (f"sqlite:///{name}/bench.db", server):
                yield from _engine(url, folder)


def write_files(folder: Path, files: int) -> None:
    """Write so many files of one question with four options each, a thousand in a folder."""
    for n in range(files):
        place = folder / f"{n // 1000:03}"
        if n % 1000 == 0:
            place.mkdir(parents=True)
        (place / f"question-{n:06}.qmd").write_text(FILE.format(n=n, lot=n // 1000))


def _lines(url: str, file: Path) -> Iterator[str]:
    """One process, from a file of JSON Lines to the commits, beside the same rows by themselves."""
    file.write_bytes(b"".join(map(_line, range(FILES))))
    database, sanitising = open_bank(Settings.load(database_url=url)), Stopwatch(sanitise)
    started = time.process_time()
    with patch.object(rendering, "sanitise", sanitising):
        load_files(database, [file])
    cpu = time.process_time() - started - sanitising.seconds
    database.close()
    bare = _copy_sqlite(url, time.process_time)
    yield f"{cpu / FILES * 1000:8.2f} ms of CPU a question from JSON Lines, sanitising apart"
    yield f"{sanitising.seconds / FILES * 1000:8.2f} ms of CPU a question for sanitising"
    yield f"{cpu / bare:8.1f} x the CPU of bare executemany of the same rows, sanitising apart"


def _line(n: int) -> bytes:
    (parsed,) = FORMATS["quarto"].read(FILE.format(n=n, lot=n // 1000).encode())
    assert parsed.draft is not None
    draft = replace(parsed.draft, slug=f"question-{n:06}")
    return FORMATS["jsonl"].render(draft).content or b""


class Stopwatch:
    """A function and the CPU seconds that its calls have taken."""

    def __init__(self, function: Callable[[str], str | None]) -> None:
        self._function, self.seconds = function, 0.0

    def __call__(self, text: str) -> str | None:
        started = time.process_time()
        result = self._function(text)
        self.seconds += time.process_time() - started
        return result


def _engine(url: str, folder: Path) -> Iterator[str]:
    engine = make_url(url).get_backend_name()
    open_bank(Settings.load(database_url=url)).close()
    before = _cpu_seconds()
    first, peak = _import(url, folder)
    cpu = _cpu_seconds() - before
    again, _ = _import(url, folder)
    rate = FILES / first
    minutes = 100_000 / rate / 60
    yield f"{rate:8,.0f} questions a second on {engine}: 100,000 in {minutes:.1f} minutes"
    yield f"{cpu / FILES * 1000:8.2f} ms of CPU a question on {engine}, all processes together"
    yield f"{FILES / again:8,.0f} questions a second on {engine} that are there already"
    yield f"{peak / 2**20:8,.0f} MiB at most, all processes together, for {FILES:,} on {engine}"
    own = _copy_sqlite(url) if engine == "sqlite" else _copy_postgresql(url)
    yield f"{first / own:8.1f} x the time of {engine} alone for the same rows, read and rendered"


def _import(url: str, folder: Path) -> tuple[float, float]:
    """Seconds of the command from start to end, and the most bytes that its processes held."""
    started = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "cli", "import", str(folder)],
        cwd=ROOT,
        env=environment(DATABASE_URL=url),
        stdout=subprocess.DEVNULL,
    )
    peak = 0.0
    while process.poll() is None:
        peak = max(peak, _held(process.pid))
        time.sleep(0.05)
    if process.returncode:
        raise RuntimeError("The import failed.")
    return time.perf_counter() - started, peak


def _cpu_seconds() -> float:
    """What the processes that have ended so far, and theirs, have used."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _held(pid: int) -> float:
    """The resident bytes of a process and of all that it started, shared pages counted for each."""
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:  # it has just ended
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE") + sum(_held(int(child)) for child in children)


def _copy_sqlite(url: str, clock: Callable[[], float] = time.perf_counter) -> float:
    """Seconds that SQLite takes for the rows by executemany, into tables with the same indexes."""
    path = make_url(url).database or ""
    open_bank(Settings.load(database_url=f"{url}.copy")).close()
    with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(f"{path}.copy")) as copy:
        seconds = 0.0
        for table in TABLES:
            rows = source.execute(f'SELECT * FROM "{table}"').fetchall()  # noqa: S608 - our names
            marks = ", ".join("?" * len(rows[0]))
            started = clock()
            copy.executemany(f'INSERT INTO "{table}" VALUES ({marks})', rows)  # noqa: S608
            seconds += clock() - started
        started = clock()
        copy.commit()
        return seconds + clock() - started


def _copy_postgresql(url: str) -> float:
    """Seconds that PostgreSQL takes for the rows by COPY, into tables with the same indexes."""
    own = make_url(url).set(drivername="postgresql")
    with psycopg.connect(own.render_as_string(hide_password=False), autocommit=True) as source:
        source.execute("CREATE DATABASE copied")
    copied = own.set(database="copied").render_as_string(hide_password=False)
    open_bank(Settings.load(database_url=copied)).close()
    with psycopg.connect(own.render_as_string(hide_password=False)) as source:
        ready = {table: _copy_out(source, table) for table in TABLES}
    with psycopg.connect(copied) as copy:
        copy.execute(
            "SET session_replication_role = replica"
        )  # questions and versions are a circle
        started = time.perf_counter()
        for table, (columns, rows) in ready.items():
            with copy.cursor().copy(f'COPY "{table}" ({columns}) FROM STDIN') as sink:
                sink.write(rows)
        copy.commit()
        return time.perf_counter() - started


def _copy_out(source: psycopg.Connection, table: str) -> tuple[str, bytes]:
    """The columns of a table that are not computed, and its rows as COPY writes them."""
    asked = """
        SELECT string_agg(quote_ident(column_name), ', ' ORDER BY ordinal_position)
        FROM information_schema.columns WHERE table_name = %s AND is_generated = 'NEVER'
    """
    (columns,) = source.execute(asked, [table]).fetchone() or ("",)
    with source.cursor().copy(f'COPY "{table}" ({columns}) TO STDOUT') as rows:
        return columns, b"".join(map(bytes, rows))
