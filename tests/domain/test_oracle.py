"""How many submissions tell the key: known numbers, plain minimax, and bounds that hold."""

from collections import defaultdict
from fractions import Fraction
from functools import cache

import pytest

from domain.grading import RULES, Budget, Counts, Rule, find_rule, oracle_budget


def _plain_minimax(rule: Rule, options: int, keys: frozenset[int]) -> int | None:
    """The definition, without any shortcut."""

    @cache
    def needed(left: frozenset[int]) -> int | None:
        if len(left) == 1:
            return 0
        found = [most for picked in range(2**options) if (most := worst(left, picked)) is not None]
        return min(found, default=None)

    def worst(left: frozenset[int], picked: int) -> int | None:
        parts: defaultdict[tuple[Fraction, bool], set[int]] = defaultdict(set)
        for key in left:
            hits, false_picks = (key & picked).bit_count(), (picked & ~key).bit_count()
            score = rule.score(Counts(options, key.bit_count(), hits, false_picks))
            parts[score, key == picked].add(key)
        numbers = [needed(frozenset(part)) for part in parts.values()] if len(parts) > 1 else [None]
        known = [number for number in numbers if number is not None]
        return 1 + max(known) if len(known) == len(numbers) else None

    return needed(keys)


@pytest.mark.parametrize(
    ("name", "keyed", "expected"),
    [
        ("net_right", None, 3),
        ("every_decision", None, 3),
        ("coverage", None, 3),
        ("all_or_nothing", None, 14),
        ("all_or_nothing", 2, 5),
    ],
)
def test_known_budgets_of_four_options(name: str, keyed: int | None, expected: int) -> None:
    assert oracle_budget(find_rule(name), 4, keyed) == Budget(expected, expected)


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.name)
def test_plain_minimax_agrees(rule: Rule) -> None:
    for options in (1, 2, 3):
        for empty in (False, True):
            keys = frozenset(range(0 if empty else 1, 2**options))
            expected = _plain_minimax(rule, options, keys)
            assert oracle_budget(rule, options, may_be_empty=empty).exact == expected


@pytest.mark.parametrize("name", ["net_right", "half_point", "hits_minus_errors", "ripkey"])
@pytest.mark.parametrize("keyed", [1, 2, 3])
def test_plain_minimax_agrees_with_an_announced_number(name: str, keyed: int) -> None:
    keys = frozenset(key for key in range(16) if key.bit_count() == keyed)
    assert oracle_budget(find_rule(name), 4, keyed).exact == _plain_minimax(
        find_rule(name), 4, keys
    )


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.name)
def test_five_options_are_solved_or_bounded(rule: Rule) -> None:
    for keyed in (None, 1, 2, 3, 4, 5):
        budget = oracle_budget(rule, 5, keyed)
        assert budget.at_least <= budget.at_most <= 30
        assert budget.exact is not None or rule.name == "hits_minus_errors"


def test_an_announced_number_never_makes_it_harder() -> None:
    for rule in RULES.values():
        whole = oracle_budget(rule, 4).exact
        assert whole is not None
        assert all((oracle_budget(rule, 4, keyed).exact or 0) <= whole for keyed in (1, 2, 3, 4))


def test_an_empty_key_is_one_key_more() -> None:
    assert oracle_budget(find_rule("all_or_nothing"), 4, may_be_empty=True).exact == 15


def test_a_key_that_is_announced_whole_needs_nothing() -> None:
    assert oracle_budget(find_rule("all_or_nothing"), 4, 4).exact == 0
    assert oracle_budget(find_rule("net_right"), 1).exact == 0


def test_many_options_are_bounded_without_a_search() -> None:
    assert oracle_budget(find_rule("net_right"), 64) == Budget(9, 64)
    assert oracle_budget(find_rule("all_or_nothing"), 64).exact == 2**64 - 2
    assert oracle_budget(find_rule("every_decision"), 64, 1).at_most == 63


def test_where_scores_tell_nothing_what_is_correct_does() -> None:
    rule = Rule("same", "same", 1, lambda _: Fraction(1), RULES["hits_only"].about)
    assert oracle_budget(rule, 4) == Budget(14, 14)


def test_a_full_score_that_others_earn_does_not_hide_what_is_correct() -> None:
    """By the scores alone it would be five."""
    assert oracle_budget(find_rule("dichotomised"), 4) == Budget(4, 4)


@pytest.mark.parametrize(("options", "keyed"), [(0, None), (3, 4)])
def test_impossible_questions_are_refused(options: int, keyed: int | None) -> None:
    with pytest.raises(ValueError, match="at least one option"):
        oracle_budget(RULES["net_right"], options, keyed)
