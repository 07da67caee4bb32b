"""Grading an answer anew: by the key of another version, by another rule, or to everybody's credit.

Pure: the same values give the same result. What cannot be graded is told, never guessed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Literal, get_args

from domain.errors import InvalidResponse
from domain.grading import (
    AnyRule,
    ChoiceKey,
    Grade,
    Key,
    KindKey,
    grade_response,
    read_response,
)

Mode = Literal["current_key", "current_or_previous", "full_credit", "none"]
MODES: tuple[Mode, ...] = get_args(Mode)
WITH_KEY: tuple[Mode, ...] = ("current_key", "current_or_previous")

FULL_CREDIT = "full_credit"
CORRECTED = " The corrected key counts here."
PREVIOUS = " The key at the time of the answer counts here, since it gives more."


@dataclass(frozen=True, slots=True, eq=False)
class Basis:
    """What answers to one version are graded by: its kind, its key, and how many may be picked."""

    number: int
    kind: str
    key: Key
    rule: AnyRule
    picks: int


@dataclass(frozen=True, slots=True)
class Regraded:
    """A grade, the rule that made it, and whether the key of the answered version did."""

    grade: Grade
    rule: str
    rule_version: int
    by_answered: bool


@dataclass(frozen=True, slots=True)
class Ungradable:
    """Why an answer cannot be graded by a key; ``code`` is stable."""

    code: str
    detail: str


def regrade(
    mode: Mode,
    answered: Basis,
    target: Basis | None,
    selected: Sequence[str],
    document: Mapping[str, Any] | None,
) -> Regraded | Ungradable | None:
    """What an answer to one version gets, by the key of ``target`` as far as the mode asks for it.

    ``None`` where nobody is regraded. Of two keys the one that gives more counts, the corrected
    one where both give the same.
    """
    if mode == "none":
        return None
    if mode == "full_credit":
        told = "This answer earns all points: everybody gets full credit for this question."
        return Regraded(Grade(Fraction(1), True, told), FULL_CREDIT, 1, by_answered=True)
    assert target is not None
    corrected = _by(target, answered, selected, document)
    if mode == "current_key" or isinstance(corrected, Ungradable):
        return corrected
    previous = _by(answered, answered, selected, document)
    if isinstance(previous, Ungradable):
        return previous
    if previous.grade.score > corrected.grade.score:
        return _saying(previous, PREVIOUS)
    return _saying(corrected, CORRECTED)


def difference(answered: Basis, target: Basis) -> Ungradable | None:
    """Why no answer to one version can be graded by the key of another; ``None`` if some can.

    An option that was not shown could not be picked, so a key that knows one is no key for it.
    """
    if answered.kind != target.kind:
        told = f"Version {target.number} is of kind {target.kind}, the answer to {answered.kind}."
        return Ungradable("kind_changed", told)
    if isinstance(answered.key, ChoiceKey) and isinstance(target.key, ChoiceKey):
        if unseen := sorted({*target.key.options} - {*answered.key.options}):
            told = f"Version {target.number} has an option that was not shown: {unseen[0]}."
            return Ungradable("option_not_shown", told)
        return None
    assert isinstance(answered.key, KindKey)
    assert isinstance(target.key, KindKey)
    if _asked(answered.key) != _asked(target.key):
        told = f"Version {target.number} asks for other parts, or among other options."
        return Ungradable("parts_changed", told)
    return None


def _asked(key: KindKey) -> object:
    """What a learner sees of the question beside its stem, whatever its order."""
    parts = {name: frozenset(ids) for name, ids in key.parts.items()}
    return parts, key.kind.interaction(key.stated)


def _by(
    basis: Basis, answered: Basis, selected: Sequence[str], document: Mapping[str, Any] | None
) -> Regraded | Ungradable:
    if (other := difference(answered, basis)) is not None:
        return other
    is_choice = isinstance(basis.key, ChoiceKey)
    try:
        sent = read_response(basis.key, basis.picks, selected if is_choice else None, document)
    except InvalidResponse as error:
        code = "option_missing" if is_choice else "response_does_not_fit"
        said = error.faults[0] if error.faults else None
        told = f"{said.pointer}: {said.detail}" if said else str(error)
        return Ungradable(code, f"The answer does not fit version {basis.number}: {told}")
    grade = grade_response(basis.key, sent, basis.rule)
    return Regraded(grade, basis.rule.name, basis.rule.version, by_answered=basis is answered)


def _saying(one: Regraded, more: str) -> Regraded:
    grade = Grade(one.grade.score, one.grade.correct, one.grade.reason + more)
    return Regraded(grade, one.rule, one.rule_version, one.by_answered)
