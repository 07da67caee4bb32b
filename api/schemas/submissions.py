"""What learners send, and what they get back: the one place where a key may be seen."""

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
from pydantic_core import PydanticCustomError

from api.schemas.base import (
    Incoming,
    IncomingMoment,
    Moment,
    Outgoing,
    Seed,
    ShortText,
)
from api.schemas.interactions import SOLUTIONS, Solution
from api.schemas.problems import ProblemOut
from api.schemas.questions import Name, TextOut
from domain.grading import (
    KINDS,
    ChoiceKey,
    ChoiceResponse,
    KindKey,
    Verdict,
    verdicts,
)
from domain.option_references import label, label_html
from models import GradeRow, ReferenceRow, Submission
from operations.submit_answer import Answer

OptionId = Annotated[str, Field(max_length=52, examples=["7fhx"])]
LONGEST_DURATION_MS = 10**12
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


class OptionFeedbackOut(Outgoing):
    """What became of one option, and what its author says to those who met it."""

    id: str = Field(examples=["m3kq"])
    selected: bool
    correct: bool
    verdict: Verdict
    html: str | None


class ReferenceOut(Outgoing):
    """A recommended reading; ``lead`` and ``note`` are the words around its link."""

    title: str
    url: str | None
    note: str
    lead: str

    @classmethod
    def of(cls, row: ReferenceRow) -> Self:
        """The reference of a version."""
        return cls(title=row.title, url=row.url, note=row.note, lead=row.lead)


class PartFeedbackOut(Outgoing):
    """Whether one part of a response was right: a premise by its id, a blank by its name."""

    id: str
    correct: bool


class FeedbackOut(Outgoing):
    """What was right, a verdict on each option or part, and the explanation.

    ``correct`` and ``options`` are for kinds where options are picked, ``solution`` and ``parts``
    for the others. ``combination`` is what the author says to who picked exactly these options.
    """

    correct: list[str]
    options: list[OptionFeedbackOut]
    solution: Solution | None
    parts: list[PartFeedbackOut]
    combination: TextOut | None
    explanation: TextOut | None
    references: list[ReferenceOut]

    @classmethod
    def of(cls, submission: Submission) -> Self:
        """Feedback on a submission, its options in the order that the learner saw."""
        version, key = submission.version, submission.version.key
        shown, told = submission.shown, version.explanation
        return cls(
            explanation=_labelled(told.text, told.html, shown) if told else None,
            references=[ReferenceOut.of(row) for row in version.references],
            combination=_combination(submission),
            **(_on_picks(submission, key) if isinstance(key, ChoiceKey) else {}),
            **(_on_parts(submission, key) if isinstance(key, KindKey) else {}),
        )


def _labelled(text: str, html: str, shown: list[str]) -> TextOut:
    return TextOut(markdown=label(text, shown), html=label_html(html, shown))


def _combination(submission: Submission) -> TextOut | None:
    scheme, picked = submission.version.mark_scheme, sorted(submission.selected)
    for one in scheme.combinations if scheme else ():
        if one["picked"] == picked:
            return _labelled(one["text"], one["html"], submission.shown)
    return None


def _on_picks(submission: Submission, key: ChoiceKey) -> dict[str, Any]:
    selected, shown = frozenset(submission.selected), submission.shown
    html = {row.option_id: row.feedback_html for row in submission.version.options}
    found = verdicts(key, ChoiceResponse(selected))
    options = [
        OptionFeedbackOut(
            id=id_,
            selected=id_ in selected,
            correct=id_ in key.correct,
            verdict=found[id_],
            html=label_html(html[id_] or "", shown) or None,
        )
        for id_ in shown
    ]
    right = [id_ for id_ in shown if id_ in key.correct]
    return {"correct": right, "options": options, "solution": None, "parts": []}


def _on_parts(submission: Submission, key: KindKey) -> dict[str, Any]:
    sent = key.read(submission.response or {})
    judged = key.kind.judged(key.stated, sent, key.parts)
    solution = key.kind.solution(key.stated, key.parts)
    return {
        "correct": [],
        "options": [],
        "solution": SOLUTIONS[key.kind.name].model_validate(solution),
        "parts": [PartFeedbackOut(id=id_, correct=right) for id_, right in judged.items()],
    }


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
    feedback: FeedbackOut | None

    @classmethod
    def of(cls, submission: Submission, grade: GradeRow) -> Self:
        """The submission under a grade, as far as its question releases either."""
        version = submission.version
        scored = submission.release != "never"
        return cls(
            id=submission.id,
            question=QuestionRefOut(
                id=submission.question_id, slug=version.question.slug, version=version.number
            ),
            learner=submission.learner,
            selected=submission.selected,
            response=submission.response,
            submitted_at=submission.submitted_at,
            score=grade.score if scored else None,
            points=grade.points if scored else None,
            max_points=grade.max_points,
            correct=grade.correct if scored else None,
            rule=grade.rule,
            rule_version=grade.rule_version,
            reason=grade.reason if scored else None,
            feedback=FeedbackOut.of(submission)
            if submission.release == "after_submission"
            else None,
        )


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
