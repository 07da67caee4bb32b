"""Grading: a key, a response and a rule give a grade that says why.

``grade`` is pure: the same values give the same grade, whatever the order of the options.
"""

from domain.grading import (
    cloze,
    matching,
    numeric,
    ordering,
    rules_by_decisions,
    rules_by_picks,
    rules_for_single_choice,
    short_text,
)
from domain.grading.chance import Chance, expected_scores
from domain.grading.choice import CHOICE_KINDS, Grade, Marking, Verdict, grade, verdicts
from domain.grading.keys import ChoiceKey
from domain.grading.kinds import KINDS, OWN, Kind, KindKey, KindRule, Parts
from domain.grading.marking import AnyRule, Key, find_marking, grade_response, read_response
from domain.grading.option_values import OPTION_RULES, OptionRule, OptionValues, StatedValues
from domain.grading.oracle import Budget, oracle_budget
from domain.grading.rules import RULES, About, Counts, Property, Rule, find_rule
from domain.grading.stated import Sent, Stated
from domain.responses import ChoiceResponse

# Importing a module of formulas or of a kind registers them.
RULE_MODULES = (rules_by_picks, rules_by_decisions, rules_for_single_choice)
KIND_MODULES = (numeric, short_text, ordering, matching, cloze)

__all__ = [
    "CHOICE_KINDS",
    "KINDS",
    "KIND_MODULES",
    "OPTION_RULES",
    "OWN",
    "RULES",
    "RULE_MODULES",
    "About",
    "AnyRule",
    "Budget",
    "Chance",
    "ChoiceKey",
    "ChoiceResponse",
    "Counts",
    "Grade",
    "Key",
    "Kind",
    "KindKey",
    "KindRule",
    "Marking",
    "OptionRule",
    "OptionValues",
    "Parts",
    "Property",
    "Rule",
    "Sent",
    "Stated",
    "StatedValues",
    "Verdict",
    "expected_scores",
    "find_marking",
    "find_rule",
    "grade",
    "grade_response",
    "oracle_budget",
    "read_response",
    "verdicts",
]
