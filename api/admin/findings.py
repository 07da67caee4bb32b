"""Which questions deserve a look: for their wording, and for what learners made of them."""

from collections.abc import Mapping
from typing import Annotated
from uuid import UUID

from fastapi import Query, Request, Response

from api.admin.pages import admin_page
from api.admin.routes import admin_router
from api.admin.sessions import Reader
from api.bank_findings import most_missed_page
from api.dependencies import ReadSession
from api.pagination import Cursors, next_address
from api.schemas.findings import MissedQuery
from operations.advise_bank import advise_bank

HOME = "/admin/duplicates"
ENOUGH, MOST = 20, 500  # questions with advice on a page, and how many are looked at for it
RULES: Mapping[str, str] = {
    "no_right_option": "No option is right",
    "telling_length": "The length tells the key",
    "names_others": "An option speaks of the others",
    "bare_option_reference": "An option is named by its place",
    "missing_alt": "A picture has no words",
    "relative_picture": "A picture is not found",
    "broken_math": "A formula is broken",
    "mistake_unnoticed": "Its tests would not notice a mistake",
}

router = admin_router("/duplicates")

Rule = Annotated[str, Query(max_length=40)]
Cursor = Annotated[str | None, Query(max_length=1000)]


@router.get("/wording")
def list_advice(
    request: Request, session: ReadSession, _: Reader, rule: Rule = "", cursor: Cursor = None
) -> Response:
    """What the check of wordings finds in questions in use, by one rule or all."""
    cursors = Cursors(session, ("advice", rule))
    after = UUID(cursors.read(cursor)) if cursor else None
    advised = advise_bank(session, code=rule or None, after=after, enough=ENOUGH, most=MOST)
    mark = cursors.write(str(advised.last)) if advised.last else None
    context = {
        "advised": advised,
        "rules": RULES,
        "rule": rule,
        "is_first": cursor is None,
        "next": next_address(f"{HOME}/wording", {"rule": rule or None}, mark),
    }
    return admin_page(request, "admin/duplicates/wording.html", context)


@router.get("/missed")
def list_missed(
    request: Request, session: ReadSession, _: Reader, query: Annotated[MissedQuery, Query()]
) -> Response:
    """The published questions with the lowest mean scores."""
    page = most_missed_page(session, query)
    context = {"missed": page.items, "query": query}
    return admin_page(request, "admin/duplicates/missed.html", context)
