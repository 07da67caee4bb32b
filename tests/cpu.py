"""Limits of CPU time that mean the same on a slow day."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from time import process_time

USUAL = 0.03  # seconds that a usual machine takes for the work of `_slowness`
PROBES = 10  # who else is on the machine is busy by fits and starts: the slowest counts


@contextmanager
def soon(seconds: float) -> Iterator[None]:
    """Fail when the block takes more CPU than a usual machine does in so many seconds."""
    begun = process_time()
    yield
    taken = process_time() - begun
    if taken >= seconds:  # only then is it worth asking
        slowness = max(_slowness() for _ in range(PROBES))
        assert taken < seconds * slowness, f"{taken:.1f} s of CPU"


def busyness() -> float:
    """How many times as long as on a quiet, usual machine things may take here by the clock."""
    waiting = os.getloadavg()[0] / (os.cpu_count() or 1)
    return max(1.0, waiting) * max(_slowness() for _ in range(PROBES))


def _slowness() -> float:
    """How many times as long as usual this machine takes at the moment, at least once."""
    begun = process_time()
    counts: dict[int, int] = {}
    for number in range(300_000):
        counts[number % 1000] = counts.get(number % 1000, 0) + 1
    return max(1.0, (process_time() - begun) / USUAL)
