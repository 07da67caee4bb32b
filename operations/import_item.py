"""What is told of one question of an import."""

from dataclasses import dataclass
from typing import Literal

from domain.losses import Loss
from domain.problems import Problem

Outcome = Literal["created", "updated", "unchanged", "failed"]


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
