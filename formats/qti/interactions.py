"""The interactions of an item as options and answers of a draft."""

from collections.abc import Sequence
from fractions import Fraction

from domain.grading.matching import TARGETS, StatedPairs
from domain.grading.ordering import StatedOrder
from domain.questions import OPTION_ID, TRUTHS, Option
from formats.qti.declarations import Declared, Single
from formats.qti.feedback import read_option_feedback
from formats.qti.item import Content, Item
from formats.qti.text import read_text
from formats.qti.xml import Element, Refused, child, children, refused

OURS = "o_"  # before an id that the bank has given
KIND_CLASSES = {"single-choice": "single_choice", "true-false": "true_false"}
NO_ANSWER = "no_answer"


def read_choice(item: Item, one: Element) -> Content:
    """Options to pick from."""
    declared = item.declared(one)
    elements = [each for each in children(one) if each.tag == "simpleChoice"]
    if not elements:
        raise refused("no_options", "There is nothing to pick from.", "Add options.", one)
    names = _names(elements)
    right = _right_options(declared, names, one)
    options = _options(item, elements)
    kind = _choice_kind(one, declared, options, right)
    _tell_limits(item, one, len(options))
    return Content(kind, "", options, right, None, _shuffles(one), names)


def _right_options(declared: Declared, names: Sequence[str], at: Element) -> frozenset[int]:
    values: Sequence[Single] = declared.values
    if not values and declared.mapped is not None and declared.mapped.entries:
        points = {name: declared.mapped.of(name) for name in names}
        best = max(points.values(), default=Fraction(0))
        values = [
            name
            for name, value in points.items()
            if value > 0 and (declared.is_several or value == best)
        ]
        values = values if declared.is_several else values[:1]
    if not values and not declared.is_several:
        raise no_answer(at)
    unknown = [value for value in values if value not in names]
    if unknown:
        raise refused(
            "unknown_answer",
            f"The right answer names {str(unknown[0])[:60]!r}, no option.",
            "Use the identifiers of the options.",
            declared.at,
        )
    return frozenset(names.index(str(value)) + 1 for value in values)


def no_answer(at: Element) -> Refused:
    """Nothing says what is right."""
    return refused(NO_ANSWER, "The item does not say what is right.", "Add a correct response.", at)


def _choice_kind(
    one: Element, declared: Declared, options: Sequence[Option], right: frozenset[int]
) -> str:
    if declared.is_several or len(right) != 1:
        return "multiple_response"
    said = next((k for c, k in KIND_CLASSES.items() if c in (one.get("class") or "").split()), None)
    if said == "single_choice" or (said == "true_false" and len(options) == 2):
        return said
    texts = tuple(option.text.strip(".").casefold() for option in options)
    return "true_false" if texts == tuple(map(str.casefold, TRUTHS)) else "single_choice"


def _tell_limits(item: Item, one: Element, count: int) -> None:
    most = one.get("maxChoices", "1" if one.get("minChoices") is None else "0")
    is_several = item.declared(one).is_several
    if is_several and most not in ("0", str(count)):
        item.lose("/options", "most_picks", f"At most {most[:9]} may be picked.", "Any number may.")
    if one.get("minChoices", "0") not in ("0", "1") or (
        is_several and one.get("minChoices", "0") != "0"
    ):
        item.lose("/options", "fewest_picks", "A number has to be picked.", "None may be picked.")


def _shuffles(one: Element) -> bool:
    return one.get("shuffle", "false") == "true"


def _names(elements: Sequence[Element]) -> tuple[str, ...]:
    names = tuple(one.get("identifier", "") for one in elements)
    if len(set(names)) < len(names) or "" in names:
        raise refused(
            "bad_identifiers",
            "Two options have the same identifier, or one has none.",
            "Give each its own.",
            elements[0],
        )
    return names


def _options(item: Item, elements: Sequence[Element], part: str = "") -> tuple[Option, ...]:
    """Options with their feedback; ids where all are ours."""
    ids = [one.get("identifier", "").removeprefix(OURS) for one in elements]
    are_ours = all(one.get("identifier", "").startswith(OURS) for one in elements) and all(
        map(OPTION_ID.fullmatch, ids)
    )
    return tuple(
        Option(
            read_text(one),
            id_ if are_ours else None,
            feedback=read_option_feedback(item, one),
            pinned=one.get("fixed", "false") == "true",
            part=part,
        )
        for one, id_ in zip(elements, ids, strict=True)
    )


def read_order(item: Item, one: Element) -> Content:
    """Options to bring into order; the draft has them in the right one."""
    declared = item.declared(one)
    elements = {
        each.get("identifier", ""): each for each in children(one) if each.tag == "simpleChoice"
    }
    _names([each for each in children(one) if each.tag == "simpleChoice"])
    if not declared.values:
        raise no_answer(one)
    if sorted(map(str, declared.values)) != sorted(elements):
        raise refused(
            "partial_order", "The right order leaves options out.", "Name each option once.", one
        )
    names = tuple(str(value) for value in declared.values)
    options = _options(item, [elements[name] for name in names])
    return Content(
        "ordering", "", options, answer=StatedOrder(), shuffle=_shuffles(one), identifiers=names
    )


def read_match(item: Item, one: Element) -> Content:
    """Premises and targets; the side whose choices have one partner at most are the premises."""
    declared = item.declared(one)
    sets = [each for each in children(one) if each.tag == "simpleMatchSet"]
    if len(sets) != 2:
        raise refused("bad_match", "A match has two sets of choices.", "Write both.", one)
    sides = [
        [each for each in children(side) if each.tag == "simpleAssociableChoice"] for side in sets
    ]
    if not all(sides):
        raise refused("bad_match", "A set of the match is empty.", "Write its choices.", one)
    pairs = right_pairs(declared)
    if (
        not pairs
        and child(declared.at, "correctResponse") is None
        and "matching" not in (one.get("class") or "")
    ):
        raise no_answer(one)
    if not _is_single(sides[0], [pair[0] for pair in pairs]):
        if not _is_single(sides[1], [pair[1] for pair in pairs]):
            raise refused(
                "several_partners",
                "Choices of both sides have several partners.",
                "Let each choice of one side have one partner.",
                one,
            )
        item.lose(
            "/options",
            "sides_swapped",
            "The second set is matched to the first.",
            "The draft asks for partners of the second set.",
        )
        sides.reverse()
        pairs = [(second, first) for first, second in pairs]
    premises, targets = _names(sides[0]), _names(sides[1])
    return _matching(item, sides, premises, targets, dict(pairs), _shuffles(one))


def right_pairs(declared: Declared) -> list[tuple[str, str]]:
    """The pairs of the right answer; without one, those that earn points."""
    pairs = [value for value in declared.values if isinstance(value, tuple)]
    if pairs or declared.mapped is None:
        return pairs
    scored = declared.mapped.entries.items()
    return [pair for pair, points in scored if isinstance(pair, tuple) and points > 0]


def _is_single(choices: Sequence[Element], right: Sequence[str]) -> bool:
    several = [one for one in choices if one.get("matchMax", "1") != "1"]
    return len(set(right)) == len(right) and not several


def _matching(
    item: Item,
    sides: Sequence[Sequence[Element]],
    premises: tuple[str, ...],
    targets: tuple[str, ...],
    right: dict[str, str],
    shuffle: bool,
) -> Content:
    if not set(right.values()) <= set(targets) or not right.keys() <= set(premises):
        raise refused(
            "unknown_answer",
            "A right pair names a choice that is not there.",
            "Use the identifiers of the choices.",
            sides[0][0],
        )
    if any(one.get("matchMax", "0") != "0" for one in sides[1]):
        item.lose(
            "/options",
            "target_limit",
            "A target may be used a limited number of times.",
            "It may be used any number of times.",
        )
    places = tuple(targets.index(right[one]) + 1 if one in right else None for one in premises)
    options = (*_options(item, sides[0]), *_options(item, sides[1], TARGETS))
    return Content(
        "matching",
        "",
        options,
        answer=StatedPairs(pairs=places),
        shuffle=shuffle,
        identifiers=premises,
        targets=targets,
    )
