"""Rules for picked options as mappings and conditions that score every answer alike."""

from fractions import Fraction
from typing import NamedTuple

from domain.grading import OPTION_RULES, ChoiceKey, find_marking
from domain.grading.option_values import OptionValues
from domain.questions import SINGLE_KINDS, Draft, key_of
from formats.qti.build import base, condition, make, setting, variable
from formats.qti.scoring import graded
from formats.qti.xml import Element

ZERO = Fraction(0)
MOST_BRANCHES = 64
RESPONSE = "RESPONSE"
Table = dict[tuple[int, int], Fraction]  # points by hits and false picks


class Way(NamedTuple):
    """How an item scores: what each option is mapped to, and a template or rules that use it."""

    values: tuple[Fraction, ...] | None = None
    lower: Fraction | None = None
    upper: Fraction | None = None
    template: str | None = None
    rules: tuple[Element, ...] = ()


def choice_way(draft: Draft) -> Way | None:
    """How the item of a choice scores exactly as the draft; ``None`` if that takes too much."""
    if draft.scoring.rule in OPTION_RULES:
        return _by_values(draft)
    table = _table(draft)
    if draft.kind in SINGLE_KINDS:
        table = {counts: points for counts, points in table.items() if sum(counts) <= 1}
    return _exact(draft, table) or _linear(draft, table) or _listed(draft, table)


def all_or_nothing(draft: Draft) -> Way:
    """How an item scores that pays only for the key."""
    full = draft.scoring.max_points
    if not draft.key.positions:
        return Way(rules=(condition((make("isNull", variable(RESPONSE)), setting(base(full)))),))
    match = make("match", variable(RESPONSE), make("correct", identifier=RESPONSE))
    rules = (condition((match, setting(base(full)))),)
    return Way(template="match_correct" if full == 1 else None, rules=rules)


def _table(draft: Draft) -> Table:
    key = key_of(draft)
    assert isinstance(key, ChoiceKey)
    rule = find_marking(key, draft.scoring.rule)
    right = [option for option in key.options if option in key.correct]
    wrong = [option for option in key.options if option not in key.correct]
    return {
        (hits, false): graded(key, rule, frozenset([*right[:hits], *wrong[:false]]))
        * draft.scoring.max_points
        for hits in range(len(right) + 1)
        for false in range(len(wrong) + 1)
    }


def _exact(draft: Draft, table: Table) -> Way | None:
    full = (len(draft.key.positions), 0)
    is_exact = all(
        points == (draft.scoring.max_points if counts == full else 0)
        for counts, points in table.items()
    )
    return all_or_nothing(draft) if is_exact else None


def _linear(draft: Draft, table: Table) -> Way | None:
    """A constant, and an amount for each right and each wrong pick, within bounds."""
    start, least, most = table[0, 0], min(table.values()), max(table.values())
    keyed = len(draft.key.positions)
    last = (0, 0) if draft.kind in SINGLE_KINDS else (keyed, 0)
    right = table[1, 0] - start if keyed else ZERO
    wrong = table[last[0], 1] - table[last] if (last[0], 1) in table else ZERO
    for counts, points in table.items():
        total = start + right * counts[0] + wrong * counts[1]
        if min(most, max(least, total)) != points:
            return None
    return _mapped(draft, _values(draft, right, wrong), least - start, most - start, start)


def _values(draft: Draft, right: Fraction, wrong: Fraction) -> tuple[Fraction, ...]:
    places = range(1, len(draft.own_options) + 1)
    return tuple(right if place in draft.key.positions else wrong for place in places)


def _mapped(
    draft: Draft,
    values: tuple[Fraction, ...],
    lower: Fraction | None,
    upper: Fraction | None,
    start: Fraction,
) -> Way:
    """A mapping whose sum is added to what an empty answer earns."""
    mapped = make("mapResponse", identifier=RESPONSE)
    total = make("sum", base(start), mapped) if start else mapped
    is_empty = make("isNull", variable(RESPONSE))
    rules = (condition((is_empty, setting(base(start))), (None, setting(total))),)
    return Way(values, lower, upper, None if start else "map_response", rules)


def _listed(draft: Draft, table: Table) -> Way | None:
    """Each number of hits and false picks by itself, told by one sum of the mapping."""
    if len(table) > MOST_BRANCHES:
        return None
    size = len(draft.key.positions) + 1
    branches = [(make("isNull", variable(RESPONSE)), setting(base(table[0, 0])))]
    for (hits, false), points in table.items():
        if points and hits + false:
            code = Fraction(hits + size * false)
            test = make(
                "equal", make("mapResponse", identifier=RESPONSE), base(code), toleranceMode="exact"
            )
            branches.append((test, setting(base(points))))
    values = _values(draft, Fraction(1), Fraction(size))
    return Way(values, rules=(condition(*branches),))


def _by_values(draft: Draft) -> Way:
    key = key_of(draft)
    assert isinstance(key, ChoiceKey)
    marking = find_marking(key, draft.scoring.rule, draft.scoring.values)
    assert isinstance(marking, OptionValues)
    scale = draft.scoring.max_points / marking.maximum
    values = tuple(marking.values.get(one, marking.default) * scale for one in key.options)
    lower, upper = (None if one is None else one * scale for one in (marking.lower, marking.upper))
    empty = marking.mark(key, frozenset()) * draft.scoring.max_points
    if not empty:
        return _mapped(draft, values, lower, upper, ZERO)
    mapped = make("mapResponse", identifier=RESPONSE)
    is_empty = make("isNull", variable(RESPONSE))
    rules = (condition((is_empty, setting(base(empty))), (None, setting(mapped))),)
    return Way(values, lower, upper, None, rules)
