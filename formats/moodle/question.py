"""A question as Moodle has it, its texts being markdown already."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from types import MappingProxyType
from typing import NamedTuple, TypeVar

from domain.grading.cloze import StatedBlanks
from domain.losses import Loss
from domain.problems import Problem

MOST_ANSWERS = 1_000
T = TypeVar("T")


class Answer(NamedTuple):
    """An answer, the share of the points it earns, and how far a number may be from it."""

    text: str
    fraction: Fraction = Fraction(0)
    feedback: str = ""
    tolerance: str = "0"


class Pair(NamedTuple):
    """A premise and its target; a premise without a text makes the target a distractor."""

    premise: str
    target: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One question of the types named in :data:`formats.moodle.to_draft.TYPES`.

    ``single``: one answer may be picked. ``case``: capital letters matter. ``grading`` is how
    Moodle scores an ordering. ``blanks`` and ``choices`` are for questions with gaps: what goes
    into each, and the options of each by its name.
    """

    type: str
    text: str
    name: str = ""
    answers: tuple[Answer, ...] = ()
    pairs: tuple[Pair, ...] = ()
    blanks: StatedBlanks | None = None
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    feedback: str = ""
    single: bool = True
    shuffle: bool = False
    case: bool = False
    grading: str = "ABSOLUTE_POSITION"
    points: Fraction = Fraction(1)
    external_id: str | None = None
    slug: str | None = None
    tags: tuple[str, ...] = ()
    hints: tuple[str, ...] = ()
    losses: tuple[Loss, ...] = ()
    line: int | None = None


class Refused(Exception):
    """A question that no draft can say, and why."""

    def __init__(
        self, code: str, message: str, hint: str, line: int | None = None, column: int | None = None
    ) -> None:
        super().__init__(message)
        self.problem = Problem(code, message, hint, line, column)


def check_count(answers: Sequence[T]) -> Sequence[T]:
    """The answers, or :class:`Refused` for more than anybody can mean."""
    if len(answers) > MOST_ANSWERS:
        told = f"There are {len(answers):,} answers; at most {MOST_ANSWERS:,} are read."
        raise Refused("too_many_answers", told, "Split the question.")
    return answers
