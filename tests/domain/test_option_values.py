"""Scores option by option: weights and mappings."""

from fractions import Fraction

import pytest

from domain.grading import OPTION_RULES, ChoiceKey, ChoiceResponse, OptionValues, grade
from domain.grading.option_values import mapping, weights

KEY = ChoiceKey(tuple("abcd"), frozenset("bc"))
HALF, ONE = Fraction(1, 2), Fraction(1)
WEIGHTS = {"b": HALF, "c": HALF, "d": -HALF}


def score(scoring: OptionValues, picked: str) -> Fraction:
    return grade(KEY, ChoiceResponse(frozenset(picked)), scoring).score


@pytest.mark.parametrize(
    ("picked", "expected"),
    [("", 0), ("b", HALF), ("bc", 1), ("bcd", HALF), ("bd", 0), ("d", 0), ("a", 0), ("abcd", HALF)],
)
def test_weights_are_summed_from_zero_to_one(picked: str, expected: Fraction) -> None:
    assert score(weights(WEIGHTS), picked) == expected


def test_bounds_of_weights_can_be_lifted() -> None:
    assert score(weights(WEIGHTS, lower=None), "d") == -HALF
    assert score(weights({"b": ONE, "c": ONE}), "bc") == 1
    assert score(weights({"b": ONE, "c": ONE}, upper=None), "bc") == 2


@pytest.mark.parametrize(
    ("picked", "expected"),
    [("", 0), ("b", HALF), ("bc", 1), ("bcd", 0), ("bd", 0), ("ad", 0)],
)
def test_a_mapping_gives_other_options_the_default(picked: str, expected: Fraction) -> None:
    values = mapping({"b": ONE, "c": ONE}, default=-2 * ONE, lower=Fraction(0), maximum=2 * ONE)
    assert score(values, picked) == expected


def test_bounds_of_a_mapping_limit_the_empty_sum() -> None:
    assert score(mapping({"b": ONE}, lower=HALF), "") == HALF
    assert score(mapping({"b": ONE, "c": ONE}, upper=ONE), "bc") == 1
    assert score(mapping({"b": ONE}, default=-ONE), "acd") == -3


def test_values_keep_what_they_were_given() -> None:
    given = dict(WEIGHTS)
    made = weights(given)
    given["a"] = ONE
    assert dict(made.values) == WEIGHTS


def test_the_reason_tells_no_values() -> None:
    one, other = weights(WEIGHTS), weights({"a": ONE})
    assert one.reason(HALF) == other.reason(HALF)
    assert one.reason(HALF) == (
        "This answer earns 1/2 of the points: each picked option adds or takes the points set for "
        "it."
    )


def test_impossible_values_are_refused() -> None:
    with pytest.raises(ValueError, match="from -1 to 1"):
        weights({"a": 2 * ONE})
    with pytest.raises(ValueError, match="above zero"):
        mapping({}, maximum=Fraction(0))
    with pytest.raises(ValueError, match="lower bound"):
        mapping({}, lower=ONE, upper=Fraction(0))


def test_the_catalogue_names_what_it_makes() -> None:
    assert {name: rule.make({}).name for name, rule in OPTION_RULES.items()} == {
        "weights": "weights",
        "mapping": "mapping",
    }
