"""Kept answers tell nobody more than the routes do, whoever has asked before."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from models import Database
from settings import Settings
from tests.api.layered import AS_IT_IS, counted
from tests.api.test_no_leak import PATHS, QUESTIONS, _lasting, change_secrets
from tests.factories import Bank
from tests.guards import drop_guards

Headers = dict[str, str]
ASKED = [path for path in PATHS if path.startswith("/v1/questions")]


@contextmanager
def _client(database: Database, **settings: object) -> Iterator[TestClient]:
    app = create_app(Settings.load(rate_limit_public="off", **settings), database)
    with TestClient(app, raise_server_exceptions=False) as client:
        yield client


@pytest.mark.parametrize("public", [True, False])
def test_kept_answers_tell_what_the_routes_tell(own_database: Database, public: bool) -> None:
    """Others have asked before, and the secrets are others: what is told stays the same."""
    bank = Bank(own_database)
    for question in QUESTIONS:
        bank.publish(question)
        bank.publish(question, prompt="Reworded: which of these reach the sea?")
    unprivileged: list[Headers] = [{}, {"Authorization": "Bearer qs_unknown_0123456789abcdef"}]
    unprivileged += [bank.key(role)[1] for role in ("publishable", "integration")]
    privileged = [bank.key(role)[1] for role in ("author", "admin")]
    drop_guards(own_database)
    with _client(own_database, public=public, response_cache_bytes=0) as plain:
        first = [_told(plain, caller) for caller in unprivileged]
    change_secrets(own_database, all_right=False)
    with _client(own_database, public=public) as client:
        for other in privileged:
            assert {status for _, status, *_ in _told(client, other)} >= {200, 404}
        for caller, told in zip(unprivileged, first, strict=True):
            assert _told(client, caller) == told
            routes = counted(client)
            assert _told(client, caller) == told
            right = [path for path, status, *_ in told if status == 200]
            assert routes.count == len(ASKED) - len(right), "what is right came from memory"


def _told(client: TestClient, caller: Headers) -> list[tuple[str, int, object, bytes]]:
    """Status, headers and bytes of all questions that a caller can ask for."""
    told: list[tuple[str, int, object, bytes]] = []
    for path in ASKED:
        answer = client.get(path, headers=AS_IT_IS | {"X-Request-Id": "same"} | caller)
        told.append((path, answer.status_code, _lasting(answer.headers), answer.content))
    return told
