"""Mistakes that let other pages, or a browser, do more: plants that the ordeals must find."""

import pytest
from fastapi import Request

from api import middleware, own_origin, playground, rendering, safe_headers
from api.admin import pages, routes, sessions, signing_in
from api.admin.routes import AdminRoute


def no_token(patch: pytest.MonkeyPatch) -> None:
    """Forms of who is signed in are taken without the token of the session."""

    async def anything(self: AdminRoute, request: Request) -> None:
        """Nothing is asked."""

    patch.setattr(AdminRoute, "check_form", anything)


def one_token_for_all(patch: pytest.MonkeyPatch) -> None:
    """The token is made from nothing that others do not know."""
    patch.setattr(sessions, "csrf_of", lambda token: "0" * 64)


def no_origin(patch: pytest.MonkeyPatch) -> None:
    """Nobody looks where a form comes from."""
    for module in (routes, playground):
        patch.setattr(module, "require_own_origin", lambda request: None)


def only_new_browsers(patch: pytest.MonkeyPatch) -> None:
    """A form is taken where the browser says nothing of the site that it comes from."""
    require = own_origin.require_own_origin

    def trusting(request: Request) -> None:
        if "sec-fetch-site" in request.headers:
            require(request)

    patch.setattr(routes, "require_own_origin", trusting)


def nothing_on_top(patch: pytest.MonkeyPatch) -> None:
    """Answers get no headers for browsers beside their own."""
    patch.setattr(middleware, "safe_headers", lambda is_secure: ())


def a_loose_policy(patch: pytest.MonkeyPatch) -> None:
    """Pages of the admin may run scripts of anybody, inline, too."""
    loose = rendering.WITH_SCRIPT.replace("script-src 'self'", "script-src * 'unsafe-inline'")
    patch.setattr(pages, "WITH_SCRIPT", loose)


def a_frame(patch: pytest.MonkeyPatch) -> None:
    """Answers that are no pages may stand in frames."""
    patch.setattr(middleware, "OF_DATA", (safe_headers.POLICY, b"default-src 'none'"))


def a_plain_cookie(patch: pytest.MonkeyPatch) -> None:
    """The session is given to whoever asks for it, scripts included."""
    patch.setattr(
        signing_in, "keep_session", lambda response, token: response.set_cookie("session", token)
    )


def a_kept_page(patch: pytest.MonkeyPatch) -> None:
    """Caches may keep pages."""
    patch.setattr(rendering, "NO_STORE", "max-age=60")
