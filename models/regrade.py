"""Regrades: what is planned, what it would give to each submission, and how far it is."""

from datetime import datetime, timedelta
from fractions import Fraction
from typing import Literal, NamedTuple, Self
from uuid import UUID

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ForeignKey,
    Index,
    Select,
    SmallInteger,
    String,
    Text,
    select,
)
from sqlalchemy.orm import Mapped, joinedload, mapped_column, relationship

from domain.regrading import MODES, Mode
from models.base import Base, Identified, now
from models.leases import is_free
from models.question import Question, QuestionVersion

Task = Literal["plan", "apply", "undo"]
State = Literal[
    "planning", "planned", "applying", "applied", "undoing", "undone", "failed"
]  # fmt: skip

# Without a sign of life for so long, its worker is gone. To be wrong about that costs a look more:
# a batch is only written by who has the regrade, and holds its row meanwhile.
LEASE = timedelta(seconds=3)
_UNDER_WAY: dict[Task, State] = {"plan": "planning", "apply": "applying", "undo": "undoing"}
_FINISHED = {"plan": "planned_at", "apply": "applied_at", "undo": "undone_at"}
_SETTLED: dict[Task, State] = {"plan": "planned", "apply": "applied", "undo": "undone"}


class Regrade(Identified, Base):
    """One regrade of a question: planned, then applied, then perhaps undone.

    ``target`` is the version whose key is used; ``rule`` the scoring rule instead of that of the
    version. ``task`` is what was asked for last, ``mark`` how far it came: what the last batch
    ended with. Each batch is committed together with its mark and its counts.
    """

    __tablename__ = "regrade"
    __table_args__ = (
        CheckConstraint(f"mode IN {MODES}", name="known_mode"),
        CheckConstraint("task IN ('plan', 'apply', 'undo')", name="known_task"),
        Index("ix_regrade_question_id_id", "question_id", "id"),
        Index("ix_regrade_finished_at_id", "finished_at", "id"),
    )

    question_id: Mapped[UUID] = mapped_column(ForeignKey("question.id"))
    reason: Mapped[str] = mapped_column(Text)
    mode: Mapped[Mode] = mapped_column(String(40))
    versions: Mapped[list[int] | None] = mapped_column(JSON(none_as_null=True))
    since: Mapped[datetime | None]
    until: Mapped[datetime | None]
    target_id: Mapped[UUID | None] = mapped_column(ForeignKey("question_version.id"))
    rule: Mapped[str | None] = mapped_column(String(64))

    planned_by: Mapped[str] = mapped_column(String(36))
    created_at: Mapped[datetime] = mapped_column(default=now)
    planned_at: Mapped[datetime | None]
    applied_by: Mapped[str | None] = mapped_column(String(36))
    apply_asked_at: Mapped[datetime | None]
    applied_at: Mapped[datetime | None]
    undone_by: Mapped[str | None] = mapped_column(String(36))
    undone_at: Mapped[datetime | None]

    submissions: Mapped[int] = mapped_column(default=0)
    affected: Mapped[int] = mapped_column(default=0)
    ungradable: Mapped[int] = mapped_column(default=0)
    raised: Mapped[int] = mapped_column(default=0)
    lowered: Mapped[int] = mapped_column(default=0)
    became_correct: Mapped[int] = mapped_column(default=0)
    became_incorrect: Mapped[int] = mapped_column(default=0)
    sum_before: Mapped[str] = mapped_column(Text, default="0")
    sum_after: Mapped[str] = mapped_column(Text, default="0")
    applied: Mapped[int] = mapped_column(default=0)
    stale: Mapped[int] = mapped_column(default=0)
    arrived: Mapped[int | None]
    undone: Mapped[int] = mapped_column(default=0)
    kept: Mapped[int] = mapped_column(default=0)

    task: Mapped[Task] = mapped_column(String(8), default="plan")
    mark: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True))
    done: Mapped[int] = mapped_column(default=0)
    attempts: Mapped[int] = mapped_column(SmallInteger, default=0)
    worker: Mapped[UUID | None]
    alive_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    failure: Mapped[str | None] = mapped_column(Text)

    question: Mapped[Question] = relationship()
    target: Mapped[QuestionVersion | None] = relationship()

    @property
    def state(self) -> State:
        """How far it is; work whose worker is gone is still under way."""
        if self.failure is not None:
            return "failed"
        return _UNDER_WAY[self.task] if self.finished_at is None else _SETTLED[self.task]

    @property
    def total(self) -> int | None:
        """How many submissions the present task goes through; unknown while it is a plan."""
        if self.task == "plan":
            return None if self.finished_at is None else self.submissions
        return self.affected + self.ungradable

    @property
    def unaffected(self) -> int:
        """How many submissions of the scope keep their grade as it is."""
        return self.submissions - self.affected - self.ungradable

    def mean(self, total: str) -> Fraction | None:
        """The mean of a sum over all submissions of the scope; none where there are none."""
        return Fraction(total) / self.submissions if self.submissions else None

    def begin(self, task: Task) -> None:
        """Ask for a task from its beginning."""
        self.task, self.mark, self.done = task, None, 0
        self.go_on()

    def go_on(self) -> None:
        """Have the task worked on by anybody, from where it is."""
        self.attempts = 0
        self.worker = self.alive_at = self.finished_at = self.failure = None

    def give_back(self) -> None:
        """Let another worker go on at once."""
        self.worker = self.alive_at = None

    def finish(self, at: datetime, failure: str | None = None) -> None:
        """End the task, well unless a failure is told."""
        self.worker = self.alive_at = None
        self.finished_at, self.failure = at, failure
        if failure is None:
            setattr(self, _FINISHED[self.task], at)

    @classmethod
    def newest_first(cls) -> Select[Self]:
        """All regrades with what is told of them."""
        told = (joinedload(cls.question), joinedload(cls.target))
        return select(cls).options(*told).order_by(cls.id.desc())

    @classmethod
    def next_free(cls, at: datetime) -> Select[Self]:
        """The oldest regrade that waits for a worker."""
        free = is_free(cls.alive_at, at, LEASE)
        return select(cls).where(cls.finished_at.is_(None), free).order_by(cls.id).limit(1)

    @classmethod
    def under_way_beside(cls, regrade: Self) -> Select[UUID]:
        """Another regrade of the same question that is being applied or undone."""
        other = (cls.question_id == regrade.question_id, cls.id != regrade.id)
        return select(cls.id).where(*other, cls.task != "plan", cls.finished_at.is_(None)).limit(1)

    @classmethod
    def held_by(cls, regrade_id: UUID, worker: UUID) -> Select[Self]:
        """The regrade, locked, if the worker still has it."""
        mine = (cls.id == regrade_id, cls.worker == worker, cls.finished_at.is_(None))
        return select(cls).where(*mine).with_for_update()


class RegradeOutcome(Base):
    """What a regrade gives to many submissions alike: the score before, and the grade after.

    With a ``problem`` there is no grade: answers of this sort cannot be graded.
    """

    __tablename__ = "regrade_outcome"

    regrade_id: Mapped[UUID] = mapped_column(ForeignKey("regrade.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    old_exact_score: Mapped[str] = mapped_column(String(64))
    old_correct: Mapped[bool]
    problem: Mapped[str | None] = mapped_column(String(40))
    reason: Mapped[str] = mapped_column(Text)
    rule: Mapped[str | None] = mapped_column(String(64))
    rule_version: Mapped[int | None] = mapped_column(SmallInteger)
    exact_score: Mapped[str | None] = mapped_column(String(64))
    score: Mapped[float | None]
    points: Mapped[float | None]
    max_points: Mapped[float]
    correct: Mapped[bool | None]
    key_version_id: Mapped[UUID | None]


class RegradeItem(Base):
    """A submission that a regrade changes, or cannot grade. Written by the plan, then kept.

    ``old_grade_id`` is the grade that counted then. No foreign keys to submissions and grades:
    an operator may let go of old months of both.
    """

    __tablename__ = "regrade_item"

    regrade_id: Mapped[UUID] = mapped_column(ForeignKey("regrade.id"), primary_key=True)
    submission_id: Mapped[UUID] = mapped_column(primary_key=True)
    old_grade_id: Mapped[UUID]
    outcome: Mapped[int]


class OutcomeValues(NamedTuple):
    """What an outcome says, without its number, so that equal ones are found."""

    old_exact_score: str
    old_correct: bool
    problem: str | None
    reason: str
    rule: str | None
    rule_version: int | None
    exact_score: str | None
    score: float | None
    points: float | None
    max_points: float
    correct: bool | None
    key_version_id: UUID | None


class ItemValues(NamedTuple):
    """The columns of an item without the mapper."""

    regrade_id: UUID
    submission_id: UUID
    old_grade_id: UUID
    outcome: int
