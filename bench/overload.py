"""Five times as much as the service can answer: what is answered, what is refused, and how fast."""

import os
import time
from collections.abc import Iterator, Sequence

from api.listening import allow_connections
from bench.arena import Arena, arena, contest
from bench.contestants import Running, ours
from bench.load import run_load
from bench.machine import sharing
from bench.pressure import Ask, Pressure, late, press, saturate
from bench.requests import answers, get, question_path

SECONDS = float(os.environ.get("BENCH_OVERLOAD_SECONDS", "8"))
CONNECTIONS = 4000  # more than are ever under way, so that what waits does so in the service
OF_FIVE = 4  # reads; the fifth request is an answer of a learner
QUESTIONS = 200
USUAL = 0.3  # of the capacity, before and after
STEP = 0.5  # seconds of each look whether all is as before
LONGEST_RECOVERY = 15.0
MORE_OR_LESS = 0.025  # seconds by which usual times differ

NEW, KEPT, POST = "new read", "kept read", "submission"
TIMES = {
    NEW: 5,
    KEPT: 1.2,
}  # the capacity; more kept reads than that the load generator cannot send


def figures() -> Iterator[str]:
    """Reads that are made anew, then reads that are kept, each with learners' answers."""
    allow_connections(CONNECTIONS)
    yield f"{sharing()}; sqlite; times count from the moment at which a request was due"
    with arena("sqlite", QUESTIONS) as made:
        for kind, reads in _reads(made).items():
            with contest(made, [ours(made.ours)]) as (service,):
                yield from _press(service, kind, _mixed(made, kind, reads))


def _reads(made: Arena) -> dict[str, list[bytes]]:
    return {
        NEW: [get("/v1/questions/random?count=1")],
        KEPT: [get(question_path(each)) for each in made.bank],
    }


def _mixed(made: Arena, kind: str, reads: Sequence[bytes]) -> list[Ask]:
    """Of five requests four read."""
    mixed = []
    for number, post in enumerate(answers(made.bank)):
        some = (reads[(OF_FIVE * number + n) % len(reads)] for n in range(OF_FIVE))
        mixed += [*(Ask(kind, read) for read in some), Ask(POST, post, 201)]
    return mixed


def _press(service: Running, kind: str, asks: Sequence[Ask]) -> Iterator[str]:
    """The figures of one mix."""
    port = service.port
    run_load(saturate(port, asks, connections=64, seconds=SECONDS / 4))
    capacity = run_load(saturate(port, asks, connections=64, seconds=SECONDS)).rate
    before = _usual(port, asks, capacity)
    rest = service.resident_mib()
    told = run_load(
        press(port, asks, rate=TIMES[kind] * capacity, seconds=SECONDS, connections=CONNECTIONS)
    )
    ended, memory = time.perf_counter(), service.peak_mib() / rest
    normal = _seconds_until_normal(port, asks, capacity, before, ended)
    yield f"-- {OF_FIVE} of 5 a {kind}, 1 of 5 a submission, {SECONDS:g} s each"
    yield f"{capacity:10,.0f} good answers a second are the capacity (closed loop, 64 connections)"
    yield from _lines(told, kind, capacity)
    yield f"{memory:10.2f} x the memory before, {rest:,.0f} MiB"
    yield f"{normal:10.1f} s until {USUAL:.0%} of the capacity is answered as before, none refused"


def _lines(told: Pressure, kind: str, capacity: float) -> Iterator[str]:
    offered = told.asked / told.seconds
    posts, reads = told.kinds[POST], told.kinds[kind]
    yield f"{offered / capacity:10.2f} x the capacity was offered, {offered:,.0f} requests a second"
    yield f"{told.rate / capacity:10.2f} x the capacity was answered well"
    yield f"{late(told.answered) * 1000:10,.0f} ms p99 of what was answered"
    yield f"{late(told.refused) * 1000:10,.1f} ms p99 of what was refused"
    yield f"{len(reads.refused) / reads.asked:10.1%} of {reads.asked:,} reads were refused"
    yield f"{len(posts.answered) / posts.asked:10.2%} of {posts.asked:,} submissions were answered"
    yield f"{told.errors.total():10,} errors {dict(told.errors) or ''}"


def _usual(port: int, asks: Sequence[Ask], capacity: float) -> Pressure:
    rate = USUAL * capacity
    return run_load(press(port, asks, rate=rate, seconds=2 * STEP, connections=CONNECTIONS))


def _seconds_until_normal(
    port: int, asks: Sequence[Ask], capacity: float, before: Pressure, ended: float
) -> float:
    """When a usual load begins to be answered as it was, and nothing is refused."""
    usual = 2 * late(before.answered, 0.9) + MORE_OR_LESS
    while (at := time.perf_counter() - ended) < LONGEST_RECOVERY:
        now = _usual(port, asks, capacity)
        if not now.refused and not now.errors and late(now.answered, 0.9) <= usual:
            return at
    return at
