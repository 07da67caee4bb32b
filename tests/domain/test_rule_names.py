"""Rules are found by name, version and parameters, in one spelling each."""

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.completeness import completeness
from domain.errors import UnknownRule
from domain.grading import RULES, find_rule
from domain.grading import rules as registry
from domain.grading.parameters import Value
from domain.grading.rules import is_rule, register
from domain.questions import Scoring
from tests.factories import draft

fractions = st.builds(Fraction, st.integers(0, 9999), st.integers(1, 9999))


def test_a_second_registration_is_refused() -> None:
    with pytest.raises(ValueError, match="registered twice"):
        register(RULES["net_right"])


def test_an_older_version_stays_beside_the_newest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "RULES", dict(RULES))
    monkeypatch.setattr(registry, "_VERSIONS", dict(registry._VERSIONS))
    newer = register(replace(RULES["net_right"], version=2))
    assert find_rule("net_right") is newer
    assert find_rule("net_right", version=1) is RULES["net_right"]
    assert find_rule("net_right(floor=none)", version=1).version == 1


@given(st.sampled_from(["penalised_decisions", "negative_marking"]), fractions, fractions)
def test_the_name_of_a_variant_reads_back(family: str, penalty: Fraction, floor: Fraction) -> None:
    rule = find_rule(family, {"penalty": penalty, "floor": -floor})
    assert (rule.penalty, rule.floor) == (penalty, -floor)
    assert find_rule(rule.name) == rule
    assert find_rule(family, rule.parameters) == rule


@pytest.mark.parametrize(
    "spelling",
    [
        "penalised_decisions(penalty=3/5)",
        "penalised_decisions(penalty=6/10)",
        "penalised_decisions(penalty=0.6)",
        "penalised_decisions(penalty=0.60,floor=none)",
        "penalised_decisions(floor=none,penalty=03/05)",
    ],
)
def test_all_spellings_of_a_variant_have_one_name(spelling: str) -> None:
    assert find_rule(spelling).name == "penalised_decisions(penalty=3/5)"


def test_usual_parameters_are_not_spelled() -> None:
    assert find_rule("penalised_decisions(penalty=1)") is RULES["penalised_decisions"]
    assert find_rule("net_right", {"floor": "0"}) is RULES["net_right"]
    assert find_rule("net_right").parameters == {"floor": "0"}
    assert find_rule("negative_marking").parameters == {"penalty": "1", "floor": None}


@pytest.mark.parametrize(
    "name",
    [
        "",
        "unheard_of",
        "Net_right",
        " net_right",
        "net_right()",
        "net_right(floor=none",
        "net_right(floor=none))",
        "net_right(floor)",
        "net_right(floor=)",
        "net_right(floor=none,floor=0)",
        "net_right(penalty=1)",
        "net_right(floor=1/2)",
        "negative_marking(penalty=-1)",
        "negative_marking(penalty=none)",
        "negative_marking(penalty=1/0)",
        "negative_marking(penalty=1e3)",
        "negative_marking(penalty=٣)",
        "negative_marking(penalty=1234567)",
        "negative_marking(penalty=999999/999998,floor=-999999/999998)" + " " * 10,
        "x" * 10_000,
    ],
)
def test_other_text_is_no_rule(name: str) -> None:
    assert not is_rule(name)


@pytest.mark.parametrize("value", [0.5, True, "half", "", Fraction(1, 10**9)])
def test_parameters_are_exact(value: Value) -> None:
    with pytest.raises(UnknownRule):
        find_rule("penalised_decisions", {"penalty": value})


def test_a_parameter_that_the_rule_lacks_is_named() -> None:
    with pytest.raises(UnknownRule, match="no parameter 'penalty'; known: floor"):
        find_rule("net_right", {"penalty": 1})


def test_a_name_with_parameters_takes_no_others() -> None:
    with pytest.raises(UnknownRule):
        find_rule("net_right(floor=none)", {"floor": None})


def test_an_unknown_version_is_unknown() -> None:
    with pytest.raises(UnknownRule, match="in version 7"):
        find_rule("net_right", version=7)


@pytest.mark.parametrize("name", ["net_right", "penalised_decisions(penalty=1/2)"])
def test_a_draft_may_name_a_rule_with_parameters(name: str) -> None:
    assert completeness(draft(scoring=Scoring(name))) == ()


def test_a_draft_with_an_unreadable_rule_is_incomplete() -> None:
    problems = completeness(draft(scoring=Scoring("net_right(floor=2)")))
    assert [problem.code for problem in problems] == ["unknown_rule"]
