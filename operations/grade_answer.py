"""Grade what a learner sent: from an answer and a version to the rows that keep both."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from functools import lru_cache
from hashlib import sha256
from typing import Any
from uuid import UUID

from domain.grading import grade_response, read_response
from models import GradeValues, SubmissionValues
from models.answering import AnswerableVersion, Target
from models.ids import uuid7

MOST_REMEMBERED = 10_000  # grades of picks, under 1 KB each


@dataclass(frozen=True, slots=True)
class Answer:
    """What a learner sends, and what was shown to answer.

    ``selected`` are picked option ids; kinds where nothing is picked take a ``response``.
    """

    selected: tuple[str, ...] | None = None
    response: Mapping[str, Any] | None = None
    learner: str | None = None
    version: int | None = None
    shuffle: str | None = None
    duration_ms: int | None = None
    language: str | None = None

    @property
    def fingerprint(self) -> str:
        """SHA-256 that is equal exactly for equal answers, also when a field is added later."""
        values = {each.name: getattr(self, each.name) for each in fields(self)}
        said = {name: value for name, value in values.items() if value is not None}
        return sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Attempt:
    """An answer on its way: to the question of this slug or id, by a caller, at a moment.

    Its rows have their ids from the start, so that to store it again is to find it there.
    """

    question: str
    answer: Answer
    caller: str
    at: datetime
    idempotency_key: str | None = None
    id: UUID = field(default_factory=uuid7)
    grade_id: UUID = field(default_factory=uuid7)


@dataclass(frozen=True, slots=True)
class Graded:
    """A submission, its first grade, and the version that both are about.

    ``replayed`` when it was stored before under the same idempotency key.
    """

    submission: SubmissionValues
    grade: GradeValues
    version: AnswerableVersion
    slug: str
    replayed: bool = False


def grade_answer(attempt: Attempt, target: Target) -> Graded:
    """Grade an answer; pure. An :class:`~domain.errors.InvalidResponse` says what is wrong."""
    grade = _grade(attempt, target.version)
    return Graded(_submission(attempt, target), grade, target.version, target.slug)


def _grade(attempt: Attempt, version: AnswerableVersion) -> GradeValues:
    answer = attempt.answer
    # A document cannot be remembered by, and learners rarely send the same.
    mark = _mark if answer.response is None else _mark.__wrapped__
    told = mark(version, answer.selected, answer.response)
    return GradeValues(attempt.grade_id, attempt.id, *told, attempt.at)


@lru_cache(MOST_REMEMBERED)
def _mark(
    version: AnswerableVersion,
    selected: tuple[str, ...] | None,
    response: Mapping[str, Any] | None,
) -> tuple[str, int, str, float, float, float, bool, str]:
    """All that a grade says, in the order of its columns; many learners pick the same."""
    sent = read_response(version.key, version.row.select_max, selected, response)
    result, most = grade_response(version.key, sent, version.rule), version.points_at_most
    return (
        version.rule.name,
        version.rule.version,
        str(result.score),
        float(result.score),
        float(result.score * most),
        float(most),
        result.correct,
        result.reason,
    )


def _submission(attempt: Attempt, target: Target) -> SubmissionValues:
    answer, key = attempt.answer, attempt.idempotency_key
    return SubmissionValues(
        id=attempt.id,
        question_id=target.question_id,
        version_id=target.version.row.id,
        caller=attempt.caller,
        learner=answer.learner,
        selected=list(answer.selected or ()),
        response=None if answer.response is None else dict(answer.response),
        shown=list(target.version.shown_order(answer.shuffle)),
        shuffle=answer.shuffle,
        release=target.release,
        duration_ms=answer.duration_ms,
        submitted_at=attempt.at,
        idempotency_key=key,
        request_hash=answer.fingerprint if key else None,
        translation_id=target.version.translation_id,
    )
