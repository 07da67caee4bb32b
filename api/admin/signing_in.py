"""Signing in with a key, and out again; where one begins."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy import delete

from api.admin.forms import FormFields, text_of
from api.admin.pages import admin_page, go_to
from api.admin.routes import PageRoute, admin_router
from api.admin.sessions import Reader, end_session, keep_session, session_token
from api.dependencies import AppDatabase
from api.known_keys import caller_of, valid_key
from api.protocol_errors import RateLimited, Unauthenticated
from api.rate_limits import Counters, client_of
from domain.access import hash_token
from domain.errors import Forbidden, NotFound, ServiceError
from models import SignIn, now
from operations.sign_in import sign_in

START = "/admin"
FAILURES, WINDOW = 10, 60  # that many failed attempts of an address, in so many seconds
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})

entrance = APIRouter(prefix=START, include_in_schema=False, route_class=PageRoute)
router = admin_router()
anywhere_else = admin_router()

Next = Annotated[str, Query(max_length=2000)]


@entrance.get("/sign-in")
def show_entrance(request: Request, next: Next = START) -> Response:
    """The form that asks for a key."""
    return _entrance(request, next)


@entrance.post("/sign-in")
def enter(request: Request, database: AppDatabase, fields: FormFields) -> Response:
    """Exchange a key for a session, unless the address has failed too often."""
    way = text_of(fields, "next")
    failures: Counters = request.app.state.sign_in_failures
    client = client_of(request.client.host) if request.client else ""
    count, seconds = failures.add(client, WINDOW)  # before it is known: many come at once
    if count > FAILURES:
        error = RateLimited(f"Too many keys were wrong; try again in {seconds} s.")
        response = _entrance(request, way, error)
        response.headers["Retry-After"] = str(seconds)
        return response
    try:
        key = valid_key(database, text_of(fields, "key"))
        caller = caller_of(key)
        token = database.write(
            lambda session: sign_in(
                session, key=key, caller=caller, at=now(), before=session_token(request)
            )
        )
    except (Unauthenticated, Forbidden) as error:
        request.app.state.observer.measurements.sign_in_failures.inc()
        return _entrance(request, way, error, 403)
    failures.add(client, WINDOW, -1)
    response = go_to(_own(way))
    keep_session(response, token)
    return response


@router.post("/sign-out")
def leave(request: Request, database: AppDatabase) -> Response:
    """End the session, here and in the database."""
    ended = delete(SignIn).where(SignIn.token_hash == hash_token(session_token(request)))
    database.write(lambda session: session.execute(ended).close())
    response = go_to("/admin/sign-in", "You are signed out.")
    end_session(response)
    return response


@router.get("")
def start(request: Request, _: Reader) -> Response:
    """What there is to do here."""
    return admin_page(request, "admin/start.html")


@anywhere_else.get("/{path:path}")
def nowhere(_: Reader, path: str) -> Response:
    """Tell, as a page, that there is none."""
    raise NotFound(f"There is no page /admin/{path[:60]}.")


def _entrance(
    request: Request, way: str, error: ServiceError | None = None, status: int = 0
) -> Response:
    host = request.url.hostname
    is_kept = request.url.scheme == "https" or host in LOOPBACK
    context = {"next": _own(way), "is_kept": is_kept}
    return admin_page(request, "admin/sign_in.html", context, problem=error, status=status)


def _own(way: str) -> str:
    """The address if it is one of these pages, else the start."""
    is_own = way == START or way.startswith(f"{START}/") or way.startswith(f"{START}?")
    return way if is_own and "\\" not in way and way.isprintable() else START
