"""Graded answers that are on the disk before their reply leaves: many clients, one, batches."""

from collections.abc import Iterator
from functools import partial
from itertools import cycle, islice
from statistics import median
from time import perf_counter

from bench.arena import Arena, arena, contest
from bench.bank import integration_key
from bench.contestants import Contestant, Running, ours, peer
from bench.duel import ROUNDS, SECONDS, Work, duel, ratio
from bench.load import Run, closed_loop
from bench.machine import sharing
from bench.raw_limits import commit_seconds
from bench.requests import answers, post, subsets

CLIENTS, BATCH = 64, 1000
ASKED = 100  # questions that are answered in turn, so few that the warm-up meets them all


def _figures(engine: str) -> Iterator[str]:
    """The work on ours and on every peer with one worker each, on an engine."""
    yield f"{sharing()}; {engine}; every commit is synced to the disk"
    with arena(engine) as made, contest(made, _contestants(made)) as running:
        yield from made.missing
        sent = answers(made.bank[:ASKED])
        work = Work("POST an answer", lambda _: sent, connections=CLIENTS, status=201)
        yield from duel(work, running)
        yield from _alone(made, running, sent)
        yield from _batches(made, running[0])


sqlite_figures = partial(_figures, "sqlite")
postgresql_figures = partial(_figures, "postgresql")


def _contestants(made: Arena) -> list[Contestant]:
    return [
        ours(made.ours),
        peer("fastapi_sqlalchemy", made.database("fastapi"), made.exported),
        peer("litestar_sqlalchemy", made.database("litestar"), made.exported),
    ]


def _alone(made: Arena, running: list[Running], sent: list[bytes]) -> Iterator[str]:
    """One client at a time, in turn with commits by the driver alone: a disk has its moments."""
    raw: list[float] = []
    runs: dict[Running, list[Run]] = {each: [] for each in running}
    for number in range(ROUNDS):
        raw.append(commit_seconds(made.database(f"raw{number}")))
        for each in running:
            run = closed_loop(each.port, sent, connections=1, seconds=SECONDS, status=201)
            runs[each].append(run)
    yield f"{median(raw) * 1000:10.2f} ms p50 of one raw commit of a row"
    for each, done in runs.items():
        p50s = [run.percentile(0.5) for run in done]
        yield (
            f"{median(p50s) * 1000:10.2f} ms p50 of one client, {ratio(p50s, raw):.2f} x a raw "
            f"commit in the same round, {each.name}"
        )


def _batches(made: Arena, each: Running) -> Iterator[str]:
    """Batches of ours, by one client."""
    entries = [
        {"question": question["slug"], "selected": picked}
        for question in made.bank
        for picked in subsets(question)
    ]
    key = f"Bearer {integration_key(made.ours)}"
    body = {"submissions": list(islice(cycle(entries), BATCH))}
    request = post("/v1/submissions", body, authorization=key)
    own, database = each.cpu_seconds(), each.database_seconds()
    started = perf_counter()
    run = closed_loop(each.port, [request], connections=1, seconds=SECONDS * 5)
    answered, seconds = BATCH * len(run.latencies), perf_counter() - started
    own, database = each.cpu_seconds() - own, each.database_seconds() - database
    yield f"{answered / seconds:10,.0f} answers a second in batches of {BATCH:,}, {each.name}"
    yield f"{answered / own:10,.0f} a CPU second of the service"
    yield f"{answered / (own + database):10,.0f} a CPU second with the database's processes"
