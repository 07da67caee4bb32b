"""What the answers to a question say about it."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from api.bank import QuestionName
from api.dependencies import AppDatabase, BankReader
from api.documentation import problems
from api.item_analysis import item_statistics
from api.requests import StrictRoute
from api.responses import json_response
from api.schemas.statistics import ItemStatisticsOut, StatisticsQuery
from api.statistics_table import table_response

router = APIRouter(prefix="/v1/bank/questions/{name}", tags=["bank"], route_class=StrictRoute)


@router.get(
    "/statistics",
    operation_id="read_question_statistics",
    summary="Tell what the answers to a question say about it",
    response_model=ItemStatisticsOut,
    responses={
        200: {
            "description": "The statistics; with `format=csv` as a table of the same figures.",
            "content": {"text/csv": {"schema": {"type": "string"}, "example": "part,name,text"}},
        },
        **problems(401, 403, 404, 422),
    },
)
def read_statistics(
    request: Request,
    database: AppDatabase,
    _: BankReader,
    name: QuestionName,
    query: Annotated[StatisticsQuery, Query()],
) -> Response:
    """Facility beside chance, the responses, the options, and the time answers took.

    Every attempt counts, by the grade that counts now. `docs/statistics.md` explains each figure.
    """
    told = item_statistics(database, name, query.version)
    if query.format == "json":
        return json_response(request, told)
    return table_response(request, told)
