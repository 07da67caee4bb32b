"""The most frequent things, beside a count of all of them."""

from collections import Counter
from random import Random

import pytest

from domain.statistics import Frequent


def test_few_different_things_are_counted_exactly() -> None:
    found = Frequent[str](most=3)
    for thing in "abacaba":
        found.add(thing)
    assert (found.counts, found.missed) == ({"a": 4, "b": 2, "c": 1}, 0)


def test_the_example_of_the_documentation() -> None:
    found = Frequent[str](most=2)
    for thing in "aaabbc":
        found.add(thing)
    assert (found.counts, found.missed) == ({"a": 1}, 2)


@pytest.mark.parametrize("parts", [1, 4])
def test_counts_lie_below_the_truth_by_what_is_told_at_most(parts: int) -> None:
    chosen = Random(parts)  # noqa: S311 - the same each time, no secret
    things = [int(chosen.paretovariate(0.5)) for _ in range(20_000)]
    whole = Frequent[int](most=64)
    for part in range(parts):
        found = Frequent[int](most=64)
        for thing in things[part::parts]:
            found.add(thing)
        whole.merge(found)
    truth = Counter(things)
    assert 0 < whole.missed <= len(things) / 32
    assert len(whole.counts) <= 64
    for thing, count in truth.items():
        assert count - whole.missed <= whole.counts[thing] <= count


def test_what_is_read_back_goes_on_where_it_was() -> None:
    found = Frequent({"a": 5}, missed=2)
    found.add("a")
    assert (found.counts, found.missed) == ({"a": 6}, 2)
