"""Parameters of scoring rules as text, exactly and with one reading: ``name(key=1/2,floor=none)``.

A number is a whole number, a fraction of whole numbers or a decimal; it is kept as the exact
fraction it stands for. ``none`` is no limit, as ``null`` is in JSON.
"""

import re
from collections.abc import Mapping
from fractions import Fraction

from domain.errors import UnknownRule

Value = str | int | Fraction | None

LONGEST_NAME = 64
_TEXT = re.compile(r"([a-z][a-z0-9_]*)(?:\(([^()]+)\))?", re.ASCII)
_PARAMETER = re.compile(r"([a-z_]+)=([^=]+)", re.ASCII)
_NUMBER = re.compile(r"-?[0-9]{1,6}(?:/0*[1-9][0-9]{0,5}|\.[0-9]{1,6})?", re.ASCII)


def parse_text(text: str) -> tuple[str, dict[str, Value]]:
    """The name of a rule and its parameters; a parameter said twice is refused."""
    matched = _TEXT.fullmatch(text) if len(text) <= LONGEST_NAME else None
    if matched is None:
        raise UnknownRule(f"{text[:LONGEST_NAME]!r} is not the name of a rule.")
    pairs = [_PARAMETER.fullmatch(part) for part in (matched[2] or "").split(",") if matched[2]]
    found: dict[str, Value] = {pair[1]: pair[2] for pair in pairs if pair}
    if len(found) < len(pairs):
        raise UnknownRule(f"The parameters of {text!r} are not of the form name=value, each once.")
    return matched[1], found


def read_parameters(
    rule: str, given: Mapping[str, Value], known: Mapping[str, Fraction | None]
) -> dict[str, Fraction | None]:
    """The values of known parameters: a penalty of at least 0, a floor of at most 0 or none."""
    if unknown := [name for name in given if name not in known]:
        raise UnknownRule(f"{rule!r} has no parameter {unknown[0]!r}; known: {', '.join(known)}.")
    values = {name: _read(value) for name, value in given.items()}
    penalty, floor = values.get("penalty", Fraction(0)), values.get("floor")
    if penalty is None or penalty < 0 or (floor is not None and floor > 0):
        raise UnknownRule("A penalty is a number from 0 on, a floor a number up to 0 or none.")
    return values


def spell(parameters: Mapping[str, Fraction | None]) -> str:
    """Parameters as they stand in the brackets of a name."""
    return ",".join(f"{name}={spell_value(value) or 'none'}" for name, value in parameters.items())


def spell_value(value: Fraction | None) -> str | None:
    """A number in lowest terms, such as ``-1/3`` or ``2``."""
    return None if value is None else str(value)


def _read(value: Value) -> Fraction | None:
    if value is None or value == "none":
        return None
    number = str(value)
    if isinstance(value, bool | float) or _NUMBER.fullmatch(number) is None:
        raise UnknownRule(f"{number[:LONGEST_NAME]!r} is not an exact number, such as 1/2 or 0.5.")
    return Fraction(number)
