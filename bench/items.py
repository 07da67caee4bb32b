"""What it costs to tell what all answers to a question say, the first time and from then on."""

import os
import tempfile
import time
from collections.abc import Iterator

import migrations
from bench.contestants import durable_postgres, new_database
from bench.measure import resident_mib
from bench.regrades import fill
from bench.usage import cpu_seconds_of
from models import Database, now, open_engine
from operations.analyse_item import ItemAnalysis, analyse_item
from operations.keep_tally import keep_tally
from tests.factories import Bank

SUBMISSIONS = int(os.environ.get("BENCH_ITEM_SUBMISSIONS", "100000"))


def figures() -> Iterator[str]:
    """CPU time of service and database; ``BENCH_ITEM_SUBMISSIONS=1000000`` for a million."""
    with tempfile.TemporaryDirectory() as folder:
        yield from _figures(f"sqlite:///{folder}/questions.db")
    with durable_postgres() as server:
        yield from _figures(new_database(server, "items"))


def _figures(url: str) -> Iterator[str]:
    engine = open_engine(url)
    migrations.upgrade(engine)
    database = Database(engine)
    fill(database, Bank(database).publish(), SUBMISSIONS)
    before = resident_mib()
    told, first = _analysed(database)
    tally = told.worth_keeping
    assert tally is not None
    database.write(lambda session: keep_tally(session, tally=tally))
    again, later = _analysed(database)
    assert again.statistics == told.statistics
    assert again.worth_keeping is None
    yield f"{first} to count {SUBMISSIONS:,} answers on {engine.dialect.name}, the first time"
    yield f"{later} from then on"
    yield f"{resident_mib() - before:8.1f} MiB more held after both"
    database.close()


def _analysed(database: Database) -> tuple[ItemAnalysis, str]:
    """The analysis, and what it took: of processes that this one started, too."""
    cpu, wall = cpu_seconds_of(os.getpid()), time.perf_counter()
    with database.read() as session:
        found = analyse_item(session, question="rivers", at=now())
    cpu, wall = cpu_seconds_of(os.getpid()) - cpu, time.perf_counter() - wall
    return found, f"{cpu:8.2f} s of CPU, {wall:.2f} s by the clock,"
