"""What learners send, and what they get back."""

from datetime import UTC, datetime
from functools import lru_cache
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationInfo,
    WithJsonSchema,
    field_validator,
)
from pydantic_core import PydanticCustomError, to_json

from api.schemas.base import (
    Incoming,
    IncomingMoment,
    Moment,
    Outgoing,
    Seed,
    ShortText,
    rfc3339,
)
from api.schemas.feedback import FeedbackOut
from api.schemas.grades import released
from api.schemas.problems import ProblemOut
from api.schemas.questions import Name
from domain.grading import KINDS
from domain.questions import LONGEST_LANGUAGE
from models import GradeRow, GradeValues, Submission, SubmissionValues
from models.answering import AnswerableVersion
from operations.grade_answer import Answer, Graded
from operations.show_translations import source_hash

OptionId = Annotated[str, Field(max_length=52, examples=["7fhx"])]
LONGEST_DURATION_MS = 10**12
MOST_WRITTEN = 2000  # results on picks that are kept as JSON, about 6 KB each
NOBODYS, NEVER = UUID(int=0), datetime.min.replace(tzinfo=UTC)
RESPONSES: dict[str, Any] = {
    "anyOf": [kind.sent.model_json_schema() for kind in KINDS.values()],
}


class SubmissionIn(Incoming):
    """An answer, and what was shown to answer. Only ``selected`` or ``response`` is required."""

    response: Annotated[dict[str, Any], WithJsonSchema(RESPONSES)] | None = Field(
        default=None, description="The answer to a question of a kind where nothing is picked."
    )
    selected: list[OptionId] | None = Field(
        default=None,
        max_length=200,
        validate_default=True,
        description="Ids of the picked options.",
    )
    learner: ShortText | None = Field(
        default=None, description="An opaque id of the learner; no name, no address."
    )
    version: int | None = Field(default=None, ge=1, le=2**31 - 1, description="As it was shown.")
    shuffle: Seed | None = Field(default=None, description="The seed it was shown with.")
    duration_ms: int | None = Field(default=None, ge=0, le=LONGEST_DURATION_MS)
    language: Annotated[str, Field(max_length=LONGEST_LANGUAGE)] | None = Field(
        default=None, description="The language it was shown in, as the question stated it."
    )

    @field_validator("selected")
    @classmethod
    def _one_is_there(cls, selected: list[str] | None, info: ValidationInfo) -> list[str] | None:
        if selected is None and info.data.get("response", ...) is None:
            raise PydanticCustomError("missing", "Field required")
        return selected

    def answer(self) -> Answer:
        """The same as the operation takes it."""
        return Answer(
            selected=None if self.selected is None else tuple(self.selected),
            response=self.response,
            learner=self.learner,
            version=self.version,
            shuffle=self.shuffle,
            duration_ms=self.duration_ms,
            language=self.language,
        )


class BatchEntryIn(SubmissionIn):
    """One answer of a batch, with the question it answers and a key of its own."""

    question: Name
    idempotency_key: Annotated[str, Field(pattern=r"^[\x21-\x7e]{1,255}$")] | None = None


class BatchIn(Incoming):
    """Up to 1,000 answers. Each is read by itself, so that a bad one spoils only itself."""

    submissions: Annotated[
        list[Any],
        Field(min_length=1, max_length=1000),
        WithJsonSchema(
            {
                "type": "array",
                "minItems": 1,
                "maxItems": 1000,
                "items": BatchEntryIn.model_json_schema(),
            }
        ),
    ]


class QuestionRefOut(Outgoing):
    """The version of a question that was answered."""

    id: UUID
    slug: str = Field(examples=["vanishing-gradients"])
    version: int


class SubmissionOut(Outgoing):
    """A graded submission. What the question does not release is null."""

    id: UUID
    question: QuestionRefOut
    learner: str | None
    selected: list[str]
    response: dict[str, Any] | None = Field(
        description="As it was sent, for kinds where nothing is picked."
    )
    submitted_at: Moment
    score: float | None = Field(description="Fraction of the maximum.", examples=[0.5])
    points: float | None
    max_points: float
    correct: bool | None
    rule: str = Field(examples=["all_or_nothing"])
    rule_version: int
    reason: str | None
    language: str = Field(examples=["en"], description="Of the texts that were shown.")
    feedback: FeedbackOut | None

    @classmethod
    def of(cls, row: Submission) -> Self:
        """A stored submission under the last grade that may be told, explained by its key."""
        slug, translation, grade = row.version.question.slug, row.translation, row.told_grades[-1]
        answered = explaining = AnswerableVersion(row.version, translation)
        if (other := grade.key_version) is not None:
            is_fitting = translation is not None and translation.source_hash == source_hash(other)
            explaining = AnswerableVersion(other, translation if is_fitting else None)
        return cls._telling(row, grade, answered, slug, explaining, row.release_of(grade))

    @classmethod
    def first(cls, graded: Graded) -> Self:
        """The submission as it was first graded, also if it is asked for after a regrade."""
        version, told = graded.version, graded.submission
        return cls._telling(told, graded.grade, version, graded.slug, version, told.release)

    @classmethod
    def json_of(cls, graded: Graded) -> bytes:
        """The same as it is sent. What many learners get alike is written once."""
        told, grade = graded.submission, graded.grade
        if told.response is not None:
            return cls.first(graded).model_dump_json().encode()
        to_id, to_learner, to_moment, end = _written(
            graded.version,
            graded.slug,
            told.question_id,
            tuple(told.selected),
            tuple(told.shown),
            told.release,
            grade._replace(id=NOBODYS, submission_id=NOBODYS, graded_at=NEVER),
        )
        moment, learner = rfc3339(told.submitted_at).encode(), to_json(told.learner)
        id_ = str(told.id).encode()
        return b"".join((to_id, id_, to_learner, learner, to_moment, moment, end))

    @classmethod
    def _telling(
        cls,
        submission: Submission | SubmissionValues,
        grade: GradeRow | GradeValues,
        version: AnswerableVersion,
        slug: str,
        explaining: AnswerableVersion,
        release: str,
    ) -> Self:
        """The submission under a grade, as far as a release setting opens either.

        What was right, and why, ``explaining`` says: the version whose key made the grade.
        """
        return cls(
            id=submission.id,
            question=QuestionRefOut(
                id=submission.question_id, slug=slug, version=version.row.number
            ),
            learner=submission.learner,
            selected=submission.selected,
            response=submission.response,
            submitted_at=submission.submitted_at,
            **released(grade, release),
            language=version.language,
            feedback=(
                FeedbackOut.of(submission, explaining) if release == "after_submission" else None
            ),
        )


@lru_cache(MOST_WRITTEN)
def _written(
    version: AnswerableVersion,
    slug: str,
    question_id: UUID,
    selected: tuple[str, ...],
    shown: tuple[str, ...],
    release: str,
    grade: GradeValues,
) -> tuple[bytes, bytes, bytes, bytes]:
    """The JSON of all submissions that say the same, cut at their id, learner and moment."""
    submission = SubmissionValues(
        id=NOBODYS,
        question_id=question_id,
        version_id=version.row.id,
        caller="",
        learner=None,
        selected=list(selected),
        response=None,
        shown=list(shown),
        shuffle=None,
        release=release,
        duration_ms=None,
        submitted_at=NEVER,
        idempotency_key=None,
        request_hash=None,
        translation_id=version.translation_id,
    )
    told = SubmissionOut.first(Graded(submission, grade, version, slug))
    # No text of an author comes before the moment, so each cut is at the first of its kind.
    to_id, _, rest = told.model_dump_json().encode().partition(str(NOBODYS).encode())
    to_learner, _, rest = rest.partition(b'"learner":null')
    to_moment, _, end = rest.partition(rfc3339(NEVER).encode())
    return to_id, to_learner + b'"learner":', to_moment, end


class AcceptedOut(Outgoing):
    """An answer of a batch that was graded."""

    status: int = Field(examples=[201])
    submission: SubmissionOut


class RefusedOut(Outgoing):
    """An answer of a batch that was refused, and why."""

    status: int = Field(examples=[422])
    problem: ProblemOut


class BatchOut(Outgoing):
    """One result for each answer, in order."""

    results: list[AcceptedOut | RefusedOut]


class SubmissionPage(Outgoing):
    """One page of submissions, newest first. ``next_cursor`` is null on the last one."""

    items: list[SubmissionOut]
    next_cursor: str | None
    limit: int


class SubmissionQuery(BaseModel):
    """Which submissions, and the page of them."""

    model_config = ConfigDict(frozen=True)

    learner: ShortText | None = None
    question: Name | None = None
    submitted_after: IncomingMoment | None = None
    limit: int = Field(default=50, ge=1, le=200)
    cursor: str | None = Field(default=None, max_length=1000)

    @property
    def listing(self) -> dict[str, Any]:
        """What a cursor of this listing is bound to."""
        return self.model_dump(mode="json", exclude={"cursor", "limit"})
