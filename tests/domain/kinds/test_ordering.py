"""Ordering questions: what each order earns under each rule, and what is refused."""

from fractions import Fraction
from itertools import pairwise, permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from domain.errors import InvalidResponse
from domain.grading import KINDS, KindKey
from domain.grading.ordering import StatedOrder

ORDERING = KINDS["ordering"]
RULES = ("all_or_nothing", "adjacent_pairs", "longest_run", "position_error")


def key(options: str, *alike: list[int]) -> KindKey:
    stated = StatedOrder.model_validate({"alike": list(alike)})
    return KindKey(ORDERING, stated, {"": tuple(options)})


def scores(of: KindKey, order: str) -> list[Fraction]:
    sent = of.read({"order": list(order)})
    return [of.grade(sent, ORDERING.find_rule(rule)).score for rule in RULES]


@pytest.mark.parametrize(
    ("alike", "order", "earned"),
    [
        ([], "abcd", "1 1 1 1"),
        ([], "bacd", "0 1/3 2/3 3/4"),
        ([], "cdab", "0 2/3 1/3 0"),
        ([], "dabc", "0 2/3 2/3 1/4"),
        ([], "dcba", "0 0 0 0"),
        ([], "badc", "0 0 1/3 1/2"),
        ([], "acbd", "0 0 2/3 3/4"),
        ([[2, 3]], "acbd", "1 1 1 1"),
        ([[2, 3]], "abcd", "1 1 1 1"),
        ([[2, 3]], "bacd", "0 2/3 2/3 3/4"),
        ([[2, 3]], "cabd", "0 2/3 2/3 3/4"),
        ([[2, 3]], "dcba", "0 1/3 1/3 1/4"),
        ([[2, 3]], "adcb", "0 1/3 2/3 1/2"),
        ([[1, 2], [3, 4]], "badc", "1 1 1 1"),
        ([[1, 2], [3, 4]], "cdab", "0 2/3 1/3 0"),
        ([[1, 2, 3]], "cdba", "0 2/3 2/3 1/2"),
    ],
)
def test_what_an_order_earns(alike: list[list[int]], order: str, earned: str) -> None:
    assert scores(key("abcd", *alike), order) == [Fraction(one) for one in earned.split()]


@pytest.mark.parametrize("options", ["ab", "abc", "abcde"])
def test_the_reverse_earns_nothing(options: str) -> None:
    assert set(scores(key(options), options[::-1])) == {0}


def test_one_option_is_always_in_order() -> None:
    assert set(scores(key("a"), "a")) == {1}


@pytest.mark.parametrize(
    ("sent", "faults"),
    [
        ({}, {"": "missing"}),
        ({"order": "abc"}, {"": "tuple_type"}),
        ({"order": ["a", "b", 3]}, {"/2": "string_type"}),
        ({"order": ["a"] * 1001}, {"": "too_long"}),
        ({"order": []}, {"": "missing_options"}),
        ({"order": ["a", "b"]}, {"": "missing_options"}),
        ({"order": ["a", "x", "b", "c"]}, {"/1": "unknown_option"}),
        ({"order": ["a", "b", "c", "b"]}, {"/3": "repeated_option"}),
        (
            {"order": ["x", "b", "b"]},
            {"/0": "unknown_option", "/2": "repeated_option", "": "missing_options"},
        ),
    ],
)
def test_what_is_refused(sent: dict[str, Any], faults: dict[str, str]) -> None:
    with pytest.raises(InvalidResponse) as refused:
        key("abc").read(sent)
    expected = {f"/response/order{place}": code for place, code in faults.items()}
    assert {fault.pointer: fault.code for fault in refused.value.faults} == expected


@pytest.mark.parametrize(
    "alike", [[[1]], [[1, 3]], [[2, 1]], [[0, 1]], [[1, 2], [2, 3]], [["1", "2"]], [[True, 2]], 1]
)
def test_answers_that_make_no_sense(alike: Any) -> None:
    with pytest.raises(ValidationError):
        StatedOrder.model_validate({"alike": alike})


@pytest.mark.parametrize(
    ("options", "alike", "codes"),
    [
        ("abc", [], []),
        ("abc", [[2, 3]], []),
        ("", [], ["too_few_options"]),
        ("a", [], ["too_few_options"]),
        ("a" * 1001, [], ["too_many_options"]),
        ("abc", [[3, 4]], ["unknown_place"]),
        ("abc", [[1, 2, 3]], ["no_wrong_order"]),
    ],
)
def test_answers_that_do_not_fit(options: str, alike: list[list[int]], codes: list[str]) -> None:
    stated = key(options, *alike)
    assert [one.code for one in ORDERING.problems(stated.stated, stated.parts)] == codes


def test_a_learner_sees_the_order_only_afterwards() -> None:
    of = key("abcd", [2, 3])
    assert ORDERING.has_options
    assert ORDERING.order_tells
    assert ORDERING.interaction(of.stated) == {}
    assert ORDERING.solution(of.stated, of.parts) == {"order": ["a", "b", "c", "d"]}
    sent = of.read({"order": ["a", "c", "d", "b"]})
    judged = ORDERING.judged(of.stated, sent, of.parts)
    assert judged == {"a": True, "c": True, "d": False, "b": False}


def test_an_empty_document_is_an_answer() -> None:
    assert StatedOrder.model_validate({}).model_dump(exclude_defaults=True) == {}


GROUPS: list[list[list[int]]] = [[], [[1, 2]], [[2, 3, 4]], [[1, 2], [3, 4, 5]], [[1, 2, 3, 4]]]


@pytest.mark.parametrize("alike", GROUPS)
def test_every_order_against_every_allowed_one(alike: list[list[int]]) -> None:
    """The rules as they are defined, by trying: the best over all orders that are right."""
    of = key("abcde", *alike)
    orders = ["".join(order) for order in permutations("abcde")]
    allowed = [order for order in orders if _is_allowed(order, alike)]
    neighbours = {pair for order in allowed for pair in pairwise(order)}
    for order in orders:
        right, adjacent, run, position = scores(of, order)
        assert right == (order in allowed)
        assert adjacent == Fraction(sum(pair in neighbours for pair in pairwise(order)), 4)
        assert run == max(_longest_common(order, one) - 1 for one in allowed) * Fraction(1, 4)
        assert position == 1 - min(_footrule(order, one) for one in allowed) * Fraction(1, 12)
        assert len({right == 1, adjacent == 1, run == 1, position == 1}) == 1


def _is_allowed(order: str, alike: list[list[int]]) -> bool:
    group = {place: number for number, places in enumerate(alike) for place in places}
    for place, option in enumerate(order, 1):
        own = "abcde".index(option) + 1
        if place != own and group.get(place, "alone") != group.get(own, "apart"):
            return False
    return True


def _longest_common(one: str, other: str) -> int:
    if not one or not other:
        return 0
    if one[0] == other[0]:
        return 1 + _longest_common(one[1:], other[1:])
    return max(_longest_common(one[1:], other), _longest_common(one, other[1:]))


def _footrule(one: str, other: str) -> int:
    return sum(abs(place - other.index(option)) for place, option in enumerate(one))


@given(st.permutations("abcdef"), st.permutations("uvwxyz"), st.sampled_from(GROUPS))
def test_names_of_options_do_not_matter(
    order: list[str], names: list[str], alike: list[list[int]]
) -> None:
    renamed = [names["abcdef".index(option)] for option in order]
    earned = scores(key("abcdef", *alike), "".join(order))
    assert scores(key("".join(names), *alike), "".join(renamed)) == earned
    assert all(0 <= score <= 1 for score in earned)


@pytest.mark.parametrize("alike", [*GROUPS, [[4, 5]]])
def test_the_right_order_is_right_under_every_rule_and_wrong_for_every_mutant(
    alike: list[list[int]],
) -> None:
    of = key("abcde", *alike)
    right = of.read(ORDERING.solution(of.stated, of.parts))
    assert {of.grade(right, rule).score for rule in ORDERING.rules.values()} == {1}
    mutants = list(ORDERING.mutants(of.stated, of.parts))
    assert len(mutants) == 4 - sum(len(group) - 1 for group in alike)
    for mutant in mutants:
        assert not ORDERING.is_right(mutant, right, of.parts)
        swapped = of.read(ORDERING.solution(mutant, of.parts))
        assert ORDERING.is_right(mutant, swapped, of.parts)
        assert not ORDERING.is_right(of.stated, swapped, of.parts)
