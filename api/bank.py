"""The author's questions: all of them, one of them, and the writing of drafts."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Body, Header, Path, Query, Request, Response
from pydantic import ValidationError
from sqlalchemy import Select, func, or_
from sqlalchemy.orm import InstrumentedAttribute, Session

from api.bank_changes import change
from api.bank_writing import write_body, write_question
from api.dependencies import AppDatabase, Author, BankReader, ReadSession
from api.documentation import problems
from api.errors import faults_of
from api.pagination import ORDERS_OF_AUTHORS, Cursors, next_link, page_in_order
from api.protocol_errors import InvalidRequest
from api.requests import StrictRoute
from api.responses import json_response
from api.schemas.bank import BankPage, BankQuery, BankQuestionOut
from api.schemas.contents import ContentOut, content_of
from api.schemas.drafts import DraftIn
from models import Question, QuestionVersion
from models.authoring import IN_STATUS, newest_versions
from models.findings import is_used, search_for_authors
from operations.find_version import find_newest
from operations.read_draft import read_draft

router = APIRouter(prefix="/v1/bank/questions", tags=["bank"], route_class=StrictRoute)

Column = InstrumentedAttribute[Any]
MERGE_PATCH = "application/merge-patch+json"
QuestionName = Annotated[
    str,
    Path(max_length=120, description="A slug or an id.", examples=["vanishing-gradients"]),
]
IfMatch = Annotated[
    str | None, Header(max_length=1000, description="The ETag of the state that is changed.")
]
IfNoneMatch = Annotated[
    str | None, Header(max_length=1000, description="`*` creates a question, if it is not there.")
]
Patch = Annotated[
    dict[str, Any],
    Body(
        media_type=MERGE_PATCH,
        description="What is to change (RFC 7396); null takes a field back to its default.",
        examples=[{"title": "Vanishing gradients, again", "difficulty": 0.4}],
    ),
]


@router.get(
    "",
    operation_id="list_bank_questions",
    summary="List questions with everything they say",
    response_model=BankPage,
    responses=problems(401, 403, 422),
)
def list_bank_questions(
    request: Request, session: ReadSession, caller: BankReader, query: Annotated[BankQuery, Query()]
) -> Response:
    """A page of all questions, published or not, that match every filter."""
    rows, cursor = select_bank_page(session, query)
    items = [BankQuestionOut.of(row) for row in rows]
    page = BankPage(items=items, next_cursor=cursor, limit=query.limit)
    link = next_link(request.url.path, query.model_dump(mode="json"), cursor)
    return json_response(request, page, headers=link)


@router.get(
    "/{name}",
    operation_id="read_bank_question",
    summary="Read a question with everything it says",
    response_model=BankQuestionOut,
    responses=problems(401, 403, 404, 422),
)
def read_bank_question(
    request: Request, session: ReadSession, _: BankReader, name: QuestionName
) -> Response:
    """The newest version, published or not, with key, state and history."""
    return json_response(request, BankQuestionOut.of(find_newest(session, name)))


@router.put(
    "/{name}",
    operation_id="write_bank_question",
    summary="Create a question, or write its next version",
    response_model=BankQuestionOut,
    responses={
        201: {"model": BankQuestionOut, "description": "Created"},
        **problems(401, 403, 404, 409, 412, 413, 415, 422, 428),
    },
)
def write_bank_question(
    request: Request,
    database: AppDatabase,
    caller: Author,
    name: QuestionName,
    body: DraftIn,
    if_match: IfMatch = None,
    if_none_match: IfNoneMatch = None,
) -> Response:
    """Write a draft, which may be incomplete; `problems` says what is missing to publish it.

    A draft that is there is replaced under the same number. The same again changes nothing.
    """

    content, is_new = write_question(
        database, name, body, caller, if_match=if_match, if_none_match=if_none_match
    )
    location = {"Location": f"/v1/bank/questions/{content.slug}"} if is_new else {}
    return json_response(request, content, status=201 if is_new else 200, headers=location)


@router.patch(
    "/{name}",
    operation_id="patch_bank_question",
    summary="Change a part of what a question says",
    response_model=BankQuestionOut,
    responses=problems(401, 403, 404, 409, 412, 413, 415, 422, 428),
)
def patch_bank_question(
    request: Request,
    database: AppDatabase,
    caller: Author,
    name: QuestionName,
    body: Patch,
    if_match: IfMatch = None,
) -> Response:
    """Write the draft of the next version: what the newest one says, changed as stated.

    Lists are replaced as a whole.
    """

    def work(session: Session, question: Question) -> None:
        said = ContentOut(**content_of(read_draft(question.versions[-1])))
        document = merged(said.model_dump(mode="json"), body)
        document.setdefault("external_id", None)  # taken away, not left out
        write_body(session, question, _read_draft(document), caller)

    content = change(
        database, name, if_match, work, caller=caller, action="written", must_match=True
    )
    return json_response(request, content)


def select_bank_page(
    session: Session, query: BankQuery
) -> tuple[Sequence[QuestionVersion], str | None]:
    """The rows of a page for authors, and the cursor of the next."""
    cursors = Cursors(session, ("bank", query.listing))
    order = ORDERS_OF_AUTHORS[query.sort]
    found = _found(session, query)
    return page_in_order(session, found, order, query.limit, query.cursor, cursors)


def merged(target: Any, patch: Any) -> Any:
    """The target changed by a merge patch (RFC 7396)."""
    if not isinstance(patch, Mapping):
        return patch
    result = dict(target) if isinstance(target, Mapping) else {}
    for name, value in patch.items():
        if value is None:
            result.pop(name, None)
        else:
            result[name] = merged(result.get(name), value)
    return result


def _read_draft(document: Any) -> DraftIn:
    try:
        return DraftIn.model_validate(document)
    except ValidationError as error:
        raise InvalidRequest(faults=faults_of(error.errors(), DraftIn)) from None


def _found(session: Session, query: BankQuery) -> Select[QuestionVersion]:
    """What a listing selects: by filters and, if words are stated, by the index of authors."""
    statement = _filtered(query)
    if query.used is not None:
        statement = statement.where(is_used() if query.used else ~is_used())
    if query.q is not None:
        hits = [hit.number for hit in search_for_authors(session, query.q)]
        statement = statement.where(Question.is_numbered(hits))
    return statement


def _filtered(query: BankQuery) -> Select[QuestionVersion]:
    version, question = QuestionVersion, Question
    statement = newest_versions().where(*map(version.has_tag, query.tag))
    if query.status:
        statement = statement.where(or_(*(IN_STATUS[status] for status in query.status)))
    if query.language is not None:
        statement = statement.where(func.lower(version.language) == query.language.lower())
    if query.slug:
        statement = statement.where(question.slug.startswith(query.slug, autoescape=True))
    if query.has_draft is not None:
        is_draft = version.published_at.is_(None)
        statement = statement.where(is_draft if query.has_draft else ~is_draft)
    equal: tuple[tuple[Column, object], ...] = (
        (version.kind, query.kind),
        (version.scoring_rule, query.rule),
        (version.release, query.release),
        (question.external_id, query.external_id),
    )
    bounds: tuple[tuple[Column, object, object], ...] = (
        (version.difficulty, query.difficulty_min, query.difficulty_max),
        (version.date, query.date_from, query.date_to),
        (question.changed_at, query.changed_since, None),
    )
    for column, value in equal:
        statement = statement if value is None else statement.where(column == value)
    for column, least, most in bounds:
        statement = statement if least is None else statement.where(column >= least)
        statement = statement if most is None else statement.where(column <= most)
    return statement
