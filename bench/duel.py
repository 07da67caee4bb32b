"""Contestants measured in turn, A B A B, so that what the machine does meanwhile meets all."""

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from statistics import median

from bench.contestants import Running
from bench.load import LoadError, Run, closed_loop, open_loop, percentile

ROUNDS = int(os.environ.get("BENCH_ROUNDS", "3"))
SECONDS = float(os.environ.get("BENCH_SECONDS", "1"))  # of each load of each round
WARM_UP = 1.0
SHARE_OF_CAPACITY = 0.5  # the rate of the open loop
ENOUGH_FOR_P999 = 1000

HEADING = (
    "     req/s   CPU ms  with db   p50 ms   p99 ms p99.9 ms     at/s  peak MiB"
    "   first has x req/s  x CPU"
)


@dataclass(frozen=True)
class Work:
    """What is asked of every contestant, and the status that it answers."""

    name: str
    requests: Callable[[Running], Sequence[bytes]]
    connections: int = 32
    status: int = 200


@dataclass(slots=True)
class Score:
    """What a contestant did, round by round."""

    rates: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)  # ms of the server's processes a request
    with_database: list[float] = field(default_factory=list)
    latencies: list[float] = field(default_factory=list)  # seconds, of all open loops
    offered: list[float] = field(default_factory=list)  # requests a second of the open loops


def duel(work: Work, contestants: Sequence[Running]) -> Iterator[str]:
    """A line for each contestant; the first that does the work is compared with all others."""
    yield f"-- {work.name}, {work.connections} connections, {ROUNDS} rounds of {SECONDS:g} s"
    requests, refused = _prepared(work, contestants)
    scores = {each: Score() for each in requests}
    for _ in range(ROUNDS):
        for each, score in scores.items():
            _measure(work, each, requests[each], score)
    yield HEADING
    first = next(iter(scores.values()), Score())
    for each, score in scores.items():
        yield _line(each, score, first)
    yield from refused


def _prepared(
    work: Work, contestants: Sequence[Running]
) -> tuple[dict[Running, Sequence[bytes]], list[str]]:
    """The requests for each contestant that does the work, warmed up; why others do not."""
    requests, refused = {}, []
    for each in contestants:
        try:
            requests[each] = work.requests(each)
            _closed(work, each, requests[each], WARM_UP)
        except LoadError as error:
            requests.pop(each, None)
            refused.append(f"  {each.name}: left out. {error}")
    return requests, refused


def _measure(work: Work, each: Running, requests: Sequence[bytes], score: Score) -> None:
    own, database = each.cpu_seconds(), each.database_seconds()
    run = _closed(work, each, requests, SECONDS)
    own, database = each.cpu_seconds() - own, each.database_seconds() - database
    answers = len(run.latencies)
    score.rates.append(run.rate)
    score.cpu.append(own / answers * 1000)
    score.with_database.append((own + database) / answers * 1000)
    rate = run.rate * SHARE_OF_CAPACITY
    paced = open_loop(each.port, requests, rate=rate, seconds=SECONDS, status=work.status)
    score.latencies.extend(paced.latencies)
    score.offered.append(rate)


def _closed(work: Work, each: Running, requests: Sequence[bytes], seconds: float) -> Run:
    return closed_loop(
        each.port, requests, connections=work.connections, seconds=seconds, status=work.status
    )


def _line(each: Running, score: Score, first: Score) -> str:
    late = [percentile(score.latencies, share) * 1000 for share in (0.5, 0.99, 0.999)]
    enough = len(score.latencies) >= ENOUGH_FOR_P999
    rarest = f"{late[2]:9.2f}" if enough else "      few"
    return (
        f"{median(score.rates):10,.0f}{median(score.cpu):9.3f}{median(score.with_database):9.3f}"
        f"{late[0]:9.2f}{late[1]:9.2f}{rarest}{median(score.offered):9,.0f}{each.peak_mib():10,.0f}"
        f"{ratio(first.rates, score.rates):20.2f}{ratio(first.cpu, score.cpu):7.2f}"
        f"  {each.name}"
    )


def ratio(ours: Sequence[float], theirs: Sequence[float]) -> float:
    """The median of the rounds' ratios: what slows a round slows both."""
    return median(a / b for a, b in zip(ours, theirs, strict=True))
