"""Grading of the kinds where options are picked: ``single_choice`` and ``multiple_response``."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal, Protocol

from domain.errors import UnknownOption
from domain.grading.keys import ChoiceKey
from domain.responses import ChoiceResponse

# The kinds of question that are answered by picking options, in the order of their names.
CHOICE_KINDS = ("multiple_response", "single_choice", "true_false")

Verdict = Literal["rightly_picked", "wrongly_picked", "rightly_left", "missed"]

# (picked, right) -> verdict
_VERDICTS: dict[tuple[bool, bool], Verdict] = {
    (True, True): "rightly_picked",
    (True, False): "wrongly_picked",
    (False, False): "rightly_left",
    (False, True): "missed",
}


class Marking(Protocol):
    """What grading needs of a way to score: a rule by counts, or values option by option."""

    def mark(self, key: ChoiceKey, picked: frozenset[str], /) -> Fraction:
        """The score of picking these options."""

    def reason(self, score: Fraction, /) -> str:
        """The score in one sentence, told without the key."""


@dataclass(frozen=True, slots=True)
class Grade:
    """A score as an exact fraction of the maximum, and why.

    ``correct`` is true for a response that equals the key, whatever the rule pays for it.
    """

    score: Fraction
    correct: bool
    reason: str


def grade(key: ChoiceKey, response: ChoiceResponse, rule: Marking) -> Grade:
    """Grade a selection, the empty one included.

    An id that is not among the key's options is :class:`UnknownOption`: to ignore it or to count
    it as wrong would be a guess. An id cannot be picked twice, since a selection is a set.
    """
    picked = response.selected
    if unknown := picked.difference(key.options):
        raise UnknownOption(f"This question has no option {min(unknown)!r}.")
    score = rule.mark(key, picked)
    return Grade(score=score, correct=picked == key.correct, reason=rule.reason(score))


def verdicts(key: ChoiceKey, response: ChoiceResponse) -> Mapping[str, Verdict]:
    """What became of each option: rightly or wrongly picked, rightly left, or missed."""
    return {
        option: _VERDICTS[option in response.selected, option in key.correct]
        for option in key.options
    }
