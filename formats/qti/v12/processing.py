"""The response conditions of QTI 1.2, understood by running them."""

from collections.abc import Callable, Mapping
from fractions import Fraction

from formats.qti.declarations import ZERO, read_float
from formats.qti.processing import NotUnderstood
from formats.qti.xml import Element, child, children, text_of

Given = Mapping[str, tuple[str, ...]]  # the texts or labels of each response
Test = Callable[[Given], bool]
_SMALLEST_SHARE = 60  # 33.33 of 100 means a third
_CLOSE = Fraction(1, 10_000)
_FIRST_OF = frozenset({"SCORE", "que_score"})


def score_of(item: Element, points: Fraction) -> Callable[[Given], Fraction]:
    """The share of the ``points`` that a response earns, or :class:`NotUnderstood`."""
    if next(item.iter("setvar"), None) is None:
        raise NotUnderstood("no condition that earns points")
    processing = child(item, "resprocessing")
    most = points if _is_in_points(item, points) else _maximum(item)
    steps = [_step(one, most) for one in children(processing) if one.tag == "respcondition"]

    def score(given: Given) -> Fraction:
        total = ZERO
        for test, changes, goes_on in steps:
            if not test(given):
                continue
            for change in changes:
                total = change(total)
            if not goes_on:
                break
        return total

    return score


def _is_in_points(item: Element, points: Fraction) -> bool:
    """Whether amounts are points instead of shares, as where Canvas varies them by the answer.

    Then none is added to another, and the most is just what the item is worth.
    """
    changes = list(item.iter("setvar"))
    are_set = all(one.get("action", "Set") == "Set" for one in changes)
    return are_set and max(read_float(text_of(one), one) for one in changes) == points


def _maximum(item: Element) -> Fraction:
    for one in item.iter("decvar"):
        if one.get("maxvalue"):
            return read_float(one.get("maxvalue", ""), one) or Fraction(100)
    return Fraction(100)


def _step(
    element: Element, most: Fraction
) -> tuple[Test, list[Callable[[Fraction], Fraction]], bool]:
    conditions = [one for one in children(element) if one.tag == "conditionvar"]
    test = _all([_test(one) for part in conditions for one in children(part)])
    changes = [_change(one, most) for one in children(element) if one.tag == "setvar"]
    return test, changes, _goes_on(element)


def _goes_on(element: Element) -> bool:
    """Whether later conditions count, too.

    The standard says no where nothing is said. Canvas says nothing and means that points which
    are added, part by part, all count.
    """
    said = element.get("continue")
    actions = [one.get("action", "Set") for one in children(element) if one.tag == "setvar"]
    return said.lower() == "yes" if said else "Set" not in actions and bool(actions)


def _change(element: Element, most: Fraction) -> Callable[[Fraction], Fraction]:
    share = read_float(text_of(element), element) / most
    simple = share.limit_denominator(_SMALLEST_SHARE)
    amount = simple if abs(simple - share) < _CLOSE else share
    match element.get("action", "Set"):
        case "Set":
            return lambda _: amount
        case "Add":
            return lambda total: total + amount
        case "Subtract":
            return lambda total: total - amount
    raise NotUnderstood(f"the action {element.get('action', '')[:40]!r}")


def _test(element: Element) -> Test:
    inside = [_test(one) for one in children(element)]
    match element.tag:
        case "and":
            return _all(inside)
        case "or":
            return lambda given: any(test(given) for test in inside)
        case "not":
            both = _all(inside)
            return lambda given: not both(given)
        case "other" | "unanswered":
            is_other = element.tag == "other"
            return lambda _: is_other
        case "varequal":
            return _equal(element)
        case "vargte" | "vargt" | "varlte" | "varlt":
            return _compared(element)
    raise NotUnderstood(f"`{str(element.tag)[:40]}`")


def _all(tests: list[Test]) -> Test:
    return lambda given: all(test(given) for test in tests)


def _equal(element: Element) -> Test:
    name, wanted = element.get("respident", ""), (element.text or "").strip()
    exact, number = element.get("case", "No").lower() == "yes", _number(wanted)

    def test(given: Given) -> bool:
        texts = given.get(name, ())
        return (
            wanted in texts
            or (not exact and wanted.casefold() in [text.casefold() for text in texts])
            or (number is not None and number in map(_number, texts))
        )

    return test


def _number(text: str) -> Fraction | None:
    try:
        return Fraction(text)
    except (ValueError, ZeroDivisionError):
        return None


def _compared(element: Element) -> Test:
    name, bound = element.get("respident", ""), read_float(text_of(element), element)
    compare: dict[str, Callable[[Fraction], bool]] = {
        "vargte": lambda value: value >= bound,
        "vargt": lambda value: value > bound,
        "varlte": lambda value: value <= bound,
        "varlt": lambda value: value < bound,
    }

    def test(given: Given) -> bool:
        try:
            return any(compare[str(element.tag)](Fraction(text)) for text in given.get(name, ()))
        except ValueError:
            return False

    return test
