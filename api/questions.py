"""The learner's questions: one, a page of them, or a random draw."""

import secrets
from collections.abc import Sequence
from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request, Response
from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import Session

from api.dependencies import AppDatabase, AppQuestionSets, Learner, get_documents
from api.documentation import problems
from api.documents import Document, read_quickly
from api.languages import (
    Choices,
    choices,
    content_language,
    to_choose_from,
    translations,
    wish_in,
)
from api.pagination import ORDERS, Cursors, next_link, page_in_order, page_of_hits
from api.requests import StrictRoute
from api.responses import IMMUTABLE, NO_STORE, PUBLIC, document_response, json_response
from api.schemas.questions import (
    CountedQuestionPage,
    DrawQuery,
    HintOut,
    ListQuery,
    QuestionDraw,
    QuestionOut,
    QuestionPage,
    ReadQuery,
)
from domain.errors import HintNotFound, QuestionNotFound
from domain.languages import Wish
from models import Question, QuestionVersion
from models.draws import QuestionSets, draw_numbers, numbers_of
from models.learning import versions_for_learners, versions_with_hints
from models.search import Hit, search
from models.translation import hints_in

router = APIRouter(prefix="/v1/questions", tags=["questions"], route_class=StrictRoute)

LONGEST_NAME = 120
QuestionName = Annotated[
    str,
    Path(max_length=LONGEST_NAME, description="A slug or an id.", examples=["vanishing-gradients"]),
]
FEW = 3000  # questions that a statement may name one by one


@router.get(
    "",
    operation_id="list_questions",
    summary="List published questions",
    response_model=QuestionPage | CountedQuestionPage,
    responses=problems(401, 422),
)
def list_questions(
    request: Request,
    database: AppDatabase,
    sets: AppQuestionSets,
    _: Learner,
    query: Annotated[ListQuery, Query()],
) -> Response:
    """A page of the published questions that match every filter."""
    with database.read_published() as session:
        rows, cursor = select_page(session, sets, query)
        items, languages = _shown(session, rows, request, query.language)
        page = QuestionPage(items=items, next_cursor=cursor, limit=query.limit)
        if query.include:
            page = CountedQuestionPage(**dict(page), total=_total(session, sets, query))
    link = next_link(request.url.path, query.model_dump(mode="json"), cursor)
    headers = {**link, **content_language(item.language for item in items)}
    return json_response(request, page, cache_control=PUBLIC, headers=headers, languages=languages)


@router.get(
    "/random",
    operation_id="draw_questions",
    summary="Draw questions at random",
    response_model=QuestionDraw,
    responses=problems(401, 422),
)
def draw_questions(
    request: Request,
    database: AppDatabase,
    sets: AppQuestionSets,
    _: Learner,
    query: Annotated[DrawQuery, Query()],
) -> Response:
    """Different questions that match every filter, each such set equally likely."""
    seed = query.seed or secrets.token_urlsafe(8)
    with database.read_published() as session:
        rows = select_draw(session, sets, query, seed)
        items, languages = _shown(session, rows, request, query.language)
        content = QuestionDraw(items=items, seed=seed)
    return json_response(
        request,
        content,
        cache_control=PUBLIC if query.seed else NO_STORE,
        headers=content_language(item.language for item in items),
        languages=languages,
    )


@router.get(
    "/{name}",
    operation_id="read_question",
    summary="Read one question",
    response_model=QuestionOut,
    responses=problems(401, 404, 422),
)
async def read_question(
    request: Request,
    database: AppDatabase,
    _: Learner,
    name: QuestionName,
    query: Annotated[ReadQuery, Query()],
) -> Response:
    """The published question with this slug or id, or one published version of it."""
    made_up = query.shuffle == ""
    seed = secrets.token_urlsafe(8) if made_up else query.shuffle

    wish = wish_in(request, query.language)

    def read_shuffled(session: Session) -> Document | None:
        statement = versions_for_learners(query.version).where(Question.is_named(name))
        version = session.scalar(statement)
        return _shuffled(session, version, seed, wish) if version else None

    document = await (
        get_documents(request).read(name, query.version, wish)
        if seed is None
        else read_quickly(database, read_shuffled)
    )
    if document is None:
        missing = f"There is no such question with a version {query.version}."
        raise QuestionNotFound(missing if query.version else "")
    lasting = IMMUTABLE if query.version and not document.may_change else PUBLIC
    return document_response(
        request,
        document.body,
        cache_control=NO_STORE if made_up else lasting,
        headers=content_language([document.language]),
        languages=to_choose_from(document.available, query.language),
        about=document.question_id,
    )


@router.get(
    "/{name}/hints/{level}",
    operation_id="read_hint",
    summary="Read a hint",
    response_model=HintOut,
    responses=problems(401, 404, 422),
)
async def read_hint(
    request: Request,
    database: AppDatabase,
    _: Learner,
    name: QuestionName,
    level: Annotated[int, Path(ge=1, le=1000, description="From 1, vague, to plain.")],
    query: Annotated[ReadQuery, Query()],
) -> Response:
    """One hint; options that it names have the numbers of the order that was shown."""

    wish = wish_in(request, query.language)

    def read(session: Session) -> tuple[HintOut, QuestionVersion, Choices]:
        statement = versions_with_hints(query.version)
        version = session.scalar(statement.where(Question.is_named(name)))
        if version is None:
            raise QuestionNotFound
        if level > version.hint_count:
            raise HintNotFound(f"This question has {version.hint_count} hints.")
        chosen = choices(session, [version], wish)
        id_ = chosen.ids.get(version.id)
        told = session.scalars(hints_in(id_)).one() if id_ else ()
        return HintOut.of(version, level, query.shuffle, told), version, chosen

    content, version, chosen = await read_quickly(database, read)
    lasting = IMMUTABLE if query.version and not version.question.is_translated else PUBLIC
    return json_response(
        request,
        content,
        cache_control=lasting,
        headers=content_language([chosen.languages.get(version.id, version.language)]),
        languages=to_choose_from(chosen.available, query.language),
        about=version.question_id,
    )


def _shown(
    session: Session, rows: Sequence[QuestionVersion], request: Request, language: str | None
) -> tuple[list[QuestionOut], Sequence[str]]:
    """The rows as they are shown, and the languages that Accept-Language could choose from."""
    chosen = choices(session, rows, wish_in(request, language))
    translated = translations(session, chosen)
    items = [QuestionOut.of(row, translation=translated.get(row.id)) for row in rows]
    return items, to_choose_from(chosen.available, language)


def _shuffled(session: Session, version: QuestionVersion, seed: str | None, wish: Wish) -> Document:
    chosen = choices(session, [version], wish)
    translation = translations(session, chosen).get(version.id)
    shown = QuestionOut.of(version, seed, translation)
    return Document(
        shown.model_dump_json().encode(),
        version.question_id,
        shown.language,
        chosen.available,
        version.question.is_translated,
    )


def select_page(
    session: Session, sets: QuestionSets, query: ListQuery
) -> tuple[Sequence[QuestionVersion], str | None]:
    """The rows of a page and the cursor of the next: best hit first, or in a stated order."""
    if query.q is not None and query.sort is None:
        return _page_of_hits(session, query)
    return page_in_order(
        session,
        versions_for_learners(),
        ORDERS[query.sort or "-published_at"],
        query.limit,
        query.cursor,
        Cursors(session, query.listing),
        _narrowed(session, sets, query),
    )


def select_draw(
    session: Session, sets: QuestionSets, query: DrawQuery, seed: str
) -> list[QuestionVersion]:
    """The rows of a draw, in the order they were drawn."""
    numbers = sets.numbers(session, query.conditions) - numbers_of(session, query.exclude)
    drawn = draw_numbers(numbers, query.count, seed)
    rows = _numbered(session, drawn)
    return [rows[number] for number in drawn]


def _page_of_hits(
    session: Session, query: ListQuery
) -> tuple[Sequence[QuestionVersion], str | None]:
    cursors = Cursors(session, ("by rank and number", query.listing))
    hits = partial(_hits, session, query)
    numbers, cursor = page_of_hits(hits, query.limit, query.cursor, cursors)
    rows = _numbered(session, numbers)
    return [rows[number] for number in numbers if number in rows], cursor


def _numbered(session: Session, numbers: Sequence[int]) -> dict[int | None, QuestionVersion]:
    """What learners get of the questions with these numbers."""
    found = versions_for_learners().where(Question.is_numbered(numbers))
    return {row.question.number: row for row in session.scalars(found)}


def _hits(session: Session, query: ListQuery, newest: int | None = None) -> list[Hit]:
    return search(session, query.q or "", *_stated(query), newest=newest)


def _narrowed(session: Session, sets: QuestionSets, query: ListQuery) -> Select[UUID | None] | None:
    """The ids of the published versions that a listing in a stated order is about, if not all.

    Where few match, they are named: an index over an order finds what is rare only by reading
    everything else.
    """
    listed = select(Question.published_id).where(Question.is_listed())
    if query.q is not None:
        return listed.where(Question.is_numbered(hit.number for hit in _hits(session, query)))
    if query.conditions and not query.id:
        numbers = sets.numbers(session, query.conditions)
        if len(numbers) <= FEW:
            return listed.where(Question.is_numbered(numbers))
    stated = _stated(query)
    joined = listed.join(QuestionVersion, QuestionVersion.id == Question.published_id)
    return joined.where(*stated) if stated else None


def _stated(query: ListQuery) -> list[ColumnElement[bool]]:
    ids = [Question.id.in_(query.id)] if query.id else []
    return [*ids, *(condition.clause() for condition in query.conditions)]


def _total(session: Session, sets: QuestionSets, query: ListQuery) -> int:
    """How many questions there are on all pages."""
    if query.q is not None:
        return len(_hits(session, query))
    if not query.id:
        return len(sets.numbers(session, query.conditions))
    ids = versions_for_learners().where(*_stated(query)).with_only_columns(Question.id)
    return len(session.scalars(ids).all())
