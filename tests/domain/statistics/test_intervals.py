"""Intervals, against published ones."""

from fractions import Fraction

import pytest

from domain.statistics import wilson

# Newcombe 1998, Statistics in Medicine 17, table I: four shares, method 3 (score, no correction).
PUBLISHED = [
    (81, 263, 0.2553, 0.3662),
    (15, 148, 0.0624, 0.1605),
    (0, 20, 0.0000, 0.1611),
    (1, 29, 0.0061, 0.1718),
]


@pytest.mark.parametrize(("right", "count", "low", "high"), PUBLISHED)
def test_the_interval_of_a_share_is_the_published_one(
    right: int, count: int, low: float, high: float
) -> None:
    found = wilson(Fraction(right, count), count)
    assert (round(found.low, 4), round(found.high, 4)) == (low, high)


def test_the_bounds_are_the_shares_that_a_score_test_would_just_not_reject() -> None:
    share, count = Fraction(3, 10), 20
    for bound in (found := wilson(share, count)).low, found.high:
        deviation = abs(float(share) - bound) / (bound * (1 - bound) / count) ** 0.5
        assert deviation == pytest.approx(1.959964, abs=1e-6)


def test_nobody_and_everybody_right_leave_room() -> None:
    nobody, everybody = wilson(Fraction(0), 10), wilson(Fraction(1), 10)
    assert nobody.low == 0
    assert nobody.high == pytest.approx(0.2775, abs=1e-4)
    assert everybody.low == pytest.approx(1 - nobody.high)
    assert everybody.high == 1


def test_scores_between_other_bounds_have_the_same_interval_scaled() -> None:
    plain, scaled = wilson(Fraction(1, 4), 30), wilson(Fraction(-1, 2), 30, Fraction(-1))
    assert scaled.low == pytest.approx(2 * plain.low - 1)
    assert scaled.high == pytest.approx(2 * plain.high - 1)


def test_no_share_of_nobody_has_an_interval() -> None:
    with pytest.raises(ValueError, match="at least one score"):
        wilson(Fraction(0), 0)
    with pytest.raises(ValueError, match="within different bounds"):
        wilson(Fraction(2), 5)
