"""What an item declares: its response and outcome variables, right answers and mappings."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from formats.qti.xml import Element, child, children, refused, text_of

# A single value is a text, a number or a pair of identifiers; several are a tuple; NULL is None.
Single = str | Fraction | tuple[str, str] | bool
Value = Single | tuple[Single, ...] | None
ZERO = Fraction(0)
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?")
_DIGITS_OF_A_FLOAT = 15
LONGEST_NUMBER = 64


@dataclass(frozen=True, slots=True)
class Mapped:
    """A mapping: the points of each value, of all others, and the bounds of their sum."""

    entries: Mapping[Single, Fraction]
    insensitive: Mapping[str, Fraction] = field(default_factory=dict)
    default: Fraction = ZERO
    lower: Fraction | None = None
    upper: Fraction | None = None

    def of(self, value: Single) -> Fraction:
        """The points of one value."""
        found = self.entries.get(value)
        if found is None and isinstance(value, str):
            found = self.insensitive.get(value.casefold())
        return self.default if found is None else found

    def total(self, value: Value, is_several: bool) -> Fraction:
        """The points of a response, within the bounds."""
        if value is None:
            total = ZERO
        elif is_several and isinstance(value, tuple):
            total = sum((self.of(one) for one in value), ZERO)
        else:
            total = self.of(value)  # type: ignore[arg-type]
        if self.lower is not None:
            total = max(self.lower, total)
        return total if self.upper is None else min(self.upper, total)


@dataclass(frozen=True, slots=True)
class Declared:
    """A variable of an item. ``value`` is the right answer, or an outcome's first value."""

    name: str
    cardinality: str
    base: str
    value: Value
    mapped: Mapped | None
    at: Element

    @property
    def is_several(self) -> bool:
        """Whether a response holds several values."""
        return self.cardinality in ("multiple", "ordered")

    @property
    def values(self) -> tuple[Single, ...]:
        """The single values of the right answer."""
        if self.value is None:
            return ()
        return self.value if self.is_several else (self.value,)  # type: ignore[return-value]


def read_declarations(root: Element, name: str, inside: str) -> dict[str, Declared]:
    """The variables that elements of that name declare, by their identifiers."""
    return {
        one.get("identifier", ""): _declared(one, inside)
        for one in children(root)
        if one.tag == name
    }


def _declared(element: Element, inside: str) -> Declared:
    cardinality = element.get("cardinality", "single")
    base = element.get("baseType", "identifier")
    found = child(element, inside)
    said = [one for one in children(found) if one.tag == "value"]
    values = [read_single(value_text(one, base), base, one) for one in said]
    return Declared(
        element.get("identifier", ""),
        cardinality,
        base,
        container(values, cardinality),
        _mapped(child(element, "mapping"), base),
        element,
    )


def value_text(element: Element, base: str) -> str:
    """The text of a value; blanks around one of letters count, if it stands on one line."""
    raw = element.text or ""
    return raw if base == "string" and "\n" not in raw and not len(element) else text_of(element)


def container(values: list[Single], cardinality: str) -> Value:
    """Values as a response holds them: those of a multiple one have no order."""
    if not values:
        return None
    if cardinality == "multiple":
        return tuple(sorted(values, key=repr))
    return tuple(values) if cardinality == "ordered" else values[0]


def read_single(text: str, base: str, at: Element) -> Single:
    """A value of that type."""
    if base in ("float", "integer"):
        return read_float(text, at)
    if base in ("pair", "directedPair"):
        one, _, other = text.partition(" ")
        pair = (one, other.strip())
        return pair if base == "directedPair" else (min(pair), max(pair))
    return text.lower() == "true" if base == "boolean" else text


def read_float(text: str, at: Element) -> Fraction:
    """A number exactly; one with as many digits as a float has, as the simplest so near."""
    if len(text) > LONGEST_NUMBER or not _NUMBER.fullmatch(text):
        raise refused("bad_number", f"{text[:40]!r} is no number.", "Write such as 0.5.", at)
    number = Fraction(text)
    if len(re.sub(r"\D", "", re.split("[eE]", text)[0]).lstrip("0")) < _DIGITS_OF_A_FLOAT:
        return number
    simple = number.limit_denominator(10_000)
    return simple if abs(simple - number) <= abs(number) / 10**14 else number


def _mapped(element: Element | None, base: str) -> Mapped | None:
    if element is None:
        return None
    entries: dict[Single, Fraction] = {}
    insensitive: dict[str, Fraction] = {}
    for one in children(element):
        if one.tag != "mapEntry":
            continue
        points = read_float(one.get("mappedValue", ""), one)
        key = read_single(one.get("mapKey", ""), base, one)
        if base == "string" and one.get("caseSensitive", "true") == "false":
            insensitive.setdefault(str(key).casefold(), points)
        else:
            entries.setdefault(key, points)
    bounds = {name: element.get(name) for name in ("defaultValue", "lowerBound", "upperBound")}
    default, lower, upper = (
        None if text is None else read_float(text, element) for text in bounds.values()
    )
    return Mapped(entries, insensitive, default or ZERO, lower, upper)
