"""Grading: a key, a response and a rule give a grade that says why.

``grade`` is pure: the same values give the same grade, whatever the order of the options.
"""

from domain.grading import rules_by_decisions, rules_by_picks, rules_for_single_choice
from domain.grading.chance import Chance, expected_scores
from domain.grading.choice import CHOICE_KINDS, Grade, Marking, Verdict, grade, verdicts
from domain.grading.keys import ChoiceKey
from domain.grading.option_values import OPTION_RULES, OptionRule, OptionValues
from domain.grading.oracle import Budget, oracle_budget
from domain.grading.rules import RULES, About, Counts, Property, Rule, find_rule
from domain.responses import ChoiceResponse

# Importing a module of formulas registers them.
RULE_MODULES = (rules_by_picks, rules_by_decisions, rules_for_single_choice)

__all__ = [
    "CHOICE_KINDS",
    "OPTION_RULES",
    "RULES",
    "RULE_MODULES",
    "About",
    "Budget",
    "Chance",
    "ChoiceKey",
    "ChoiceResponse",
    "Counts",
    "Grade",
    "Marking",
    "OptionRule",
    "OptionValues",
    "Property",
    "Rule",
    "Verdict",
    "expected_scores",
    "find_rule",
    "grade",
    "oracle_budget",
    "verdicts",
]
