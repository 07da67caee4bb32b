"""What learners sent and how it was graded. Both tables only ever grow."""

import re
import secrets
from datetime import datetime
from typing import Any, NamedTuple, Self
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    Index,
    Select,
    SmallInteger,
    String,
    Text,
    UniqueConstraint,
    exists,
    false,
    select,
    text,
)
from sqlalchemy.orm import (
    Mapped,
    aliased,
    foreign,
    joinedload,
    mapped_column,
    relationship,
    selectinload,
)

from domain.questions import stricter_release
from models.base import Base, Identified, now
from models.question import Question, QuestionVersion
from models.translation import Translation

PSEUDONYM = re.compile(r"erased-[0-9a-f]{24}")  # the guard in the database knows it, too


def make_pseudonym() -> str:
    """A new random name for a learner who is to be forgotten."""
    return f"erased-{secrets.token_hex(12)}"


def is_pseudonym(learner: str) -> bool:
    """Whether a learner was forgotten already."""
    return PSEUDONYM.fullmatch(learner) is not None


class Submission(Identified, Base):
    """One response: the version and order of options shown, and what the learner sent.

    ``selected`` are the picked options; kinds where nothing is picked have a ``response``.
    ``release`` says what the learner may learn of the result: answering an old version must not
    open what the published one keeps closed, since both may share their key.
    ``translation_id`` is the translation that was shown, none where it was the source.
    The idempotency key is kept for ever, so that a repeated submit finds its first one.
    """

    __tablename__ = "submission"
    __table_args__ = (
        UniqueConstraint("caller", "question_id", "idempotency_key"),
        CheckConstraint("duration_ms >= 0", name="duration_not_negative"),
        Index("ix_submission_caller_submitted_at_id", "caller", "submitted_at", "id"),
        Index("ix_submission_submitted_at_id", "submitted_at", "id"),
        Index("ix_submission_learner_submitted_at_id", "learner", "submitted_at", "id"),
        Index("ix_submission_question_id_submitted_at_id", "question_id", "submitted_at", "id"),
        Index("ix_submission_version_id", "version_id"),
    )

    question_id: Mapped[UUID] = mapped_column(ForeignKey("question.id"))
    version_id: Mapped[UUID] = mapped_column(ForeignKey("question_version.id"))
    caller: Mapped[str] = mapped_column(String(36))
    learner: Mapped[str | None] = mapped_column(String(255))
    selected: Mapped[list[str]]
    response: Mapped[dict[str, Any] | None]
    shown: Mapped[list[str]]
    shuffle: Mapped[str | None] = mapped_column(String(128))
    release: Mapped[str] = mapped_column(String(40))
    duration_ms: Mapped[int | None] = mapped_column(BigInteger)
    submitted_at: Mapped[datetime] = mapped_column(default=now)
    idempotency_key: Mapped[str | None] = mapped_column(String(255))
    request_hash: Mapped[str | None] = mapped_column(String(64))
    translation_id: Mapped[UUID | None] = mapped_column(ForeignKey("translation.id"))

    question: Mapped[Question] = relationship()
    version: Mapped[QuestionVersion] = relationship()
    translation: Mapped[Translation | None] = relationship()
    grades: Mapped[list["GradeRow"]] = relationship(
        back_populates="submission", order_by="GradeRow.id"
    )

    @property
    def first_grade(self) -> "GradeRow":
        """The grade that was answered when it was submitted."""
        return self.grades[0]

    @property
    def grade(self) -> "GradeRow":
        """The grade that counts: the last one."""
        return self.grades[-1]

    def release_of(self, grade: "GradeRow") -> str:
        """What may be told of a grade: no more than the version whose key made it says."""
        if grade.key_version is None:
            return self.release
        return stricter_release(self.release, grade.key_version.release)

    @property
    def told_grades(self) -> list["GradeRow"]:
        """The grades that the learner may know of, oldest first; the last one is told.

        Where a score stays closed, so does that a regrade gave another: it would tell of the key
        which answers it changed.
        """
        later = self.grades[1:]
        closed = {grade.regrade_id for grade in later if self.release_of(grade) == "never"}
        return [self.first_grade, *(grade for grade in later if grade.regrade_id not in closed)]

    @classmethod
    def by_idempotency_key(cls, caller: str, question_id: UUID, key: str) -> Select[Self]:
        """What this caller first sent to the question under the key."""
        return select(cls).where(
            cls.caller == caller, cls.question_id == question_id, cls.idempotency_key == key
        )

    @classmethod
    def of_learner(cls, learner: str) -> Select[Self]:
        """All that a learner submitted, with every grade of it, oldest first."""
        loaded = (selectinload(cls.grades), joinedload(cls.question), joinedload(cls.version))
        found = select(cls).where(cls.learner == learner).options(*loaded)
        return found.order_by(cls.submitted_at, cls.id)

    @classmethod
    def typed_by(cls, learner: str) -> Select[UUID, UUID, dict[str, Any] | None]:
        """Of each submission of a learner its id, its version, and what was typed or placed."""
        return select(cls.id, cls.version_id, cls.response).where(cls.learner == learner)

    @classmethod
    def scored(cls, version_id: UUID) -> Select[UUID, list[str], str]:
        """Of each submission to a version its id, its picks and its score now, oldest first."""
        return (
            select(cls.id, cls.selected, GradeRow.exact_score)
            .join(cls.grades)
            .where(cls.version_id == version_id, GradeRow.is_last())
            .order_by(cls.id)
        )


class GradeRow(Identified, Base):
    """One grading of a submission. The last one counts; the ones before stay.

    ``score`` and ``points`` are for sums and sorting, ``exact_score`` is the score itself.
    The first one has no ``regrade_id``; each later one names its run, and whether it undoes it.
    ``key_version`` is the version whose key graded, ``None`` for the one that was answered.
    """

    __tablename__ = "grade"
    __table_args__ = (
        Index("ix_grade_submission_id_id", "submission_id", "id"),
        # No run grades twice; first grades, which are many, pay nothing for it.
        Index(
            "ix_grade_submission_id_regrade_id_is_undo",
            *("submission_id", "regrade_id", "is_undo"),
            unique=True,
            sqlite_where=text("regrade_id IS NOT NULL"),
            postgresql_where=text("regrade_id IS NOT NULL"),
        ),
        CheckConstraint("max_points > 0", name="max_points_positive"),
    )

    submission_id: Mapped[UUID] = mapped_column(ForeignKey("submission.id"))
    rule: Mapped[str] = mapped_column(String(64))
    rule_version: Mapped[int] = mapped_column(SmallInteger)
    exact_score: Mapped[str] = mapped_column(String(64))
    score: Mapped[float]
    points: Mapped[float]
    max_points: Mapped[float]
    correct: Mapped[bool]
    reason: Mapped[str] = mapped_column(Text)
    graded_at: Mapped[datetime] = mapped_column(default=now)
    regrade_id: Mapped[UUID | None] = mapped_column(ForeignKey("regrade.id"))
    is_undo: Mapped[bool] = mapped_column(server_default=false())
    # No foreign key: for each draft that is thrown away, all grades would be searched.
    key_version_id: Mapped[UUID | None]

    submission: Mapped[Submission] = relationship(back_populates="grades")
    key_version: Mapped[QuestionVersion | None] = relationship(
        primaryjoin=lambda: foreign(GradeRow.key_version_id) == QuestionVersion.id, viewonly=True
    )

    @classmethod
    def is_last(cls) -> ColumnElement[bool]:
        """Whether a grade is the one of its submission that counts."""
        later = aliased(GradeRow)
        return ~exists().where(later.submission_id == cls.submission_id, later.id > cls.id)


class SubmissionValues(NamedTuple):
    """The columns of a submission without the mapper: cheap where there are many."""

    id: UUID
    question_id: UUID
    version_id: UUID
    caller: str
    learner: str | None
    selected: list[str]
    response: dict[str, Any] | None
    shown: list[str]
    shuffle: str | None
    release: str
    duration_ms: int | None
    submitted_at: datetime
    idempotency_key: str | None
    request_hash: str | None
    translation_id: UUID | None


class GradeValues(NamedTuple):
    """The columns of a first grade without the mapper."""

    id: UUID
    submission_id: UUID
    rule: str
    rule_version: int
    exact_score: str
    score: float
    points: float
    max_points: float
    correct: bool
    reason: str
    graded_at: datetime


class RegradeValues(NamedTuple):
    """The columns of a later grade without the mapper."""

    id: UUID
    submission_id: UUID
    rule: str
    rule_version: int
    exact_score: str
    score: float
    points: float
    max_points: float
    correct: bool
    reason: str
    graded_at: datetime
    regrade_id: UUID | None
    is_undo: bool
    key_version_id: UUID | None
