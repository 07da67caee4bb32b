"""Questions that say nearly the same, side by side."""

from typing import Annotated

from fastapi import Query, Request, Response

from api.admin.pages import admin_page
from api.admin.routes import admin_router
from api.admin.sessions import Reader
from api.admin.stated import AsForm
from api.bank_duplicates import page_of_duplicates
from api.dependencies import ReadSession
from api.pagination import next_address
from api.schemas.duplicates import DuplicateQuery
from domain.side_by_side import side_by_side
from models.likeness import texts_of

HOME = "/admin/duplicates"
LEVELS = (0.7, 0.8, 0.9, 1.0)

router = admin_router("/duplicates")


class PairQuery(AsForm, DuplicateQuery):
    """The same as a form sends it, with fewer on a page: each pair is read."""

    limit: int = 10


@router.get("")
def list_pairs(
    request: Request, session: ReadSession, _: Reader, query: Annotated[PairQuery, Query()]
) -> Response:
    """Pairs, the most alike first, with the words marked that only one of the two has."""
    page = page_of_duplicates(session, query)
    texts = texts_of(session, {side.id for pair in page.items for side in pair.questions})
    context = {
        "pairs": [
            (pair, side_by_side(*(texts[side.id] for side in pair.questions)))
            for pair in page.items
        ],
        "levels": LEVELS,
        "query": query,
        "next": next_address(HOME, query.model_dump(mode="json"), page.next_cursor),
    }
    return admin_page(request, "admin/duplicates/pairs.html", context)
