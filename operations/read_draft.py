"""Tell a stored version as its author would write it."""

from fractions import Fraction
from typing import cast

from domain.questions import (
    AnswerKey,
    Draft,
    Explanation,
    Kind,
    Option,
    Reference,
    Release,
    Scoring,
)
from models import QuestionVersion


def read_draft(version: QuestionVersion) -> Draft:
    """The draft that, written as a version, would be this one; options carry their ids."""
    correct = version.key.correct
    return Draft(
        slug=version.question.slug,
        external_id=version.question.external_id,
        kind=cast(Kind, version.kind),
        language=version.language,
        title=version.title,
        date=version.date,
        difficulty=version.difficulty,
        tags=tuple(tag.tag for tag in version.tags),
        prompt=version.prompt,
        options=tuple(
            Option(text=row.text, id=row.option_id, feedback=row.feedback, pinned=row.pinned)
            for row in version.options
        ),
        key=AnswerKey(
            frozenset(row.position for row in version.options if row.option_id in correct)
        ),
        explanation=Explanation(
            text=version.explanation.text if version.explanation else "",
            references=tuple(
                Reference(title=row.title, url=row.url, note=row.note, lead=row.lead)
                for row in version.references
            ),
        ),
        scoring=Scoring(version.scoring_rule, Fraction(version.max_points)),
        release=cast(Release, version.release),
        shuffle=version.shuffle,
        extra=version.extra,
    )
