"""Every route does for every caller what ``docs/access.md`` says, and mistakes would be found.

No form of another page is taken, and no answer lets a browser do more than it must.
"""

from types import SimpleNamespace

import pytest
from fastapi import APIRouter

from api import app as application
from tests.torture.access.browser import changing_pages, forged
from tests.torture.access.browser_mistakes import (
    a_frame,
    a_kept_page,
    a_loose_policy,
    a_plain_cookie,
    no_origin,
    no_token,
    nothing_on_top,
    one_token_for_all,
    only_new_browsers,
)
from tests.torture.access.mistakes import (
    a_busy_refusal,
    a_hint_of_drafts,
    a_public_private_service,
    a_telling_refusal,
    a_weaker_scope,
    an_import_of_all,
    an_open_page,
    an_open_route,
    no_owner,
)
from tests.torture.access.rules import rules, unlike
from tests.torture.access.who_may import seen_of_others, wrong_answers
from tests.torture.access.world import World
from tests.torture.planting import Plant

TOLD = rules()
CHANGING = changing_pages(TOLD)
RETIRE = "/v1/bank/questions/{name}/retire"


def test_the_table_has_every_route(world: World) -> None:
    assert unlike(world.open.routes, TOLD) == []


def test_every_route_does_for_every_caller_what_the_table_says(world: World) -> None:
    assert wrong_answers(world, TOLD, world.share_of(TOLD)) == []


def test_what_is_anothers_or_not_published_looks_like_nothing(world: World) -> None:
    assert seen_of_others(world) == []


@pytest.mark.parametrize(
    ("plant", "beginning", "finding"),
    [
        (an_open_route, "/v1/keys", "GET /v1/keys for nobody: yes, not 401"),
        (an_open_page, "/admin/keys", "GET /admin/keys for author: yes, not 403"),
        (a_weaker_scope, RETIRE, f"POST {RETIRE} for author: yes, not 403"),
        (a_weaker_scope, RETIRE, f"POST {RETIRE} refused has changed"),
        (a_public_private_service, "/v1/scoring", "GET /v1/scoring-rules for private: yes"),
        (no_owner, "/v1/submissions/", "GET /v1/submissions/{submission_id} for integration b"),
        (a_telling_refusal, "/v1/keys/", "GET /v1/keys/{public_part} tells nobody what is there"),
        (a_busy_refusal, "/v1/audit", "GET /v1/audit refused has changed api_key"),
    ],
)
def test_a_mistake_would_be_found(
    world: World, monkeypatch: pytest.MonkeyPatch, plant: Plant, beginning: str, finding: str
) -> None:
    plant(monkeypatch)
    routes = [route for route in TOLD if route.partition(" ")[2].startswith(beginning)]
    assert any(found.startswith(finding) for found in wrong_answers(world, TOLD, routes))


@pytest.mark.parametrize(
    ("plant", "caller", "findings"),
    [
        (
            no_owner,
            "integration b",
            {
                "/v1/submissions lists {submission} for integration b",
                "/v1/submissions/{submission}/receipt tells integration b of {submission}",
            },
        ),
        (
            an_import_of_all,
            "another author",
            {
                "/admin/imports lists {import} for another author",
                "/v1/bank/imports/{import} tells another author of {import}",
            },
        ),
        (a_hint_of_drafts, "nobody", {"/v1/questions/drafted/hints/1 tells nobody of drafted"}),
    ],
)
def test_what_is_seen_of_others_would_be_found(
    world: World,
    monkeypatch: pytest.MonkeyPatch,
    plant: Plant,
    caller: str,
    findings: set[str],
) -> None:
    plant(monkeypatch)
    found = seen_of_others(world, [caller])
    assert {finding.format(**world.ids) for finding in findings} <= set(found)


def test_a_route_that_nobody_thought_of_would_be_found(monkeypatch: pytest.MonkeyPatch) -> None:
    new = SimpleNamespace(router=APIRouter())
    new.router.get("/v1/forgotten/{name}")(lambda: None)
    monkeypatch.setattr(application, "PARTS", (*application.PARTS[1:], new))
    found = unlike(application._routes.__wrapped__(), TOLD)
    assert "GET /v1/forgotten/{name} is not in the table" in found
    assert "GET /v1/questions is no route" in found


# Browsers: the walk of all routes looks at the headers of every answer.


def test_no_form_of_another_page_is_taken(world: World) -> None:
    assert len(CHANGING) > 20
    assert forged(world, world.share_of(CHANGING)) == []


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
