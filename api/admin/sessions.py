"""Who is signed in: a ``__Host-`` cookie that stands for a key, and tokens against forgery."""

import hmac
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request, Response
from starlette.datastructures import FormData

from api.dependencies import AppDatabase
from api.known_keys import caller_of
from api.protocol_errors import ForeignForm, NotSignedIn
from domain.access import Caller, Role, Scope, hash_token
from domain.errors import Forbidden
from models import SignIn, now
from operations.sign_in import LASTS

COOKIE = "__Host-questions-session"
CSRF_FIELD, CSRF_HEADER = "csrf", "X-CSRF-Token"


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who looks at an admin page. ``csrf`` is what the forms of its session carry."""

    caller: Caller
    role: Role | None
    csrf: str

    def may(self, scope: Scope) -> bool:
        """Whether the visitor's key has the scope."""
        return self.caller.may(scope)


class SignedInWith:
    """A dependency that gives who is signed in, with one of the scopes.

    The session is looked up on every request, and with it the key: a revoked key ends at once in
    all processes. Raises :class:`NotSignedIn` or :class:`Forbidden`.
    """

    def __init__(self, *scopes: Scope) -> None:
        self._scopes = scopes

    def __call__(self, request: Request, database: AppDatabase) -> Caller:
        """The caller of this request."""
        visitor = request.state.visitor = _visitor(request, database)
        if not any(map(visitor.may, self._scopes)):
            raise Forbidden(f"This needs the scope {' or '.join(self._scopes)}.")
        return visitor.caller


Reader = Annotated[Caller, Depends(SignedInWith("bank:read"))]
Author = Annotated[Caller, Depends(SignedInWith("bank:write"))]
Publisher = Annotated[Caller, Depends(SignedInWith("bank:publish"))]
AuthorOrPublisher = Annotated[Caller, Depends(SignedInWith("bank:write", "bank:publish"))]
Admin = Annotated[Caller, Depends(SignedInWith("admin"))]


def _visitor(request: Request, database: AppDatabase) -> Visitor:
    token, at = session_token(request), now()
    with database.read() as session:
        key = session.scalar(SignIn.key_of(token, at)) if token else None
    if key is None or not key.is_valid(at):
        raise NotSignedIn
    return Visitor(caller_of(key), key.role, csrf_of(token))


def session_token(request: Request) -> str:
    """The token of the browser's session, empty without one."""
    return request.cookies.get(COOKIE, "")


def csrf_of(token: str) -> str:
    """What the forms of a session carry: made from its token, which scripts cannot read."""
    return hash_token(f"form of {token}")


def keep_session(response: Response, token: str) -> None:
    """Let the browser hold a session. It sends the cookie to this host only, never from afar."""
    response.set_cookie(
        COOKIE, token, int(LASTS.total_seconds()), secure=True, httponly=True, samesite="lax"
    )


def end_session(response: Response) -> None:
    """Let the browser forget its session."""
    response.delete_cookie(COOKIE, secure=True, httponly=True, samesite="lax")


async def form_of(request: Request) -> FormData:
    """What was posted. A body comes once: it is read here for all who ask."""
    state = request.state
    if not hasattr(state, "form"):
        state.form = await request.form()
    form: FormData = state.form
    return form


async def close_form(request: Request) -> None:
    """Let go of the files that a form brought."""
    form: FormData | None = getattr(request.state, "form", None)
    if form is not None:
        await form.close()


async def require_own_form(request: Request) -> None:
    """Raise :class:`ForeignForm` unless the request carries the token of its session."""
    stated = request.headers.get(CSRF_HEADER) or (await form_of(request)).get(CSRF_FIELD)
    if not hmac.compare_digest(str(stated).encode(), csrf_of(session_token(request)).encode()):
        raise ForeignForm
