"""Every grading of a submission on the wire."""

from typing import Any, Self
from uuid import UUID

from pydantic import Field

from api.schemas.base import Moment, Outgoing
from models import GradeRow, GradeValues, Submission


def released(grade: GradeRow | GradeValues, release: str) -> dict[str, Any]:
    """What a grade says on the wire, as far as its question releases scores."""
    scored = release != "never"
    return {
        "score": grade.score if scored else None,
        "points": grade.points if scored else None,
        "max_points": grade.max_points,
        "correct": grade.correct if scored else None,
        "rule": grade.rule,
        "rule_version": grade.rule_version,
        "reason": grade.reason if scored else None,
    }


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
        return cls(
            id=row.id,
            graded_at=row.graded_at,
            regrade=row.regrade_id,
            is_undo=row.is_undo,
            key_version=(row.key_version or submission.version).number,
            **released(row, submission.release_of(row)),
        )


class GradeList(Outgoing):
    """The gradings of a submission, oldest first. The last one counts.

    Where the question releases no scores there is only the first.
    """

    items: list[GradeOut]
