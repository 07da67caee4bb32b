"""Store graded answers, many in one transaction, each once however often it comes."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, select
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, StatementError
from sqlalchemy.orm import Session

from domain.errors import IdempotencyKeyReused, ServiceError
from models import GradeRow, GradeValues, Question, Submission, SubmissionValues
from models.answering import AnswerableVersions, Target, revision_of_bank
from models.bulk import insert_new, table_of
from operations.grade_answer import Attempt, Graded, grade_answer

SUBMISSION, GRADE = table_of(Submission), table_of(GradeRow)
Outcome = Graded | Exception
OUTCOMES = ("stored", "replayed", "refused", "failed")
_NOTED = "outcomes of submissions"  # in ``Session.info``
# Drivers let some errors of their own conversions through: a text or a number they cannot write.
OF_A_ROW = (StatementError, ValueError, OverflowError)


class NeedsSavepoint(Exception):
    """Answers cannot be stored without a savepoint."""


class _StaleError(Exception):
    """What learners get has changed since an attempt was assessed."""


@dataclass(frozen=True, slots=True)
class Assessed:
    """What becomes of an attempt, as far as is known: graded, or refused for a reason.

    It holds at one ``revision`` of the bank; with ``None`` nothing was tried yet.
    """

    attempt: Attempt
    revision: int | None = None
    outcome: Graded | ServiceError | None = None


def assess(attempt: Attempt, versions: AnswerableVersions) -> Assessed:
    """Grade an attempt against its question as it was when last looked up; no SQL."""
    answer = attempt.answer
    target = versions.remembered(attempt.question, answer.version, answer.language)
    if target is None:
        return Assessed(attempt)
    return Assessed(attempt, target.revision, _graded(attempt, target))


def store_answers(
    session: Session,
    *,
    assessed: Sequence[Assessed],
    versions: AnswerableVersions,
    savepoint: bool = True,
) -> list[Outcome]:
    """What becomes of each attempt, in order: graded and stored, found again, or an error.

    What was assessed at another revision of the bank is assessed anew. An error is a
    :class:`ServiceError` where something is wrong with the attempt, an error of the engine where
    it refuses the row: such a row fails alone. All other errors of the engine are raised.
    Without a ``savepoint`` it is cheaper, as long as nothing is in the way: else there is
    :class:`NeedsSavepoint`, and the transaction has to be rolled back and the call repeated with.
    """
    if not savepoint:
        return _noted(session, _store_plainly(session, list(assessed), versions))
    known, revision = list(assessed), _common_revision(assessed)
    while True:  # each turn but the first needs an author who commits meanwhile
        if revision is None:
            revision = revision_of_bank(session)
            known = [_up_to_date(session, each, revision, versions) for each in known]
        try:
            return _noted(session, _store(session, known, revision, versions))
        except _StaleError:
            revision = None


def outcomes_in(info: Mapping[Any, Any]) -> Counter[str]:
    """How many submissions had each of ``OUTCOMES`` in the session with that ``info``."""
    return info.get(_NOTED) or Counter()


def _noted(session: Session, outcomes: list[Outcome]) -> list[Outcome]:
    """The same; how many there were of each is told when the session is committed."""
    session.info.setdefault(_NOTED, Counter()).update(map(_name, outcomes))
    return outcomes


def _name(outcome: Outcome) -> str:
    if isinstance(outcome, Graded):
        return "replayed" if outcome.replayed else "stored"
    return "refused" if isinstance(outcome, ServiceError) else "failed"


def _store_plainly(
    session: Session, known: list[Assessed], versions: AnswerableVersions
) -> list[Outcome]:
    revision = _common_revision(known)
    if revision is None:
        raise NeedsSavepoint
    try:
        inserted = _insert_all(session, _graded_of(known), revision)
    except (_StaleError, *OF_A_ROW) as error:
        if _is_of_the_engine(error):
            raise
        raise NeedsSavepoint from error
    return [_outcome(session, each, inserted, versions) for each in known]


def _common_revision(assessed: Sequence[Assessed]) -> int | None:
    revisions = {each.revision for each in assessed}
    return revisions.pop() if len(revisions) == 1 else None


def _up_to_date(
    session: Session, one: Assessed, revision: int, versions: AnswerableVersions
) -> Assessed:
    if one.revision == revision:
        return one
    attempt, answer = one.attempt, one.attempt.answer
    shown = answer.version, answer.language
    try:
        target = versions.find(session, attempt.question, *shown, revision=revision)
    except ServiceError as error:
        return Assessed(attempt, revision, error)
    return Assessed(attempt, revision, _graded(attempt, target))


def _graded(attempt: Attempt, target: Target) -> Graded | ServiceError:
    try:
        return grade_answer(attempt, target)
    except ServiceError as error:
        return error


def _store(
    session: Session, known: list[Assessed], revision: int, versions: AnswerableVersions
) -> list[Outcome]:
    """Store what is graded; :class:`_StaleError` where it is not the bank's revision any more."""
    inserted = _insert(session, _graded_of(known), revision)
    return [_outcome(session, each, inserted, versions) for each in known]


def _graded_of(known: list[Assessed]) -> list[Graded]:
    return [each.outcome for each in known if isinstance(each.outcome, Graded)]


def _insert(session: Session, graded: list[Graded], revision: int) -> dict[UUID, bool | Exception]:
    """By the id of each submission: whether it is stored, or why the engine refuses it.

    It is not where another one is, under the same idempotency key.
    """
    try:
        with session.connection().begin_nested():
            return _insert_all(session, graded, revision)
    except OF_A_ROW as error:
        if _is_of_the_engine(error):
            raise
        if len(graded) == 1:
            return {graded[0].submission.id: error}
    half = len(graded) // 2
    return {
        **_insert(session, graded[:half], revision),
        **_insert(session, graded[half:], revision),
    }


def _insert_all(
    session: Session, graded: list[Graded], revision: int
) -> dict[UUID, bool | Exception]:
    connection = session.connection()
    # In one order everywhere: two processes that wait for each other's keys would be a deadlock.
    rows = sorted((each.submission for each in graded), key=_place)
    new = insert_new(connection, SUBMISSION, rows)
    stored = {row.id for row in rows} if new == len(rows) else _stored(session, rows)
    insert_new(connection, GRADE, [one.grade for one in graded if one.submission.id in stored])
    # Looked at last: from now on nobody deletes the questions that these rows refer to.
    if revision_of_bank(session) != revision:
        raise _StaleError
    return {row.id: row.id in stored for row in rows}


def _place(row: SubmissionValues) -> tuple[str, str, str]:
    return (row.idempotency_key or "", row.caller, row.question_id.hex)


def _stored(session: Session, rows: list[SubmissionValues]) -> set[UUID]:
    """Which rows are there under their own ids: from just now, or a commit whose news got lost."""
    asked = select(Submission.id, Submission.version_id).where(
        Submission.id.in_([row.id for row in rows])
    )
    found = {(id_, version) for id_, version in session.execute(asked)}
    return {row.id for row in rows if (row.id, row.version_id) in found}


def _is_of_the_engine(error: Exception) -> bool:
    """Whether not a row is at fault, by a constraint or by what it holds, but the connection."""
    return isinstance(error, DBAPIError) and not isinstance(error, IntegrityError | DataError)


def _outcome(
    session: Session,
    known: Assessed,
    inserted: dict[UUID, bool | Exception],
    versions: AnswerableVersions,
) -> Outcome:
    """The attempt as it was first stored comes before whatever would become of it now."""
    attempt, outcome = known.attempt, known.outcome
    assert outcome is not None
    found = inserted.get(attempt.id, False)
    if isinstance(found, Exception):
        return found
    if found or (isinstance(outcome, ServiceError) and attempt.idempotency_key is None):
        return outcome
    earlier = session.execute(_earlier(attempt)).first()
    if earlier is None:
        assert isinstance(outcome, ServiceError), "Neither stored nor there before."
        return outcome
    return _replayed(session, attempt, earlier, versions)


def _replayed(
    session: Session, attempt: Attempt, row: Row[Any], versions: AnswerableVersions
) -> Outcome:
    width = len(SubmissionValues._fields)
    submission, grade = SubmissionValues(*row[:width]), GradeValues(*row[width:-1])
    if attempt.idempotency_key and submission.request_hash != attempt.answer.fingerprint:
        return IdempotencyKeyReused()
    version = versions.version(session, submission.version_id, submission.translation_id)
    return Graded(submission, grade, version, slug=row[-1], replayed=True)


def _earlier(attempt: Attempt) -> Select[Any]:
    """What was first stored of this attempt or under its key, with its first grade and the slug."""
    key = attempt.idempotency_key
    by_key = (Submission.caller == attempt.caller) & (Submission.idempotency_key == key)
    return (
        select(
            *(SUBMISSION.c[name] for name in SubmissionValues._fields),
            *(GRADE.c[name] for name in GradeValues._fields),
            Question.slug,
        )
        .join(Submission.question)
        .join(Submission.grades)
        .where(Question.is_named(attempt.question), by_key if key else Submission.id == attempt.id)
        .order_by(GradeRow.id)
        .limit(1)
    )
