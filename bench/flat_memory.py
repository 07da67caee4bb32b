"""Whether memory stays flat over many requests: nine reads of any kind to each answer."""

import os
from collections.abc import Iterator
from time import perf_counter

from bench.arena import Arena, arena, contest
from bench.contestants import Running, ours
from bench.load import closed_loop
from bench.requests import answers, get, question_path

REQUESTS = int(os.environ.get("BENCH_FLAT_REQUESTS", "100000"))
LONGEST = float(os.environ.get("BENCH_FLAT_SECONDS", "120"))
STEP = 2.0  # seconds of load between two looks
PARTS = 5


def figures() -> Iterator[str]:
    """Memory of the service at some points of the run."""
    with arena("sqlite") as made, contest(made, [ours(made.ours)]) as (service,):
        yield f"{service.resident_mib():10,.1f} MiB at rest"
        yield from _loaded(made, service)


def _loaded(made: Arena, service: Running) -> Iterator[str]:
    reads = [get(question_path(each)) for each in made.bank]
    reads += [get(f"/v1/questions?limit=20&tag=lot-{n}") for n in range(10)]
    posts = answers(made.bank)
    done, looked, started = 0, 0, perf_counter()
    while done < REQUESTS and perf_counter() - started < LONGEST:
        done += _answers(service, reads, STEP * 0.9, 200) + _answers(
            service, posts, STEP * 0.1, 201
        )
        if done * PARTS // REQUESTS > looked:
            looked = done * PARTS // REQUESTS
            yield f"{service.resident_mib():10,.1f} MiB after {done:,} requests"
    ended = "" if done >= REQUESTS else f", when the time was over ({LONGEST:g} s)"
    yield f"{service.resident_mib():10,.1f} MiB after {done:,} requests at the end{ended}"


def _answers(service: Running, requests: list[bytes], seconds: float, status: int) -> int:
    run = closed_loop(service.port, requests, connections=32, seconds=seconds, status=status)
    return len(run.latencies)
