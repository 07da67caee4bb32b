"""A question as a learner sees it. Keys, explanations and feedback have no field here."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from api.schemas.base import Moment, Outgoing, Seed
from api.schemas.interactions import Interaction, OptionOut, interaction_of
from domain.grading import OWN
from domain.option_references import label, label_html
from models import QuestionVersion, Translation
from models.conditions import (
    Condition,
    DifficultyFrom,
    DifficultyTo,
    HasTag,
    InLanguage,
    OfKind,
)

Name = Annotated[str, Field(min_length=1, max_length=120, examples=["vanishing-gradients"])]
Sort = Literal["published_at", "-published_at", "title", "date", "-date"]


class TextOut(Outgoing):
    """A text as its author wrote it, and as sanitised HTML."""

    markdown: str
    html: str


class SelectOut(Outgoing):
    """How many options may be picked; it does not depend on how many are right."""

    min: int
    max: int


class ScoringOut(Outgoing):
    """How a submission is scored."""

    rule: str = Field(examples=["all_or_nothing"])
    max_points: float


class QuestionOut(Outgoing):
    """A published question. Clients must tolerate kinds they do not know."""

    id: UUID
    slug: str = Field(examples=["vanishing-gradients"])
    version: int
    kind: str = Field(examples=["multiple_response"])
    language: str = Field(examples=["en"], description="Of the texts as they are sent.")
    title: str
    date: dt.date | None
    tags: list[str]
    difficulty: float | None
    prompt: TextOut
    options: list[OptionOut]
    select: SelectOut
    interaction: Interaction | None = Field(
        description="What kinds where nothing is picked need beside the options."
    )
    hints: int = Field(description="How many hints there are to ask for.")
    scoring: ScoringOut
    published_at: Moment
    shuffle: str | None = Field(description="The seed of the options' order, where one was asked.")

    @classmethod
    def of(
        cls,
        version: QuestionVersion,
        shuffle: str | None = None,
        translation: Translation | None = None,
    ) -> Self:
        """The learner's view of a published version, in a translation that fits it or as it is."""
        assert version.published_at is not None
        said = translation or version
        parts = _options(version, shuffle, translation)
        return cls(
            id=version.question_id,
            slug=version.question.slug,
            version=version.number,
            kind=version.kind,
            language=said.language,
            title=said.title,
            date=version.date,
            tags=[tag.tag for tag in version.tags],
            difficulty=version.difficulty,
            prompt=TextOut(markdown=said.prompt, html=said.prompt_html),
            options=parts.get(OWN, []),
            select=SelectOut(min=version.select_min, max=version.select_max),
            interaction=interaction_of(version.kind, version.interaction, parts),
            hints=version.hint_count,
            scoring=ScoringOut(rule=version.scoring_rule, max_points=float(version.points_at_most)),
            published_at=version.published_at,
            shuffle=shuffle,
        )


def _options(
    version: QuestionVersion, shuffle: str | None, translation: Translation | None
) -> dict[str, list[OptionOut]]:
    """The options of each part in the order that the learner sees."""
    rows = {row.option_id: row for row in version.options}
    translated = translation.options if translation else {}
    shown: dict[str, list[OptionOut]] = {}
    for id_ in version.shown_order(shuffle):
        said = translated.get(id_) or {"text": rows[id_].text, "html": rows[id_].html}
        option = OptionOut(id=id_, markdown=said["text"], html=said["html"])
        shown.setdefault(rows[id_].part, []).append(option)
    return shown


class QuestionPage(Outgoing):
    """One page of questions. ``next_cursor`` is null on the last one."""

    items: list[QuestionOut]
    next_cursor: str | None
    limit: int


class CountedQuestionPage(QuestionPage):
    """The same with the number of questions on all pages together."""

    total: int


class QuestionDraw(Outgoing):
    """Questions drawn at random; the same seed and the same bank give the same draw."""

    items: list[QuestionOut]
    seed: str


class QuestionFilters(BaseModel):
    """Which questions. Everything that is stated must hold."""

    model_config = ConfigDict(frozen=True)

    tag: list[Annotated[str, Field(max_length=100)]] = Field(
        default=[], max_length=20, description="Has this tag; repeated: has all of them."
    )
    kind: Annotated[str, Field(max_length=40)] | None = None
    language: Annotated[str, Field(max_length=35)] | None = Field(
        default=None, description="In this language; learners get it in this one."
    )
    difficulty_min: float | None = Field(default=None, allow_inf_nan=False)
    difficulty_max: float | None = Field(default=None, allow_inf_nan=False)

    @property
    def conditions(self) -> list[Condition]:
        """What a question must fulfil."""
        stated: list[tuple[Callable[[Any], Condition], Any]] = [
            *((HasTag, tag) for tag in self.tag),
            (OfKind, self.kind),
            (InLanguage, self.language),
            (DifficultyFrom, self.difficulty_min),
            (DifficultyTo, self.difficulty_max),
        ]
        return [condition(value) for condition, value in stated if value is not None]


class ListQuery(QuestionFilters):
    """Filters of a listing, its order, and the page of it."""

    q: str | None = Field(
        default=None,
        min_length=1,
        max_length=200,
        description="Full text: every word begins a word of title, prompt or options. Ranked, "
        "of the newest 200 hits.",
    )
    id: list[UUID] = Field(default=[], max_length=100, description="One of these ids.")
    sort: Sort | None = Field(
        default=None, description="Newest first if not stated; with `q`, best match first."
    )
    limit: int = Field(default=50, ge=1, le=200)
    cursor: str | None = Field(default=None, max_length=1000)
    include: list[Literal["total"]] = Field(default=[], max_length=1)

    @property
    def listing(self) -> dict[str, Any]:
        """What a cursor of this listing is bound to."""
        return self.model_dump(mode="json", exclude={"cursor", "limit", "include"})


class DrawQuery(QuestionFilters):
    """Filters of a draw, its size and seed."""

    count: int = Field(default=1, ge=1, le=100)
    seed: Seed | None = Field(default=None, description="Repeats a draw; made up if missing.")
    exclude: list[Name] = Field(default=[], max_length=200, description="Not these slugs or ids.")


class HintOut(Outgoing):
    """Help before the answer. ``level`` goes from 1, vague, to ``levels``, plain."""

    level: int
    levels: int
    markdown: str
    html: str

    @classmethod
    def of(
        cls,
        version: QuestionVersion,
        level: int,
        shuffle: str | None,
        translated: Sequence[Mapping[str, str]] = (),
    ) -> Self:
        """The hint of that level, which the version must have, as translated if it is."""
        row, shown = version.hints[level - 1], version.shown_order(shuffle)
        said = translated[level - 1] if translated else {"text": row.text, "html": row.html}
        return cls(
            level=level,
            levels=version.hint_count,
            markdown=label(said["text"], shown),
            html=label_html(said["html"], shown),
        )


class ReadQuery(BaseModel):
    """Which published version of a question, and in which order its options."""

    version: int | None = Field(default=None, ge=1, le=2**31 - 1)
    shuffle: Seed | None = Field(
        default=None, description="A seed for the order of the options; empty makes one up."
    )
    language: Annotated[str, Field(max_length=35)] | None = Field(
        default=None,
        description="The language to show it in, if it is there, instead of Accept-Language.",
    )
