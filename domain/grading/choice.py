"""Grading of the kinds where options are picked: ``single_choice`` and ``multiple_response``."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from domain.grading.rules import Counts, Rule
from domain.responses import ChoiceResponse

Verdict = Literal["rightly_picked", "wrongly_picked", "rightly_left", "missed"]

# (picked, right) -> verdict
_VERDICTS: dict[tuple[bool, bool], Verdict] = {
    (True, True): "rightly_picked",
    (True, False): "wrongly_picked",
    (False, False): "rightly_left",
    (False, True): "missed",
}


@dataclass(frozen=True, slots=True)
class ChoiceKey:
    """All option ids of a question in the author's order, and those that are right."""

    options: tuple[str, ...]
    correct: frozenset[str]


@dataclass(frozen=True, slots=True)
class Grade:
    """A score as an exact fraction of the maximum, and why.

    ``correct`` is true for a response that equals the key, whatever the rule pays for it.
    """

    score: Fraction
    correct: bool
    reason: str


def grade(key: ChoiceKey, response: ChoiceResponse, rule: Rule) -> Grade:
    """Grade a selection of known option ids. Pure and total: it never raises for a known id."""
    picked = response.selected
    hits = len(picked & key.correct)
    score = rule.score(Counts(len(key.options), len(key.correct), hits, len(picked) - hits))
    return Grade(score=score, correct=picked == key.correct, reason=rule.reason(score))


def verdicts(key: ChoiceKey, response: ChoiceResponse) -> Mapping[str, Verdict]:
    """What became of each option: rightly or wrongly picked, rightly left, or missed."""
    return {
        option: _VERDICTS[option in response.selected, option in key.correct]
        for option in key.options
    }
