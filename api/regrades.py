"""Regrades by HTTP: planned, read, applied, undone. Few submissions at once, many by the worker."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.dependencies import Author, BankReader, IdempotencyKey, Publisher, ReadSession
from api.documentation import problems
from api.idempotency import REPLAYED
from api.pagination import Cursors, next_link
from api.regrade_steps import UNDER_WAY, Steps
from api.requests import StrictRoute
from api.responses import json_response
from api.schemas.regrades import (
    RegradeIn,
    RegradeItemOut,
    RegradeItemPage,
    RegradeItemQuery,
    RegradeOut,
    RegradePage,
    RegradeQuery,
)
from models import Question, Regrade
from operations.read_regrade import find_regrade, list_items

PATH = "/v1/bank/regrades"
REFUSALS = (400, 401, 403, 404, 409, 413, 415, 422)

router = APIRouter(prefix=PATH, tags=["regrades"], route_class=StrictRoute)


@router.post(
    "",
    operation_id="plan_regrade",
    summary="Plan a regrade",
    status_code=201,
    response_model=RegradeOut,
    responses={
        202: {"model": RegradeOut, "description": "Many submissions: follow it at Location."},
        **problems(*REFUSALS),
    },
)
def plan(
    request: Request,
    steps: Steps,
    caller: Author,
    body: RegradeIn,
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """Say what the submissions of a question would get. Grades stay as they are until applied."""
    told, replayed = steps.plan(body, caller, idempotency_key)
    headers = {"Location": f"{PATH}/{told.id}"} | (REPLAYED if replayed else {})
    return _answer(request, told, 201, headers)


@router.get(
    "",
    operation_id="list_regrades",
    summary="List regrades",
    response_model=RegradePage,
    responses=problems(401, 403, 422),
)
def list_regrades(
    request: Request, session: ReadSession, _: BankReader, query: Annotated[RegradeQuery, Query()]
) -> Response:
    """A page of all regrades, or of those of one question, newest first."""
    page = page_of_regrades(session, query)
    link = next_link(request.url.path, query.model_dump(mode="json"), page.next_cursor)
    return json_response(request, page, headers=link)


@router.get(
    "/{regrade_id}",
    operation_id="read_regrade",
    summary="Read or follow a regrade",
    response_model=RegradeOut,
    responses=problems(401, 403, 404, 422),
)
def read_regrade(
    request: Request, session: ReadSession, _: BankReader, regrade_id: UUID
) -> Response:
    """What was asked for, what it comes to, and how far it is."""
    return json_response(request, RegradeOut.of(find_regrade(session, regrade_id)))


@router.get(
    "/{regrade_id}/items",
    operation_id="list_regrade_items",
    summary="List the submissions that a regrade changes",
    response_model=RegradeItemPage,
    responses=problems(401, 403, 404, 422),
)
def list_regrade_items(
    request: Request,
    session: ReadSession,
    _: BankReader,
    regrade_id: UUID,
    query: Annotated[RegradeItemQuery, Query()],
) -> Response:
    """Old and new score of each submission that changes, and those that cannot be graded."""
    page = page_of_items(session, regrade_id, query)
    link = next_link(request.url.path, query.model_dump(mode="json"), page.next_cursor)
    return json_response(request, page, headers=link)


@router.post(
    "/{regrade_id}/apply",
    operation_id="apply_regrade",
    summary="Apply a regrade",
    response_model=RegradeOut,
    responses={
        202: {"model": RegradeOut, "description": "Many submissions: follow it."},
        **problems(*REFUSALS),
    },
)
def apply(request: Request, steps: Steps, caller: Publisher, regrade_id: UUID) -> Response:
    """Append the grades of the plan. Nothing is overwritten. Safe to repeat."""
    return _answer(request, steps.apply(regrade_id, caller), 200)


@router.post(
    "/{regrade_id}/undo",
    operation_id="undo_regrade",
    summary="Undo a regrade",
    response_model=RegradeOut,
    responses={
        202: {"model": RegradeOut, "description": "Many submissions: follow it."},
        **problems(*REFUSALS),
    },
)
def undo(request: Request, steps: Steps, caller: Publisher, regrade_id: UUID) -> Response:
    """Append the grades that counted before. The regrade's own grades stay. Safe to repeat."""
    return _answer(request, steps.undo(regrade_id, caller), 200)


def page_of_regrades(session: Session, query: RegradeQuery) -> RegradePage:
    """The regrades from the cursor on."""
    cursors = Cursors(session, ("regrades", query.question))
    statement = Regrade.newest_first()
    if query.question is not None:
        named = select(Question.id).where(Question.is_named(query.question))
        statement = statement.where(Regrade.question_id.in_(named))
    if query.cursor is not None:
        statement = statement.where(Regrade.id < UUID(cursors.read(query.cursor)))
    rows = session.scalars(statement.limit(query.limit + 1)).all()
    is_last = len(rows) <= query.limit
    cursor = None if is_last else cursors.write(str(rows[query.limit - 1].id))
    items = [RegradeOut.of(row) for row in rows[: query.limit]]
    return RegradePage(items=items, next_cursor=cursor, limit=query.limit)


def page_of_items(session: Session, regrade_id: UUID, query: RegradeItemQuery) -> RegradeItemPage:
    """The submissions of a regrade from the cursor on."""
    run = find_regrade(session, regrade_id)
    cursors = Cursors(session, ("regrade items", str(regrade_id), query.ungradable))
    after = None if query.cursor is None else UUID(cursors.read(query.cursor))
    found = list_items(
        session, run=run, after=after, limit=query.limit + 1, ungradable=query.ungradable
    )
    is_last = len(found) <= query.limit
    cursor = None if is_last else cursors.write(str(found[query.limit - 1][0].submission_id))
    items = [RegradeItemOut.of(*each) for each in found[: query.limit]]
    return RegradeItemPage(items=items, next_cursor=cursor, limit=query.limit)


def _answer(
    request: Request, told: RegradeOut, status: int, headers: dict[str, str] | None = None
) -> Response:
    """The regrade, with 202 while it is under way."""
    if told.state in UNDER_WAY:
        status = 202
    return json_response(request, told, status=status, headers=headers)
