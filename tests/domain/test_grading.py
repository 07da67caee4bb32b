"""Grading a choice: what is counted, what is refused, and what is told of each option."""

from fractions import Fraction

import pytest

from domain.errors import RepeatedOption, UnknownOption
from domain.grading import ChoiceKey, ChoiceResponse, find_rule, grade, verdicts
from domain.responses import check_choice

KEY = ChoiceKey(tuple("abcd"), frozenset("bc"))
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


def test_verdicts_tell_of_each_option_in_the_authors_order() -> None:
    told = verdicts(KEY, ChoiceResponse(frozenset("ab")))
    assert list(told.items()) == [
        ("a", "wrongly_picked"),
        ("b", "rightly_picked"),
        ("c", "missed"),
        ("d", "rightly_left"),
    ]
