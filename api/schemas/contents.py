"""What a version says, under the names that its author writes it with."""

import datetime as dt
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from pydantic import Field

from api.schemas.base import Outgoing
from domain.grading import CHOICE_KINDS
from domain.grading.numbers import spell_number
from domain.option_references import name_by_id
from domain.questions import Draft, Option, Release, ScoreTest, document


class DraftOptionOut(Outgoing):
    """An option. ``part`` names the part of the question it belongs to; empty below the stem."""

    id: str = Field(examples=["m3kq"])
    part: str
    text: str
    feedback: str | None
    pinned: bool


class DraftReferenceOut(Outgoing):
    """A recommended reading; ``lead`` and ``note`` are the words around its link."""

    title: str
    url: str | None
    note: str
    lead: str


class DraftScoringOut(Outgoing):
    """The rule and its parameters. A number that no decimal can tell is a text such as 1/3."""

    rule: str = Field(examples=["all_or_nothing"])
    max_points: float | str
    values: dict[str, Any] | None


class CombinationOut(Outgoing):
    """What learners are told who picked exactly these options."""

    picked: list[str]
    text: str


class ScoreTestOut(Outgoing):
    """A response and the score that it should get."""

    response: dict[str, Any]
    score: float | str


class ContentOut(Outgoing):
    """What a version says, under the names that it is written with. Options are named by id."""

    title: str
    kind: str = Field(examples=["multiple_response"])
    prompt: str
    options: list[DraftOptionOut]
    key: list[str] = Field(description="The ids of the right options, in order.")
    answer: dict[str, Any] | None
    explanation: str
    references: list[DraftReferenceOut]
    hints: list[str]
    combinations: list[CombinationOut]
    tests: list[ScoreTestOut]
    scoring: DraftScoringOut
    release: Release
    shuffle: bool
    oracle_budget: int | None
    tags: list[str]
    difficulty: float | None
    language: str
    date: dt.date | None
    external_id: str | None
    extra: dict[str, Any]


def content_of(draft: Draft) -> dict[str, Any]:
    """The fields of :class:`ContentOut`; the options of the draft carry their ids."""
    ids = [option.id or "" for option in draft.options]
    values = draft.scoring.values
    return {
        "title": draft.title,
        "kind": draft.kind,
        "prompt": draft.prompt,
        "options": [_option(option, ids) for option in draft.options],
        "key": _picked(draft.key.positions, ids),
        "answer": document(draft.answer) if draft.answer else None,
        "explanation": name_by_id(draft.explanation.text, ids),
        "references": [
            DraftReferenceOut(title=one.title, url=one.url, note=one.note, lead=one.lead)
            for one in draft.explanation.references
        ],
        "hints": [name_by_id(hint, ids) for hint in draft.hints],
        "combinations": [
            CombinationOut(picked=_picked(one.positions, ids), text=name_by_id(one.text, ids))
            for one in draft.combinations
        ],
        "tests": [_test(test, draft.kind, ids) for test in draft.tests],
        "scoring": DraftScoringOut(
            rule=draft.scoring.rule,
            max_points=_number(draft.scoring.max_points),
            values=document(values) if values else None,
        ),
        "release": draft.release,
        "shuffle": draft.shuffle,
        "oracle_budget": draft.oracle_budget,
        "tags": list(draft.tags),
        "difficulty": draft.difficulty,
        "language": draft.language,
        "date": draft.date,
        "external_id": draft.external_id,
        "extra": dict(draft.extra),
    }


def _option(option: Option, ids: Sequence[str]) -> DraftOptionOut:
    return DraftOptionOut(
        id=option.id or "",
        part=option.part,
        text=option.text,
        feedback=name_by_id(option.feedback, ids) if option.feedback else None,
        pinned=option.pinned,
    )


def _picked(places: frozenset[int], ids: Sequence[str]) -> list[str]:
    return [ids[place - 1] for place in sorted(places)]


def _test(test: ScoreTest, kind: str, ids: Sequence[str]) -> ScoreTestOut:
    said, picked = dict(test.response), test.response.get("selected")
    if kind in CHOICE_KINDS and isinstance(picked, list):
        said["selected"] = [
            ids[place - 1] if isinstance(place, int) and 1 <= place <= len(ids) else place
            for place in picked
        ]
    return ScoreTestOut(response=said, score=_number(test.score))


def _number(number: Fraction) -> float | str:
    """As a JSON number where its shortest text means exactly this number."""
    near = float(number)
    return near if Fraction(str(near)) == number else spell_number(number)
