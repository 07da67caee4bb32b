"""The audit log as pages: who did what, and whether the chain is sound."""

from typing import Annotated, Any

from fastapi import Query, Request, Response
from pydantic import field_validator
from sqlalchemy.orm import Session

from api.admin.audit_sentences import ACTIONS, sentence_of
from api.admin.pages import admin_page
from api.admin.routes import admin_router
from api.admin.sessions import Admin
from api.admin.stated import AsForm, utc
from api.audit import page_of_entries
from api.dependencies import ReadSession
from api.pagination import next_address
from api.schemas.audit import AuditQuery
from operations.verify_audit import AuditVerdict, verify_audit

HOME = "/admin/audit"

router = admin_router("/audit")


class FormQuery(AsForm, AuditQuery):
    """The same as a form sends it: moments are in UTC."""

    @field_validator("since", "until", mode="before")
    @classmethod
    def _in_utc(cls, said: Any) -> Any:
        return utc(said) if isinstance(said, str) else said


@router.get("")
def list_entries(
    request: Request, session: ReadSession, _: Admin, query: Annotated[FormQuery, Query()]
) -> Response:
    """The entries that match every filter, newest first."""
    return _page(request, session, query)


@router.post("/verify")
def verify(request: Request, session: ReadSession, _: Admin) -> Response:
    """Walk the whole chain, and tell whether it is as it was written."""
    return _page(request, session, FormQuery(), verify_audit(session))


def _page(
    request: Request, session: Session, query: FormQuery, verdict: AuditVerdict | None = None
) -> Response:
    page = page_of_entries(session, query)
    context = {
        "entries": [(entry, sentence_of(entry)) for entry in page.items],
        "actions": ACTIONS,
        "query": query,
        "verdict": verdict,
        "next": next_address(HOME, query.model_dump(mode="json"), page.next_cursor),
    }
    return admin_page(request, "admin/audit/list.html", context)
