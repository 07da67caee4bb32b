"""What answers say about a question, on the wire."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field

from api.schemas.base import Outgoing
from api.schemas.submissions import QuestionRefOut
from domain.statistics import (
    CONFIDENCE,
    Bar,
    Estimate,
    Guessing,
    ItemStatistics,
    OptionRate,
    Pattern,
    Times,
)
from models.parts import OptionRow
from operations.analyse_item import ItemAnalysis

Exact = Annotated[str, Field(description="An exact fraction.", examples=["7/20"])]


class StatisticsQuery(BaseModel):
    """Of which version, and as what."""

    model_config = ConfigDict(frozen=True)

    version: int | None = Field(
        default=None, ge=1, le=2**31 - 1, description="The published one if not stated."
    )
    format: Literal["json", "csv"] = "json"


class VersionCountOut(Outgoing):
    """How many answers a version got."""

    version: int
    submissions: int


class EstimateOut(Outgoing):
    """A mean of all answers, and the interval that the mean of many more would lie in.

    `low` and `high` are null where every response earns the same.
    """

    mean: float = Field(examples=[0.35])
    exact: Exact
    low: float | None = Field(examples=[0.1812])
    high: float | None = Field(examples=[0.5671])

    @classmethod
    def of(cls, estimate: Estimate | None) -> Self | None:
        """The estimate; none without answers."""
        if estimate is None:
            return None
        return cls(
            mean=float(estimate.mean),
            exact=str(estimate.mean),
            low=estimate.interval.low if estimate.interval else None,
            high=estimate.interval.high if estimate.interval else None,
        )


class ExactNumberOut(Outgoing):
    """A number, exactly and as a decimal."""

    exact: Exact
    decimal: float

    @classmethod
    def of(cls, number: Fraction) -> Self:
        """The number."""
        return cls(exact=str(number), decimal=float(number))


class GuessingOut(Outgoing):
    """What blind guessing earns on average, and how often it is wholly right."""

    score: ExactNumberOut
    correct: ExactNumberOut

    @classmethod
    def of(cls, guessing: Guessing | None) -> Self | None:
        """Both; none where nothing is picked."""
        if guessing is None:
            return None
        score, correct = map(ExactNumberOut.of, (guessing.score, guessing.correct))
        return cls(score=score, correct=correct)


class PatternOut(Outgoing):
    """A response that learners gave. `selected` and `letters` are null where nothing is picked."""

    selected: list[str] | None = Field(description="The picked options in the author's order.")
    letters: str | None = Field(description="The same as letters.", examples=["BC"])
    response: dict[str, Any] | None
    count: int
    share: float
    mean_score: float
    correct: bool = Field(description="Whether it counts as wholly right.")

    @classmethod
    def of(cls, pattern: Pattern, letters: Mapping[str, str]) -> Self:
        """The response, with the letters of options."""
        picked = pattern.selected
        return cls(
            selected=None if picked is None else list(picked),
            letters=None if picked is None else _joined([letters[id_] for id_ in picked]),
            response=None if pattern.response is None else dict(pattern.response),
            count=pattern.count,
            share=float(pattern.share),
            mean_score=float(pattern.mean_score),
            correct=pattern.correct,
        )


def _joined(letters: Sequence[str]) -> str:
    """The letters side by side; apart where there are so many options that some have two."""
    return ("" if max(map(len, letters), default=1) == 1 else " ").join(letters)


class PatternsOut(Outgoing):
    """The most frequent responses, at most 64, by falling count."""

    items: list[PatternOut]
    others: int = Field(description="Answers that were none of these.")
    possible: int | None = Field(description="Different selections; null where nothing is picked.")
    missed: int = Field(description="Each count is at most so much too low; 0 as a rule.")

    @classmethod
    def of(cls, found: ItemStatistics) -> Self:
        """The patterns of a question."""
        letters = {one.id: one.letter for one in found.options}
        return cls(
            items=[PatternOut.of(one, letters) for one in found.patterns],
            others=found.others,
            possible=found.possible_patterns,
            missed=found.missed,
        )


class OptionRateOut(Outgoing):
    """How many picked an option, and the mean scores of those who did and of those who did not."""

    id: str
    letter: str
    markdown: str
    html: str
    right: bool = Field(description="Otherwise it is a distractor.")
    picked: int
    share: float
    mean_score: float | None
    mean_score_of_others: float | None

    @classmethod
    def of(cls, rate: OptionRate, option: OptionRow) -> Self:
        """The rates of an option, with what it says."""
        picked, left = rate.mean_of_pickers, rate.mean_of_others
        return cls(
            id=rate.id,
            letter=rate.letter,
            markdown=option.text,
            html=option.html,
            right=rate.right,
            picked=rate.picked,
            share=float(rate.share),
            mean_score=None if picked is None else float(picked),
            mean_score_of_others=None if left is None else float(left),
        )


class BarOut(Outgoing):
    """Answers that took from `from_ms` to less than `to_ms`, or longer where that is null."""

    from_ms: int
    to_ms: int | None
    count: int

    @classmethod
    def of(cls, bar: Bar) -> Self:
        """The bar."""
        return cls(from_ms=bar.low, to_ms=bar.high, count=bar.count)


class TimesOut(Outgoing):
    """How long the answers took that say so: within 1 %."""

    count: int
    p25_ms: int
    p50_ms: int
    p75_ms: int
    p90_ms: int
    bars: list[BarOut]

    @classmethod
    def of(cls, times: Times | None) -> Self | None:
        """The times; none where no answer says."""
        if times is None:
            return None
        return cls(
            count=times.count,
            p25_ms=times.p25,
            p50_ms=times.p50,
            p75_ms=times.p75,
            p90_ms=times.p90,
            bars=[BarOut.of(bar) for bar in times.bars],
        )


class ItemStatisticsOut(Outgoing):
    """What the answers to one version say, all attempts of all learners, by the grades of now."""

    question: QuestionRefOut
    kind: str
    title: str
    versions: list[VersionCountOut]
    submissions: int
    learners: int | None = Field(
        description="Different ones that were named; null for over 100,000 submissions."
    )
    confidence: float = Field(description="Of the intervals.", examples=[CONFIDENCE])
    facility: EstimateOut | None = Field(description="The mean score. Null without answers.")
    correct: EstimateOut | None = Field(description="The share of wholly right answers.")
    correct_count: int
    chance: GuessingOut | None = Field(description="Null where nothing is picked.")
    patterns: PatternsOut
    options: list[OptionRateOut]
    time: TimesOut | None

    @classmethod
    def of(cls, analysis: ItemAnalysis) -> Self:
        """The analysis of a version whose question and options can be loaded."""
        found, version = analysis.statistics, analysis.version
        options = {option.option_id: option for option in version.options}
        return cls(
            question=QuestionRefOut(
                id=version.question_id, slug=version.question.slug, version=version.number
            ),
            kind=version.kind,
            title=version.title,
            versions=[
                VersionCountOut(version=number, submissions=count)
                for number, count in analysis.versions.items()
            ],
            submissions=found.submissions,
            learners=analysis.learners,
            confidence=CONFIDENCE,
            facility=EstimateOut.of(found.facility),
            correct=EstimateOut.of(found.correct),
            correct_count=found.correct_count,
            chance=GuessingOut.of(found.guessing),
            patterns=PatternsOut.of(found),
            options=[OptionRateOut.of(one, options[one.id]) for one in found.options],
            time=TimesOut.of(found.time),
        )
