"""Responses to ask both an item and our grading about, so that neither is taken on trust.

All responses where there are few; else those that differ a little from nothing and from right.
"""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal, localcontext
from fractions import Fraction
from itertools import chain, combinations, islice, permutations, product
from typing import Any

from domain.grading.cloze import ChoiceBlank, StatedBlanks
from domain.grading.matching import StatedPairs
from domain.grading.numbers import LONGEST_NUMBER, spell_number
from domain.grading.numeric import StatedNumber
from domain.grading.short_text import StatedText
from domain.questions import Draft
from formats.qti.declarations import Value, container
from formats.qti.item import Content
from formats.qti.processing import Responses

ALL_SUBSETS = 10  # options up to which every set of picks is tried
_SHORTENED = 50  # digits of a number that is too long to be sent
MOST_PROBES = 2000
OTHER = "something else"

# A response as the item has it, and as our grading has it.
Probe = tuple[Responses, Any]


def choice_probes(content: Content, name: str, is_several: bool) -> Iterator[Probe]:
    """Sets of picked options."""
    count = len(content.options)
    for picked in pick_sets(count) if is_several else ((), *((at,) for at in range(count))):
        chosen = [content.identifiers[at] for at in picked]
        said = container(list(chosen), "multiple" if is_several else "single")
        yield {name: said}, frozenset(str(at + 1) for at in picked)


def pick_sets(count: int) -> Iterator[tuple[int, ...]]:
    """Places of options from 0: all sets of few options, else those near to none and all."""
    if count <= ALL_SUBSETS:
        return chain.from_iterable(combinations(range(count), size) for size in range(count + 1))
    few = chain.from_iterable(combinations(range(count), size) for size in range(3))
    prefixes = (tuple(range(size)) for size in range(3, count + 1))
    return chain(few, prefixes, (tuple(range(size, count)) for size in range(1, count - 2)))


def order_probes(content: Content, name: str) -> Iterator[Probe]:
    """Orders of all options."""
    count = len(content.identifiers)
    for order in islice(permutations(range(count)), 720):
        said = tuple(content.identifiers[at] for at in order)
        yield {name: said}, {"order": [str(at + 1) for at in order]}


def match_probes(content: Content, name: str, is_swapped: bool) -> Iterator[Probe]:
    """Pairings, in which each premise has one target or none."""
    answer = content.answer
    assert isinstance(answer, StatedPairs)
    choices = [[None, *range(len(content.targets))]] * len(content.identifiers)
    right = [None if place is None else place - 1 for place in answer.pairs]
    for pairing in near_responses(choices, right):
        made = [(at, target) for at, target in enumerate(pairing) if target is not None]
        named = [(content.identifiers[at], content.targets[target]) for at, target in made]
        said = [(two, one) if is_swapped else (one, two) for one, two in named]
        sent = {str(at + 1): str(target + 1) for at, target in made}
        yield {name: container(list(said), "multiple")}, {"pairs": sent}


def near_responses(choices: Sequence[Sequence[Any]], right: Sequence[Any]) -> Iterator[list[Any]]:
    """All responses if they are few; else right and empty ones with up to two parts changed."""
    total = 1
    for one in choices:
        total = min(total * len(one), MOST_PROBES + 1)
    if total <= MOST_PROBES:
        yield from map(list, product(*choices))
        return
    for base in (list(right), [None] * len(choices)):
        yield base
        yield from _changed(base, choices)
        yield from islice(_changed_twice(base, choices), MOST_PROBES)


def _changed(base: list[Any], choices: Sequence[Sequence[Any]]) -> Iterator[list[Any]]:
    for at, others in enumerate(choices):
        for other in others:
            if other != base[at]:
                yield [*base[:at], other, *base[at + 1 :]]


def _changed_twice(base: list[Any], choices: Sequence[Sequence[Any]]) -> Iterator[list[Any]]:
    """Two parts changed, each pair of them once."""
    for at, others in enumerate(choices):
        for once in _changed(base[at:], [others]):
            for twice in _changed(once[1:], choices[at + 1 :]):
                yield [*base[:at], once[0], *twice]


def entry_probes(answer: StatedNumber | StatedText, name: str) -> Iterator[Probe]:
    """What may be typed into one entry."""
    for value in typed(answer):
        yield {name: value}, None if value is None else _sent(answer, value)


def _sent(answer: object, value: Value) -> dict[str, Any]:
    if isinstance(answer, StatedNumber):
        return {"value": _spelled(value) if isinstance(value, Fraction) else str(value)}
    return {"text": str(value)}


def _spelled(value: Fraction) -> str:
    """The number as a learner can send it, shortened where its digits are too many."""
    spelled = spell_number(value)
    if len(spelled) <= LONGEST_NUMBER:
        return spelled
    with localcontext(prec=_SHORTENED):
        return str(Decimal(value.numerator) / Decimal(value.denominator))


def typed(answer: StatedNumber | StatedText) -> list[Value]:
    """Values around what is right."""
    if isinstance(answer, StatedText):
        texts = [one.text for one in answer.accept]
        changed = [text.swapcase() for text in texts] + [f" {text}" for text in texts]
        return [None, OTHER, *texts, *changed, *(text + "x" for text in texts)]
    margin = answer.tolerance or Fraction(0)
    if answer.relative is not None:
        margin = answer.relative * abs(answer.value)
    steps = [margin, margin + (margin or Fraction(1)) / 1000, margin / 2, margin * 2 + 1]
    around = [answer.value + sign * step for step in steps for sign in (1, -1)]
    sayable = [one for one in around if Fraction(_spelled(one)) == one]
    return [None, answer.value, Fraction(0), *sayable]


def blank_probes(
    draft: Draft, names: Mapping[str, str], identifiers: Mapping[str, Sequence[str]]
) -> Iterator[Probe]:
    """What may go into several blanks; ``names`` are the item's variables by blank."""
    answer = draft.answer
    assert isinstance(answer, StatedBlanks)
    blanks = list(answer.blanks.items())
    choices: list[list[tuple[Value, dict[str, Any]] | None]] = []
    right: list[tuple[Value, dict[str, Any]] | None] = []
    for name, blank in blanks:
        if isinstance(blank, ChoiceBlank):
            picks = [
                (said, {"selected": [str(at)]}) for at, said in enumerate(identifiers[name], 1)
            ]
            choices.append([None, *picks])
            right.append(picks[blank.key - 1])
        else:
            values = [(value, _sent(blank, value)) for value in typed(blank) if value is not None]
            choices.append([None, *values])
            right.append(_first_right(blank))
    for filled in near_responses(choices, right):
        pairs = [(name, one) for (name, _), one in zip(blanks, filled, strict=True) if one]
        yield (
            {names[name]: said for name, (said, _) in pairs},
            {"blanks": {name: sent for name, (_, sent) in pairs}},
        )


def _first_right(blank: StatedNumber | StatedText) -> tuple[Value, dict[str, Any]]:
    value: Value = (
        blank.value
        if isinstance(blank, StatedNumber)
        else next((one.text for one in blank.accept if one.score == 1), OTHER)
    )
    return value, _sent(blank, value)
