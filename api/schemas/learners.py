"""What is stored of a learner, on the wire and at the command line."""

from datetime import datetime
from typing import Any, Self
from uuid import UUID

from pydantic import Field

from api.schemas.base import Incoming, Moment, Outgoing, ShortText
from models import GradeRow, IdempotencyRecord, Submission
from operations.erase_learner import Erased
from operations.export_learner import LearnerRecord


class LearnerIn(Incoming):
    """Whom it is about. In a body, not in the address: addresses are logged on their way."""

    learner: ShortText = Field(min_length=1, description="The opaque id of the learner.")


class ErasedOut(Outgoing):
    """What was done. ``pseudonym`` is null where nothing of the learner was stored."""

    submissions: int
    pseudonym: str | None

    @classmethod
    def of(cls, erased: Erased) -> Self:
        """The shape of what was done."""
        return cls(submissions=erased.submissions, pseudonym=erased.pseudonym)


class StoredGradeOut(Outgoing):
    """A row of ``grade``."""

    id: UUID
    rule: str
    rule_version: int
    exact_score: str
    score: float
    points: float
    max_points: float
    correct: bool
    reason: str
    graded_at: Moment
    regrade_id: UUID | None
    is_undo: bool
    key_version_id: UUID | None

    @classmethod
    def of(cls, row: GradeRow) -> Self:
        """The shape of a stored grade."""
        return cls(**{name: getattr(row, name) for name in cls.model_fields})


class StoredSubmissionOut(Outgoing):
    """A row of ``submission``, with the question's slug and title and with every grade."""

    id: UUID
    question_id: UUID
    slug: str | None
    title: str
    version_id: UUID
    caller: str
    selected: list[str]
    response: dict[str, Any] | None
    shown: list[str]
    shuffle: str | None
    release: str
    duration_ms: int | None
    submitted_at: Moment
    idempotency_key: str | None
    request_hash: str | None
    translation_id: UUID | None
    grades: list[StoredGradeOut]

    @classmethod
    def of(cls, row: Submission) -> Self:
        """The shape of a stored submission."""
        own = cls.model_fields.keys() - {"slug", "title", "grades"}
        return cls(
            slug=row.question.slug,
            title=row.version.title,
            grades=[StoredGradeOut.of(grade) for grade in row.grades],
            **{name: getattr(row, name) for name in own},
        )


class KeptAnswerOut(Outgoing):
    """An answer that is kept for a day, for a request that is sent again."""

    key: str
    body: str
    created_at: Moment

    @classmethod
    def of(cls, row: IdempotencyRecord) -> Self:
        """The shape of a kept answer."""
        return cls(key=row.key, body=row.body, created_at=row.created_at)


class LearnerOut(Outgoing):
    """All that is stored of a learner."""

    learner: str
    exported_at: Moment
    submissions: list[StoredSubmissionOut]
    kept_answers: list[KeptAnswerOut]

    @classmethod
    def of(cls, learner: str, record: LearnerRecord, at: datetime) -> Self:
        """The shape of what was found."""
        return cls(
            learner=learner,
            exported_at=at,
            submissions=[StoredSubmissionOut.of(row) for row in record.submissions],
            kept_answers=[KeptAnswerOut.of(row) for row in record.kept_answers],
        )
