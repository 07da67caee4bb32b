"""Grading: a key, a response and a rule give a grade that says why.

``grade`` is pure: the same values give the same grade, whatever the order of the options.
"""

from domain.grading.choice import ChoiceKey, Grade, Verdict, grade, verdicts
from domain.grading.rules import RULES, Counts, Rule, find_rule
from domain.responses import ChoiceResponse

__all__ = [
    "RULES",
    "ChoiceKey",
    "ChoiceResponse",
    "Counts",
    "Grade",
    "Rule",
    "Verdict",
    "find_rule",
    "grade",
    "verdicts",
]
