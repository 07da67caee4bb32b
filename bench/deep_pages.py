"""A page far into a large bank against the first one, over HTTP, without the response cache."""

import os
from collections.abc import Iterator
from urllib.parse import quote

import migrations
from bench.arena import Arena, contest, empty_arena
from bench.contestants import ours, ours_uncached
from bench.duel import SECONDS
from bench.filling import fill
from bench.load import closed_loop
from bench.requests import get
from bench.scale import cursor_of_page
from models import Database, open_engine

SIZE = int(os.environ.get("BENCH_PAGES_QUESTIONS", "20000"))
LIMIT, DEEP_PAGE = 20, 10_000
SORT = "-published_at"
FIRST = f"/v1/questions?limit={LIMIT}&sort={SORT}"


def figures() -> Iterator[str]:
    """Milliseconds of both pages by one client on both engines."""
    deep = min(DEEP_PAGE, SIZE // LIMIT)
    if deep < DEEP_PAGE:
        yield f"  page {deep:,} stands for {DEEP_PAGE:,}: BENCH_PAGES_QUESTIONS is {SIZE:,}"
    for engine in ("sqlite", "postgresql"):
        with empty_arena(engine) as made:
            yield from _pages(made, engine, deep)


def _pages(made: Arena, engine: str, deep: int) -> Iterator[str]:
    bind = open_engine(made.ours)
    migrations.upgrade(bind)
    fill(bind, SIZE)
    cursor = cursor_of_page(Database(bind), SORT, deep, LIMIT)
    bind.dispose()
    uncached = ours_uncached(made.ours)
    contestant = ours(made.ours) if uncached.missing else uncached
    with contest(made, [contestant], FIRST) as (service,):
        times = []
        for page, path in ((1, FIRST), (deep, f"{FIRST}&cursor={quote(cursor)}")):
            run = closed_loop(service.port, [get(path)], connections=1, seconds=SECONDS * 3)
            times.append(run.percentile(0.5) * 1000)
            yield f"{times[-1]:10.2f} ms p50 of page {page:,}, {engine}, {SIZE:,} questions"
        yield f"{times[1] / times[0]:10.2f} x the first page"
