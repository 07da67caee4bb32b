"""No request holds a connection while it waits for a thread: others in threads may wait for it."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Annotated, Any

import httpx
import pytest
from fastapi import APIRouter, Depends
from fastapi.dependencies.models import Dependant
from fastapi.routing import iter_route_contexts
from sqlalchemy.orm import Session

from api.app import create_app
from api.dependencies import ReadSession, published_session, read_session
from settings import Settings
from tests.processes import serving

SESSIONS = {read_session, published_session}
KEY = "an-admin-key-of-tests"


def holders(routes: Any) -> set[str]:
    """The dependencies that ask the database before the route does, in another thread."""
    return {
        str(getattr(each.call, "__name__", each.call))
        for route in iter_route_contexts(routes)
        if isinstance(dependant := getattr(route, "dependant", None), Dependant)
        for each in _all_below(dependant)
        if SESSIONS & {below.call for below in each.dependencies}
    }


def _all_below(dependant: Dependant) -> Iterator[Dependant]:
    for each in dependant.dependencies:
        yield each
        yield from _all_below(each)


def test_only_routes_ask_the_database_by_a_session() -> None:
    app = create_app(Settings.load(database_url="sqlite:///unused.db"))
    assert sum(1 for _ in iter_route_contexts(app.routes)) > 100
    assert holders(app.routes) == set()


def test_a_dependency_that_does_would_be_noticed() -> None:
    router = APIRouter()

    def found(session: ReadSession) -> int:
        return len(session.identity_map)

    @router.get("/planted")
    def planted(number: Annotated[int, Depends(found)], session: ReadSession) -> int:
        assert isinstance(session, Session)
        return number

    assert holders(router.routes) == {"found"}


@pytest.mark.parametrize("own_url", ["sqlite"], indirect=True)
def test_many_who_read_what_they_sent_all_get_it(own_url: str, tmp_path: Path) -> None:
    """Ten times as many as there are connections; each was given up after half a minute."""
    settings = {"DATABASE_URL": own_url, "QUESTIONS_ADMIN_KEY": KEY, "QUESTIONS_POOL_SIZE": "3"}
    settings["QUESTIONS_LONGEST_WAIT_MS"] = "60000"  # nobody is refused for the crowd
    with serving(tmp_path, "run", settings=settings) as service:
        sender = httpx.Client(
            base_url=service.url, headers={"Authorization": f"Bearer {KEY}"}, timeout=60
        )
        path = "/v1/questions/vanishing-gradients/submissions"
        with sender, ThreadPoolExecutor(30) as readers:
            where = sender.post(path, json={"selected": []}).headers["Location"]
            answers = list(readers.map(lambda _: sender.get(where), range(150)))
    slowest = max(answer.elapsed.total_seconds() for answer in answers)
    assert {answer.status_code for answer in answers} == {200}
    assert slowest < 15
