"""What authors send: a draft, which may be incomplete, as long as it can be stored."""

from collections.abc import Iterator
from fractions import Fraction
from typing import Annotated, Any

from pydantic import AfterValidator, Field, WithJsonSchema

from api.schemas.base import Incoming, IncomingDay, IncomingMoment
from domain.errors import Fault, InvalidDraft
from domain.grading.numbers import Exact
from domain.questions import (
    KINDS,
    LONGEST_EXTERNAL_ID,
    LONGEST_LANGUAGE,
    LONGEST_TAG,
    LONGEST_TITLE,
    OPTION_ID,
    TRUTHS,
    Option,
    Release,
    is_slug,
)

LONGEST_FRACTION = 64  # characters of a numerator, a slash and a denominator


def _kind(kind: str) -> str:
    if kind not in KINDS:
        raise ValueError(f"should be one of {', '.join(KINDS)}")
    return kind


def _slug(slug: str) -> str:
    if not is_slug(slug):
        raise ValueError("should be small letters and digits joined by single hyphens")
    return slug


def _short(number: Fraction) -> Fraction:
    if len(str(number)) > LONGEST_FRACTION:
        raise ValueError("should have fewer digits")
    return number


def _told(**bounds: int) -> WithJsonSchema:
    """How a number between bounds is documented: pydantic does not know that of fractions."""
    return WithJsonSchema({"anyOf": [{"type": "number", **bounds}, {"type": "string"}]})


Slug = Annotated[
    str, Field(max_length=120, examples=["exploding-gradients"]), AfterValidator(_slug)
]
Points = Annotated[
    Exact,
    Field(gt=0, le=10**6),
    AfterValidator(_short),
    _told(exclusiveMinimum=0, maximum=10**6),
]
Score = Annotated[
    Exact,
    Field(ge=-(10**6), le=10**6),
    AfterValidator(_short),
    _told(minimum=-(10**6), maximum=10**6),
]
OptionId = Annotated[str, Field(pattern=f"^{OPTION_ID.pattern}$", examples=["m3kq"])]
OptionName = Annotated[
    int | str, Field(description="A place from 1, or an option id.", examples=["m3kq"])
]


class OptionIn(Incoming):
    """An option; without ids, all are matched with the old ones by what they say."""

    id: OptionId | None = None
    text: str = ""
    feedback: str | None = None
    pinned: bool = False
    part: Annotated[str, Field(max_length=40)] = ""


class ReferenceIn(Incoming):
    """A recommended reading; ``lead`` and ``note`` are the words around its link."""

    title: str
    url: str | None = None
    note: str = ""
    lead: str = ""


class ScoringIn(Incoming):
    """The rule, the points for all of it, and what each option is worth where the rule asks."""

    rule: Annotated[str, Field(max_length=64)] = "all_or_nothing"
    max_points: Points = Fraction(1)
    values: dict[str, Any] | None = None


class CombinationIn(Incoming):
    """What to say to a learner who picked exactly these options."""

    picked: list[OptionName] = Field(max_length=200)
    text: str


class ScoreTestIn(Incoming):
    """A response, its options by place or id, and the score that it should get."""

    response: dict[str, Any]
    score: Score


class DraftIn(Incoming):
    """What a question is to say. Whatever is left out is as in a new, empty question.

    Texts are markdown; in those that learners read afterwards, ``{option:2}`` or
    ``{option:m3kq}`` becomes the number that the option had on the learner's screen.
    """

    title: Annotated[str, Field(max_length=LONGEST_TITLE)] = ""
    kind: Annotated[str, AfterValidator(_kind)] = "multiple_response"
    prompt: str = ""
    options: list[OptionIn] = Field(default=[], max_length=200)
    key: list[OptionName] = Field(default=[], max_length=200)
    answer: dict[str, Any] | None = Field(
        default=None, description="What is right, in kinds where nothing is picked."
    )
    explanation: str = ""
    references: list[ReferenceIn] = Field(default=[], max_length=200)
    hints: list[str] = Field(default=[], max_length=100)
    combinations: list[CombinationIn] = Field(default=[], max_length=200)
    tests: list[ScoreTestIn] = Field(default=[], max_length=200)
    scoring: ScoringIn = ScoringIn()
    release: Release = "after_submission"
    shuffle: bool = False
    oracle_budget: int | None = Field(default=None, ge=1)
    tags: list[Annotated[str, Field(min_length=1, max_length=LONGEST_TAG)]] = Field(
        default=[], max_length=100
    )
    difficulty: float | None = None
    language: Annotated[str, Field(min_length=1, max_length=LONGEST_LANGUAGE)] = "en"
    date: IncomingDay | None = None
    external_id: Annotated[str, Field(min_length=1, max_length=LONGEST_EXTERNAL_ID)] | None = Field(
        default=None, description="Left out, it stays as it is."
    )
    extra: dict[str, Any] = Field(default={})

    @property
    def stated_options(self) -> tuple[Option, ...]:
        """The options with the ids that were stated; true or false has two by itself."""
        if self.kind == "true_false" and not self.options:
            return tuple(map(Option, TRUTHS))
        return tuple(
            Option(one.text.strip(), one.id, _stripped(one.feedback), one.pinned, one.part)
            for one in self.options
        )

    def check(self) -> None:
        """Raise :class:`InvalidDraft` for what no table can hold."""
        if faults := (*self._repeated(), *self._scattered()):
            raise InvalidDraft(faults=faults)

    def _repeated(self) -> Iterator[Fault]:
        ids = [one.id for one in self.options]
        for place, id_ in enumerate(ids):
            if id_ is not None and id_ in ids[:place]:
                yield Fault(f"/options/{place}/id", "repeated_option", "The id stands twice.")
        for place, tag in enumerate(self.tags):
            if tag in self.tags[:place]:
                yield Fault(f"/tags/{place}", "repeated_tag", "The tag stands twice.")

    def _scattered(self) -> Iterator[Fault]:
        """The options of a part stand together, those without a part first."""
        parts = [one.part for one in self.options]
        for place, part in enumerate(parts[1:], start=1):
            if part != parts[place - 1] and part in ("", *parts[:place]):
                yield Fault(f"/options/{place}/part", "scattered_part", "Keep a part together.")


class PublishIn(Incoming):
    """When learners are to get the question; at once if nothing is said or that time is past."""

    publish_at: IncomingMoment | None = Field(default=None, examples=["2026-12-01T08:00:00Z"])


class CopyIn(Incoming):
    """The slug of the new question."""

    slug: Slug


def _stripped(text: str | None) -> str | None:
    return text.strip() or None if text else None
