"""Which questions deserve their authors' look."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.dependencies import BankReader, ReadSession
from api.documentation import problems
from api.requests import StrictRoute
from api.responses import json_response
from api.schemas.findings import MissedOut, MissedPage, MissedQuery
from models import Question
from models.findings import most_missed

router = APIRouter(prefix="/v1/bank/findings", tags=["bank"], route_class=StrictRoute)


@router.get(
    "/most-missed",
    operation_id="list_most_missed",
    summary="List the questions with the lowest mean scores",
    response_model=MissedPage,
    responses=problems(401, 403, 422),
)
def list_most_missed(
    request: Request, session: ReadSession, _: BankReader, query: Annotated[MissedQuery, Query()]
) -> Response:
    """Published questions by the mean score of the submissions to their present version."""
    return json_response(request, most_missed_page(session, query))


def most_missed_page(session: Session, query: MissedQuery) -> MissedPage:
    """The same, with the names of the questions."""
    missed = most_missed(query.at_least).limit(query.limit).subquery()
    found = session.execute(
        select(missed, Question.slug)
        .join(Question, Question.id == missed.c.id)
        .order_by(missed.c.mean_score, missed.c.submissions.desc(), missed.c.id)
    )
    items = [
        MissedOut(id=id_, slug=slug, mean_score=mean, submissions=count)
        for id_, mean, count, slug in found
    ]
    return MissedPage(items=items, limit=query.limit)
