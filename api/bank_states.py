"""The way of a question: reviewed, published, retired, reopened, copied, deleted."""

from fastapi import APIRouter, Request, Response
from sqlalchemy.orm import Session

from api import bank_steps
from api.bank import IfMatch, QuestionName
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
from models import now

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
    return json_response(request, bank_steps.ask_for_review(database, name, if_match, caller))


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
    content = bank_steps.publish(
        database,
        name,
        if_match,
        caller,
        publish_at=body.publish_at if body else None,
        four_eyes=settings.four_eyes,
    )
    return json_response(request, content)


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
    return json_response(request, bank_steps.retire(database, name, if_match, caller))


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
    return json_response(request, bank_steps.reopen(database, name, if_match, caller))


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
        return bank_steps.copy(session, name, body.slug, caller, at).model_dump_json()

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
    bank_steps.delete(database, name, if_match, caller)
    return Response(status_code=204, headers={"Cache-Control": PRIVATE})
