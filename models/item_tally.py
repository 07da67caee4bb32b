"""What was counted of the answers to a version, so that only newer ones are counted again."""

from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import (
    JSON,
    BigInteger,
    ColumnElement,
    ForeignKey,
    Select,
    Text,
    and_,
    case,
    cast,
    func,
    select,
)
from sqlalchemy.orm import Mapped, mapped_column

from domain.statistics import BIN_ENDS
from models.base import Base
from models.question import QuestionVersion
from models.regrade import Regrade
from models.submission import GradeRow, Submission


class ItemTally(Base):
    """The sums over all answers to a version that were submitted before a moment.

    It holds as long as its ``answers`` and those from that moment on are all there are, and no
    grade was appended since: ``regraded`` is how many the regrades of the question had appended.
    """

    __tablename__ = "item_tally"

    version_id: Mapped[UUID] = mapped_column(ForeignKey("question_version.id"), primary_key=True)
    answers: Mapped[int] = mapped_column(BigInteger)
    regraded: Mapped[int] = mapped_column(BigInteger)
    until: Mapped[datetime]
    document: Mapped[dict[str, Any]] = mapped_column(JSON)


class TallyValues(NamedTuple):
    """The columns of a tally without the mapper."""

    version_id: UUID
    answers: int
    regraded: int
    until: datetime
    document: dict[str, Any]


def submitted_to(
    version: QuestionVersion, since: datetime | None, until: datetime | None
) -> ColumnElement[bool]:
    """Whether a submission is to the version, and of the time between two moments."""
    conditions = [Submission.version_id == version.id]
    if since is not None:  # the index of questions goes by time
        conditions += [Submission.question_id == version.question_id]
        conditions += [Submission.submitted_at >= since]
    if until is not None:
        conditions.append(Submission.submitted_at < until)
    return and_(*conditions)


def counted_outcomes(submissions: ColumnElement[bool]) -> Select[Any]:
    """Each response to these submissions with the grade that counts, and how many have both."""
    said = (cast(Submission.selected, Text), cast(Submission.response, Text))
    alike = (*said, GradeRow.exact_score, GradeRow.correct)
    counted: Select[Any] = select(*alike, func.count())  # type: ignore[assignment]
    return counted.join(Submission.grades).where(submissions, GradeRow.is_last()).group_by(*alike)


def counted_times(submissions: ColumnElement[bool]) -> Select[int, int]:
    """The beginning of each bin of times that these submissions took, and how many did."""
    time = Submission.duration_ms
    bins = case(*((time < end, time // width * width) for end, width in BIN_ENDS), else_=time)
    counted = select(bins, func.count()).where(submissions, time.is_not(None))
    return counted.group_by(bins)


def counted_versions(question_id: UUID) -> Select[int, int]:
    """The number of each version of a question that was published, and its submissions."""
    submissions = select(func.count()).where(Submission.version_id == QuestionVersion.id)
    published = QuestionVersion.published_at.is_not(None)
    return (
        select(QuestionVersion.number, submissions.scalar_subquery())
        .where(QuestionVersion.question_id == question_id, published)
        .order_by(QuestionVersion.number)
    )


def appended_grades(question_id: UUID) -> Select[int]:
    """How many grades all regrades of a question have appended; only ever grows."""
    total = func.coalesce(func.sum(Regrade.applied + Regrade.undone), 0)
    return select(total).where(Regrade.question_id == question_id)
