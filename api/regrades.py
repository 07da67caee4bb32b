"""Regrades by HTTP: planned, read, applied, undone. Few submissions at once, many by the worker."""

from collections.abc import Callable
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.dependencies import (
    AppDatabase,
    AppSettings,
    Author,
    BankReader,
    IdempotencyKey,
    Publisher,
    ReadSession,
)
from api.documentation import problems
from api.idempotency import REPLAYED, answer_once
from api.pagination import Cursors, next_link
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
from models import Database, Question, Regrade, now
from operations.apply_regrade import apply_regrade
from operations.assess_submissions import count_in_scope
from operations.plan_regrade import plan_regrade
from operations.read_regrade import find_regrade, list_items
from operations.run_regrade import finish_now
from operations.undo_regrade import undo_regrade

PATH = "/v1/bank/regrades"
REFUSALS = (400, 401, 403, 404, 409, 413, 415, 422)
UNDER_WAY = ("planning", "applying", "undoing")

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
    database: AppDatabase,
    settings: AppSettings,
    caller: Author,
    body: RegradeIn,
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """Say what the submissions of a question would get. Grades stay as they are until applied."""
    at = now()

    def planned(session: Session) -> str:
        run = plan_regrade(session, wish=body.wish, by=caller, at=at)
        most = settings.regrade_at_once
        if count_in_scope(session, run, most + 1) <= most:
            finish_now(session, run=run)
        return RegradeOut.of(run).model_dump_json()

    def work(session: Session) -> tuple[str, bool]:
        return answer_once(
            session,
            caller=caller,
            route="plan_regrade",
            key=idempotency_key,
            request=body.model_dump_json(),
            at=at,
            work=lambda: planned(session),
        )

    stored, replayed = database.write(work)
    told = RegradeOut.model_validate_json(stored)
    headers = {"Location": f"{PATH}/{told.id}"} | (REPLAYED if replayed else {})
    return _answer(request, told, 201, headers)


@router.get(
    "",
    operation_id="list_regrades",
    summary="List regrades",
    response_model=RegradePage,
    responses=problems(400, 401, 403, 422),
)
def list_regrades(
    request: Request, session: ReadSession, _: BankReader, query: Annotated[RegradeQuery, Query()]
) -> Response:
    """A page of all regrades, or of those of one question, newest first."""
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
    page = RegradePage(items=items, next_cursor=cursor, limit=query.limit)
    link = next_link(request.url.path, query.model_dump(mode="json"), cursor)
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
    responses=problems(400, 401, 403, 404, 422),
)
def list_regrade_items(
    request: Request,
    session: ReadSession,
    _: BankReader,
    regrade_id: UUID,
    query: Annotated[RegradeItemQuery, Query()],
) -> Response:
    """Old and new score of each submission that changes, and those that cannot be graded."""
    run = find_regrade(session, regrade_id)
    cursors = Cursors(session, ("regrade items", str(regrade_id), query.ungradable))
    after = None if query.cursor is None else UUID(cursors.read(query.cursor))
    found = list_items(
        session, run=run, after=after, limit=query.limit + 1, ungradable=query.ungradable
    )
    is_last = len(found) <= query.limit
    cursor = None if is_last else cursors.write(str(found[query.limit - 1][0].submission_id))
    items = [RegradeItemOut.of(*each) for each in found[: query.limit]]
    page = RegradeItemPage(items=items, next_cursor=cursor, limit=query.limit)
    link = next_link(request.url.path, query.model_dump(mode="json"), cursor)
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
def apply(
    request: Request,
    database: AppDatabase,
    settings: AppSettings,
    caller: Publisher,
    regrade_id: UUID,
) -> Response:
    """Append the grades of the plan. Nothing is overwritten. Safe to repeat."""

    def ask(session: Session, run: Regrade) -> bool:
        four_eyes = settings.four_eyes
        return apply_regrade(session, regrade=run, by=caller, at=now(), four_eyes=four_eyes)

    return _answer(request, _asked(database, settings.regrade_at_once, regrade_id, ask), 200)


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
def undo(
    request: Request,
    database: AppDatabase,
    settings: AppSettings,
    caller: Publisher,
    regrade_id: UUID,
) -> Response:
    """Append the grades that counted before. The regrade's own grades stay. Safe to repeat."""

    def ask(session: Session, run: Regrade) -> bool:
        return undo_regrade(session, regrade=run, by=caller, at=now())

    return _answer(request, _asked(database, settings.regrade_at_once, regrade_id, ask), 200)


def _asked(
    database: Database, at_once: int, regrade_id: UUID, ask: Callable[[Session, Regrade], bool]
) -> RegradeOut:
    """Ask for a task of a regrade, which is done in the same transaction where it is small."""

    def work(session: Session) -> RegradeOut:
        run = find_regrade(session, regrade_id, locked=True)
        if ask(session, run) and (run.total or 0) <= at_once:
            finish_now(session, run=run)
        session.flush()
        return RegradeOut.of(run)

    return database.write(work)


def _answer(
    request: Request, told: RegradeOut, status: int, headers: dict[str, str] | None = None
) -> Response:
    """The regrade, with 202 while it is under way; then the worker gets to know."""
    if told.state in UNDER_WAY:
        request.app.state.regrade_worker.wake()
        status = 202
    return json_response(request, told, status=status, headers=headers)
