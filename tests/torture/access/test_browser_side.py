"""No form of another page is taken, and no answer lets a browser do more than it must."""

import pytest
from fastapi import Request

from api import middleware, own_origin, playground, rendering, safe_headers
from api.admin import pages, routes, sessions, signing_in
from api.admin.routes import AdminRoute
from tests.torture.access.browser import changing_pages, forged
from tests.torture.access.rules import rules
from tests.torture.access.who_may import wrong_answers
from tests.torture.access.world import World
from tests.torture.planting import Plant

TOLD = rules()
CHANGING = changing_pages(TOLD)


def test_no_form_of_another_page_is_taken(world: World) -> None:
    assert len(CHANGING) > 20
    assert forged(world, world.share_of(CHANGING)) == []


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


@pytest.mark.parametrize(
    ("plant", "route", "finding"),
    [
        (no_token, "POST /admin/keys", "POST /admin/keys from no page: 201"),
        (no_token, "POST /admin/keys", "POST /admin/keys forged has changed"),
        (one_token_for_all, "POST /admin/sign-out", "POST /admin/sign-out from a guess: 303"),
        (no_origin, "POST /admin/sign-in", "POST /admin/sign-in from another site: 303"),
        (no_origin, "POST /", "POST / forged has changed"),
        (only_new_browsers, "POST /admin/sign-in", "POST /admin/sign-in from another port: 303"),
    ],
)
def test_a_way_for_forged_forms_would_be_found(
    world: World, monkeypatch: pytest.MonkeyPatch, plant: Plant, route: str, finding: str
) -> None:
    plant(monkeypatch)
    assert any(found.startswith(finding) for found in forged(world, [route]))


# Headers: the walk of all routes looks at those of every answer.


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


@pytest.mark.parametrize(
    ("plant", "route", "finding"),
    [
        (nothing_on_top, "GET /v1/keys", "x-content-type-options is []"),
        (nothing_on_top, "GET /v1/keys", "strict-transport-security is []"),
        (nothing_on_top, "GET /admin", "referrer-policy is []"),
        (a_loose_policy, "GET /admin", "script-src allows"),
        (a_frame, "GET /v1/keys", "frame-ancestors is not 'none'"),
        (a_plain_cookie, "POST /admin/sign-in", "session lacks"),
        (a_kept_page, "GET /lab", "a page that caches keep"),
    ],
)
def test_a_header_that_lacks_would_be_found(
    world: World, monkeypatch: pytest.MonkeyPatch, plant: Plant, route: str, finding: str
) -> None:
    plant(monkeypatch)
    assert any(finding in found for found in wrong_answers(world, TOLD, [route]))
