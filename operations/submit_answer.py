"""Grade what a learner picked and keep both: the response and its grade."""

from datetime import datetime

from sqlalchemy.orm import Session

from domain.access import Caller
from models.answering import AnswerableVersions
from operations.grade_answer import Answer, Attempt, Graded
from operations.store_answers import assess, store_answers


def submit_answer(
    session: Session,
    *,
    question: str,
    answer: Answer,
    caller: Caller,
    at: datetime,
    versions: AnswerableVersions,
    idempotency_key: str | None = None,
) -> Graded:
    """Grade an answer to the question with this slug or id and append it with its grade.

    With a key, the first answer under it is the only one: sent again it gives the same submission,
    also when both arrive at once. Raises :class:`QuestionNotFound`, :class:`VersionConflict`,
    :class:`~domain.errors.InvalidResponse` or, for another answer under a used key,
    :class:`IdempotencyKeyReused`.
    """
    attempt = Attempt(question, answer, caller.id, at, idempotency_key)
    (outcome,) = store_answers(session, assessed=[assess(attempt, versions)], versions=versions)
    if isinstance(outcome, Exception):
        raise outcome
    return outcome
