"""Times in bins, and their quantiles beside those of the times themselves."""

from collections import Counter
from math import ceil
from random import Random

import pytest

from domain.statistics.durations import BIN_ENDS, MOST_BARS, Times, bin_of, describe_times


def described(times: list[int]) -> Times:
    found = describe_times(Counter(map(bin_of, times)))
    assert found is not None
    return found


def test_there_are_no_quantiles_of_no_times() -> None:
    assert describe_times({}) is None


def test_short_times_are_told_exactly() -> None:
    found = described([20, 3, 8, 5])
    assert (found.count, found.p25, found.p50, found.p75, found.p90) == (4, 3, 5, 8, 20)


def test_the_example_of_the_documentation() -> None:
    assert bin_of(41_337) == 41_300
    assert described([41_337]).p50 == 41_300


def test_the_ends_of_bins_are_told_as_they_are_counted() -> None:
    for time in (0, 1, 999, 1_000, 1_009, 1_010, 41_337, 10**6, 10**18 - 1):
        width = next(width for end, width in BIN_ENDS if time < end)
        assert time // width * width == bin_of(time)


@pytest.mark.parametrize("seed", range(5))
def test_quantiles_lie_within_one_percent_of_those_of_the_times(seed: int) -> None:
    chosen = Random(seed)  # noqa: S311 - the same each time, no secret
    times = [int(chosen.lognormvariate(10, 1.5)) for _ in range(999)]
    found, ordered = described(times), sorted(times)
    for share in (0.25, 0.5, 0.75, 0.9):
        exact = ordered[ceil(share * len(times)) - 1]
        assert getattr(found, f"p{share:.0%}"[:-1]) == pytest.approx(exact, rel=0.01)


@pytest.mark.parametrize("longest", [1, 90, 4_000, 10**6, 2**63 - 1])
def test_bars_hold_every_answer_and_follow_each_other(longest: int) -> None:
    chosen = Random(longest)  # noqa: S311 - the same each time, no secret
    found = described([chosen.randint(0, longest) for _ in range(300)] + [longest])
    assert sum(bar.count for bar in found.bars) == 301
    assert len(found.bars) <= MOST_BARS
    assert [bar.low for bar in found.bars[1:]] == [bar.high for bar in found.bars[:-1]]
    assert found.bars[-1].count > 0


def test_one_answer_that_took_a_night_does_not_flatten_the_rest() -> None:
    found = described([20_000 + 500 * n for n in range(100)] + [10**8])
    assert found.bars[-1].high is None
    assert sum(bar.count > 0 for bar in found.bars) > 5
    assert found.p90 < 10**5
