"""Grading a choice: what is counted, what is refused, and what changes nothing."""

import random
from fractions import Fraction
from itertools import chain, combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import RepeatedOption, UnknownOption
from domain.grading import RULES, ChoiceKey, ChoiceResponse, Rule, find_rule, grade, verdicts
from domain.responses import check_choice

KEY = ChoiceKey(tuple("abcd"), frozenset("bc"))
PICKS = ["".join(pick) for pick in chain.from_iterable(combinations("abcd", n) for n in range(5))]
HALF, ONE = Fraction(1, 2), Fraction(1)


def test_an_unknown_option_is_refused_and_not_counted() -> None:
    with pytest.raises(UnknownOption, match="'x'"):
        grade(KEY, ChoiceResponse(frozenset("bcx")), find_rule("hits_only"))


def test_a_repeated_option_is_refused_before_grading() -> None:
    assert [fault.code for fault in check_choice(["b", "b"], "abcd", 4)] == [RepeatedOption.code]


def test_nothing_picked_is_graded() -> None:
    result = grade(KEY, ChoiceResponse(frozenset()), find_rule("every_decision"))
    assert (result.score, result.correct) == (HALF, False)


def test_a_full_score_need_not_be_the_key() -> None:
    result = grade(KEY, ChoiceResponse(frozenset("abcd")), find_rule("hits_only"))
    assert (result.score, result.correct) == (ONE, False)


def test_sixty_four_options_are_graded() -> None:
    options = tuple(f"o{place}" for place in range(64))
    key = ChoiceKey(options, frozenset(options[:32]))
    result = grade(key, ChoiceResponse(frozenset(options[16:33])), find_rule("net_right"))
    assert result.score == Fraction(15, 32)


@pytest.mark.parametrize(("options", "correct"), [("", ""), ("aa", "a"), ("ab", "c")])
def test_a_key_that_no_question_has_is_refused(options: str, correct: str) -> None:
    with pytest.raises(ValueError, match="A key needs"):
        ChoiceKey(tuple(options), frozenset(correct))


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_the_reason_tells_no_more_than_the_score(rule: Rule) -> None:
    reasons: dict[Fraction, set[str]] = {}
    for correct in PICKS:
        for pick in PICKS:
            result = grade(ChoiceKey(tuple("abcd"), frozenset(correct)), ChoiceResponse(frozenset(pick)), rule)
            reasons.setdefault(result.score, set()).add(result.reason)
    assert all(len(told) == 1 for told in reasons.values())
    assert len(reasons) == len(set(chain.from_iterable(reasons.values()))) > 1


Case = tuple[ChoiceKey, ChoiceResponse, Rule]


@st.composite
def cases(draw: st.DrawFn) -> Case:
    options = draw(st.lists(st.text(min_size=1), min_size=2, max_size=8, unique=True))
    some = st.frozensets(st.sampled_from(options))
    rule = draw(st.sampled_from(list(RULES.values())))
    return ChoiceKey(tuple(options), draw(some)), ChoiceResponse(draw(some)), rule


@given(cases(), st.randoms(use_true_random=False))
def test_shuffling_the_options_changes_nothing(case: Case, generator: random.Random) -> None:
    key, response, rule = case
    order = tuple(generator.sample(key.options, len(key.options)))
    shuffled = ChoiceKey(order, key.correct)
    assert grade(shuffled, response, rule) == grade(key, response, rule)
    assert verdicts(shuffled, response) == verdicts(key, response)


@given(cases(), st.randoms(use_true_random=False))
def test_relabelling_the_options_changes_nothing(case: Case, generator: random.Random) -> None:
    key, response, rule = case
    labels = generator.sample(range(1000), len(key.options))
    names = dict(zip(key.options, map(str, labels), strict=True))
    correct = frozenset(names[option] for option in key.correct)
    selected = frozenset(names[option] for option in response.selected)
    relabelled = ChoiceKey(tuple(names.values()), correct)
    assert grade(relabelled, ChoiceResponse(selected), rule) == grade(key, response, rule)


def test_verdicts_tell_of_each_option_in_the_authors_order() -> None:
    told = verdicts(KEY, ChoiceResponse(frozenset("ab")))
    assert list(told.items()) == [
        ("a", "wrongly_picked"),
        ("b", "rightly_picked"),
        ("c", "missed"),
        ("d", "rightly_left"),
    ]
