"""Minimax over sets of keys: a set is an integer with one bit per key that is still possible.

A submission splits the set into parts, one for each score it may get. The number needed for a set
is 0 for one key, else the least over submissions of 1 + the most over its parts. Options that all
submissions so far picked or left together are interchangeable (a *cell*, again an integer), so of
the submissions that pick equally many from every cell one is tried.
"""

from collections.abc import Sequence

# What a submission, as bits of an integer, may do: sets of keys that give the same score.
Split = tuple[int, tuple[int, ...]]

# Sets that the exact search may look at before it is content with bounds.
MOST_SETS = 5_000


class _Exhausted(Exception):
    """The search has looked at as many sets as it may."""


def fewest_and_most(splits: Sequence[Split], keys: int, at_least: int) -> tuple[int, list[int]]:
    """A lower bound and, if there is a strategy, its number; they are equal where it is exact.

    ``at_least`` is a lower bound to start from. A greedy strategy gives a number that is
    enough; then smaller numbers are tried from below, until one is enough or the search has
    looked at ``MOST_SETS`` sets.
    """
    useful = sorted({frozenset(parts): (picked, parts) for picked, parts in splits}.values())
    useful = sorted((split for split in useful if len(split[1]) > 1), key=lambda s: _worst(s[1]))
    every_key, all_options = (1 << keys) - 1, max(picked for picked, _ in splits)
    enough = _Greedy(useful).number(every_key)
    if enough is None:
        return at_least, []
    search = _Search(useful)
    for number in range(at_least, enough):
        try:
            if search.is_enough(every_key, number, (all_options,)):
                return number, [number]
        except _Exhausted:
            return number, [enough]
    return enough, [enough]


def _worst(parts: Sequence[int]) -> tuple[int, int]:
    """How many keys the largest part leaves; of equals, the one with more parts comes first."""
    return max(part.bit_count() for part in parts), -len(parts)


def _cut(left: int, parts: Sequence[int]) -> list[int]:
    """The parts of a set, the largest first: it fails soonest."""
    found = [both for part in parts if (both := left & part)]
    return sorted(found, key=int.bit_count, reverse=True)


class _Greedy:
    """Always the submission that leaves the smallest set in the worst case."""

    def __init__(self, splits: Sequence[Split]) -> None:
        self.splits = splits
        self.known: dict[int, int | None] = {}

    def number(self, left: int) -> int | None:
        """What this strategy needs for a set; ``None`` if no submission splits it."""
        if left.bit_count() == 1:
            return 0
        if left not in self.known:
            best = min((_cut(left, parts) for _, parts in self.splits), key=_worst)
            needed = [self.number(part) for part in best] if len(best) > 1 else [None]
            self.known[left] = None if None in needed else 1 + max(filter(None, needed), default=0)
        return self.known[left]


class _Search:
    """Whether a number of submissions is enough for a set."""

    def __init__(self, splits: Sequence[Split]) -> None:
        self.splits = splits
        self.known: dict[tuple[int, int], bool] = {}
        self.told = [1]  # by number of submissions: no more keys than this can be told apart

    def is_enough(self, left: int, number: int, cells: tuple[int, ...]) -> bool:
        """Exact; raises :class:`_Exhausted` when it takes too long."""
        if left.bit_count() > self._most_told(number):
            return False
        if left.bit_count() == 1:
            return True
        if (left, number) not in self.known:
            if len(self.known) >= MOST_SETS:
                raise _Exhausted
            self.known[left, number] = False  # counts as looked at
            self.known[left, number] = self._try_all(left, number, cells)
        return self.known[left, number]

    def _most_told(self, number: int) -> int:
        while len(self.told) <= number:
            most = self.told[-1]
            sums = (sum(min(part.bit_count(), most) for part in parts) for _, parts in self.splits)
            self.told.append(max(sums))
        return self.told[number]

    def _try_all(self, left: int, number: int, cells: tuple[int, ...]) -> bool:
        tried: set[tuple[int, ...]] = set()
        for picked, parts in self.splits:
            from_cells = tuple((picked & cell).bit_count() for cell in cells)
            if from_cells in tried:
                continue
            tried.add(from_cells)
            cut = _cut(left, parts)
            halves = (half for cell in cells for half in (cell & picked, cell & ~picked))
            finer = tuple(filter(None, halves))
            if len(cut) > 1 and all(self.is_enough(part, number - 1, finer) for part in cut):
                return True
        return False
