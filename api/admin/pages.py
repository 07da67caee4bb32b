"""How an admin page is made: its frame, its sections, and what the last form did."""

from typing import Any, NamedTuple
from urllib.parse import quote, unquote

from fastapi import Request, Response
from fastapi.responses import RedirectResponse

from api.errors import status_of
from api.rendering import WITH_SCRIPT, render
from domain.access import Scope
from domain.errors import ServiceError

LIVE = "live"  # the region of every page where problems are told
TOLD_COOKIE = "__Host-questions-told"
LONGEST_TOLD = 1000  # characters


class Section(NamedTuple):
    """A part of the admin pages: its address, and the scope that opens it."""

    title: str
    path: str
    scope: Scope
    about: str


SECTIONS: tuple[Section, ...] = (
    Section(
        "Questions",
        "/admin/questions",
        "bank:read",
        "Write, review and publish questions; see what became of each.",
    ),
    Section("Imports", "/admin/imports", "bank:write", "Bring question files in, checked before."),
    Section("Exports", "/admin/exports", "bank:read", "Write questions as files of other systems."),
    Section("Media", "/admin/media", "bank:read", "The pictures that questions show."),
    Section(
        "Duplicates",
        "/admin/duplicates",
        "bank:read",
        "Questions that say nearly the same, and others that deserve a look.",
    ),
    Section(
        "Regrades", "/admin/regrades", "bank:read", "Correct scores after a key turned out wrong."
    ),
    Section("Keys", "/admin/keys", "admin", "Who may do what: make keys and revoke them."),
    Section("Audit", "/admin/audit", "admin", "Who did what, in a chain that shows tampering."),
)


def admin_page(
    request: Request,
    name: str,
    context: dict[str, Any] | None = None,
    *,
    problem: ServiceError | None = None,
    status: int = 0,
) -> Response:
    """A page from the template of that name, in the frame for whoever is signed in.

    What the form before it did is told once. The status is that of the ``problem`` which the page
    tells, unless another is stated.
    """
    status = status or (status_of(type(problem)) if problem else 200)
    visitor = getattr(request.state, "visitor", None)
    told = unquote(request.cookies.get(TOLD_COOKIE, ""))
    frame = {
        "visitor": visitor,
        "sections": [each for each in SECTIONS if visitor and visitor.may(each.scope)],
        "told": told,
        "problem": problem,
    }
    response = render(request, name, frame | (context or {}), policy=WITH_SCRIPT, status=status)
    if told:
        response.delete_cookie(TOLD_COOKIE, secure=True, httponly=True, samesite="lax")
    return response


def go_to(address: str, told: str = "") -> Response:
    """Send the browser on after a form, with a sentence for the next page to tell."""
    response = RedirectResponse(address, 303)
    if told:
        response.set_cookie(
            TOLD_COOKIE,
            quote(told[:LONGEST_TOLD], safe=""),
            max_age=60,
            secure=True,
            httponly=True,
            samesite="lax",
        )
    return response
