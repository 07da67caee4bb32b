"""Answers of learners: graded and stored, one or many at a time, and read back."""

import json
from datetime import datetime
from typing import Annotated
from uuid import UUID

import structlog
from fastapi import APIRouter, Query, Request, Response
from pydantic import ValidationError
from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload, selectinload

from api.dependencies import IdempotencyKey, Integration, Learner, ReadSession, get_writer
from api.documentation import problems
from api.errors import faults_of, problem_of
from api.idempotency import REPLAYED, answer_once
from api.languages import content_language
from api.pagination import NEWEST_SUBMISSION, Cursors, next_link, page_in_order
from api.protocol_errors import InternalError, InvalidRequest
from api.questions import QuestionName
from api.requests import JSON, StrictRoute
from api.responses import PRIVATE, json_response
from api.schemas.grades import GradeList, GradeOut
from api.schemas.submissions import (
    BatchEntryIn,
    BatchIn,
    BatchOut,
    RefusedOut,
    SubmissionIn,
    SubmissionOut,
    SubmissionPage,
    SubmissionQuery,
)
from domain.access import Caller
from domain.errors import ServiceError, SubmissionNotFound
from models import GradeRow, Question, QuestionVersion, Submission, Translation, now
from models.answering import AnswerableVersions, parts_to_grade
from operations.grade_answer import Attempt, Graded
from operations.store_answers import Assessed, Outcome, assess, store_answers

router = APIRouter(prefix="/v1", tags=["submissions"], route_class=StrictRoute)


def _readable(caller: Caller) -> Select[Submission]:
    """The submissions that the caller may read, with all that their wire shape needs."""
    version = joinedload(Submission.version)
    statement = select(Submission).options(
        version.joinedload(QuestionVersion.question),
        version.options(*parts_to_grade()),
        selectinload(Submission.grades).joinedload(GradeRow.key_version).options(*parts_to_grade()),
        joinedload(Submission.translation).joinedload(Translation.secret),
    )
    return statement if caller.may("admin") else statement.where(Submission.caller == caller.id)


def readable_submission(session: Session, caller: Caller, submission_id: UUID) -> Submission:
    """The submission with this id, for the key that posted it and for admins.

    Routes call it themselves: a dependency that asks the database would hold its connection until
    another thread is free, and all threads may be waiting for a connection.
    """
    row = session.scalar(_readable(caller).where(Submission.id == submission_id))
    if row is None:
        raise SubmissionNotFound
    return row


@router.post(
    "/questions/{name}/submissions",
    operation_id="submit_answer",
    summary="Answer a question",
    status_code=201,
    response_model=SubmissionOut,
    responses=problems(401, 404, 409, 413, 415, 422),
)
async def submit(
    request: Request,
    caller: Learner,
    name: QuestionName,
    body: SubmissionIn,
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """Grade the picked options and keep both. Picking nothing is an answer, too."""
    attempt = Attempt(name, body.answer(), caller.id, now(), idempotency_key)
    graded = await get_writer(request).submit(attempt)
    headers = {"Cache-Control": PRIVATE, "Location": f"/v1/submissions/{graded.submission.id}"}
    headers |= content_language([graded.version.language])
    headers |= REPLAYED if graded.replayed else {}
    return Response(SubmissionOut.json_of(graded), 201, headers, media_type=JSON)


@router.post(
    "/submissions",
    operation_id="submit_answers",
    summary="Answer many questions at once",
    response_model=BatchOut,
    responses=problems(401, 403, 413, 415, 422),
)
def submit_many(
    request: Request,
    caller: Integration,
    body: BatchIn,
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """Grade up to 1,000 answers in order; a bad one never spoils the others."""
    at, writer = now(), get_writer(request)
    read = [_read(entry, caller, at, writer.versions) for entry in body.submissions]

    def work(session: Session) -> tuple[str, bool]:
        return answer_once(
            session,
            caller=caller,
            route="submit_answers",
            key=idempotency_key,
            request=json.dumps(body.submissions, sort_keys=True) if idempotency_key else "",
            at=at,
            work=lambda: _results(request, session, read, writer.versions),
        )

    content, replayed = writer.run(work)
    headers = {"Cache-Control": PRIVATE} | (REPLAYED if replayed else {})
    return Response(content, headers=headers, media_type=JSON)


@router.get(
    "/submissions",
    operation_id="list_submissions",
    summary="List submissions",
    response_model=SubmissionPage,
    responses=problems(401, 403, 422),
)
def list_submissions(
    request: Request,
    session: ReadSession,
    caller: Integration,
    query: Annotated[SubmissionQuery, Query()],
) -> Response:
    """The submissions that this key posted, newest first; those of all for an admin."""
    statement = _readable(caller)
    if query.learner is not None:
        statement = statement.where(Submission.learner == query.learner)
    if query.question is not None:
        statement = statement.join(Submission.question).where(Question.is_named(query.question))
    if query.submitted_after is not None:
        statement = statement.where(Submission.submitted_at > query.submitted_after)
    cursors = Cursors(session, (caller.id, query.listing))
    rows, cursor = page_in_order(
        session, statement, NEWEST_SUBMISSION, query.limit, query.cursor, cursors
    )
    page = SubmissionPage(
        items=[SubmissionOut.of(row) for row in rows],
        next_cursor=cursor,
        limit=query.limit,
    )
    link = next_link(request.url.path, query.model_dump(mode="json"), cursor)
    return json_response(request, page, headers=link)


@router.get(
    "/submissions/{submission_id}",
    operation_id="read_submission",
    summary="Read one submission",
    response_model=SubmissionOut,
    responses=problems(401, 403, 404, 422),
)
def read_submission(
    request: Request, session: ReadSession, caller: Integration, submission_id: UUID
) -> Response:
    """A submission under its last grade, for the key that posted it and for admins."""
    content = SubmissionOut.of(readable_submission(session, caller, submission_id))
    return json_response(request, content, headers=content_language([content.language]))


@router.get(
    "/submissions/{submission_id}/grades",
    operation_id="list_grades",
    summary="List all gradings of a submission",
    response_model=GradeList,
    responses=problems(401, 403, 404, 422),
)
def list_grades(
    request: Request, session: ReadSession, caller: Integration, submission_id: UUID
) -> Response:
    """The first grade and every later one with the regrade that it comes from; the last counts.

    Where the question releases no scores, only the first is told.
    """
    submission = readable_submission(session, caller, submission_id)
    grades = [GradeOut.of(row, submission) for row in submission.told_grades]
    return json_response(request, GradeList(items=grades))


def _read(
    entry: object, caller: Caller, at: datetime, versions: AnswerableVersions
) -> Assessed | ServiceError:
    """One answer of a batch, graded as far as that is possible before the transaction begins."""
    try:
        read = BatchEntryIn.model_validate(entry)
    except ValidationError as error:
        return InvalidRequest(faults=faults_of(error.errors(), BatchEntryIn))
    attempt = Attempt(read.question, read.answer(), caller.id, at, read.idempotency_key)
    return assess(attempt, versions)


def _results(
    request: Request,
    session: Session,
    read: list[Assessed | ServiceError],
    versions: AnswerableVersions,
) -> str:
    """Store the answers that could be read; what became of each, as JSON."""
    assessed = [each for each in read if isinstance(each, Assessed)]
    stored = iter(store_answers(session, assessed=assessed, versions=versions))
    outcomes = (next(stored) if isinstance(each, Assessed) else each for each in read)
    results = ",".join(_result(request, each) for each in outcomes)
    return f'{{"results":[{results}]}}'  # the shape that `BatchOut` says


def _result(request: Request, outcome: Outcome) -> str:
    """What became of one answer of a batch, as JSON: `AcceptedOut` or `RefusedOut`."""
    if isinstance(outcome, Graded):
        return f'{{"status":201,"submission":{SubmissionOut.json_of(outcome).decode()}}}'
    if not isinstance(outcome, ServiceError):
        structlog.get_logger().error("answer_not_stored", reason=type(outcome).__name__)
        outcome = InternalError()
    problem = problem_of(request.scope, outcome)
    return RefusedOut(status=problem.status, problem=problem).model_dump_json()
