"""A question as its authors see it: everything it says, its state and its history."""

from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from api.schemas.base import IncomingDay, IncomingMoment, Moment, Outgoing
from api.schemas.contents import ContentOut, content_of
from api.schemas.questions import QuestionFilters
from domain.completeness import advice, completeness
from domain.problems import Problem
from domain.questions import Release, Status
from models import QuestionVersion
from operations.read_draft import read_draft

Sort = Literal["updated", "-updated", "title", "-title", "created", "-created"]


class DraftProblemOut(Outgoing):
    """What keeps a draft from being published (an error), or what to look at (a warning)."""

    code: str = Field(examples=["missing_prompt"])
    message: str
    hint: str
    severity: Literal["error", "warning"]

    @classmethod
    def of(cls, problem: Problem) -> Self:
        """The wire shape of a finding."""
        return cls(
            code=problem.code,
            message=problem.message,
            hint=problem.hint,
            severity=problem.severity,
        )


class VersionStateOut(Outgoing):
    """How far a version has come: when, and by which key."""

    number: int
    status: Status
    written_at: Moment
    written_by: str | None = Field(description="Null where a file was imported.")
    in_review_at: Moment | None
    in_review_by: str | None
    publish_at: Moment | None
    published_at: Moment | None
    published_by: str | None

    @classmethod
    def of(cls, version: QuestionVersion) -> Self:
        """The times of a version."""
        return cls(
            number=version.number,
            status=version.state,
            written_at=version.created_at,
            written_by=version.writers[-1] if version.writers else None,
            in_review_at=version.in_review_at,
            in_review_by=version.in_review_by,
            publish_at=version.publish_at,
            published_at=version.published_at,
            published_by=version.published_by,
        )


class BankVersionOut(ContentOut):
    """One version with all that it says."""

    version: VersionStateOut

    @classmethod
    def of(cls, version: QuestionVersion) -> Self:
        """What a version says, and how far it has come."""
        return cls(**content_of(read_draft(version)), version=VersionStateOut.of(version))


class VersionListOut(Outgoing):
    """All versions of a question, oldest first."""

    items: list[VersionStateOut]


class BankQuestionOut(ContentOut):
    """A question: what its newest version says, published or not, its state and its history.

    ``status`` is that of the newest version, or ``retired``. ``published_version`` is the number
    of the version that learners get.
    """

    id: UUID
    slug: str = Field(examples=["vanishing-gradients"])
    version: int
    status: Status
    has_draft: bool
    published_version: int | None
    publish_at: Moment | None
    copied_from: UUID | None
    created_at: Moment
    changed_at: Moment
    versions: list[VersionStateOut]
    problems: list[DraftProblemOut]

    @classmethod
    def of(cls, newest: QuestionVersion) -> Self:
        """The question of this version, which is its newest one."""
        question, draft = newest.question, read_draft(newest)
        shown = None if question.retired_at else question.published_id
        found = completeness(draft) or advice(draft)
        return cls(
            **content_of(draft),
            id=question.id,
            slug=question.slug,
            version=newest.number,
            status="retired" if question.retired_at else newest.state,
            has_draft=newest.published_at is None,
            published_version=next((v.number for v in question.versions if v.id == shown), None),
            publish_at=newest.publish_at,
            copied_from=question.copied_from_id,
            created_at=question.created_at,
            changed_at=question.changed_at,
            versions=[VersionStateOut.of(version) for version in question.versions],
            problems=[DraftProblemOut.of(problem) for problem in found],
        )


class BankPage(Outgoing):
    """One page of questions. ``next_cursor`` is null on the last one."""

    items: list[BankQuestionOut]
    next_cursor: str | None
    limit: int


class BankFilters(QuestionFilters):
    """Which questions, by what their newest version says. Everything that is stated must hold."""

    status: list[Status] = Field(default=[], max_length=4, description="One of these, if any.")
    rule: Annotated[str, Field(max_length=64)] | None = None
    release: Release | None = None
    date_from: IncomingDay | None = Field(default=None, description="Dated on this day or later.")
    date_to: IncomingDay | None = Field(default=None, description="Dated on this day or earlier.")
    slug: str | None = Field(
        default=None,
        max_length=120,
        pattern="^[a-z0-9-]*$",
        description="The slug begins like this.",
    )
    external_id: Annotated[str, Field(max_length=255)] | None = None
    has_draft: bool | None = Field(default=None, description="Has an unpublished next version.")
    changed_since: IncomingMoment | None = None
    used: bool | None = Field(
        default=None, description="Whether anybody has answered it, in any version."
    )
    q: str | None = Field(
        default=None,
        min_length=1,
        max_length=200,
        description="Full text of what is published, explanations included: every word begins a "
        "word of it. Of many hits the newest 200.",
    )


class BankQuery(BankFilters):
    """Filters of a listing, its order, and the page of it."""

    model_config = ConfigDict(frozen=True)

    sort: Sort = "-updated"
    limit: int = Field(default=50, ge=1, le=200)
    cursor: str | None = Field(default=None, max_length=1000)

    @property
    def listing(self) -> dict[str, Any]:
        """What a cursor of this listing is bound to."""
        return self.model_dump(mode="json", exclude={"cursor", "limit"})


class DiffQuery(BaseModel):
    """Which two versions are compared."""

    model_config = ConfigDict(frozen=True)

    from_: int = Field(alias="from", ge=1, le=2**31 - 1)
    to: int = Field(ge=1, le=2**31 - 1)
