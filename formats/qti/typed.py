"""What is right in a text entry: a number or texts."""

from collections.abc import Iterator
from contextlib import suppress
from fractions import Fraction

from pydantic import ValidationError

from domain.grading import Stated
from domain.grading.numeric import StatedNumber
from domain.grading.short_text import AcceptedText, StatedText
from formats.qti.declarations import Declared, Single, read_float
from formats.qti.interactions import no_answer
from formats.qti.item import Item
from formats.qti.xml import Element, Refused, children, refused, senseless, text_of


def read_number(declared: Declared, margin: dict[str, Fraction]) -> StatedNumber:
    """The number that a text entry asks for, with the margin that its scoring allows."""
    values = list(declared.values)
    if not values and declared.mapped is not None:
        values = [key for key, points in declared.mapped.entries.items() if points > 0]
    if not values:
        raise no_answer(declared.at)
    if len(values) > 1 or not isinstance(values[0], Fraction):
        raise refused("several_numbers", "Several numbers are right.", "State one.", declared.at)
    return StatedNumber(
        value=values[0], tolerance=margin.get("tolerance"), relative=margin.get("relative")
    )


def read_words(declared: Declared) -> StatedText:
    """The texts that a text entry accepts, as exactly as the item compares them."""
    mapped = declared.mapped
    if mapped is None or not (mapped.entries or mapped.insensitive):
        accept = {str(value): Fraction(1) for value in declared.values}
        is_exact = True
    else:
        merged = {**mapped.entries, **_spelled(declared.at)}
        best = max(merged.values())
        accept = {str(key): points / best for key, points in merged.items() if points > 0 < best}
        is_exact = bool(mapped.entries)
    if not accept:
        raise no_answer(declared.at)
    try:
        return StatedText(
            accept=tuple(AcceptedText(text=text, score=score) for text, score in accept.items()),
            case=is_exact,
            whitespace=True,
        )
    except ValidationError as error:
        raise senseless(error, declared.at) from None


def _spelled(at: Element) -> dict[Single, Fraction]:
    """Entries whose case does not matter, as they were written."""
    return {
        one.get("mapKey", ""): read_float(one.get("mappedValue", ""), one)
        for one in at.iter("mapEntry")
        if one.get("caseSensitive") == "false"
    }


def read_entry(item: Item, one: Element) -> tuple[str, Stated]:
    """The kind and the answer of one text entry."""
    declared = item.declared(one)
    if declared.base in ("float", "integer"):
        return "numeric", read_number(declared, _margin(item, declared))
    return "short_text", read_words(declared)


def _margin(item: Item, declared: Declared) -> dict[str, Fraction]:
    """The margin that the rules state for a variable; running them proves or refutes it."""
    return _tolerance(item, declared) or _half_range(item, declared)


def _half_range(item: Item, declared: Declared) -> dict[str, Fraction]:
    """Half of what lies between a least and a greatest number, if what is right is the middle."""
    for one in item.root.iter("and"):
        ends = dict(_ends(one, declared.name))
        if ends.keys() == {"gte", "lte"} and isinstance(declared.value, Fraction):
            below, above = declared.value - ends["gte"], ends["lte"] - declared.value
            return {"tolerance": below} if below == above > 0 else {}
    return {}


def _ends(element: Element, name: str) -> Iterator[tuple[str, Fraction]]:
    for one in element.iterchildren("gte", "lte"):
        inside = list(children(one))
        if [each.tag for each in inside] != ["variable", "baseValue"]:
            continue
        if inside[0].get("identifier") == name:
            with suppress(Refused):
                yield str(one.tag), read_float(text_of(inside[1]), inside[1])


def _tolerance(item: Item, declared: Declared) -> dict[str, Fraction]:
    """The tolerance that an `equal` of a variable states."""
    for one in item.root.iter("equal"):
        names = {each.get("identifier") for each in one.iter("variable")}
        said = (one.get("tolerance") or "0").partition(" ")[0]
        if declared.name not in names or one.get("toleranceMode", "exact") == "exact":
            continue
        try:
            amount = read_float(said, one)
        except Refused:
            return {}
        is_absolute = one.get("toleranceMode") == "absolute"
        return {"tolerance": amount} if is_absolute else {"relative": amount / 100}
    return {}
