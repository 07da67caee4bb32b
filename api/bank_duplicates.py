"""Which questions say nearly the same."""

from collections.abc import Iterable, Mapping
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, raiseload

from api.dependencies import BankReader, ReadSession
from api.documentation import problems
from api.pagination import Cursors, next_link, ordered
from api.requests import StrictRoute
from api.responses import json_response
from api.schemas.duplicates import DuplicateOut, DuplicatePage, DuplicateQuery, DuplicateSideOut
from models import QuestionVersion
from models.authoring import is_newest
from models.likeness import AlikePair, alike_pairs, is_of
from operations.find_question import find_question

PATH = "/v1/bank/duplicates"
# What pages are sorted by: from the last row to the first.
PLACE = (AlikePair.similarity, AlikePair.question_id, AlikePair.other_id)

router = APIRouter(prefix=PATH, tags=["bank"], route_class=StrictRoute)


@router.get(
    "",
    operation_id="list_duplicates",
    summary="List questions that say nearly the same",
    response_model=DuplicatePage,
    responses=problems(401, 403, 404, 422),
)
def list_duplicates(
    request: Request, session: ReadSession, _: BankReader, query: Annotated[DuplicateQuery, Query()]
) -> Response:
    """A page of pairs, the most alike first; retired questions left out."""
    page = page_of_duplicates(session, query)
    link = next_link(request.url.path, query.model_dump(mode="json"), page.next_cursor)
    return json_response(request, page, headers=link)


def page_of_duplicates(session: Session, query: DuplicateQuery) -> DuplicatePage:
    """The pairs from the cursor on."""
    statement = alike_pairs(query.minimum)
    if query.question is not None:
        statement = statement.where(is_of(find_question(session, query.question).id))
    cursors = Cursors(session, ("duplicates", query.question, query.minimum))
    last = None
    if query.cursor is not None:
        similarity, *ids = cursors.read(query.cursor)
        last = (similarity, *map(UUID, ids))
    in_order = ordered(statement, PLACE, last, descending=True)
    pairs = session.scalars(in_order.limit(query.limit + 1)).all()
    page, cursor = pairs[: query.limit], None
    if len(pairs) > query.limit:
        end = page[-1]
        cursor = cursors.write([end.similarity, str(end.question_id), str(end.other_id)])
    items = list(_items(session, page))
    return DuplicatePage(items=items, next_cursor=cursor, limit=query.limit)


def _items(session: Session, pairs: Iterable[AlikePair]) -> Iterable[DuplicateOut]:
    found = list(pairs)
    versions = _newest(session, {id_ for one in found for id_ in (one.question_id, one.other_id)})
    for one in found:
        sides = (versions[one.question_id], versions[one.other_id])
        yield DuplicateOut(
            similarity=one.similarity, questions=[DuplicateSideOut.of(side) for side in sides]
        )


def _newest(session: Session, ids: set[UUID]) -> Mapping[UUID, QuestionVersion]:
    asked = select(QuestionVersion).where(QuestionVersion.question_id.in_(ids), is_newest())
    found = session.scalars(asked.options(joinedload(QuestionVersion.question), raiseload("*")))
    return {version.question_id: version for version in found}
