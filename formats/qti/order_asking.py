"""Questions of an order as an interaction, under every rule where the orders can be listed."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from itertools import permutations, product
from math import factorial, prod

from domain.grading import KindKey, find_marking
from domain.grading.ordering import StatedOrder
from domain.losses import Loss
from domain.ordering import shuffle_options
from domain.questions import Draft, key_of
from formats.qti.asking import (
    PLAIN,
    Asked,
    choice_elements,
    declaration,
    option_names,
    rule_loss,
    truth,
)
from formats.qti.build import base, condition, make, setting, variable
from formats.qti.choice_scoring import RESPONSE
from formats.qti.scoring import graded
from formats.qti.xml import Element

MOST_LISTED = 120  # orders that are listed one by one: those of five options
MOST_RIGHT = 24  # right orders among more options


def ask_order(draft: Draft) -> Asked:
    """Options to bring into order; they stand in another one than the right."""
    names = option_names(draft.options)
    asked = Asked(names=names)
    asked.declarations = [declaration(RESPONSE, "ordered", "identifier", names)]
    if draft.scoring.rule == PLAIN:
        _score_right(draft, asked)
    elif factorial(len(names)) <= MOST_LISTED:
        asked.rules = [_listed(draft, names)]
    else:
        asked.rule = PLAIN
        asked.losses.append(rule_loss(draft))
        _score_right(draft, asked)
    choices = dict(zip(names, choice_elements(draft.options, names), strict=True))
    shown = [choices[name] for name in shuffle_options(names, draft.title)]
    asked.interaction = make(
        "orderInteraction", *shown, responseIdentifier=RESPONSE, shuffle=truth(draft.shuffle)
    )
    return asked


def _score_right(draft: Draft, asked: Asked) -> None:
    """Pay for the right orders alone."""
    answer, full = draft.answer, draft.scoring.max_points
    assert isinstance(answer, StatedOrder)
    test = make("match", variable(RESPONSE), make("correct", identifier=RESPONSE))
    orders = prod(factorial(len(group)) for group in answer.alike)
    if 1 < orders <= MOST_RIGHT:
        test = _is_one_of(_right_orders(answer, len(asked.names)), asked.names)
    elif orders > 1:
        asked.losses.append(
            Loss("/answer/alike", "alike", "Options that may be swapped.", "One order is right.")
        )
    asked.template = "match_correct" if full == 1 and orders == 1 else None
    asked.rules = [condition((test, setting(base(full))))]


def _listed(draft: Draft, names: Sequence[str]) -> Element:
    """What each order earns; those that earn the same stand together."""
    key = key_of(draft)
    assert isinstance(key, KindKey)
    rule = find_marking(key, draft.scoring.rule)
    orders: dict[Fraction, list[tuple[int, ...]]] = defaultdict(list)
    for order in permutations(range(len(names))):
        sent = {"order": [str(at + 1) for at in order]}
        orders[graded(key, rule, sent) * draft.scoring.max_points].append(order)
    paid = {points: same for points, same in orders.items() if points}
    return condition(
        *((_is_one_of(same, names), setting(base(points))) for points, same in paid.items())
    )


def _is_one_of(orders: Iterable[Sequence[int]], names: Sequence[str]) -> Element:
    tests = [_is_order([names[at] for at in order]) for order in orders]
    return tests[0] if len(tests) == 1 else make("or", *tests)


def _is_order(names: Sequence[str]) -> Element:
    constants = (base(name, "identifier") for name in names)
    return make("match", variable(RESPONSE), make("ordered", *constants))


def _right_orders(answer: StatedOrder, count: int) -> Iterator[Sequence[int]]:
    groups = [list(permutations(group)) for group in answer.alike]
    for chosen in product(*groups):
        order = list(range(count))
        for group, swapped in zip(answer.alike, chosen, strict=True):
            for place, taken in zip(group, swapped, strict=True):
                order[place - 1] = taken - 1
        yield order
