"""What the answers to a question say about it, as a page."""

from typing import Annotated

from fastapi import Query, Request, Response

from api.admin.pages import admin_page
from api.admin.routes import admin_router
from api.admin.sessions import Reader
from api.dependencies import AppDatabase
from api.item_analysis import item_statistics
from api.responses import json_response
from api.statistics_table import table_response

router = admin_router("/questions/{name}")

VersionNumber = Annotated[int | None, Query(ge=1, le=2**31 - 1)]


@router.get("/statistics")
def show_statistics(
    request: Request, database: AppDatabase, _: Reader, name: str, version: VersionNumber = None
) -> Response:
    """Facility beside chance, the responses, the options, and the time answers took."""
    context = {"item": item_statistics(database, name, version)}
    return admin_page(request, "admin/statistics.html", context)


@router.get("/statistics.json")
def load_document(
    request: Request, database: AppDatabase, _: Reader, name: str, version: VersionNumber = None
) -> Response:
    """The same as the API tells it."""
    return json_response(request, item_statistics(database, name, version))


@router.get("/statistics.csv")
def load_table(
    request: Request, database: AppDatabase, _: Reader, name: str, version: VersionNumber = None
) -> Response:
    """The same as a table."""
    return table_response(request, item_statistics(database, name, version))
