"""The shape of one line, as a model and as a JSON Schema.

The fields have the names that ``PUT /v1/bank/questions/{slug}`` takes, so authors learn one shape.
"""

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field
from pydantic.json_schema import models_json_schema

from domain.grading import KINDS as OTHER_KINDS
from domain.grading.numbers import Exact
from domain.questions import KINDS, Release
from formats.refusals import did_you_mean

SCHEMA = "https://json-schema.org/draft/2020-12/schema"
DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def _kind(kind: str) -> str:
    if kind not in KINDS:
        raise ValueError(f"There is no such kind. {did_you_mean(kind, KINDS)}")
    return kind


def _date(value: object) -> object:
    if value is None or (isinstance(value, str) and DATE.fullmatch(value)):
        return value
    raise ValueError("should be a date such as 2026-11-24")


Kind = Annotated[str, AfterValidator(_kind), Field(json_schema_extra={"enum": list(KINDS)})]
OptionName = Annotated[int | str, Field(description="A place from 1, or an option's id.")]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class OptionLine(_Part):
    """An option. ``part`` is the part of the question it belongs to, such as ``targets``."""

    text: str
    id: str | None = None
    feedback: str | None = None
    pinned: bool = False
    part: str = ""


class ReferenceLine(_Part):
    """A recommended reading; ``lead`` and ``note`` are the words around its link."""

    title: str
    url: str | None = None
    note: str = ""
    lead: str = ""


class ScoringLine(_Part):
    """The rule, the points for all of it, and what each option is worth where the rule asks."""

    rule: str = "all_or_nothing"
    max_points: Exact = Fraction(1)
    values: dict[str, Any] | None = None


class CombinationLine(_Part):
    """What to say to a learner who picked exactly these options."""

    picked: list[OptionName]
    text: str


class TestLine(_Part):
    """A response, its options by place, and the score that it should get."""

    __test__ = False  # the name is not meant for pytest

    response: dict[str, Any]
    score: Exact


class QuestionLine(_Part):
    """One question. What is left out is as in a new question. Texts are markdown.

    ``key`` is for kinds where options are picked, ``answer`` for the others.
    """

    slug: str | None = None
    title: str
    kind: Kind = "multiple_response"
    prompt: str
    options: list[OptionLine] = []
    key: list[OptionName] = []
    answer: dict[str, Any] | None = None
    explanation: str = ""
    references: list[ReferenceLine] = []
    hints: list[str] = []
    combinations: list[CombinationLine] = []
    tests: list[TestLine] = []
    scoring: ScoringLine = ScoringLine()
    release: Release = "after_submission"
    shuffle: bool = False
    oracle_budget: Annotated[int, Field(ge=1)] | None = None
    tags: list[str] = []
    difficulty: float | None = None
    language: str = "en"
    date: Annotated[dt.date | None, Field(strict=False), BeforeValidator(_date)] = None
    external_id: str | None = None
    extra: dict[str, Any] = {}


def json_schema() -> dict[str, Any]:
    """What a line may say, as a JSON Schema (2020-12) in which each kind has its own answer."""
    stated = {name: kind.stated for name, kind in OTHER_KINDS.items()}
    models = [(model, "validation") for model in (QuestionLine, *stated.values())]
    named, shared = models_json_schema(models, ref_template="#/$defs/{model}")  # type: ignore[arg-type]
    line = shared["$defs"].pop(QuestionLine.__name__)
    answers = {name: named[model, "validation"] for name, model in stated.items()}
    said = {"$schema": SCHEMA, **line, "allOf": list(_rules(answers)), "$defs": shared["$defs"]}
    return dict(_in_ecma(said))


def _in_ecma(said: Any) -> Any:
    """The schema with its patterns anchored as ECMA 262 does, which JSON Schema asks for."""
    if isinstance(said, dict):
        return {_in_ecma(name): _in_ecma(value) for name, value in said.items()}
    if isinstance(said, list):
        return [_in_ecma(value) for value in said]
    if isinstance(said, str) and said.startswith(r"\A") and said.endswith(r"\z"):
        return f"^{said[2:-2]}$"
    return said


def _rules(answers: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """What the kind of a line asks of the rest of it."""
    for name, answer in answers.items():
        then = {"properties": {"answer": answer}, "required": ["answer"]}
        yield {"if": _is(name), "then": then}
    picked = {"properties": {"answer": {"type": "null"}}, "required": ["key"]}
    yield {"if": {"not": {"anyOf": [_is(name) for name in answers]}}, "then": picked}


def _is(kind: str) -> dict[str, Any]:
    return {"properties": {"kind": {"const": kind}}, "required": ["kind"]}
