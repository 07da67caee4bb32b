"""What blind guessing earns, against all selections counted one by one."""

from fractions import Fraction
from itertools import combinations
from statistics import mean

import pytest

from domain.grading import RULES, Chance, ChoiceKey, Rule, expected_scores, find_rule


def _enumerated(rule: Rule, options: int, keyed: int) -> Chance:
    names = [chr(ord("a") + place) for place in range(options)]
    key = ChoiceKey(tuple(names), frozenset(names[:keyed]))
    scores = {
        picks: [rule.mark(key, frozenset(some)) for some in combinations(names, picks)]
        for picks in range(options + 1)
    }
    every = [score for group in scores.values() for score in group]
    return Chance(mean(every), mean(every[1:]), mean(scores[keyed]))


def test_known_means() -> None:
    expected = Chance(Fraction(3, 16), Fraction(1, 5), Fraction(1, 6))
    assert expected_scores(find_rule("net_right"), 4, 2) == expected


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.name)
def test_means_agree_with_enumeration(rule: Rule) -> None:
    for options in range(1, 8):
        for keyed in range(options + 1):
            assert expected_scores(rule, options, keyed) == _enumerated(rule, options, keyed)


@pytest.mark.parametrize(
    ("name", "options", "keyed"),
    [("net_right", 12, 5), ("halves", 12, 0), ("coverage", 13, 13), ("wrong_share", 14, 3)],
)
def test_means_agree_with_enumeration_of_many_options(name: str, options: int, keyed: int) -> None:
    rule = find_rule(name)
    assert expected_scores(rule, options, keyed) == _enumerated(rule, options, keyed)


@pytest.mark.parametrize(("options", "keyed"), [(1, 1), (5, 2), (64, 32), (64, 0)])
def test_rules_made_against_guessing_expect_what_they_promise(options: int, keyed: int) -> None:
    assert expected_scores(find_rule("penalised_decisions"), options, keyed).any == 0
    assert expected_scores(find_rule("hsu_1a"), options, keyed).any == 0
    assert expected_scores(find_rule("every_decision"), options, keyed).any == Fraction(1, 2)


def test_a_single_choice_guessed_is_worth_nothing_under_formula_scoring() -> None:
    assert expected_scores(find_rule("formula_scoring"), 5, 1).key_size == 0
    assert expected_scores(find_rule("number_right"), 5, 1).key_size == Fraction(1, 5)


@pytest.mark.parametrize(("options", "keyed"), [(0, 0), (4, 5), (4, -1)])
def test_impossible_questions_are_refused(options: int, keyed: int) -> None:
    with pytest.raises(ValueError, match="at least one option"):
        expected_scores(RULES["net_right"], options, keyed)
