"""The audit log, read by admins."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy.orm import Session

from api.dependencies import Admin, ReadSession
from api.documentation import problems
from api.pagination import Cursors, next_link
from api.requests import StrictRoute
from api.responses import json_response
from api.schemas.audit import AuditEntryOut, AuditPage, AuditQuery
from models import AuditEntry

router = APIRouter(prefix="/v1/audit", tags=["audit"], route_class=StrictRoute)


@router.get(
    "",
    operation_id="list_audit_entries",
    summary="List what was done by whom",
    response_model=AuditPage,
    responses=problems(401, 403, 422),
)
def list_audit_entries(
    request: Request, session: ReadSession, _: Admin, query: Annotated[AuditQuery, Query()]
) -> Response:
    """A page of the entries that match every filter, newest first."""
    page = page_of_entries(session, query)
    link = next_link(request.url.path, query.model_dump(mode="json"), page.next_cursor)
    return json_response(request, page, headers=link)


def page_of_entries(session: Session, query: AuditQuery) -> AuditPage:
    """The entries from the cursor on: it carries the last number shown."""
    rows, cursor = _page(session, query)
    items = [AuditEntryOut.of(row) for row in rows]
    return AuditPage(items=items, next_cursor=cursor, limit=query.limit)


def _page(session: Session, query: AuditQuery) -> tuple[Sequence[AuditEntry], str | None]:
    cursors = Cursors(session, ("audit", query.filters))
    statement = AuditEntry.matching(**query.filters).order_by(AuditEntry.number.desc())
    if query.cursor is not None:
        statement = statement.where(AuditEntry.number < cursors.read(query.cursor))
    rows = session.scalars(statement.limit(query.limit + 1)).all()
    if len(rows) <= query.limit:
        return rows, None
    return rows[: query.limit], cursors.write(rows[query.limit - 1].number)
