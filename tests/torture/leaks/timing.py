"""Whether the time that an answer takes tells of two cases which is which.

Both are asked in turn, in random order, in this process. Their times are compared by ranks (Mann
and Whitney 1947, Annals of Mathematical Statistics 18), so that the odd slow answer of a busy
machine weighs no more than any other. How often they are asked is found out first: until
``SEEN`` seconds, planted into one of them, are found. More would find differences of a microsecond,
which nobody can measure through a network.
"""

import gc
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import median

from tests.torture.leaks.asking import Asked, InProcess

TOO_FAR = 4.5  # standard deviations: by chance one comparison in 150,000 is
SEEN = 100e-6  # seconds that must be found
WARMED_UP = 8  # rounds that do not count
FEWEST, MOST = 60, 3_840  # rounds
Clock = Callable[[], float]


@dataclass(frozen=True, slots=True)
class Case:
    """Requests of two sorts, which no learner may tell apart by their time."""

    name: str
    one: Sequence[Asked]
    other: Sequence[Asked]


@dataclass(frozen=True, slots=True)
class Compared:
    """How far the times of two sorts lie apart, in standard deviations and in seconds."""

    name: str
    z: float
    apart: float


@dataclass(frozen=True, slots=True)
class Stopwatch:
    """Compares sorts of requests to a service by a clock."""

    service: InProcess
    clock: Clock
    chance: random.Random

    async def compare(self, case: Case, rounds: int) -> Compared:
        """The times of both sorts, so many of each."""
        took: tuple[list[float], list[float]] = ([], [])
        await self._sample(case, rounds, took)
        return Compared(case.name, rank_z(*took), median(took[1]) - median(took[0]))

    async def rounds_that_see(self, planted: Case) -> int:
        """How many rounds find what is planted into one of the sorts; at most ``MOST``."""
        took: tuple[list[float], list[float]] = ([], [])
        await self._sample(planted, FEWEST, took)
        while len(took[0]) < MOST and abs(rank_z(*took)) < TOO_FAR:
            await self._sample(planted, len(took[0]), took)
        return len(took[0])

    async def _sample(self, case: Case, rounds: int, took: tuple[list[float], list[float]]) -> None:
        gc.collect()
        gc.disable()
        try:
            for number in range(-WARMED_UP, rounds):
                for which in self.chance.sample((0, 1), 2):
                    spent = await self._time((case.one, case.other)[which], number)
                    if number >= 0:
                        took[which].append(spent)
        finally:
            gc.enable()

    async def _time(self, sort: Sequence[Asked], number: int) -> float:
        asked = sort[number % len(sort)]
        began = self.clock()
        await self.service.ask(asked, {})
        return self.clock() - began


def rank_z(one: Sequence[float], other: Sequence[float]) -> float:
    """Mann and Whitney's U of two samples, as a standard normal deviate; ties share a rank."""
    places: dict[float, list[int]] = {}
    for place, value in enumerate(sorted((*one, *other)), 1):
        places.setdefault(value, []).append(place)
    ranks = {value: sum(those) / len(those) for value, those in places.items()}
    n, m = len(one), len(other)
    u = sum(map(ranks.__getitem__, one)) - n * (n + 1) / 2
    total, tied = n + m, sum(len(those) ** 3 - len(those) for those in places.values())
    variance = n * m / 12 * (total + 1 - tied / (total * (total - 1)))
    return (u - n * m / 2) / sqrt(variance) if variance else 0.0


def told_by_time(compared: Sequence[Compared]) -> Iterator[str]:
    """The cases whose times tell what the answers do not."""
    for one in compared:
        if abs(one.z) >= TOO_FAR:
            yield f"{one.name}: z = {one.z:.1f}, {one.apart * 1e6:.0f} microseconds apart"
