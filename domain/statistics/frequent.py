"""The most frequent of any number of things, in bounded memory.

As long as no more different things came than are kept, each count is exact. Then the rarer half
is let go: the largest count among them is taken off from all, so that a count lies at most
``missed`` below the truth, and ``missed`` is at most 1/512 of what came, at 1,024 things kept.
With two kept, of a a a b b c: at c the counts are 3, 2, 1; b and c go, and a is told as 1, at most
2 below.

Source: Misra and Gries 1982, doi 10.1016/0167-6423(82)90012-0; that such counts may be added is
shown by Agarwal et al. 2013, doi 10.1145/2500128.
"""

from collections import Counter
from collections.abc import Hashable, Mapping
from typing import Generic, TypeVar

MOST_KEPT = 1_024

Thing = TypeVar("Thing", bound=Hashable)


class Frequent(Generic[Thing]):
    """Counts of things; each is at most ``missed`` below the true one, and never above."""

    def __init__(
        self, counts: Mapping[Thing, int] | None = None, missed: int = 0, most: int = MOST_KEPT
    ) -> None:
        self.counts: Counter[Thing] = Counter(counts or {})
        self.missed, self._most = missed, most

    def add(self, thing: Thing, count: int = 1) -> None:
        """Count a thing so many times."""
        self.counts[thing] += count
        if len(self.counts) > self._most:
            self._let_go()

    def merge(self, other: "Frequent[Thing]") -> None:
        """Count what another has counted."""
        self.counts.update(other.counts)
        self.missed += other.missed
        if len(self.counts) > self._most:
            self._let_go()

    def _let_go(self) -> None:
        taken = sorted(self.counts.values(), reverse=True)[self._most // 2]
        self.missed += taken
        self.counts = Counter(
            {thing: count - taken for thing, count in self.counts.items() if count > taken}
        )
