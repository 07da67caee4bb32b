"""Grade what a learner picked and keep both: the response and its grade."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from domain.access import Caller
from domain.errors import (
    IdempotencyKeyReused,
    QuestionNotFound,
    VersionConflict,
)
from domain.grading import grade_response, read_response
from domain.questions import stricter_release
from models import GradeRow, Question, QuestionVersion, Submission


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

    @property
    def fingerprint(self) -> str:
        """SHA-256 that is equal exactly for equal answers, also when a field is added later."""
        said = {name: value for name, value in asdict(self).items() if value is not None}
        return sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Submitted:
    """A stored submission; ``replayed`` when it was there before under the same key."""

    submission: Submission
    replayed: bool


def submit_answer(
    session: Session,
    *,
    question: str,
    answer: Answer,
    caller: Caller,
    at: datetime,
    idempotency_key: str | None = None,
) -> Submitted:
    """Grade an answer to the question with this slug or id and append it with its grade.

    With a key, the first answer under it is the only one: sent again it gives the same submission,
    also when both arrive at once. Raises :class:`QuestionNotFound`, :class:`VersionConflict`,
    :class:`~domain.errors.InvalidResponse` or, for another answer under a used key,
    :class:`IdempotencyKeyReused`.
    """
    found = session.scalar(select(Question).where(Question.is_named(question)))
    if found is None:
        raise QuestionNotFound
    if earlier := _sent_before(session, found, answer, caller, idempotency_key):
        return earlier
    version = _answered_version(session, found, answer.version)
    grade = _grade(version, answer, at)
    submission = _submission(version, answer, grade, caller, at, idempotency_key)
    try:
        with session.begin_nested():
            session.add(submission)
    except IntegrityError:  # a twin came between our look and our insert
        if earlier := _sent_before(session, found, answer, caller, idempotency_key):
            return earlier
        raise
    return Submitted(submission, replayed=False)


def _sent_before(
    session: Session, question: Question, answer: Answer, caller: Caller, key: str | None
) -> Submitted | None:
    if key is None:
        return None
    earlier = session.scalar(Submission.by_idempotency_key(caller.id, question.id, key))
    if earlier is None:
        return None
    if earlier.request_hash != answer.fingerprint:
        raise IdempotencyKeyReused
    return Submitted(earlier, replayed=True)


def _answered_version(session: Session, question: Question, number: int | None) -> QuestionVersion:
    """The version the learner saw: the published one, or an older one if it once was."""
    if question.published is None or question.retired_at is not None:
        raise QuestionNotFound
    if number is None or number == question.published.number:
        return question.published
    version = session.scalar(
        select(QuestionVersion).where(
            QuestionVersion.question_id == question.id,
            QuestionVersion.number == number,
            QuestionVersion.published_at.is_not(None),
        )
    )
    if version is None:
        raise VersionConflict(f"Version {number} was never published.")
    return version


def _submission(
    version: QuestionVersion,
    answer: Answer,
    grade: GradeRow,
    caller: Caller,
    at: datetime,
    idempotency_key: str | None,
) -> Submission:
    published = version.question.published
    assert published is not None
    return Submission(
        question_id=version.question_id,
        version=version,
        caller=caller.id,
        learner=answer.learner,
        selected=list(answer.selected or ()),
        response=None if answer.response is None else dict(answer.response),
        shown=list(version.shown_order(answer.shuffle)),
        shuffle=answer.shuffle,
        release=stricter_release(version.release, published.release),
        duration_ms=answer.duration_ms,
        submitted_at=at,
        idempotency_key=idempotency_key,
        request_hash=answer.fingerprint if idempotency_key else None,
        grades=[grade],
    )


def _grade(version: QuestionVersion, answer: Answer, at: datetime) -> GradeRow:
    key = version.key
    rule = version.marking(key)
    response = read_response(key, version.select_max, answer.selected, answer.response)
    result = grade_response(key, response, rule)
    most = version.points_at_most
    return GradeRow(
        rule=rule.name,
        rule_version=rule.version,
        exact_score=str(result.score),
        score=float(result.score),
        points=float(result.score * most),
        max_points=float(most),
        correct=result.correct,
        reason=result.reason,
        graded_at=at,
    )
