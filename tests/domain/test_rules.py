"""The scoring rules: against known scores, a second formulation, and what they declare."""

import json
import re
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.grading import RULES, ChoiceKey, ChoiceResponse, Counts, Property, Rule, grade
from domain.grading.rules import find_rule
from tests.domain.second_opinion import SCORES, answers

VECTORS = json.loads(Path(__file__).with_name("scoring-vectors.json").read_text())
EVERY_RULE = [find_rule(name) for name in SCORES]
BLANK, HALF = Fraction(0), Fraction(1, 2)

rules = st.sampled_from(EVERY_RULE)


def patterns(options: int) -> Iterator[Counts]:
    """All counts that a question of that many options can give, with any key."""
    for keyed in range(options + 1):
        for hits in range(keyed + 1):
            for false_picks in range(options - keyed + 1):
                yield Counts(options, keyed, hits, false_picks)


@st.composite
def counted(draw: st.DrawFn) -> Counts:
    options = draw(st.integers(1, 64))
    keyed = draw(st.integers(0, options))
    return Counts(
        options, keyed, draw(st.integers(0, keyed)), draw(st.integers(0, options - keyed))
    )


@pytest.mark.parametrize("row", VECTORS["rows"], ids=lambda row: f"picked {row['selected']}")
def test_known_scores_of_every_submission(row: dict[str, Any]) -> None:
    key = ChoiceKey(tuple("1234"), frozenset(map(str, VECTORS["key"])))
    response = ChoiceResponse(frozenset(map(str, row["selected"])))
    graded = {name: grade(key, response, RULES[name]).score for name in VECTORS["rules"]}
    assert graded == dict(zip(VECTORS["rules"], map(Fraction, row["scores"]), strict=True))


def test_known_scores_cover_all_submissions() -> None:
    assert len(VECTORS["rows"]) == 16
    assert len(VECTORS["rules"]) == 15


def test_every_rule_has_a_second_formulation() -> None:
    assert {rule.family for rule in EVERY_RULE} == set(RULES)


@pytest.mark.parametrize("rule", EVERY_RULE, ids=lambda rule: rule.name)
def test_the_second_formulation_agrees(rule: Rule) -> None:
    for options in range(1, 7):
        for keyed in range(options + 1):
            key = ChoiceKey(tuple("abcdef"[:options]), frozenset("abcdef"[:keyed]))
            for answer in answers(options, keyed):
                picked = frozenset(o for o, (_, p) in zip(key.options, answer, strict=True) if p)
                assert rule.mark(key, picked) == SCORES[rule.name](answer), (key, picked)


@pytest.mark.parametrize("rule", EVERY_RULE, ids=lambda rule: rule.name)
def test_the_formula_of_the_catalogue_is_the_code(rule: Rule) -> None:
    exact = re.sub(r"(?<!k)(\d+)", r"Fraction(\1)", rule.about.formula)
    formula = compile(exact, rule.name, "eval")
    for counts in (counts for options in range(1, 8) for counts in patterns(options)):
        told = Fraction(eval(formula, {}, _letters(counts, rule)))  # noqa: S307 - our own text
        floor = told if rule.floor is None else rule.floor
        assert rule.score(counts) == max(floor, told), counts


def _letters(counts: Counts, rule: Rule) -> dict[str, object]:
    n, k, h, f = counts.options, counts.sought, counts.found, counts.false_picks
    numbers = {"n": n, "k": k, "h": h, "f": f, "m": k - h, "s": h + f, "k0": counts.keyed}
    numbers |= {"R": counts.right, "E": counts.errors}
    letters: dict[str, object] = {name: Fraction(number) for name, number in numbers.items()}
    return letters | {"w": rule.penalty, "Fraction": Fraction, "min": min, "max": max}


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.name)
def test_the_worked_example_is_right(rule: Rule) -> None:
    counts, score = rule.about.example
    assert rule.score(counts) == score
    assert rule.about.worked_example.endswith(f" wrong: {score}")


@pytest.mark.parametrize("rule", EVERY_RULE, ids=lambda rule: rule.name)
def test_properties_hold_exactly_where_declared(rule: Rule) -> None:
    broken = {
        name for options in range(2, 8) for c in patterns(options) for name in _broken(rule, c)
    }
    broken |= set() if _gives_partial_credit(rule) else {"partial_credit"}
    assert broken == set(get_args(Property)) - rule.about.properties


def _broken(rule: Rule, counts: Counts) -> Iterator[str]:
    score = rule.score(counts)
    n, keyed, hits, wrong = counts.options, counts.keyed, counts.hits, counts.false_picks
    if score < 0:
        yield "never_negative"
    if score == 1 and counts.errors:
        yield "only_the_key_is_full"
    if counts.misses and rule.score(Counts(n, keyed, hits + 1, wrong)) < score:
        yield "right_pick_never_lowers"
    if counts.picked - hits < n - keyed and rule.score(Counts(n, keyed, hits, wrong + 1)) > score:
        yield "wrong_pick_never_raises"
    if keyed and not counts.picked and score > 0:
        yield "nothing_ticked_earns_nothing"
    if keyed < n == counts.picked and score > 0:
        yield "everything_ticked_earns_nothing"
    if score != rule.score(Counts(n, 0, 0, counts.errors)):
        yield "all_errors_alike"


def _gives_partial_credit(rule: Rule) -> bool:
    return any(0 < rule.score(counts) < 1 for n in range(2, 8) for counts in patterns(n))


@given(rules, counted())
def test_properties_hold_up_to_64_options(rule: Rule, counts: Counts) -> None:
    assert rule.about.properties.isdisjoint(_broken(rule, counts)) or counts.options == 1


@given(rules, counted())
def test_scores_lie_between_the_floor_and_one(rule: Rule, counts: Counts) -> None:
    assert rule.score(counts) <= 1
    assert rule.floor is None or rule.score(counts) >= rule.floor


@given(rules, st.integers(1, 64), st.data())
def test_the_key_itself_scores_one(rule: Rule, options: int, data: st.DataObject) -> None:
    keyed = data.draw(st.integers(0, options))
    assert rule.score(Counts(options, keyed, keyed, 0)) == 1


@given(rules, st.sets(st.integers(0, 99), min_size=1, max_size=12), st.data())
def test_order_and_names_of_options_do_not_matter(
    rule: Rule, options: set[int], data: st.DataObject
) -> None:
    right = data.draw(st.sets(st.sampled_from(sorted(options))))
    picked = data.draw(st.sets(st.sampled_from(sorted(options))))
    names = dict(zip(options, data.draw(st.permutations(sorted(options))), strict=True))
    renamed = _graded(
        rule, [names[o] for o in options], *({names[o] for o in s} for s in (right, picked))
    )
    assert renamed == _graded(rule, sorted(options), right, picked)


def _graded(rule: Rule, options: list[int], right: set[int], picked: set[int]) -> object:
    key = ChoiceKey(tuple(map(str, options)), frozenset(map(str, right)))
    return grade(key, ChoiceResponse(frozenset(map(str, picked))), rule)


@pytest.mark.parametrize("rule", EVERY_RULE, ids=lambda rule: rule.name)
def test_with_no_right_option_only_the_blank_answer_is_full(rule: Rule) -> None:
    for options in (1, 2, 5, 64):
        assert rule.score(Counts(options, 0, 0, 0)) == 1
    divides = "k" in rule.about.formula
    assert not divides or all(rule.score(Counts(5, 0, 0, wrong)) == 0 for wrong in range(1, 6))


@pytest.mark.parametrize("rule", EVERY_RULE, ids=lambda rule: rule.name)
def test_with_all_options_right_ticking_everything_is_full(rule: Rule) -> None:
    assert all(rule.score(Counts(n, n, n, 0)) == 1 for n in (1, 2, 5, 64))


def test_without_its_floor_a_score_goes_as_low_as_the_formula() -> None:
    counts = Counts(4, 2, 0, 2)
    assert find_rule("net_right").score(counts) == 0
    assert find_rule("net_right", {"floor": None}).score(counts) == -1
    assert find_rule("net_right(floor=-1/2)").score(counts) == -HALF
    assert find_rule("penalised_decisions(penalty=2,floor=0)").score(counts) == 0
    assert find_rule("net_right(floor=none)").score(Counts(3, 0, 0, 2)) == -2


@pytest.mark.parametrize("rule", EVERY_RULE, ids=lambda rule: rule.name)
def test_a_reason_is_one_sentence_told_from_the_score(rule: Rule) -> None:
    for score in (Fraction(1), HALF, BLANK, -HALF):
        reason = rule.reason(score)
        assert reason[0].isupper()
        assert reason.count(".") == 1
        assert reason.endswith(".")
        assert ("costs" in reason.split(":")[0]) == (score < 0)


def test_reasons_say_what_was_earned() -> None:
    assert find_rule("net_right").reason(HALF) == (
        "This answer earns 1/2 of the points: each right pick adds a share of the points and each "
        "wrong pick takes one away, but never below zero."
    )
    assert find_rule("all_or_nothing").reason(BLANK) == (
        "This answer earns no points: only picking exactly the right options earns points."
    )
    costly = find_rule("penalised_decisions(penalty=2)")
    assert costly.reason(-Fraction(1)).startswith("This answer costs all points: ")
    assert costly.reason(-Fraction(2)).startswith("This answer costs 2 times the points: ")
    assert costly.reason(-Fraction(5, 4)).startswith("This answer costs 5/4 times the points: ")
