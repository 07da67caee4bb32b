"""What each step of an upgrade takes of a full bank, and how long those who write meanwhile wait.

``BENCH_UPGRADE_QUESTIONS`` and ``BENCH_UPGRADE_SUBMISSIONS`` say how full the bank is, and
``BENCH_UPGRADE_FROM`` at which migration the upgrade begins.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from sqlalchemy import Engine, select

import migrations
from bench.contestants import durable_postgres, plain
from bench.filling import answer, fill
from models import Bank, open_engine
from tests.processes import ROOT

QUESTIONS = int(os.environ.get("BENCH_UPGRADE_QUESTIONS", "100000"))
SUBMISSIONS = int(os.environ.get("BENCH_UPGRADE_SUBMISSIONS", "500000"))
FROM = os.environ.get("BENCH_UPGRADE_FROM", "2026_11_24_7")
WRITERS = ("answers", "answers", "answers", "edits")
AROUND = 1.0  # seconds before the first step and after the last, in which nothing is in the way

Wait = tuple[float, float]  # when a transaction began, and when it was committed
Waits = dict[str, list[Wait]]  # of those who send answers, and of those who edit


def sqlite_figures() -> Iterator[str]:
    """Seconds of each step on SQLite: who else would write waits as long as a step takes."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        engine = open_engine(f"sqlite:///{Path(folder) / 'bank.db'}")
        since = yield from _fill(engine)
        released = 0.0
        for step, (began, ended) in _upgrade(engine):
            yield f"{ended - began:8.2f} s for {step}, SQLite"
            released += (ended - began) if step > since else 0
        yield f"{released:8.2f} s for all steps since {since}, the release before, SQLite"
        engine.dispose()


def postgresql_figures() -> Iterator[str]:
    """Seconds of each step on PostgreSQL, and how long those waited who wrote meanwhile."""
    with durable_postgres(shared_buffers="512MB", max_wal_size="2GB") as url:
        engine = open_engine(url)
        since = yield from _fill(engine)
        yield from (f"{line}, PostgreSQL" for line in _beside_writers(engine, since))
        engine.dispose()


def _fill(engine: Engine) -> Generator[str, None, str]:
    """Fill a bank of today, take it back; gives the oldest release that today's tables serve."""
    started = time.perf_counter()
    migrations.upgrade(engine)
    fill(engine, QUESTIONS, searchable=False)  # no step since FROM asks for it
    answer(engine, QUESTIONS, SUBMISSIONS)
    with engine.connect() as connection:
        since = str(connection.scalar(select(Bank.serves_since)))
    filled = time.perf_counter()
    migrations.downgrade(engine, FROM, lossy=True)
    yield (
        f"{filled - started:8.1f} s to fill a bank with {QUESTIONS:,} questions and "
        f"{SUBMISSIONS:,} submissions, {time.perf_counter() - filled:.1f} s to take it back to "
        f"{FROM}, {engine.dialect.name}"
    )
    return since


def _beside_writers(engine: Engine, since: str) -> Iterator[str]:
    """What each step takes, and how long whoever sent an answer or edited had to wait meanwhile."""
    with writing(plain(engine.url.render_as_string(hide_password=False))) as waits:
        time.sleep(AROUND)
        taken = dict(_upgrade(engine))
        time.sleep(AROUND)
    began, ended = min(taken.values())[0], max(taken.values())[1]
    for step, span in taken.items():
        yield f"{span[1] - span[0]:8.2f} s for {step}; {_told(waits, *span)}"
    after_release = min((span[0] for step, span in taken.items() if step > since), default=ended)
    told = _told(waits, after_release, ended)
    yield f"{ended - after_release:8.2f} s since {since}, the release before; {told}"
    writes = sum(map(len, waits.values()))
    yield f"{AROUND:8.2f} s before all steps; {_told(waits, 0, began)}; {writes:,} writes in all"


def _told(waits: Waits, began: float, ended: float) -> str:
    most = {what: longest(of_them, began, ended) for what, of_them in waits.items()}
    return ", ".join(f"{what} waited {waited:.2f} s at most" for what, waited in most.items())


def _upgrade(engine: Engine) -> Iterator[tuple[str, Wait]]:
    """Take every step; when each began and ended."""
    for step in migrations.steps(FROM):
        began = time.monotonic()
        migrations.upgrade(engine, step)
        yield step, (began, time.monotonic())


def longest(waits: list[Wait], began: float, ended: float) -> float:
    """The longest that anybody waited within a span of time."""
    within = (min(wait[1], ended) - max(wait[0], began) for wait in waits)
    return max(0.0, *within)


@contextmanager
def writing(url: str) -> Iterator[Waits]:
    """Processes that write as long as the block runs; after it one knows how long they waited."""
    waits: Waits = {what: [] for what in WRITERS}
    with ExitStack() as stack:
        writers = [(what, stack.enter_context(_writer(what, url))) for what in WRITERS]
        if any(_line(writer) != "ready" for _, writer in writers):
            raise RuntimeError("Somebody who should write could not.")
        yield waits
        for _, writer in writers:
            assert writer.stdin is not None
            writer.stdin.close()
        for what, writer in writers:
            waits[what] += [(began, ended) for began, ended in json.loads(_line(writer))]


def _writer(what: str, url: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "bench.writing", what, url],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def _line(writer: subprocess.Popen[str]) -> str:
    assert writer.stdout is not None
    return writer.stdout.readline().strip()
