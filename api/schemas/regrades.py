"""Wire shapes of regrades."""

from fractions import Fraction
from typing import Annotated, Any, Literal, Self, get_args
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from api.schemas.base import Incoming, IncomingMoment, Moment, Outgoing
from api.schemas.questions import Name
from api.schemas.scoring import Exact, RuleName
from domain.regrading import WITH_KEY, Mode
from models import Regrade, RegradeOutcome
from models.regrade import State
from operations.plan_regrade import Scope, Wish

Number = Annotated[int, Field(ge=1, le=2**31 - 1)]
Reason = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=2000),
    Field(description="Why, for those who ask later.", examples=["Option b is right, too."]),
]
ItemStatus = Literal["planned", "applied", "stale", "undone", "kept", "ungradable"]
ITEM_STATUSES: tuple[ItemStatus, ...] = get_args(ItemStatus)


class RegradeScopeIn(Incoming):
    """Which submissions: to one question, of some versions, of some time."""

    question: Name
    versions: list[Number] | None = Field(
        default=None, min_length=1, max_length=100, description="Those answered; all if absent."
    )
    since: IncomingMoment | None = Field(default=None, description="Submitted then or later.")
    until: IncomingMoment | None = Field(default=None, description="Submitted before then.")

    @model_validator(mode="after")
    def _is_a_range(self) -> Self:
        if self.since and self.until and self.since >= self.until:
            raise PydanticCustomError("empty_range", "should begin before it ends")
        return self


class RegradeIn(Incoming):
    """What to regrade, why, and how."""

    reason: Reason
    scope: RegradeScopeIn
    mode: Mode = Field(
        default="current_key",
        description="By the corrected key; by it or the key of the time, whichever gives more; "
        "all points for everybody; or nobody, which is only noted.",
    )
    version: Number | None = Field(
        default=None, description="Whose key is used; the published version if absent."
    )
    rule: RuleName | None = Field(
        default=None, description="The scoring rule, if not that version's own."
    )

    @model_validator(mode="after")
    def _has_use_for_all(self) -> Self:
        if self.mode not in WITH_KEY and (self.version is not None or self.rule is not None):
            raise PydanticCustomError(
                "no_key_used", "should name no `version` and no `rule`: this mode uses no key"
            )
        return self

    @property
    def wish(self) -> Wish:
        """The same as the operation takes it."""
        said = self.scope
        versions = None if said.versions is None else tuple(said.versions)
        scope = Scope(said.question, versions, said.since, said.until)
        return Wish(self.reason, scope, self.mode, self.version, self.rule)


class RegradedQuestionOut(Outgoing):
    """The question that is regraded."""

    id: UUID
    slug: str = Field(examples=["vanishing-gradients"])


class RegradeScopeOut(Outgoing):
    """Which submissions; null for all."""

    versions: list[int] | None
    since: Moment | None
    until: Moment | None


class RegradeProgressOut(Outgoing):
    """How many submissions the present task has gone through, of how many if that is known."""

    done: int
    total: int | None


class RegradeMeanOut(Outgoing):
    """Mean scores over all submissions of the scope; null where there are none."""

    before: float | None
    after: float | None
    shift: float | None
    shift_exact: Exact | None

    @classmethod
    def of(cls, run: Regrade) -> Self:
        """What the sums come to."""
        before, after = run.mean(run.sum_before), run.mean(run.sum_after)
        if before is None or after is None:
            return cls(before=None, after=None, shift=None, shift_exact=None)
        shift: Fraction = after - before
        return cls(
            before=float(before), after=float(after), shift=float(shift), shift_exact=str(shift)
        )


class RegradePlanOut(Outgoing):
    """What the plan comes to. The submissions are affected, unaffected or ungradable.

    Affected ones get another grade; those whose score stays as it was are neither raised nor
    lowered.
    """

    submissions: int
    affected: int
    unaffected: int
    ungradable: int
    raised: int
    lowered: int
    became_correct: int
    became_incorrect: int
    mean: RegradeMeanOut

    @classmethod
    def of(cls, run: Regrade) -> Self:
        """The counts of a regrade."""
        own = cls.model_fields.keys() - {"mean"}
        return cls(mean=RegradeMeanOut.of(run), **{name: getattr(run, name) for name in own})


class RegradeDoneOut(Outgoing):
    """What became of the plan so far.

    ``stale`` were graded otherwise after the plan and left alone; ``arrived`` came after it, null
    until it is applied. ``kept`` could not be undone, since a later regrade graded them.
    """

    applied: int
    stale: int
    arrived: int | None
    undone: int
    kept: int


class RegradeOut(Outgoing):
    """A regrade: what was asked for, what it comes to, and how far it is."""

    id: UUID
    state: State
    progress: RegradeProgressOut
    failure: str | None
    question: RegradedQuestionOut
    reason: str
    mode: Mode
    scope: RegradeScopeOut
    version: int | None = Field(description="Whose key is used; null where none is.")
    rule: str | None = Field(description="Null where each version is scored by its own.")
    plan: RegradePlanOut
    result: RegradeDoneOut
    planned_by: str
    created_at: Moment
    planned_at: Moment | None
    applied_by: str | None
    applied_at: Moment | None
    undone_by: str | None
    undone_at: Moment | None

    @classmethod
    def of(cls, run: Regrade) -> Self:
        """The regrade as it stands."""
        done = {name: getattr(run, name) for name in RegradeDoneOut.model_fields}
        told = ("id", "state", "failure", "reason", "mode", "rule", "planned_by", "created_at")
        moments = ("planned_at", "applied_by", "applied_at", "undone_by", "undone_at")
        return cls(
            progress=RegradeProgressOut(done=run.done, total=run.total),
            question=RegradedQuestionOut(id=run.question.id, slug=run.question.slug),
            scope=RegradeScopeOut(versions=run.versions, since=run.since, until=run.until),
            version=run.target and run.target.number,
            plan=RegradePlanOut.of(run),
            result=RegradeDoneOut(**done),
            **{name: getattr(run, name) for name in (*told, *moments)},
        )


class RegradePage(Outgoing):
    """One page of regrades, newest first. ``next_cursor`` is null on the last one."""

    items: list[RegradeOut]
    next_cursor: str | None
    limit: int


class OldScoreOut(Outgoing):
    """The grade that counted when the plan was made."""

    grade: UUID
    score: float
    exact: Exact
    correct: bool


class NewScoreOut(Outgoing):
    """The grade that the plan gives."""

    score: float
    exact: Exact
    points: float
    max_points: float
    correct: bool
    rule: str
    rule_version: int


class RegradeItemOut(Outgoing):
    """A submission that gets another grade, and why; or cannot, with the problem and no ``new``.

    ``learner`` and ``version`` are null where the submission is not kept any more.
    """

    submission: UUID
    learner: str | None
    version: int | None = Field(description="The one that was answered.")
    status: ItemStatus
    old: OldScoreOut
    new: NewScoreOut | None
    problem: str | None = Field(examples=["option_missing"])
    reason: str

    @classmethod
    def of(cls, row: Any, outcome: RegradeOutcome, status: ItemStatus) -> Self:
        """A row of the listing with what it would get."""
        return cls(
            submission=row.submission_id,
            learner=row.learner,
            version=row.version,
            status=status,
            old=OldScoreOut(
                grade=row.old_grade_id,
                score=float(Fraction(outcome.old_exact_score)),
                exact=outcome.old_exact_score,
                correct=outcome.old_correct,
            ),
            new=_new(outcome) if outcome.problem is None else None,
            problem=outcome.problem,
            reason=outcome.reason,
        )


def _new(outcome: RegradeOutcome) -> NewScoreOut:
    said = {name: getattr(outcome, name) for name in NewScoreOut.model_fields if name != "exact"}
    return NewScoreOut(exact=outcome.exact_score or "", **said)


class RegradeItemPage(Outgoing):
    """One page of submissions, in the order of their ids."""

    items: list[RegradeItemOut]
    next_cursor: str | None
    limit: int


class RegradeQuery(BaseModel):
    """Which regrades, and the page of them."""

    model_config = ConfigDict(frozen=True)

    question: Name | None = None
    limit: int = Field(default=50, ge=1, le=200)
    cursor: str | None = Field(default=None, max_length=1000)


class RegradeItemQuery(BaseModel):
    """The page of submissions."""

    model_config = ConfigDict(frozen=True)

    ungradable: bool | None = Field(default=None, description="Only those with a problem, or none.")
    limit: int = Field(default=50, ge=1, le=200)
    cursor: str | None = Field(default=None, max_length=1000)
