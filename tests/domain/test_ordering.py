"""Shuffles and draws: repeatable, fair, and blind to the order they were given."""

from collections import Counter
from itertools import combinations, permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.ordering import draw, shuffle_options

IDS = ("senv", "dapz", "gpnu", "3swy")
SEEDS = [f"seed {number}" for number in range(6000)]
IDS_LISTS = st.lists(st.text("abcd234", min_size=4), min_size=1, max_size=10, unique=True)


def chi_square(seen: Counter[Any], outcomes: int) -> float:
    """Pearson's statistic against equally likely outcomes."""
    expected = seen.total() / outcomes
    missing = (outcomes - len(seen)) * expected
    return missing + sum((count - expected) ** 2 / expected for count in seen.values())


@given(IDS_LISTS, st.text())
def test_a_shuffle_is_a_permutation_and_repeatable(options: list[str], seed: str) -> None:
    order = shuffle_options(options, seed)
    assert sorted(order) == sorted(options)
    assert order == shuffle_options(options, seed)


@given(IDS_LISTS, st.text())
def test_the_order_given_cannot_be_read_from_a_shuffle(options: list[str], seed: str) -> None:
    assert shuffle_options(options, seed) == shuffle_options(sorted(options), seed)
    assert shuffle_options(options, seed) == shuffle_options(options[::-1], seed)


@given(IDS_LISTS, st.text(), st.data())
def test_pinned_options_keep_their_place(
    options: list[str], seed: str, data: st.DataObject
) -> None:
    pinned = data.draw(st.sets(st.sampled_from(options)))
    order = shuffle_options(options, seed, pinned)
    assert sorted(order) == sorted(options)
    assert all((one in pinned) <= (one == other) for one, other in zip(options, order, strict=True))


def test_golden_shuffles() -> None:
    assert shuffle_options(IDS, "SEED") == ("gpnu", "3swy", "dapz", "senv")
    assert draw(range(100), 5, "SEED") == [64, 18, 10, 41, 33]


def test_every_permutation_is_equally_likely() -> None:
    seen = Counter(shuffle_options(IDS, seed) for seed in SEEDS)
    assert set(seen) == set(permutations(IDS))
    assert chi_square(seen, 24) < 49.7  # 23 degrees of freedom, 1 in 1000


def test_every_draw_is_equally_likely() -> None:
    seen = Counter(tuple(sorted(draw(IDS, 2, seed))) for seed in SEEDS)
    assert set(seen) == {tuple(sorted(pair)) for pair in combinations(IDS, 2)}
    assert chi_square(seen, 6) < 20.5  # 5 degrees of freedom, 1 in 1000
    firsts = Counter(draw(IDS, 2, seed)[0] for seed in SEEDS)
    assert chi_square(firsts, 4) < 16.3


@given(st.integers(0, 30), st.integers(0, 40), st.text())
def test_a_draw_repeats_nothing_but_itself(size: int, count: int, seed: str) -> None:
    drawn = draw(range(size), count, seed)
    assert len(drawn) == len(set(drawn)) == min(size, count)
    assert drawn == draw(range(size), count, seed)


@pytest.mark.parametrize("seed", ["", "a", "SEED", "🎲"])
def test_other_seeds_give_other_draws(seed: str) -> None:
    assert draw(range(10_000), 5, seed) != draw(range(10_000), 5, f"{seed}.")
