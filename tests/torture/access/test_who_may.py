"""Every route does for every caller what ``docs/access.md`` says, and a mistake would be found."""

from types import SimpleNamespace

import pytest
from fastapi import APIRouter

from api import app as application
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
