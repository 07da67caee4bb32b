"""The way of a question: reviewed, published, retired, reopened, copied, deleted."""

from fastapi import APIRouter, Request, Response
from sqlalchemy.orm import Session

from api.bank import IfMatch, QuestionName
from api.bank_changes import change, note, question_to_change, require_match, told
from api.dependencies import (
    AppDatabase,
    AppSettings,
    Author,
    AuthorOrPublisher,
    IdempotencyKey,
    Publisher,
)
from api.documentation import problems
from api.idempotency import REPLAYED, answer_once
from api.requests import StrictRoute
from api.responses import PRIVATE, json_response
from api.schemas.bank import BankQuestionOut
from api.schemas.drafts import CopyIn, PublishIn
from models import Question, now
from operations.copy_question import copy_question
from operations.delete_question import delete_question
from operations.publish_draft import publish_draft
from operations.reopen_question import reopen_question
from operations.retire_question import retire_question
from operations.review_question import review_question

router = APIRouter(prefix="/v1/bank/questions/{name}", tags=["bank"], route_class=StrictRoute)

REFUSALS = (400, 401, 403, 404, 409, 412, 413, 415, 422)


@router.post(
    "/review",
    operation_id="review_question",
    summary="Ask for a review",
    response_model=BankQuestionOut,
    responses=problems(*REFUSALS),
)
def review(
    request: Request,
    database: AppDatabase,
    caller: Author,
    name: QuestionName,
    if_match: IfMatch = None,
) -> Response:
    """Put the draft into review. Safe to repeat."""

    def work(_: Session, question: Question) -> None:
        review_question(question=question, by=caller.id, at=now())

    return json_response(
        request, change(database, name, if_match, work, caller=caller, action="put_into_review")
    )


@router.post(
    "/publish",
    operation_id="publish_question",
    summary="Publish a draft, now or later",
    response_model=BankQuestionOut,
    responses=problems(*REFUSALS),
)
def publish(
    request: Request,
    database: AppDatabase,
    settings: AppSettings,
    caller: Publisher,
    name: QuestionName,
    body: PublishIn | None = None,
    if_match: IfMatch = None,
) -> Response:
    """Give learners the draft. Safe to repeat; a draft that is edited loses its planned time."""
    publish_at = body.publish_at if body else None

    def work(session: Session, question: Question) -> None:
        publish_draft(
            session,
            question=question,
            by=caller.id,
            at=now(),
            publish_at=publish_at,
            four_eyes=settings.four_eyes,
        )

    return json_response(
        request, change(database, name, if_match, work, caller=caller, action="published")
    )


@router.post(
    "/retire",
    operation_id="retire_question",
    summary="Take a question away from learners",
    response_model=BankQuestionOut,
    responses=problems(*REFUSALS),
)
def retire(
    request: Request,
    database: AppDatabase,
    caller: Publisher,
    name: QuestionName,
    if_match: IfMatch = None,
) -> Response:
    """Hide a published question; its submissions and grades stay. Safe to repeat."""

    def work(session: Session, question: Question) -> None:
        retire_question(session, question=question, by=caller.id, at=now())

    return json_response(
        request, change(database, name, if_match, work, caller=caller, action="retired")
    )


@router.post(
    "/reopen",
    operation_id="reopen_question",
    summary="Take a question back to draft",
    response_model=BankQuestionOut,
    responses=problems(*REFUSALS),
)
def reopen(
    request: Request,
    database: AppDatabase,
    caller: AuthorOrPublisher,
    name: QuestionName,
    if_match: IfMatch = None,
) -> Response:
    """End a review, a planned publication or a retirement. Safe to repeat."""

    def work(session: Session, question: Question) -> None:
        reopen_question(session, question=question, by=caller.id, at=now())

    return json_response(
        request, change(database, name, if_match, work, caller=caller, action="reopened")
    )


@router.post(
    "/copy",
    operation_id="copy_question",
    summary="Begin a new question from this one",
    status_code=201,
    response_model=BankQuestionOut,
    responses=problems(*REFUSALS),
)
def copy(
    request: Request,
    database: AppDatabase,
    caller: Author,
    name: QuestionName,
    body: CopyIn,
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """A draft under another slug, with ids of its own; `copied_from` is this question's id."""
    at = now()

    def copied(session: Session) -> str:
        source = question_to_change(session, name)
        made = copy_question(session, question=source, slug=body.slug, by=caller.id, at=at)
        content = told(session, made)
        note(session, caller, "copied", made)
        return content.model_dump_json()

    def work(session: Session) -> tuple[str, bool]:
        return answer_once(
            session,
            caller=caller,
            route=f"copy_question {name}",
            key=idempotency_key,
            request=body.model_dump_json(),
            at=at,
            work=lambda: copied(session),
        )

    stored, replayed = database.write(work)
    content = BankQuestionOut.model_validate_json(stored)
    headers = {"Location": f"/v1/bank/questions/{content.slug}"}
    headers |= REPLAYED if replayed else {}
    return json_response(request, content, status=201, headers=headers)


@router.delete(
    "",
    operation_id="delete_question",
    summary="Delete a question that nobody has answered",
    status_code=204,
    responses=problems(*REFUSALS),
)
def delete(
    database: AppDatabase, caller: Author, name: QuestionName, if_match: IfMatch = None
) -> Response:
    """Hide a question everywhere and free its slug and external id."""

    def work(session: Session) -> None:
        question = question_to_change(session, name)
        if if_match is not None:
            require_match(question, if_match)
        delete_question(session, question=question, by=caller.id, at=now())
        note(session, caller, "deleted", question)

    database.write(work)
    return Response(status_code=204, headers={"Cache-Control": PRIVATE})
