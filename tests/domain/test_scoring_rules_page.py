"""The table of docs/scoring-rules.md says what the code does."""

from pathlib import Path

import pytest

from domain.grading import OPTION_RULES, RULES, Rule

PAGE = (Path(__file__).parents[2] / "docs" / "scoring-rules.md").read_text()
LINES = PAGE.splitlines()


def row(rule: Rule) -> str:
    """The line of a rule: what ticking earns is for one, two and three right of four."""
    formula = rule.about.formula
    told = formula if rule.floor is None else f"max({rule.floor}, {formula})"
    everything = ", ".join(str(rule.ticking_everything(4, keyed)) for keyed in (1, 2, 3))
    nothing = ", ".join(str(rule.ticking_nothing(4, keyed)) for keyed in (1, 2, 3))
    cells = (f"`{rule.name}`", f"`{told}`", rule.about.used_by, rule.about.source)
    return f"| {' | '.join(cells)} | {everything} | {nothing} |"


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.name)
def test_a_rule_has_its_line(rule: Rule) -> None:
    assert row(rule) in LINES


def test_there_are_no_other_lines() -> None:
    named = {line.split("`")[1] for line in LINES if line.startswith("| `")}
    assert named == set(RULES) | set(OPTION_RULES)


@pytest.mark.parametrize("name", OPTION_RULES)
def test_values_option_by_option_have_their_line(name: str) -> None:
    rule = OPTION_RULES[name]
    cells = (f"`{name}`", f"`{rule.formula}`", rule.used_by, rule.source, rule.example)
    assert f"| {' | '.join(cells)} |" in LINES
