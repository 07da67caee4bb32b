"""Answers of learners: graded and stored, one or many at a time, and read back."""

import json
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import ValidationError
from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload, selectinload

from api.dependencies import AppDatabase, IdempotencyKey, Integration, Learner, ReadSession
from api.documentation import problems
from api.errors import faults_of, problem_of
from api.idempotency import REPLAYED, answer_once
from api.pagination import NEWEST_SUBMISSION, Cursors, next_link, page_in_order
from api.protocol_errors import InvalidRequest
from api.questions import QuestionName
from api.requests import StrictRoute
from api.responses import PRIVATE, json_response
from api.schemas.submissions import (
    AcceptedOut,
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
from models import OptionRow, Question, QuestionVersion, Submission, now
from operations.submit_answer import submit_answer

router = APIRouter(prefix="/v1", tags=["submissions"], route_class=StrictRoute)


def _readable(caller: Caller) -> Select[Submission]:
    """The submissions that the caller may read, with all that their wire shape needs."""
    version = joinedload(Submission.version)
    statement = select(Submission).options(
        version.joinedload(QuestionVersion.question),
        version.selectinload(QuestionVersion.options).undefer(OptionRow.feedback_html),
        version.selectinload(QuestionVersion.correct),
        version.joinedload(QuestionVersion.explanation),
        version.selectinload(QuestionVersion.references),
        version.joinedload(QuestionVersion.mark_scheme),
        selectinload(Submission.grades),
    )
    return statement if caller.may("admin") else statement.where(Submission.caller == caller.id)


def readable_submission(
    session: ReadSession, caller: Integration, submission_id: UUID
) -> Submission:
    """The submission at this address, for the key that posted it and for admins."""
    row = session.scalar(_readable(caller).where(Submission.id == submission_id))
    if row is None:
        raise SubmissionNotFound
    return row


ReadableSubmission = Annotated[Submission, Depends(readable_submission)]


@router.post(
    "/questions/{name}/submissions",
    operation_id="submit_answer",
    summary="Answer a question",
    status_code=201,
    response_model=SubmissionOut,
    responses=problems(400, 401, 404, 409, 413, 415, 422),
)
def submit(
    request: Request,
    database: AppDatabase,
    caller: Learner,
    name: QuestionName,
    body: SubmissionIn,
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """Grade the picked options and keep both. Picking nothing is an answer, too."""

    def work(session: Session) -> tuple[SubmissionOut, bool]:
        return _submit(session, caller, name, body, idempotency_key)

    content, replayed = database.write(work)
    headers = {"Location": f"/v1/submissions/{content.id}"} | (REPLAYED if replayed else {})
    return json_response(request, content, status=201, headers=headers)


@router.post(
    "/submissions",
    operation_id="submit_answers",
    summary="Answer many questions at once",
    response_model=BatchOut,
    responses=problems(400, 401, 403, 413, 415, 422),
)
def submit_many(
    request: Request,
    database: AppDatabase,
    caller: Integration,
    body: BatchIn,
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """Grade up to 1,000 answers in order; a bad one never spoils the others."""

    def work(session: Session) -> tuple[str, bool]:
        return answer_once(
            session,
            caller=caller,
            route="submit_answers",
            key=idempotency_key,
            request=json.dumps(body.submissions, sort_keys=True),
            at=now(),
            work=lambda: BatchOut(
                results=[_result(request, session, caller, entry) for entry in body.submissions]
            ).model_dump_json(),
        )

    content, replayed = database.write(work)
    headers = {"Cache-Control": PRIVATE} | (REPLAYED if replayed else {})
    return Response(content, headers=headers, media_type="application/json")


@router.get(
    "/submissions",
    operation_id="list_submissions",
    summary="List submissions",
    response_model=SubmissionPage,
    responses=problems(400, 401, 403, 422),
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
        items=[SubmissionOut.of(row, row.grade) for row in rows],
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
def read_submission(request: Request, submission: ReadableSubmission) -> Response:
    """A submission under its last grade, for the key that posted it and for admins."""
    return json_response(request, SubmissionOut.of(submission, submission.grade))


def _submit(
    session: Session, caller: Caller, question: str, body: SubmissionIn, key: str | None
) -> tuple[SubmissionOut, bool]:
    """A submission as it was first graded, also if it is asked for again after a regrade.

    And whether it was asked for again.
    """
    submitted = submit_answer(
        session,
        question=question,
        answer=body.answer(),
        caller=caller,
        at=now(),
        idempotency_key=key,
    )
    submission = submitted.submission
    return SubmissionOut.of(submission, submission.first_grade), submitted.replayed


def _result(
    request: Request, session: Session, caller: Caller, entry: object
) -> AcceptedOut | RefusedOut:
    """What becomes of one answer of a batch, stored in a savepoint of its own."""
    try:
        read = BatchEntryIn.model_validate(entry)
        with session.begin_nested():
            content, _ = _submit(session, caller, read.question, read, read.idempotency_key)
        return AcceptedOut(status=201, submission=content)
    except ValidationError as error:
        faults = faults_of(error.errors(), BatchEntryIn)
        return _refused(request, InvalidRequest(faults=faults))
    except ServiceError as error:
        return _refused(request, error)


def _refused(request: Request, error: ServiceError) -> RefusedOut:
    problem = problem_of(request.scope, error)
    return RefusedOut(status=problem.status, problem=problem)
