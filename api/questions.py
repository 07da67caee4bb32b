"""The learner's questions: one, a page of them, or a random draw."""

import secrets
from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response
from sqlalchemy import ColumnElement, Select, func, or_, select

from api.dependencies import Learner, ReadSession
from api.documentation import problems
from api.pagination import ORDERS, Cursors, next_link, page_by_place, page_in_order
from api.requests import StrictRoute
from api.responses import IMMUTABLE, NO_STORE, PUBLIC, json_response
from api.schemas.questions import (
    CountedQuestionPage,
    DrawQuery,
    HintOut,
    ListQuery,
    QuestionDraw,
    QuestionFilters,
    QuestionOut,
    QuestionPage,
    ReadQuery,
)
from domain.errors import HintNotFound, QuestionNotFound
from domain.ordering import draw
from models import Question, QuestionVersion
from models.search import matching

router = APIRouter(prefix="/v1/questions", tags=["questions"], route_class=StrictRoute)

QuestionName = Annotated[
    str,
    Path(max_length=120, description="A slug or an id.", examples=["vanishing-gradients"]),
]
Versions = Select[QuestionVersion]


@router.get(
    "",
    operation_id="list_questions",
    summary="List published questions",
    response_model=QuestionPage | CountedQuestionPage,
    responses=problems(400, 401, 422),
)
def list_questions(
    request: Request, session: ReadSession, _: Learner, query: Annotated[ListQuery, Query()]
) -> Response:
    """A page of the published questions that match every filter."""
    statement, rank = _listed(session, query)
    rows, cursor = _page(session, query, statement, rank)
    page = QuestionPage(
        items=[QuestionOut.of(row) for row in rows], next_cursor=cursor, limit=query.limit
    )
    if query.include:
        page = CountedQuestionPage(**dict(page), total=_count(session, statement))
    link = next_link(request.url.path, query.model_dump(mode="json"), cursor)
    return json_response(request, page, cache_control=PUBLIC, headers=link)


@router.get(
    "/random",
    operation_id="draw_questions",
    summary="Draw questions at random",
    response_model=QuestionDraw,
    responses=problems(400, 401, 422),
)
def draw_questions(
    request: Request, session: ReadSession, _: Learner, query: Annotated[DrawQuery, Query()]
) -> Response:
    """Different questions that match every filter, each such set equally likely."""
    statement = _filtered(QuestionVersion.for_learners(), query)
    if query.exclude:
        statement = statement.where(~or_(*map(Question.is_named, query.exclude)))
    ids = statement.with_only_columns(QuestionVersion.id).order_by(QuestionVersion.question_id)
    seed = query.seed or secrets.token_urlsafe(8)
    drawn = draw(session.scalars(ids).all(), query.count, seed)
    found = QuestionVersion.for_learners().where(QuestionVersion.id.in_(drawn))
    rows = sorted(session.scalars(found), key=lambda row: drawn.index(row.id))
    content = QuestionDraw(items=[QuestionOut.of(row) for row in rows], seed=seed)
    return json_response(request, content, cache_control=PUBLIC if query.seed else NO_STORE)


@router.get(
    "/{name}",
    operation_id="read_question",
    summary="Read one question",
    response_model=QuestionOut,
    responses=problems(400, 401, 404, 422),
)
def read_question(
    request: Request,
    session: ReadSession,
    _: Learner,
    name: QuestionName,
    query: Annotated[ReadQuery, Query()],
) -> Response:
    """The published question with this slug or id, or one published version of it."""
    statement = QuestionVersion.for_learners(query.version)
    version = session.scalar(statement.where(Question.is_named(name)))
    if version is None:
        missing = f"There is no such question with a version {query.version}."
        raise QuestionNotFound(missing if query.version else "")
    made_up = query.shuffle == ""
    seed = secrets.token_urlsafe(8) if made_up else query.shuffle
    lasting = IMMUTABLE if query.version else PUBLIC
    return json_response(
        request,
        QuestionOut.of(version, shuffle=seed),
        cache_control=NO_STORE if made_up else lasting,
    )


@router.get(
    "/{name}/hints/{level}",
    operation_id="read_hint",
    summary="Read a hint",
    response_model=HintOut,
    responses=problems(400, 401, 404, 422),
)
def read_hint(
    request: Request,
    session: ReadSession,
    _: Learner,
    name: QuestionName,
    level: Annotated[int, Path(ge=1, le=1000, description="From 1, vague, to plain.")],
    query: Annotated[ReadQuery, Query()],
) -> Response:
    """One hint; options that it names have the numbers of the order that was shown."""
    statement = QuestionVersion.hints_for_learners(query.version)
    version = session.scalar(statement.where(Question.is_named(name)))
    if version is None:
        raise QuestionNotFound
    if level > version.hint_count:
        raise HintNotFound(f"This question has {version.hint_count} hints.")
    lasting = IMMUTABLE if query.version else PUBLIC
    content = HintOut.of(version, level, query.shuffle)
    return json_response(request, content, cache_control=lasting)


def _listed(session: ReadSession, query: ListQuery) -> tuple[Versions, ColumnElement[Any] | None]:
    """What a listing selects and, for a full-text search, the rank of each hit."""
    statement = _filtered(QuestionVersion.for_learners(), query)
    if query.id:
        statement = statement.where(QuestionVersion.question_id.in_(query.id))
    if query.q is None:
        return statement, None
    hits = matching(session, query.q).subquery()
    joined = statement.join(hits, hits.c.question_id == QuestionVersion.question_id)
    return joined, hits.c.rank


def _filtered(statement: Versions, filters: QuestionFilters) -> Versions:
    conditions = [QuestionVersion.has_tag(tag) for tag in filters.tag]
    if filters.kind is not None:
        conditions.append(QuestionVersion.kind == filters.kind)
    if filters.language is not None:
        conditions.append(func.lower(QuestionVersion.language) == filters.language.lower())
    if filters.difficulty_min is not None:
        conditions.append(QuestionVersion.difficulty >= filters.difficulty_min)
    if filters.difficulty_max is not None:
        conditions.append(QuestionVersion.difficulty <= filters.difficulty_max)
    return statement.where(*conditions)


def _page(
    session: ReadSession, query: ListQuery, statement: Versions, rank: ColumnElement[Any] | None
) -> tuple[Sequence[QuestionVersion], str | None]:
    """The rows of a page and the cursor of the next: best match first, or in a stated order."""
    cursors = Cursors(session, query.listing)
    if rank is not None and query.sort is None:
        ranked = statement.order_by(rank, QuestionVersion.question_id)
        return page_by_place(session, ranked, query.limit, query.cursor, cursors)
    order = ORDERS[query.sort or "-published_at"]
    return page_in_order(session, statement, order, query.limit, query.cursor, cursors)


def _count(session: ReadSession, statement: Versions) -> int:
    ids = statement.with_only_columns(QuestionVersion.id).subquery()
    return session.scalar(select(func.count()).select_from(ids)) or 0
