"""Rules side by side: known numbers, and cohorts against people scored one by one."""

from collections.abc import Sequence
from fractions import Fraction
from itertools import combinations
from statistics import mean, pstdev
from uuid import UUID

import pytest

from domain.errors import InvalidResponse, UnknownRule
from domain.grading import CHOICE_KINDS, KINDS, OPTION_RULES, RULES, ChoiceKey, Rule, find_rule
from domain.grading.catalogue import CatalogueEntry, Earned, catalogue
from domain.grading.lab import (
    MOST_EXAMPLES,
    Response,
    compare,
    compare_cohort,
    find_rules,
    group_responses,
    lettered_key,
)

KEY = lettered_key(4, ["b", "c"])


def responses(*selections: str, score: str = "0") -> list[Response]:
    """Responses by the letters picked, with ids that count from 0."""
    return [(UUID(int=place), list(picked), score) for place, picked in enumerate(selections)]


# One selection.


@pytest.mark.parametrize(
    ("rule", "selected", "score", "chance", "oracle"),
    [
        ("net_right", "b", "1/2", ("3/16", "1/5", "1/6"), 3),
        ("net_right", "ab", "0", ("3/16", "1/5", "1/6"), 3),
        ("all_or_nothing", "bc", "1", ("1/16", "1/15", "1/6"), 14),
        ("all_or_nothing", "b", "0", ("1/16", "1/15", "1/6"), 14),
        ("penalised_decisions(penalty=1/2)", "b", "5/8", ("1/4", "1/4", "1/4"), 3),
    ],
)
def test_a_selection_is_scored(
    rule: str, selected: str, score: str, chance: tuple[str, str, str], oracle: int
) -> None:
    (result,) = compare(KEY, [find_rule(rule)], selected).results
    assert result.score == Fraction(score)
    told = (result.chance.any, result.chance.non_empty, result.chance.key_size)
    assert tuple(map(str, told)) == chance
    assert result.oracle.exact == oracle


def test_without_a_selection_there_is_no_score() -> None:
    (nothing,) = compare(KEY, [find_rule("every_decision")]).results
    (blank,) = compare(KEY, [find_rule("every_decision")], []).results
    assert (nothing.score, blank.score) == (None, Fraction(1, 2))
    assert nothing.chance == blank.chance


def test_no_option_may_be_right() -> None:
    (result,) = compare(lettered_key(4, []), [find_rule("net_right")], []).results
    assert result.score == result.chance.key_size == 1


@pytest.mark.parametrize("selected", [["e"], ["b", "b"], ["B"], [""]])
def test_a_selection_that_does_not_fit_is_refused(selected: Sequence[str]) -> None:
    with pytest.raises(InvalidResponse) as raised:
        compare(KEY, [], selected)
    assert [fault.pointer for fault in raised.value.faults] == [f"/selected/{len(selected) - 1}"]


@pytest.mark.parametrize(("options", "last"), [(1, "a"), (26, "z"), (27, "aa"), (64, "bl")])
def test_letters_stand_for_options(options: int, last: str) -> None:
    key = lettered_key(options, [last])
    assert (len(key.options), key.options[-1], key.correct) == (options, last, frozenset({last}))


@pytest.mark.parametrize(("right", "code"), [("d", "unknown_option"), ("aa", "repeated_option")])
def test_a_key_of_other_letters_is_refused(right: str, code: str) -> None:
    with pytest.raises(InvalidResponse) as raised:
        lettered_key(3, list(right))
    (fault,) = raised.value.faults
    assert (fault.pointer, fault.code) == (f"/key/{len(right) - 1}", code)


# Many.


def test_responses_are_grouped_by_what_rules_see() -> None:
    groups = group_responses(KEY, responses("b", "c", "ba", "ac", "ad", "b"))
    assert {(group.counts.hits, group.counts.false_picks): group.size for group in groups} == {
        (1, 0): 3,
        (1, 1): 2,
        (0, 2): 1,
    }
    assert all((group.counts.options, group.counts.keyed) == (4, 2) for group in groups)
    assert groups[0].first == (UUID(int=0), UUID(int=1), UUID(int=5))


def test_a_group_keeps_the_first_of_many() -> None:
    (group,) = group_responses(KEY, responses(*["b"] * 100))
    assert (group.size, len(group.first)) == (100, MOST_EXAMPLES)
    assert group.first[-1] == UUID(int=MOST_EXAMPLES - 1)


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.name)
def test_a_cohort_agrees_with_people_scored_one_by_one(rule: Rule) -> None:
    people = [
        (UUID(int=1000 * size + place), list(picked), str(Fraction(place % 3, 2)))
        for size in range(5)
        for place, picked in enumerate([*combinations("abcd", size)] * (size + 1))
    ]
    comparison = compare_cohort(KEY, [rule], group_responses(KEY, people))
    cohort = comparison.results[0].cohort
    assert cohort is not None
    scores = [rule.mark(KEY, frozenset(picked)) for _, picked, _ in people]
    moved = [
        (id_, new > Fraction(old)) for (id_, _, old), new in zip(people, scores, strict=True)
        if new != Fraction(old)
    ]  # fmt: skip
    assert comparison.submissions == len(people)
    assert cohort.mean == mean(scores)
    assert cohort.spread == pytest.approx(pstdev(map(float, scores)))
    assert (cohort.lowest, cohort.highest) == (min(scores), max(scores))
    assert cohort.raised == sum(rises for _, rises in moved)
    assert cohort.lowered == sum(not rises for _, rises in moved)
    assert cohort.changed == len(moved)
    assert cohort.examples == tuple(id_ for id_, _ in moved[:MOST_EXAMPLES])


def test_nobody_has_no_mean() -> None:
    (result,) = compare_cohort(KEY, [find_rule("net_right")], ()).results
    assert result.cohort is not None
    told = (result.cohort.mean, result.cohort.spread, result.cohort.lowest, result.cohort.highest)
    assert told == (None,) * 4
    assert (result.cohort.changed, result.cohort.examples) == (0, ())


def test_all_alike_have_no_spread() -> None:
    groups = group_responses(KEY, responses("b", "c", score="1/2"))
    (result,) = compare_cohort(KEY, [find_rule("net_right")], groups).results
    assert result.cohort is not None
    assert (result.cohort.mean, result.cohort.spread) == (Fraction(1, 2), 0.0)
    assert result.cohort.changed == 0


# The rules that are asked for, and the catalogue of them.


def test_all_rules_come_sorted() -> None:
    assert [rule.name for rule in find_rules()] == sorted(RULES)


def test_rules_come_as_they_are_named() -> None:
    names = ["penalised_decisions(penalty=1/2)", "net_right"]
    assert [rule.name for rule in find_rules(names)] == names


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("net_rigth", "Did you mean `net_right`?"),
        ("penalized_decisions(penalty=1/2)", "Did you mean `penalised_decisions`?"),
        ("net_right(penalty=1)", "no parameter 'penalty'; known: floor"),
        ("zzzz", "known: "),
    ],
)
def test_a_rule_that_is_none_is_pointed_at(name: str, told: str) -> None:
    with pytest.raises(UnknownRule) as raised:
        find_rules(["net_right", name])
    (fault,) = raised.value.faults
    assert (fault.pointer, fault.code) == ("/rules/1", "unknown_rule")
    assert told in fault.detail


def entry(name: str) -> CatalogueEntry:
    return next(entry for entry in catalogue() if entry.name == name)


def test_the_catalogue_has_every_rule_once_and_sorted() -> None:
    choice = [entry.name for entry in catalogue() if entry.kinds == CHOICE_KINDS]
    assert choice == sorted([*RULES, *OPTION_RULES])
    others = [(kind, entry.name) for entry in catalogue() for kind in entry.kinds]
    assert len(set(others)) == len(others)
    assert {(kind, name) for kind, name in others if kind not in CHOICE_KINDS} == {
        (kind.name, rule) for kind in KINDS.values() for rule in kind.rules
    }


def test_the_catalogue_shows_what_can_be_gamed() -> None:
    shown = {(one.options, one.key): one.score for one in entry("net_right").ticking_everything}
    assert shown == {
        **{(4, 1): 0, (4, 2): 0, (4, 3): Fraction(2, 3), (4, 4): 1},
        **{(5, 1): 0, (5, 2): 0, (5, 3): Fraction(1, 3), (5, 4): Fraction(3, 4), (5, 5): 1},
    }
    assert entry("every_decision").ticking_nothing[:2] == (
        Earned(4, 1, Fraction(3, 4)),
        Earned(4, 2, Fraction(1, 2)),
    )


@pytest.mark.parametrize(
    ("name", "formula", "parameters"),
    [
        ("net_right", "max(0, (h - f) / k)", {"floor": "0"}),
        ("penalised_decisions", "(R - w * E) / n", {"penalty": "1", "floor": None}),
        (
            "weights",
            "min(upper, max(lower, sum of the weights of S))",
            {"lower": "0", "upper": "1"},
        ),
        (
            "mapping",
            OPTION_RULES["mapping"].formula,
            {"default": "0", "lower": None, "upper": None, "maximum": "1"},
        ),
    ],
)
def test_the_catalogue_states_formula_and_parameters(
    name: str, formula: str, parameters: dict[str, str | None]
) -> None:
    assert (entry(name).formula, dict(entry(name).parameters)) == (formula, parameters)


@pytest.mark.parametrize("name", OPTION_RULES)
def test_values_option_by_option_cannot_be_tabled(name: str) -> None:
    assert (entry(name).ticking_everything, entry(name).ticking_nothing) == ((), ())
    assert entry(name).policy in OPTION_RULES[name].make({}).reason(Fraction(0))


def test_the_spread_is_that_of_a_population() -> None:
    key = ChoiceKey(("a", "b"), frozenset("a"))
    groups = group_responses(key, responses("a", "b"))
    (result,) = compare_cohort(key, [find_rule("all_or_nothing")], groups).results
    assert result.cohort is not None
    assert result.cohort.spread == 0.5
