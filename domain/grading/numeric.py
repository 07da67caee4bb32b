"""Numeric questions: a number, within a tolerance, perhaps with a unit."""

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Annotated, Any

from pydantic import AfterValidator, Field, model_validator

from domain.errors import Fault
from domain.grading.kinds import Kind, Parts, register_kind
from domain.grading.numbers import LONGEST_NUMBER, Exact, read_number, round_to, spell_number
from domain.grading.stated import Sent, Stated

MOST_UNITS = 50
Unit = Annotated[str, Field(min_length=1, max_length=40)]
Positive = Annotated[Exact, Field(ge=0)]


class StatedNumber(Stated):
    """The right value, and how far from it is right too.

    Of ``tolerance`` (absolute, in the unit of the value), ``relative`` (a share of the value)
    and ``significant_figures`` at most one is stated; without any only the value itself is right.
    With figures, both numbers are rounded to that many, halves away from zero, and compared.

    ``units`` maps each unit that may be chosen to its size in the unit of the value; ``None`` is
    a unit that is wrong for this value. {"m": 1, "cm": 1/100, "s": None}: 150 cm is 1.5 m.
    """

    value: Exact
    tolerance: Positive | None = None
    relative: Positive | None = None
    significant_figures: Annotated[int, Field(ge=1, le=30)] | None = None
    units: Annotated[Mapping[Unit, Exact | None], Field(max_length=MOST_UNITS)] = {}

    @model_validator(mode="after")
    def _fits(self) -> "StatedNumber":
        margins = (self.tolerance, self.relative, self.significant_figures)
        if sum(margin is not None for margin in margins) > 1:
            raise ValueError("state one of tolerance, relative and significant_figures")
        if self.units and Fraction(1) not in self.units.values():
            raise ValueError("one unit should have the size 1: the unit of the value")
        if any(size is not None and size <= 0 for size in self.units.values()):
            raise ValueError("the size of a unit should be above 0, or null for a wrong unit")
        return self


def _is_number(text: str) -> str:
    read_number(text)
    return text


class SentNumber(Sent):
    """A number as text, so that no digit is lost, and the chosen unit where there are units."""

    value: Annotated[str, Field(max_length=LONGEST_NUMBER), AfterValidator(_is_number)] = Field(
        description="Such as `9.81`, `1.2e-3` or `1/3`.", examples=["9.81"]
    )
    unit: Annotated[str, Field(max_length=40)] | None = Field(default=None, examples=["m/s^2"])


def _is_right(stated: StatedNumber, sent: SentNumber, _: Parts) -> bool:
    size = stated.units.get(sent.unit) if sent.unit is not None else Fraction(1)
    if size is None or (stated.units and sent.unit is None):
        return False
    given, value = read_number(sent.value) * size, stated.value
    if stated.significant_figures is not None:
        figures = stated.significant_figures
        return round_to(given, figures) == round_to(value, figures)
    return abs(given - value) <= _margin(stated)


def _margin(stated: StatedNumber) -> Fraction:
    if stated.relative is not None:
        return stated.relative * abs(stated.value)
    return stated.tolerance or Fraction(0)


def _faults(stated: StatedNumber, sent: SentNumber, _: Parts) -> Iterator[Fault]:
    if sent.unit is not None and sent.unit not in stated.units:
        known = ", ".join(sorted(stated.units)) or "none"
        yield Fault("/unit", "unknown_unit", f"The question has no such unit; it has: {known}.")


def _interaction(stated: StatedNumber) -> dict[str, Any]:
    return {"units": sorted(stated.units)}


def _solution(stated: StatedNumber, _: Parts) -> dict[str, Any]:
    unit = next((unit for unit, size in stated.units.items() if size == 1), None)
    return {"value": spell_number(stated.value), "unit": unit}


def _mutants(stated: StatedNumber, _: Parts) -> Iterator[StatedNumber]:
    """The value moved by one and a half margins (by its last figure) up and down."""
    if figures := stated.significant_figures:
        lead = round_to(stated.value, 1) or Fraction(1)
        step = abs(lead) / Fraction(10) ** (figures - 1)
    else:
        step = _margin(stated) * Fraction(3, 2) or Fraction(1)
    for value in (stated.value + step, stated.value - step):
        yield stated.model_copy(update={"value": value})


NUMERIC = register_kind(
    Kind(
        name="numeric",
        stated=StatedNumber,
        sent=SentNumber,
        is_right=_is_right,
        faults=_faults,
        interaction=_interaction,
        solution=_solution,
        mutants=_mutants,
    )
)
