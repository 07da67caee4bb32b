"""What was counted of the answers to a version, so that only newer ones are counted again."""

from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import JSON, BigInteger, ForeignKey, Select, Text, cast, func, select, tuple_
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base
from models.regrade import Regrade
from models.submission import GradeRow, Submission


class ItemTally(Base):
    """The sums over all answers to a version up to the one with this moment and id.

    It holds as long as its ``answers`` and those behind that one are all there are, and no grade
    was appended since: ``regraded`` is how many the regrades of the question had appended.
    """

    __tablename__ = "item_tally"

    version_id: Mapped[UUID] = mapped_column(ForeignKey("question_version.id"), primary_key=True)
    answers: Mapped[int] = mapped_column(BigInteger)
    regraded: Mapped[int] = mapped_column(BigInteger)
    last_at: Mapped[datetime]
    last_id: Mapped[UUID]
    document: Mapped[dict[str, Any]] = mapped_column(JSON)


class TallyValues(NamedTuple):
    """The columns of a tally without the mapper."""

    version_id: UUID
    answers: int
    regraded: int
    last_at: datetime
    last_id: UUID
    document: dict[str, Any]

    @property
    def last(self) -> tuple[datetime, UUID]:
        """The place of the last answer that was counted."""
        return self.last_at, self.last_id


def counted_answers(
    question_id: UUID, version_id: UUID, after: tuple[datetime, UUID] | None = None
) -> Select[Any]:
    """Of each answer to a version, or of those behind a place, what is counted and its place."""
    place = (Submission.submitted_at, Submission.id)
    statement: Select[Any] = (
        select(
            cast(Submission.selected, Text),
            cast(Submission.response, Text),
            GradeRow.exact_score,
            GradeRow.correct,
            Submission.duration_ms,
            *place,
        )  # type: ignore[assignment]
        .join(Submission.grades)
        .where(Submission.version_id == version_id, GradeRow.is_last())
    )
    if after is None:
        return statement
    behind = tuple_(*place) > tuple_(*after, types=[each.type for each in place])
    return statement.where(Submission.question_id == question_id, behind)


def appended_grades(question_id: UUID) -> Select[int]:
    """How many grades all regrades of a question have appended; only ever grows."""
    total = func.coalesce(func.sum(Regrade.applied + Regrade.undone), 0)
    return select(total).where(Regrade.question_id == question_id)
