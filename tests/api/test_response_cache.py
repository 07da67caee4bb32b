"""Kept answers: the same as those of the routes, never older than the request, and never too many.

The layer runs here in one event loop, on databases where commits are real.
"""

import asyncio
from typing import Any

import httpx
import pytest
from starlette.types import Receive, Scope, Send

from models import Database, now
from operations.revoke_key import revoke_key
from tests.api.layered import AS_IT_IS, ONE, client_of, counted, layer_of, run
from tests.factories import Bank

PER_REQUEST = {"x-request-id", "ratelimit", "date"}


@pytest.fixture
def bank(own_database: Database) -> Bank:
    """Questions and keys in a database where commits are real."""
    return Bank(own_database)


@pytest.fixture
def shelf(bank: Bank) -> None:
    """Some questions that differ in what lists filter and sort by."""
    for number in range(6):
        tags = ("water",) if number % 2 else ("land", "water")
        bank.publish(slug=f"q{number}", title=f"Title {number}", tags=tags)
    bank.publish()
    bank.publish(title="The second version")


ADDRESSES = [
    ONE,
    f"{ONE}?version=1",
    f"{ONE}?version=9",
    f"{ONE}?shuffle=a",
    f"{ONE}?shuffle=a&version=1",
    f"{ONE}?version=1&shuffle=a",
    f"{ONE}?unknown=1",
    f"{ONE}/hints/1",
    "/v1/questions/absent",
    "/v1/questions/%72ivers",
    "/v1/questions/rivers/",
    "/v1/questions",
    "/v1/questions?limit=2",
    "/v1/questions?limit=2&tag=water&tag=land",
    "/v1/questions?tag=land&limit=2&tag=water",
    "/v1/questions?limit=1&limit=3",
    "/v1/questions?limit=0",
    "/v1/questions?sort=title&include=total",
    "/v1/questions?q=title&limit=3",
    "/v1/questions?q=%00",
    "/v1/questions?kind=multiple_response&language=en",
    "/v1/questions/random?seed=s&count=3",
    "/v1/questions/random?seed=s&count=0",
    "/v1/scoring-rules",
    "/v1/bank/questions",
    "/v1/nothing",
]
HEADERS: list[dict[str, str]] = [
    {},
    {"Origin": "https://course.example"},
    {"Origin": "https://other.example"},
    {"If-None-Match": "*"},
    {"If-None-Match": '"another"'},
    {"Authorization": "Bearer qs_unknown_0123456789abcdef"},
    {"Authorization": "Basic eDp4"},
]


def same(one: httpx.Response, other: httpx.Response) -> None:
    """Assert that two answers differ only in what belongs to their request."""
    told = f"{one.request.method} {one.url} {dict(one.request.headers)}"
    assert one.status_code == other.status_code, told
    kept = [
        [(name, value) for name, value in answer.headers.raw if _name(name) not in PER_REQUEST]
        for answer in (one, other)
    ]
    assert kept[0] == kept[1], told
    if one.content and one.status_code >= 400:
        assert one.json() | {"request_id": ""} == other.json() | {"request_id": ""}, told
    else:
        assert one.content == other.content, told


def _name(raw: bytes) -> str:
    return raw.decode().lower()


@pytest.mark.usefixtures("shelf")
@pytest.mark.parametrize("public", [True, False])
def test_answers_are_those_of_the_routes(own_database: Database, bank: Bank, public: bool) -> None:
    origins = "https://course.example"
    keys = [bank.key("publishable")[1], bank.key("author")[1]]

    async def compare(client: httpx.AsyncClient) -> None:
        plainly: dict[str, Any] = {"public": public, "cors_origins": origins}
        async with client_of(own_database, response_cache_bytes=0, **plainly) as plain:
            for address in ADDRESSES:
                for headers in [*HEADERS, *keys]:
                    for method in ("GET", "GET", "HEAD"):
                        asked = AS_IT_IS | headers
                        answer = await client.request(method, address, headers=asked)
                        same(answer, await plain.request(method, address, headers=asked))
                    if tag := answer.headers.get("ETag"):
                        asked = AS_IT_IS | headers | {"If-None-Match": f'"x", W/{tag}'}
                        answer = await client.get(address, headers=asked)
                        same(answer, await plain.get(address, headers=asked))
                        assert answer.status_code == 304

    run(own_database, compare, public=public, cors_origins=origins)


def test_a_second_answer_comes_from_memory(own_database: Database, bank: Bank) -> None:
    bank.publish()

    async def ask_again(client: httpx.AsyncClient) -> None:
        counting = counted(client)
        for method in ("HEAD", "GET", "HEAD", "GET"):
            answer = await client.request(method, ONE, headers=AS_IT_IS)
            assert (answer.status_code, bool(answer.content)) == (200, method == "GET")
            assert int(answer.headers["Content-Length"]) > 500
        known = {"If-None-Match": answer.headers["ETag"]}
        assert (await client.get(ONE, headers=AS_IT_IS | known)).status_code == 304
        await client.get(f"{ONE}?version=1&shuffle=a")
        await client.get(f"{ONE}?shuffle=a&version=1")
        assert counting.count == 2

    run(own_database, ask_again)


def test_who_has_the_answer_already_costs_one_computation(
    own_database: Database, bank: Bank
) -> None:
    bank.publish()

    async def revalidate(client: httpx.AsyncClient) -> None:
        known = {"If-None-Match": (await client.get(ONE, headers=AS_IT_IS)).headers["ETag"]}
        await asyncio.to_thread(bank.change_unnamed)
        counting = counted(client)
        asked = (client.get(ONE, headers=AS_IT_IS | known) for _ in range(20))
        answers = await asyncio.gather(*asked)
        assert {answer.status_code for answer in answers} == {304}
        assert counting.count == 1

    run(own_database, revalidate)


def test_what_is_no_store_is_made_each_time(own_database: Database, bank: Bank) -> None:
    bank.publish()

    async def draw(client: httpx.AsyncClient) -> None:
        seeds = {(await client.get("/v1/questions/random")).json()["seed"] for _ in range(5)}
        assert len(seeds) == 5

    run(own_database, draw)


def test_an_edit_is_in_the_next_answer(own_database: Database, bank: Bank) -> None:
    bank.publish()

    async def edit(client: httpx.AsyncClient) -> None:
        for number in range(20):
            await asyncio.to_thread(bank.publish, title=f"Edit {number}")
            for address in (ONE, "/v1/questions", "/v1/questions?q=edit"):
                answer = await client.get(address)
                assert f"Edit {number}" in answer.text, address
        await asyncio.to_thread(bank.retire, "rivers")
        assert (await client.get(ONE)).status_code == 404

    run(own_database, edit)


@pytest.mark.parametrize("failing", [False, True])
def test_many_who_ask_at_once_cost_one_computation(
    own_database: Database, bank: Bank, failing: bool
) -> None:
    bank.publish()

    async def stampede(client: httpx.AsyncClient) -> None:
        counting = counted(client)
        at_once = most = 0

        async def slowly() -> None:
            nonlocal at_once, most
            at_once += 1
            most = max(most, at_once)
            await asyncio.sleep(0.02)
            at_once -= 1
            if failing and counting.count <= 3:
                raise RuntimeError("planned")

        counting.before = slowly
        answers = await asyncio.gather(*(client.get(ONE) for _ in range(100)))
        statuses = sorted(answer.status_code for answer in answers)
        assert statuses == ([200] * 97 + [500] * 3 if failing else [200] * 100)
        assert (counting.count, most) == (4 if failing else 1, 1)
        ids = {answer.headers["X-Request-Id"] for answer in answers}
        assert len(ids) == 100

    run(own_database, stampede)


def test_a_cancelled_computation_is_taken_over(own_database: Database, bank: Bank) -> None:
    bank.publish()

    async def cancel(client: httpx.AsyncClient) -> None:
        counting = counted(client)
        counting.before = lambda: asyncio.sleep(0.05)
        first = asyncio.create_task(client.get(ONE))
        while not counting.count:
            await asyncio.sleep(0)
        others = [asyncio.create_task(client.get(ONE)) for _ in range(50)]
        await asyncio.sleep(0.01)
        first.cancel()
        assert {(await other).status_code for other in others} == {200}
        assert counting.count == 2

    run(own_database, cancel)


def test_what_changes_while_it_is_computed_is_not_kept(own_database: Database, bank: Bank) -> None:
    bank.publish(title="Before")

    async def edit_meanwhile(client: httpx.AsyncClient) -> None:
        counting = counted(client)
        answered = asyncio.Event()

        async def held(scope: Scope, receive: Receive, send: Send) -> None:
            await inner(scope, receive, send)
            await asyncio.to_thread(bank.publish, title="After")
            counting.app = inner
            answered.set()

        inner, counting.app = counting.app, held
        assert "Before" in (await client.get(ONE)).text, "its snapshot began before the edit"
        assert answered.is_set()
        assert layer_of(client)._answers.size == 0
        assert "After" in (await client.get(ONE)).text

    run(own_database, edit_meanwhile)


def test_a_revoked_key_opens_nothing(own_database: Database, bank: Bank) -> None:
    bank.publish()
    row, key = bank.key("publishable")

    async def revoke(client: httpx.AsyncClient) -> None:
        counting = counted(client)
        for _ in range(5):
            answer = await client.get(ONE, headers=key)
            assert answer.status_code == 200
            assert "private" in answer.headers["Cache-Control"]
        assert counting.count == 1
        assert (await client.get(ONE)).status_code == 401, "nobody without a key"
        await asyncio.to_thread(_revoke, own_database, row.public_part)
        assert (await client.get(ONE, headers=key)).status_code == 401

    run(own_database, revoke, public=False)


def _revoke(database: Database, public_part: str) -> None:
    database.write(lambda session: revoke_key(session, public_part=public_part, at=now()))


def test_a_key_that_expires_opens_nothing(
    own_database: Database, bank: Bank, monkeypatch: pytest.MonkeyPatch
) -> None:
    bank.publish()
    _, key = bank.key("publishable", expires_at=now().replace(year=2100))

    async def expire(client: httpx.AsyncClient) -> None:
        assert (await client.get(ONE, headers=key)).status_code == 200
        late = now().replace(year=2101)
        monkeypatch.setattr("api.known_keys.now", lambda: late)
        assert (await client.get(ONE, headers=key)).status_code == 401

    run(own_database, expire, public=False)


def test_a_key_without_the_right_gets_nothing(own_database: Database, bank: Bank) -> None:
    bank.publish()
    _, reader = bank.key("publishable")
    row, other = bank.key("publishable")

    def take_rights(session: Any) -> None:
        session.merge(row).scopes = []

    own_database.write(take_rights)

    async def ask(client: httpx.AsyncClient) -> None:
        for _ in range(2):
            assert (await client.get(ONE, headers=reader)).status_code == 200
            assert (await client.get(ONE, headers=other)).status_code == 403

    run(own_database, ask)


def test_kept_answers_count_against_the_limit(own_database: Database, bank: Bank) -> None:
    bank.publish()
    _, key = bank.key("publishable", rate_limit="2/hour")

    async def ask(client: httpx.AsyncClient) -> None:
        for headers, times in (({}, 3), (key, 2)):
            answers = [await client.get(ONE, headers=headers) for _ in range(times + 1)]
            assert [answer.status_code for answer in answers] == [*([200] * times), 429]
            left = [answer.headers["RateLimit"].split(";")[1] for answer in answers]
            assert left == [*(f"r={one}" for one in reversed(range(times))), "r=0"]

    run(own_database, ask, rate_limit_public="3/hour")
