"""The scoring rules as a table, and what holds for every key and every response."""

import random
from fractions import Fraction
from itertools import chain, combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import UnknownRule
from domain.grading import RULES, ChoiceKey, ChoiceResponse, Rule, find_rule, grade, verdicts
from domain.grading.rules import register

OPTIONS = ("1", "2", "3", "4")
KEY = ChoiceKey(OPTIONS, frozenset("23"))
PICKS = ["".join(pick) for pick in chain.from_iterable(combinations(OPTIONS, n) for n in range(5))]

# Key {2, 3} of four options: the score of every possible pick, and whether it is the key.
CASES = [
    ("all_or_nothing", "", "0"),
    ("all_or_nothing", "1", "0"),
    ("all_or_nothing", "2", "0"),
    ("all_or_nothing", "3", "0"),
    ("all_or_nothing", "4", "0"),
    ("all_or_nothing", "12", "0"),
    ("all_or_nothing", "13", "0"),
    ("all_or_nothing", "14", "0"),
    ("all_or_nothing", "23", "1"),
    ("all_or_nothing", "24", "0"),
    ("all_or_nothing", "34", "0"),
    ("all_or_nothing", "123", "0"),
    ("all_or_nothing", "124", "0"),
    ("all_or_nothing", "134", "0"),
    ("all_or_nothing", "234", "0"),
    ("all_or_nothing", "1234", "0"),
]


def picked(pick: str) -> ChoiceResponse:
    return ChoiceResponse(frozenset(pick))


@pytest.mark.parametrize(("rule", "pick", "score"), CASES)
def test_every_pick_of_four_options(rule: str, pick: str, score: str) -> None:
    result = grade(KEY, picked(pick), find_rule(rule))
    assert result.score == Fraction(score)
    assert type(result.score) is Fraction
    assert result.correct == (pick == "23")


def test_the_table_has_every_rule_and_every_pick() -> None:
    assert {(rule, pick) for rule, pick, _ in CASES} == {(r, p) for r in RULES for p in PICKS}


@pytest.mark.parametrize(
    ("correct", "pick", "score"),
    [("", "", 1), ("", "1", 0), ("1234", "1234", 1), ("1234", "123", 0), ("1", "", 0)],
)
def test_all_or_nothing_where_none_or_all_is_right(correct: str, pick: str, score: int) -> None:
    key = ChoiceKey(OPTIONS, frozenset(correct))
    assert grade(key, picked(pick), find_rule("all_or_nothing")).score == score


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_the_reason_tells_no_more_than_the_score(rule: Rule) -> None:
    reasons: dict[Fraction, set[str]] = {}
    for correct in PICKS:
        for pick in PICKS:
            result = grade(ChoiceKey(OPTIONS, frozenset(correct)), picked(pick), rule)
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


@given(cases())
def test_scores_lie_between_nothing_and_all(case: Case) -> None:
    key, response, rule = case
    result = grade(key, response, rule)
    assert 0 <= result.score <= 1
    assert result == grade(key, response, rule)


@given(cases())
def test_the_key_itself_earns_all(case: Case) -> None:
    key, _, rule = case
    result = grade(key, ChoiceResponse(key.correct), rule)
    assert result.score == 1
    assert result.correct


def test_verdicts_tell_of_each_option_in_the_authors_order() -> None:
    told = verdicts(KEY, picked("12"))
    assert list(told.items()) == [
        ("1", "wrongly_picked"),
        ("2", "rightly_picked"),
        ("3", "missed"),
        ("4", "rightly_left"),
    ]


def test_a_rule_is_registered_once() -> None:
    before = dict(RULES)
    with pytest.raises(ValueError, match="'all_or_nothing' is registered twice"):
        register(RULES["all_or_nothing"])
    assert before == RULES


@pytest.mark.parametrize("name", ["", "nonsense", "ALL_OR_NOTHING"])
def test_an_unknown_rule_is_refused_and_the_known_are_named(name: str) -> None:
    with pytest.raises(UnknownRule, match=f"no rule '{name}'; known: all_or_nothing"):
        find_rule(name)
