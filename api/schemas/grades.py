"""Every grading of a submission on the wire."""

from typing import Self
from uuid import UUID

from pydantic import Field

from api.schemas.base import Moment, Outgoing
from models import GradeRow, Submission


class GradeOut(Outgoing):
    """One grading of a submission. What the question does not release is null.

    The first one names no regrade. ``is_undo``: it tells again what counted before the regrade.
    """

    id: UUID
    graded_at: Moment
    regrade: UUID | None
    is_undo: bool
    key_version: int = Field(description="The version whose key graded.")
    score: float | None
    points: float | None
    max_points: float
    correct: bool | None
    rule: str = Field(examples=["all_or_nothing"])
    rule_version: int
    reason: str | None

    @classmethod
    def of(cls, row: GradeRow, submission: Submission) -> Self:
        """A stored grade of the submission."""
        scored = submission.release != "never"
        return cls(
            id=row.id,
            graded_at=row.graded_at,
            regrade=row.regrade_id,
            is_undo=row.is_undo,
            key_version=(row.key_version or submission.version).number,
            score=row.score if scored else None,
            points=row.points if scored else None,
            max_points=row.max_points,
            correct=row.correct if scored else None,
            rule=row.rule,
            rule_version=row.rule_version,
            reason=row.reason if scored else None,
        )


class GradeList(Outgoing):
    """Every grading of a submission, oldest first. The last one counts."""

    items: list[GradeOut]
