"""Numeric questions: which numbers are right, and what is refused."""

from contextlib import suppress
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from domain.errors import InvalidResponse
from domain.grading import KINDS, KindKey
from domain.grading.numbers import read_number, round_to, spell_number
from domain.grading.numeric import StatedNumber

NUMERIC = KINDS["numeric"]
LENGTHS = {"m": 1, "cm": "1/100", "km": 1000, "s": None}


def key(**stated: Any) -> KindKey:
    return KindKey(NUMERIC, StatedNumber.model_validate(stated), {})


def is_right(stated: dict[str, Any], value: str, unit: str | None = None) -> bool:
    numeric = key(**stated)
    sent = numeric.read({"value": value, "unit": unit})
    return numeric.grade(sent, NUMERIC.find_rule("all_or_nothing")).score == 1


@pytest.mark.parametrize(
    ("stated", "value", "unit", "right"),
    [
        ({"value": 0.1}, "0.1", None, True),
        ({"value": 0.1}, "1/10", None, True),
        ({"value": 0.1}, "0.1000000000000000055511151231257827", None, False),
        ({"value": 3}, "3.0000", None, True),
        ({"value": -3}, "\u22123", None, True),
        ({"value": "1.2e-3"}, "1.2\u00d710^-3", None, True),
        ({"value": "1.2e-3"}, ".0012", None, True),
        ({"value": 9.81, "tolerance": 0.01}, "9.80", None, True),
        ({"value": 9.81, "tolerance": 0.01}, "9.82", None, True),
        ({"value": 9.81, "tolerance": 0.01}, "9.8200001", None, False),
        ({"value": 200, "relative": "5/100"}, "190", None, True),
        ({"value": 200, "relative": "5/100"}, "189.99", None, False),
        ({"value": -200, "relative": 0.05}, "-210", None, True),
        ({"value": 9.81, "significant_figures": 2}, "9.75", None, True),
        ({"value": 9.81, "significant_figures": 2}, "9.7", None, False),
        ({"value": 9.81, "significant_figures": 2}, "9.849", None, True),
        ({"value": 1.5, "units": LENGTHS}, "1.5", "m", True),
        ({"value": 1.5, "units": LENGTHS}, "150", "cm", True),
        ({"value": 1.5, "units": LENGTHS}, "0.0015", "km", True),
        ({"value": 1.5, "units": LENGTHS}, "1.5", "cm", False),
        ({"value": 1.5, "units": LENGTHS}, "1.5", "s", False),
        ({"value": 1.5, "units": LENGTHS}, "1.5", None, False),
        ({"value": 1.5, "units": LENGTHS, "tolerance": 0.1}, "160", "cm", True),
        ({"value": 1.5, "units": LENGTHS, "tolerance": 0.1}, "161", "cm", False),
    ],
)
def test_which_numbers_are_right(
    stated: dict[str, Any], value: str, unit: str | None, right: bool
) -> None:
    assert is_right(stated, value, unit) is right


@pytest.mark.parametrize(
    ("sent", "pointer", "code"),
    [
        ({}, "/response/value", "missing"),
        ({"value": 9.81}, "/response/value", "string_type"),
        ({"value": "nine"}, "/response/value", "value_error"),
        ({"value": "1,000"}, "/response/value", "value_error"),
        ({"value": "1/0"}, "/response/value", "value_error"),
        ({"value": "1e9999"}, "/response/value", "value_error"),
        ({"value": "1" * 65}, "/response/value", "string_too_long"),
        ({"value": "1", "unit": "kg"}, "/response/unit", "unknown_unit"),
        ({"value": "1", "units": "m"}, "/response/units", "unknown_field"),
    ],
)
def test_what_is_refused(sent: dict[str, Any], pointer: str, code: str) -> None:
    with pytest.raises(InvalidResponse) as refused:
        key(value=1, units=LENGTHS).read(sent)
    assert (refused.value.faults[0].pointer, refused.value.faults[0].code) == (pointer, code)


@pytest.mark.parametrize(
    "stated",
    [
        {},
        {"value": "about nine"},
        {"value": True},
        {"value": 1, "tolerance": -1},
        {"value": 1, "tolerance": 1, "relative": 1},
        {"value": 1, "significant_figures": 0},
        {"value": 1, "units": {"cm": "1/100"}},
        {"value": 1, "units": {"m": 1, "cm": 0}},
    ],
)
def test_answers_that_make_no_sense(stated: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        StatedNumber.model_validate(stated)


def test_a_learner_sees_the_units_and_nothing_else() -> None:
    stated = StatedNumber.model_validate({"value": 1.5, "tolerance": 0.1, "units": LENGTHS})
    assert NUMERIC.interaction(stated) == {"units": ["cm", "km", "m", "s"]}
    assert NUMERIC.solution(stated, {}) == {"value": "1.5", "unit": "m"}


@given(st.fractions(max_denominator=10**9).filter(lambda number: abs(number) < 10**9))
def test_a_number_is_spelt_as_it_is_read(number: Fraction) -> None:
    assert read_number(spell_number(number)) == number


@given(st.fractions(max_denominator=10**9), st.integers(1, 20))
def test_rounding_is_within_half_a_step(number: Fraction, figures: int) -> None:
    rounded = round_to(number, figures)
    assert abs(rounded - number) * 2 * 10 ** (figures - 1) <= abs(number)


@given(st.text(max_size=80))
def test_any_text_is_a_number_or_a_clear_refusal(text: str) -> None:
    with suppress(InvalidResponse):
        assert key(value=1).read({"value": text})


@pytest.mark.parametrize(
    "stated",
    [
        {"value": 1},
        {"value": 9.81, "tolerance": 0.01},
        {"value": 0},
        {"value": 9.81, "significant_figures": 3},
        {"value": 250, "relative": 0.1, "units": LENGTHS},
    ],
)
def test_the_right_value_is_wrong_for_every_mutant(stated: dict[str, Any]) -> None:
    answer = StatedNumber.model_validate(stated)
    solution = NUMERIC.solution(answer, {})
    mutants = list(NUMERIC.mutants(answer, {}))
    assert len(mutants) == 2
    for mutant in mutants:
        mutated = KindKey(NUMERIC, mutant, {})
        assert not NUMERIC.is_right(mutant, mutated.read(solution), {})
