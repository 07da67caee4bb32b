"""Tell a stored version as its author would write it."""

from fractions import Fraction
from typing import Any, cast

from domain.grading import KINDS, StatedValues
from domain.option_references import name_by_place
from domain.questions import (
    AnswerKey,
    Combination,
    Draft,
    Explanation,
    Option,
    Reference,
    Release,
    ScoreTest,
    Scoring,
)
from models import MarkScheme, QuestionVersion


def read_draft(version: QuestionVersion) -> Draft:
    """The draft that, written as a version, would be this one; options carry their ids."""
    ids = [row.option_id for row in version.options]
    scheme = version.mark_scheme
    return Draft(
        slug=version.question.slug,
        external_id=version.question.external_id,
        kind=version.kind,
        language=version.language,
        title=version.title,
        date=version.date,
        difficulty=version.difficulty,
        tags=tuple(tag.tag for tag in version.tags),
        prompt=version.prompt,
        options=tuple(
            Option(
                row.text,
                row.option_id,
                name_by_place(row.feedback, ids) if row.feedback else None,
                row.pinned,
                row.part,
            )
            for row in version.options
        ),
        key=AnswerKey(frozenset(ids.index(row.option_id) + 1 for row in version.correct)),
        explanation=Explanation(
            text=name_by_place(version.explanation.text, ids) if version.explanation else "",
            references=tuple(
                Reference(row.title, row.url, row.note, row.lead) for row in version.references
            ),
        ),
        scoring=Scoring(version.scoring_rule, version.points_at_most, _values(scheme)),
        release=cast(Release, version.release),
        shuffle=version.shuffle,
        hints=tuple(name_by_place(hint.text, ids) for hint in version.hints),
        extra=version.extra,
        **(_of_scheme(version.kind, scheme, ids) if scheme else {}),
    )


def _values(scheme: MarkScheme | None) -> StatedValues | None:
    said = scheme and scheme.option_values
    return StatedValues.read(said) if said else None


def _of_scheme(kind: str, scheme: MarkScheme, ids: list[str]) -> dict[str, Any]:
    return {
        "answer": KINDS[kind].stated.read(scheme.answer) if scheme.answer is not None else None,
        "combinations": tuple(
            Combination(
                frozenset(ids.index(picked) + 1 for picked in one["picked"]),
                name_by_place(one["text"], ids),
            )
            for one in scheme.combinations
        ),
        "tests": tuple(
            ScoreTest(test["response"], Fraction(test["score"])) for test in scheme.tests
        ),
        "oracle_budget": scheme.oracle_budget,
    }
