"""The peers that the service is measured against do the same work."""

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from bench.arena import Arena, arena, contest
from bench.contestants import PEER_PYTHON, Running, ours, peer
from bench.requests import question_path, subsets

PEERS = ("fastapi_sqlalchemy", "litestar_sqlalchemy")

pytestmark = pytest.mark.skipif(
    not PEER_PYTHON.exists(),
    reason="The packages of the peers are not installed; `make bench` does that.",
)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest) -> Iterator[tuple[Arena, list[Running]]]:
    """Ours and both peers, running on banks of the same 20 questions."""
    with arena(request.param, 20) as made:
        peers = [peer(name, made.database(name), made.exported) for name in PEERS]
        with contest(made, [ours(made.ours), *peers]) as running:
            assert not made.missing
            yield made, running


def ask(running: Running, method: str, path: str, **sent: Any) -> Any:
    """The JSON of a good answer."""
    address = f"http://127.0.0.1:{running.port}{path}"
    return httpx.request(method, address, timeout=30, **sent).raise_for_status().json()


def test_peers_grade_everything_that_can_be_picked_as_ours(
    place: tuple[Arena, list[Running]],
) -> None:
    made, running = place
    path = f"{question_path(made.bank[0])}/submissions"
    picks = subsets(made.bank[0])
    first, *others = (
        [graded(ask(each, "POST", path, json={"selected": some})) for some in picks]
        for each in running
    )
    assert len(picks) == 16
    assert sum(grade[0] for grade in first) == 1
    assert all(other == first for other in others)


def graded(answer: dict[str, Any]) -> tuple[float, bool, list[str]]:
    """What an answer says of the grade."""
    told = [option["verdict"] for option in answer["feedback"]["options"]]
    return answer["score"], answer["correct"], told


def test_peers_show_the_same_questions(place: tuple[Arena, list[Running]]) -> None:
    made, running = place
    for path in (question_path(made.bank[0]), "/v1/questions?limit=20"):
        first, *others = (ask(each, "GET", path) for each in running)
        assert all(texts(other) == texts(first) for other in others)


def texts(told: dict[str, Any]) -> Any:
    """What a learner reads of a question or a page, in any order of the page."""
    items = told.get("items", [told])
    parts = ("slug", "title", "tags", "prompt", "options", "scoring")
    return sorted(json.dumps([each[part] for part in parts], sort_keys=True) for each in items)
