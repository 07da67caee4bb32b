"""Routes of pages: their errors are pages too, and their forms come from pages of ours."""

from collections.abc import Callable, Coroutine
from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from starlette.exceptions import HTTPException

from api.admin.pages import LIVE, admin_page
from api.admin.sessions import close_form, require_own_form
from api.errors import as_service_error
from api.own_origin import require_own_origin
from api.protocol_errors import NotSignedIn
from api.requests import StrictRoute
from api.responses import NO_STORE
from domain.errors import ServiceError

SIGN_IN = "/admin/sign-in"
SAFE = frozenset({"GET", "HEAD"})
# Also of downloads and redirects, which are no pages.
PRIVATE_PAGE = {"Cache-Control": NO_STORE, "Cross-Origin-Resource-Policy": "same-origin"}
TOLD = (
    ServiceError,
    RequestValidationError,
    HTTPException,
    OperationalError,
    PoolTimeoutError,
)


class PageRoute(StrictRoute):
    """A route that answers with a page whatever happens, and takes forms of this origin only."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler that FastAPI makes, behind these checks."""
        handler = super().get_route_handler()

        async def answered(request: Request) -> Response:
            try:
                if request.method not in SAFE:
                    require_own_origin(request)
                    await self.check_form(request)
                response = await handler(request)
            except TOLD as error:
                response = _answer(request, as_service_error(error))
            finally:
                await close_form(request)
            for name, value in PRIVATE_PAGE.items():
                response.headers.setdefault(name, value)
            return response

        return answered

    async def check_form(self, request: Request) -> None:
        """Refuse a form that may not be sent; nothing more to ask where nobody is signed in."""


class AdminRoute(PageRoute):
    """A route whose forms also carry the token of their session."""

    async def check_form(self, request: Request) -> None:
        """Raise :class:`ForeignForm` for any other form."""
        await require_own_form(request)


def admin_router(path: str = "", route_class: type[AdminRoute] = AdminRoute) -> APIRouter:
    """A router of admin pages below ``/admin``."""
    return APIRouter(prefix=f"/admin{path}", include_in_schema=False, route_class=route_class)


def _answer(request: Request, error: ServiceError) -> Response:
    """The page that tells of an error, or the way to sign in."""
    is_part = "hx-request" in request.headers
    if isinstance(error, NotSignedIn):
        address = f"{SIGN_IN}?next={quote(_way_back(request), safe='/')}"
        if is_part:
            return Response(status_code=204, headers={"HX-Redirect": address})
        return RedirectResponse(address, 303)
    name = "admin/_problem.html" if is_part else "admin/problem.html"
    response = admin_page(request, name, problem=error)
    if is_part:
        response.headers["HX-Retarget"] = f"#{LIVE}"
        response.headers["HX-Reswap"] = "innerHTML"
    return response


def _way_back(request: Request) -> str:
    """The address to go on with once signed in: of a form, only the start is there to go to."""
    if request.method not in SAFE:
        return "/admin"
    query = request.url.query
    return request.url.path + (f"?{query}" if query else "")
