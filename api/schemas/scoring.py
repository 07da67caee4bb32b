"""Scoring rules as they are told to learners, and compared for authors."""

from typing import Annotated, Self
from uuid import UUID

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from api.schemas.base import Incoming, Outgoing
from api.schemas.questions import Name
from domain.completeness import MOST_OPTIONS
from domain.grading import Budget, Chance
from domain.grading.catalogue import CatalogueEntry, Earned
from domain.grading.lab import Cohort, Comparison, RuleResult

OptionName = Annotated[str, Field(max_length=52, examples=["b"])]
RuleName = Annotated[str, Field(max_length=100, examples=["penalised_decisions(penalty=1/2)"])]
Exact = Annotated[str, Field(description="An exact fraction.", examples=["3/16"])]


class EarnedOut(Outgoing):
    """What picking everything, or nothing, earns where ``key`` of the options are right."""

    options: int
    key: int
    score: Exact

    @classmethod
    def of(cls, earned: Earned) -> Self:
        """One line of a table."""
        return cls(options=earned.options, key=earned.key, score=str(earned.score))


class ScoringRuleOut(Outgoing):
    """A way to score, explained. Clients must tolerate kinds and properties they do not know."""

    name: str = Field(examples=["net_right"])
    version: int
    kinds: list[str] = Field(description="The kinds of question that can be scored by it.")
    formula: str
    example: str
    used_by: str
    source: str
    policy: str = Field(description="How points arise, as a clause for learners.")
    properties: list[str]
    parameters: dict[str, str | None] = Field(
        description="Exact fractions, as they are unless a question says otherwise; null: no limit."
    )
    ticking_everything: list[EarnedOut] = Field(description="Empty where it means nothing.")
    ticking_nothing: list[EarnedOut]

    @classmethod
    def of(cls, entry: CatalogueEntry) -> Self:
        """The entry of the catalogue."""
        return cls(
            name=entry.name,
            version=entry.version,
            kinds=list(entry.kinds),
            formula=entry.formula,
            example=entry.example,
            used_by=entry.used_by,
            source=entry.source,
            policy=entry.policy,
            properties=list(entry.properties),
            parameters=dict(entry.parameters),
            ticking_everything=[EarnedOut.of(earned) for earned in entry.ticking_everything],
            ticking_nothing=[EarnedOut.of(earned) for earned in entry.ticking_nothing],
        )


class ScoringRuleList(Outgoing):
    """All scoring rules, sorted by name."""

    items: list[ScoringRuleOut]


class LabIn(Incoming):
    """What to compare rules on: letters that stand for options, or a question of the bank."""

    options: int | None = Field(
        default=None, ge=1, le=MOST_OPTIONS, description="How many there are: a, b, ... z, aa, ..."
    )
    key: list[OptionName] | None = Field(default=None, max_length=200, description="The right ones")
    question: Name | None = Field(default=None, description="Instead: the slug or id of one.")
    version: int | None = Field(default=None, ge=1, le=2**31 - 1)
    cohort: bool = Field(default=False, description="Compare on all submissions to the question.")
    selected: list[OptionName] | None = Field(default=None, max_length=200)
    rules: list[RuleName] | None = Field(
        default=None, min_length=1, max_length=50, description="All of them if not stated."
    )

    @model_validator(mode="after")
    def _has_one_form(self) -> Self:
        invented = self.options is not None and self.key is not None
        stored = self.question is not None
        half = (self.options is None) != (self.key is None)
        if invented == stored or half:
            raise PydanticCustomError(
                "not_one_form", "should hold either `options` and `key`, or `question`"
            )
        if not stored and (self.version is not None or self.cohort):
            raise PydanticCustomError(
                "needs_question", "`version` and `cohort` should come with a `question`"
            )
        if self.cohort and self.selected is not None:
            raise PydanticCustomError(
                "cohort_or_selected", "should hold either `cohort` or `selected`"
            )
        return self


class ChanceOut(Outgoing):
    """Mean scores of blind guessing: any subset, any but the empty one, as many as are right."""

    any: Exact
    non_empty: Exact
    key_size: Exact

    @classmethod
    def of(cls, chance: Chance) -> Self:
        """The means of three who know nothing."""
        return cls(
            any=str(chance.any), non_empty=str(chance.non_empty), key_size=str(chance.key_size)
        )


class BudgetOut(Outgoing):
    """Bounds on the submissions that tell the key; no strategy may be known to tell it."""

    at_least: int
    at_most: int | None

    @classmethod
    def of(cls, budget: Budget) -> Self:
        """The two bounds."""
        return cls(at_least=budget.at_least, at_most=budget.at_most)


class CohortOut(Outgoing):
    """What a rule would give to all submissions, compared with the scores they have now."""

    mean: float | None = Field(description="Null, like all four after it, if nobody submitted.")
    exact_mean: Exact | None
    spread: float | None = Field(description="Standard deviation of the population.")
    lowest: Exact | None
    highest: Exact | None
    changed: int
    raised: int
    lowered: int
    examples: list[UUID] = Field(description="Up to 20 submissions that would change.")

    @classmethod
    def of(cls, cohort: Cohort) -> Self:
        """The summary of a cohort."""
        mean = cohort.mean
        return cls(
            mean=None if mean is None else float(mean),
            exact_mean=None if mean is None else str(mean),
            spread=cohort.spread,
            lowest=None if cohort.lowest is None else str(cohort.lowest),
            highest=None if cohort.highest is None else str(cohort.highest),
            changed=cohort.changed,
            raised=cohort.raised,
            lowered=cohort.lowered,
            examples=list(cohort.examples),
        )


class RuleResultOut(Outgoing):
    """One rule: what it gives, what guessing earns, and how soon its scores tell the key."""

    rule: str = Field(examples=["net_right"])
    version: int
    score: float | None = Field(description="Of the selection, as a fraction of the maximum.")
    exact: Exact | None
    chance: ChanceOut
    oracle: int | None = Field(
        description="Submissions after which the key is known in the worst case, if that is known."
    )
    oracle_bounds: BudgetOut
    cohort: CohortOut | None

    @classmethod
    def of(cls, result: RuleResult) -> Self:
        """The result of one rule."""
        score = result.score
        return cls(
            rule=result.rule.name,
            version=result.rule.version,
            score=None if score is None else float(score),
            exact=None if score is None else str(score),
            chance=ChanceOut.of(result.chance),
            oracle=result.oracle.exact,
            oracle_bounds=BudgetOut.of(result.oracle),
            cohort=None if result.cohort is None else CohortOut.of(result.cohort),
        )


class LabOut(Outgoing):
    """Scoring rules side by side. Key and selection are in the order of the options."""

    options: int
    key: list[str]
    selected: list[str] = Field(description="Empty, too, where none was sent; scores are null then")
    submissions: int | None = Field(description="How many were scored; null without a cohort.")
    rules: list[RuleResultOut]

    @classmethod
    def of(cls, comparison: Comparison) -> Self:
        """The comparison."""
        ids, picked = comparison.key.options, comparison.selected or frozenset()
        return cls(
            options=len(ids),
            key=[id_ for id_ in ids if id_ in comparison.key.correct],
            selected=[id_ for id_ in ids if id_ in picked],
            submissions=comparison.submissions,
            rules=[RuleResultOut.of(result) for result in comparison.results],
        )
