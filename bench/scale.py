"""The database part of reads in a bank of any size: ``BENCH_SCALE_QUESTIONS``, else 20,000."""

import gc
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

from sqlalchemy import select, text
from sqlalchemy.orm import Session

import migrations
from api.bank import select_bank_page
from api.pagination import ORDERS, Cursors
from api.questions import select_draw, select_page
from api.schemas.bank import BankQuery
from api.schemas.questions import DrawQuery, ListQuery
from bench.filling import fill, vocabulary
from models import Database, Question, QuestionVersion, open_engine
from models.draws import QuestionSets
from tests.postgres import running_postgres

SIZE = int(os.environ.get("BENCH_SCALE_QUESTIONS", "20000"))
CALLS, WARM_UP = 300, 20
DEEP_PAGE, LIMIT = 10_000, 50

Call = Callable[[Session], object]


def figures() -> Iterator[str]:
    """Milliseconds of each call on both engines, and the memory that the calls take."""
    for name, opened in (("SQLite", _sqlite), ("PostgreSQL", running_postgres)):
        with opened() as url:
            engine = open_engine(url)
            migrations.upgrade(engine)
            started = time.perf_counter()
            fill(engine, SIZE)
            filled = time.perf_counter() - started
            yield f"{filled:8.1f} s to fill {name} with {SIZE:,} questions"
            yield from (f"{line}, {name}, {SIZE:,}" for line in _reads(Database(engine)))
            engine.dispose()


def _reads(database: Database) -> Iterator[str]:
    sets = QuestionSets()
    calls = _calls(database, sets)
    yield " CPU ms p50        p99   at first  clock p99"
    gc.collect()
    gc.freeze()  # as the service does when it starts
    for name, call in calls.items():
        (first,), taken = _timed(database, call, 1), _timed(database, call, WARM_UP + CALLS)
        busy, clock = (sorted(column)[1:] for column in zip(*taken[WARM_UP:], strict=True))
        figures = (busy[CALLS // 2], _late(busy), first[0], _late(clock))
        yield "".join(f"{figure:11.2f}" for figure in figures) + f"  {name}"
    before = _resident()
    for call in calls.values():
        _timed(database, call, CALLS)
    yield f"{_resident() - before:8.1f} MB more in memory after as many calls again"
    yield f"{sets.size_in_bytes() / 2**20:8.2f} MB of sets, {_resident():.0f} MB in all"


def _late(values: list[float]) -> float:
    """The 99th percentile."""
    return values[int(len(values) * 0.99)]


def _calls(database: Database, sets: QuestionSets) -> dict[str, Call]:
    words, seeds = vocabulary(), count()

    def page(**query: object) -> Call:
        asked = ListQuery.model_validate({"limit": LIMIT, **query})
        return lambda session: select_page(session, sets, asked)

    def for_authors(**query: object) -> Call:
        asked = BankQuery.model_validate({"limit": LIMIT, **query})
        return lambda session: select_bank_page(session, asked)

    def drawing(**query: object) -> Call:
        asked = DrawQuery.model_validate({"count": 10, **query})
        return lambda session: select_draw(session, sets, asked, str(next(seeds)))

    deep = min(DEEP_PAGE, SIZE // LIMIT)
    return {
        "page 1": page(),
        **{f"page {deep:,} by {sort}": page(sort=sort, cursor=cursor_of_page(database, sort, deep))
           for sort in ("-published_at", "title", "date")},
        **{f"page 1 with the tag {tag}": page(tag=[tag])
           for tag in ("half", "fiftieth", "hundredth", "per-mille", "myriad")},
        "page 1 with two tags": page(tag=["fiftieth", "tenth"]),
        "search for two common words": page(q=f"{words[0]} {words[4]}"),
        "search for two less common words": page(q=f"{words[60]} {words[90]}"),
        "search for two words of some frequency": page(q=f"{words[30]} {words[40]}"),
        "search for one uncommon word": page(q=words[1_000]),
        "search for a common and a rare word": page(q=f"{words[2]} {words[9_000]}"),
        "search for two rare words": page(q=f"{words[3_000]} {words[9_000]}"),
        "search for three letters": page(q=words[0][:3]),
        "search for a common word with a common tag": page(q=words[0], tag=["quarter"]),
        **{f"authors' page 1 by {sort}": for_authors(sort=sort)
           for sort in ("-updated", "title", "-created")},
        "draw of 10": drawing(),
        "draw of 10 with the tag tenth": drawing(tag=["tenth"]),
        "draw of 10 with two tags and a range": drawing(tag=["half", "a"], difficulty_min=0.5),
    }  # fmt: skip


def cursor_of_page(database: Database, sort: str, page: int, limit: int = LIMIT) -> str:
    """The cursor with which a page begins, found by counting."""
    order = ORDERS[sort]
    asked = ListQuery.model_validate({"sort": sort})
    with database.read() as session:
        ids = select(Question.published_id).where(Question.is_listed())
        at = max((page - 1) * limit - 1, 0)
        id_ = session.scalars(order.select(ids, None).offset(at).limit(1)).one()
        row = session.get_one(QuestionVersion, id_)
        return Cursors(session, asked.listing).write(order.mark(row))


def _timed(database: Database, call: Call, calls: int) -> list[tuple[float, float]]:
    """Milliseconds of each call: of CPU, here and in PostgreSQL, and by the clock."""
    taken = []
    for _ in range(calls):
        with database.read() as session:
            server = _server(session)
            started, busy = time.perf_counter(), time.thread_time() + _busy(server)
            call(session)
            clock = time.perf_counter() - started
            busy = time.thread_time() + _busy(server) - busy
            taken.append((busy * 1000, clock * 1000))
    return taken


def _server(session: Session) -> int | None:
    """The process that serves the session's connection."""
    if session.get_bind().dialect.name == "sqlite":
        return None
    return int(session.scalar(text("SELECT pg_backend_pid()")) or 0)


def _busy(process: int | None) -> float:
    """Seconds of CPU that a process on this machine has used."""
    if process is None:
        return 0.0
    return int(Path(f"/proc/{process}/schedstat").read_text().split()[0]) / 1e9


def _resident() -> float:
    """Megabytes of this process in memory."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


@contextmanager
def _sqlite() -> Iterator[str]:
    with tempfile.TemporaryDirectory() as folder:
        yield f"sqlite:///{folder}/bank.db"
