"""Numbers as people write them, kept exactly."""

import re
from fractions import Fraction
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, PlainSerializer

LONGEST_NUMBER = 64
_NUMBER = re.compile(
    r"([+\-\u2212]?)([0-9]+(?:\.[0-9]*)?|\.[0-9]+)"
    r"(?:[eE]([+\-\u2212]?[0-9]{1,3})|\s?[*x\u00d7\u00b7]\s?10\^([+\-\u2212]?[0-9]{1,3}))?"
)
_RATIO = re.compile(r"([+\-\u2212]?[0-9]{1,30})\s?/\s?(0*[1-9][0-9]{0,29})")


def read_number(text: str) -> Fraction:
    """The exact value of ``9.81``, ``-1.2e-3``, ``1.2x10^-3`` or ``1/3``; else a ``ValueError``.

    The decimal mark is a point: a comma would be a thousand in one language and a unit in another.
    """
    said = text.strip()
    if len(said) > LONGEST_NUMBER:
        raise ValueError(f"should have at most {LONGEST_NUMBER} characters")
    if ratio := _RATIO.fullmatch(said):
        return Fraction(int(_plain(ratio[1])), int(ratio[2]))
    matched = _NUMBER.fullmatch(said)
    if matched is None:
        raise ValueError("should be a number with a decimal point, such as 9.81, 1.2e-3 or 1/3")
    sign, digits, *exponents = matched.groups()
    exponent = int(_plain(next(filter(None, exponents), "0")))
    return Fraction(f"{_plain(sign)}{digits}") * Fraction(10) ** exponent


def spell_number(number: Fraction) -> str:
    """A number as :func:`read_number` reads it: a decimal where there is a finite one."""
    rest, places = number.denominator, 0
    for factor in (2, 5):
        count = 0
        while rest % factor == 0:
            rest, count = rest // factor, count + 1
        places = max(places, count)
    if rest > 1:
        return str(number)
    digits = str(abs(number.numerator) * 10**places // number.denominator).rjust(places + 1, "0")
    whole, part = (digits[:-places], digits[-places:]) if places else (digits, "")
    return ("-" if number < 0 else "") + whole + (f".{part}" if part else "")


def round_to(number: Fraction, figures: int) -> Fraction:
    """The number to that many significant figures, halves away from zero."""
    if not number:
        return number
    size, exponent = abs(number), 0
    while size >= 10:
        size, exponent = size / 10, exponent + 1
    while size < 1:
        size, exponent = size * 10, exponent - 1
    step = Fraction(10) ** (exponent - figures + 1)
    rounded = int(abs(number) / step + Fraction(1, 2)) * step
    return rounded if number > 0 else -rounded


def _plain(sign: str) -> str:
    return sign.replace("\u2212", "-")


def _exact(value: Any) -> Any:
    if isinstance(value, Fraction):
        return value
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise ValueError("should be a number")
    return read_number(str(value))


# A number of an author, in a file or by JSON: 0.1 means a tenth, not the nearest binary fraction.
Exact = Annotated[
    Fraction,
    BeforeValidator(_exact, json_schema_input_type=float | str),
    PlainSerializer(spell_number, return_type=str),
]
# A score that an author states, from 0 to 1.
Share = Annotated[Exact, Field(ge=0, le=1)]
