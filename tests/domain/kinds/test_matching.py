"""Matching questions: which pairs are right, what they earn, and what is refused."""

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from domain.errors import InvalidResponse
from domain.grading import KINDS, KindKey, Parts
from domain.grading.matching import StatedPairs

MATCHING = KINDS["matching"]
PARTS: Parts = {"": ("a", "b", "c", "d"), "targets": ("t", "u", "v", "w")}
SHARED: list[int | None] = [1, 2, 2, None]


def key(pairs: list[int | None], parts: Parts = PARTS) -> KindKey:
    return KindKey(MATCHING, StatedPairs.model_validate({"pairs": pairs}), parts)


def earned(of: KindKey, pairs: dict[str, str]) -> tuple[Fraction, Fraction]:
    sent = of.read({"pairs": pairs})
    exact, each = (MATCHING.find_rule(name) for name in ("all_or_nothing", "each_pair"))
    return of.grade(sent, exact).score, of.grade(sent, each).score


@pytest.mark.parametrize(
    ("stated", "pairs", "right", "each"),
    [
        (SHARED, "at bu cu", 1, "1"),
        (SHARED, "at bu", 0, "2/3"),
        (SHARED, "at bu cv", 0, "2/3"),
        (SHARED, "at bu cu dt", 0, "2/3"),
        (SHARED, "at bu cv dt", 0, "1/3"),
        (SHARED, "at dt", 0, "0"),
        (SHARED, "dt", 0, "0"),
        (SHARED, "", 0, "0"),
        (SHARED, "au bt ct", 0, "0"),
        ([4, 3, 2, 1], "aw bv cu dt", 1, "1"),
        ([4, 3, 2, 1], "aw bv ct du", 0, "1/2"),
        ([1, 1, 1, 1], "at bt ct dt", 1, "1"),
        ([None] * 4, "", 1, "1"),
        ([None] * 4, "at", 0, "0"),
        ([1, None, None, None], "at bt ct dt", 0, "0"),
    ],
)
def test_what_pairs_earn(stated: list[int | None], pairs: str, right: int, each: str) -> None:
    sent = {pair[0]: pair[1] for pair in pairs.split()}
    assert earned(key(stated), sent) == (Fraction(right), Fraction(each))


@pytest.mark.parametrize(
    ("sent", "pointer", "code"),
    [
        ({}, "/response/pairs", "missing"),
        ({"pairs": ["t"]}, "/response/pairs", "dict_type"),
        ({"pairs": {"a": 1}}, "/response/pairs/a", "string_type"),
        ({"pairs": {"a": None}}, "/response/pairs/a", "string_type"),
        ({"pairs": {"x": "t"}}, "/response/pairs/x", "unknown_option"),
        ({"pairs": {"t": "a"}}, "/response/pairs/t", "unknown_option"),
        ({"pairs": {"a": "b"}}, "/response/pairs/a", "unknown_target"),
        ({"pairs": {"a/~": "t"}}, "/response/pairs/a~1~0", "unknown_option"),
        ({"pairs": {"\ud800": "t"}}, "/response/pairs/?", "unknown_option"),
        ({"pairs": {"x" * 9999: "t"}}, f"/response/pairs/{'x' * 64}", "unknown_option"),
        ({"pairs": {}, "order": []}, "/response/order", "unknown_field"),
    ],
)
def test_what_is_refused(sent: dict[str, Any], pointer: str, code: str) -> None:
    with pytest.raises(InvalidResponse) as refused:
        key(SHARED).read(sent)
    assert [(one.pointer, one.code) for one in refused.value.faults] == [(pointer, code)]


@pytest.mark.parametrize(
    "stated", [{}, {"pairs": [0]}, {"pairs": ["1"]}, {"pairs": [1.5]}, {"pairs": {"a": 1}}]
)
def test_answers_that_make_no_sense(stated: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        StatedPairs.model_validate(stated)


@pytest.mark.parametrize(
    ("pairs", "parts", "codes"),
    [
        (SHARED, PARTS, []),
        ([1, 2, 3], PARTS, ["pairs_do_not_fit"]),
        ([1, 2, 3, 4, None], PARTS, ["pairs_do_not_fit"]),
        ([1, 2, 3, 5], PARTS, ["unknown_target"]),
        ([1], {"": ("a",), "targets": ("t",)}, ["too_few_targets"]),
        ([1], {"": ("a",)}, ["too_few_targets", "unknown_target"]),
        ([], {"targets": ("t", "u")}, ["missing_options"]),
    ],
)
def test_answers_that_do_not_fit(pairs: list[int | None], parts: Parts, codes: list[str]) -> None:
    stated = StatedPairs.model_validate({"pairs": pairs})
    assert [one.code for one in MATCHING.problems(stated, parts)] == codes


def test_a_learner_sees_the_pairs_only_afterwards() -> None:
    of = key(SHARED)
    assert MATCHING.interaction(of.stated) == MATCHING.interaction(key([None] * 4).stated) == {}
    assert MATCHING.solution(of.stated, of.parts) == {"pairs": {"a": "t", "b": "u", "c": "u"}}
    judged = MATCHING.judged(of.stated, of.read({"pairs": {"a": "t", "b": "v"}}), of.parts)
    assert judged == {"a": True, "b": False, "c": False, "d": True}


places = st.lists(st.none() | st.integers(1, 4), min_size=4, max_size=4)
responses = st.dictionaries(st.sampled_from("abcd"), st.sampled_from("tuvw"))


@given(places, responses, st.permutations(range(4)), st.permutations(range(4)))
def test_order_and_names_of_options_do_not_matter(
    pairs: list[int | None], sent: dict[str, str], premises: list[int], targets: list[int]
) -> None:
    shuffled: Parts = {
        "": tuple("abcd"[place] for place in premises),
        "targets": tuple("tuvw"[place] for place in targets),
    }
    moved = [pairs[place] for place in premises]
    same = [None if place is None else targets.index(place - 1) + 1 for place in moved]
    right, each = earned(key(pairs), sent)
    assert earned(key(same, shuffled), sent) == (right, each)
    assert 0 <= right <= each <= 1
    assert (each == 1) == (right == 1)


@given(places)
def test_the_solution_is_right_under_every_rule_and_wrong_for_every_mutant(
    pairs: list[int | None],
) -> None:
    of = key(pairs)
    solution = of.read(MATCHING.solution(of.stated, of.parts))
    assert {of.grade(solution, rule).score for rule in MATCHING.rules.values()} == {1}
    mutants = list(MATCHING.mutants(of.stated, of.parts))
    assert len(mutants) == 4
    for mutant in mutants:
        assert not list(MATCHING.problems(mutant, of.parts))
        assert not MATCHING.is_right(mutant, solution, of.parts)
