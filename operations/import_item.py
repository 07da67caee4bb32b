"""What is told of one question of an import."""

from dataclasses import dataclass
from typing import Literal, get_args

from domain.losses import Loss
from domain.problems import Problem

Outcome = Literal["created", "updated", "unchanged", "failed"]
OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)


@dataclass(frozen=True, slots=True)
class ImportItem:
    """What became of one question of a file. ``changes`` are lines of a difference,
    ``losses`` what of the file is not in the bank."""

    source: str
    slug: str | None
    outcome: Outcome
    problems: tuple[Problem, ...] = ()
    changes: tuple[str, ...] = ()
    losses: tuple[Loss, ...] = ()

    @property
    def is_noted(self) -> bool:
        """Whether the question was taken and there is something to tell of it."""
        return self.outcome != "failed" and bool(self.problems or self.losses)
