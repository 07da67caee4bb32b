"""Browsers are told to come by TLS only where they come by TLS, on the short ways, too."""

import asyncio
from typing import Any

import httpx
import pytest

from api.app import create_app
from models import Database
from settings import Settings
from tests.api.quickly import Counted, served
from tests.factories import Bank

HSTS = "strict-transport-security"
BY_PROXY = {"X-Forwarded-Proto": "https"}
READ, ANSWER = "/v1/questions/rivers", "/v1/questions/rivers/submissions"


@pytest.mark.parametrize(
    ("headers", "settings", "trusted", "told"),
    [
        ({}, {}, "127.0.0.1", False),
        (BY_PROXY, {}, "127.0.0.1", True),
        (BY_PROXY, {}, "192.0.2.1", False),
        ({}, {"base_url": "https://quiz.example"}, "127.0.0.1", True),
        ({}, {"base_url": "http://quiz.example"}, "127.0.0.1", False),
    ],
)
def test_tls_is_asked_for_where_it_is(
    own_database: Database,
    monkeypatch: pytest.MonkeyPatch,
    headers: dict[str, str],
    settings: dict[str, Any],
    trusted: str,
    told: bool,
) -> None:
    Bank(own_database).publish()
    app = create_app(Settings.load(**settings), own_database)

    async def ask() -> list[httpx.Response]:
        async with (
            served(app, forwarded_allow_ips=trusted) as port,
            httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", headers=headers) as client,
        ):
            found = [await client.get(path) for path in (READ, READ, "/admin", "/v1/nothing")]
            found.append(await client.post(ANSWER, json={"selected": []}))
        await asyncio.to_thread(app.state.submission_writer.stop)
        await app.state.checks.close()
        return found

    kept = Counted(app.quick_answers, "find", monkeypatch)
    answered = Counted(app.quick_submissions, "submit", monkeypatch)
    answers = asyncio.run(ask())
    assert (kept.count, answered.count) == (1, 1), "both short ways were gone"
    assert {HSTS in answer.headers for answer in answers} == {told}
    assert all(
        "frame-ancestors 'none'" in one.headers["content-security-policy"] for one in answers
    )
