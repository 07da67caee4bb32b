"""The operators of response processing, by their names in QTI 2.x."""

from collections.abc import Callable
from fractions import Fraction

from formats.qti.declarations import ZERO, Value, read_single
from formats.qti.xml import Element


class NotUnderstood(Exception):
    """Processing that holds what is not read here."""


Operator = Callable[[list[Value]], Value]


def _numbers(values: list[Value]) -> list[Fraction] | None:
    """The values as numbers; ``None`` if one is none, which makes any sum NULL."""
    numbers = [one for one in values if isinstance(one, Fraction)]
    return numbers if len(numbers) == len(values) and numbers else None


def _arithmetic(make: Callable[[list[Fraction]], Value]) -> Callable[[Element], Operator]:
    def operate(values: list[Value]) -> Value:
        numbers = _numbers(values)
        return None if numbers is None else make(numbers)

    return lambda _: operate


def _product(numbers: list[Fraction]) -> Fraction:
    product = Fraction(1)
    for number in numbers:
        product *= number
    return product


def _all(values: list[Value]) -> Value:
    return False if False in values else None if None in values else True


def _any(values: list[Value]) -> Value:
    return True if True in values else None if None in values else False


def _match(values: list[Value]) -> Value:
    return None if None in values else values[0] == values[1]


def _equal(element: Element) -> Operator:
    mode = element.get("toleranceMode", "exact")
    said = element.get("tolerance", "0").split() or ["0"]
    if mode not in ("exact", "absolute", "relative"):
        raise NotUnderstood(f"the tolerance {mode[:40]!r}")
    below, above = (read_single(text, "float", element) for text in (said[0], said[-1]))
    assert isinstance(below, Fraction)
    assert isinstance(above, Fraction)
    has_lower = element.get("includeLowerBound", "true") == "true"
    has_upper = element.get("includeUpperBound", "true") == "true"

    def operate(numbers: list[Fraction]) -> Value:
        right, given = numbers  # the tolerance is about the first, by the standard
        if mode == "exact":
            return right == given
        size = Fraction(1) if mode == "absolute" else abs(right) / 100
        low, high = right - below * size, right + above * size
        return (low < given or (has_lower and low == given)) and (
            given < high or (has_upper and high == given)
        )

    def compare(values: list[Value]) -> Value:
        numbers = _numbers(values)
        return None if numbers is None else operate(numbers)

    return compare


def _string_match(element: Element) -> Operator:
    case, part = element.get("caseSensitive") != "false", element.get("substring") == "true"

    def operate(values: list[Value]) -> Value:
        if not all(isinstance(one, str) for one in values):
            return None
        one, other = (str(each) if case else str(each).casefold() for each in values)
        return other in one if part else one == other

    return operate


def _member(values: list[Value]) -> Value:
    one, several = values
    return None if None in values else isinstance(several, tuple) and one in several


def _contains(values: list[Value]) -> Value:
    one, other = values
    if not isinstance(one, tuple) or not isinstance(other, tuple):
        return None
    return set(other).issubset(one)


def _plain(operator: Operator) -> Callable[[Element], Operator]:
    return lambda _: operator


def read_operator(element: Element, operands: int) -> Operator:
    """What an element does with so many values, or :class:`NotUnderstood`."""
    name = str(element.tag)
    if name not in _OPERATORS:
        raise NotUnderstood(f"`{name}`")
    if operands != _COUNTS.get(name, max(operands, 1)):
        raise NotUnderstood(f"`{name}` of {operands} values")
    return _OPERATORS[name](element)


_COUNTS = {
    **dict.fromkeys(("isNull", "not", "containerSize"), 1),
    **dict.fromkeys(("match", "member", "contains", "equal", "stringMatch"), 2),
    **dict.fromkeys(("subtract", "divide", "gt", "gte", "lt", "lte"), 2),
}
_OPERATORS: dict[str, Callable[[Element], Operator]] = {
    "match": _plain(_match),
    "isNull": _plain(lambda values: values[0] is None),
    "and": _plain(_all),
    "or": _plain(_any),
    "not": _plain(lambda values: None if values[0] is None else not values[0]),
    "member": _plain(_member),
    "contains": _plain(_contains),
    "equal": _equal,
    "stringMatch": _string_match,
    "sum": _arithmetic(lambda numbers: sum(numbers, ZERO)),
    "product": _arithmetic(_product),
    "subtract": _arithmetic(lambda numbers: numbers[0] - numbers[-1]),
    "divide": _arithmetic(lambda numbers: numbers[0] / numbers[-1] if numbers[-1] else None),
    "max": _arithmetic(max),
    "min": _arithmetic(min),
    "gt": _arithmetic(lambda numbers: numbers[0] > numbers[-1]),
    "gte": _arithmetic(lambda numbers: numbers[0] >= numbers[-1]),
    "lt": _arithmetic(lambda numbers: numbers[0] < numbers[-1]),
    "lte": _arithmetic(lambda numbers: numbers[0] <= numbers[-1]),
    "containerSize": _plain(
        lambda values: Fraction(len(values[0]) if isinstance(values[0], tuple) else 0)
    ),
}
