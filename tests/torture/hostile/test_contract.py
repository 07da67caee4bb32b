"""Requests made from the OpenAPI document: no 5xx, nothing undocumented, nothing off its schema."""

from collections.abc import Iterator
from typing import get_args

import pytest
from starlette.responses import JSONResponse, Response

from api import health, scoring
from api.app import Service, create_app
from domain.access import Role
from models import Database
from settings import Settings
from tests.factories import Bank
from tests.torture.effort import LEVEL, effort
from tests.torture.hostile.contract import ACCEPTED, OFF, Run, ask
from tests.torture.journal import Journal
from tests.torture.planting import Plant

CALLERS: tuple[Role | None, ...] = (None, *get_args(Role))
IN_BRIEF = {("sqlite", None), ("postgresql", "admin")}  # each run takes seconds
on_sqlite = pytest.mark.parametrize("own_url", ["sqlite"], indirect=True)
EXAMPLES = effort(1, 30, 334)  # of each operation for each caller


@pytest.fixture
def app(own_database: Database) -> Iterator[Service]:
    settings = Settings.load(rate_limit="off", rate_limit_public="off")
    app = create_app(settings, own_database)
    yield app
    app.state.submission_writer.stop()


@pytest.fixture
def bank(own_database: Database) -> Bank:
    bank = Bank(own_database)
    bank.publish()
    bank.submit()
    return bank


def wrong(run: Run, role: Role | None = None) -> list[str]:
    """What the run found, and what it lacks to have meant anything."""
    found = [f"{times} x {what}" for what, times in run.found.items()]
    if not run.transitions:
        found.append("no link was followed")
    if not any(200 <= status < 300 for status in run.statuses):
        found.append("nothing was let in")
    if role and run.statuses[401] > run.requests / 2:
        found.append("its key was not let in")
    return found


@pytest.mark.parametrize("role", CALLERS)
def test_every_answer_is_as_documented(
    request: pytest.FixtureRequest, own_url: str, role: Role | None
) -> None:
    if LEVEL == "brief" and (own_url.partition("+")[0].partition(":")[0], role) not in IN_BRIEF:
        pytest.skip("make torture asks for every caller on both engines")
    app: Service = request.getfixturevalue("app")
    bank: Bank = request.getfixturevalue("bank")
    journal = Journal(f"contract-{role}")
    for check, reason in (OFF | ACCEPTED).items():
        journal.note("check off", check=check, reason=reason)
    token = role and bank.key(role)[1]["Authorization"].removeprefix("Bearer ")
    run = ask(app, token, examples=EXAMPLES, seed=journal.seed)
    journal.note(
        "asked",
        requests=run.requests,
        transitions=run.transitions,
        told=run.statuses,
        found=run.found,
    )
    assert wrong(run, role) == []


def crash(patch: pytest.MonkeyPatch) -> None:
    """A value that nobody thought of: the framework refuses it, and the answer is 500."""
    patch.setattr(health, "VERSION", 7)


def teapot(patch: pytest.MonkeyPatch) -> None:
    """A status that the document does not have."""
    patch.setattr(scoring, "json_response", lambda *_, **__: Response(status_code=418))


def off_schema(patch: pytest.MonkeyPatch) -> None:
    """A number where the document says a list."""
    patch.setattr(scoring, "json_response", lambda *_, **__: JSONResponse({"items": 1}))


@on_sqlite
@pytest.mark.parametrize(
    ("plant", "operation", "title"),
    [
        (crash, "read_version", "Server error"),
        (teapot, "list_scoring_rules", "Undocumented status code"),
        (off_schema, "list_scoring_rules", "Response violates schema"),
    ],
)
def test_a_broken_promise_is_found(
    app: Service, monkeypatch: pytest.MonkeyPatch, plant: Plant, operation: str, title: str
) -> None:
    plant(monkeypatch)
    run = ask(app, None, examples=1, seed=1, only=[operation])
    assert any(what.endswith(title) for what in run.found), run.found


@on_sqlite
def test_a_document_without_links_is_found(app: Service) -> None:
    """Planted: the phase that walks links has none, and would pass by doing nothing."""
    run = ask(app, None, examples=1, seed=1, only=["read_version"])
    assert "no link was followed" in wrong(run)
