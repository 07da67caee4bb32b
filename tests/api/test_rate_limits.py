"""How often one may ask: by key, else by address, told in every answer."""

import re
from collections.abc import Callable
from itertools import repeat
from typing import Any

import pytest
from fastapi.testclient import TestClient
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from api.middleware import RequestContext
from api.rate_limits import Counters, RateLimits
from tests.api.conftest import MakeClient
from tests.api.exchange import Exchange, exchange
from tests.factories import Bank

READ = "/v1/questions"
UNKNOWN = {"Authorization": "Bearer qs_unknown_0123456789abcdef"}


def statuses(client: TestClient, times: int, **request: Any) -> list[int]:
    return [client.get(READ, **request).status_code for _ in range(times)]


def test_every_answer_tells_what_is_left(make_client: MakeClient, bank: Bank) -> None:
    bank.publish()
    client = make_client(rate_limit_public="5/hour")
    addresses = (READ, "/v1/questions/rivers", "/v1/questions/absent", "/v1/nothing", "/docs")
    for left, address in zip((4, 3, 2, 1, 0), addresses, strict=True):
        headers = client.get(address).headers
        assert headers["RateLimit-Policy"] == '"default";q=5;w=3600'
        # A second may be over by then.
        assert re.fullmatch(rf'"default";r={left};t=(3600|359\d)', headers["RateLimit"])
    assert client.get(READ).status_code == 429


def test_a_refusal_says_when_to_come_again(make_client: MakeClient) -> None:
    client = make_client(rate_limit_public="2/minute")
    assert statuses(client, 2) == [200, 200]
    answer = client.get(READ, headers={"Origin": "https://course.example"})
    problem = answer.json()
    assert (answer.status_code, problem["status"], problem["code"]) == (429, 429, "rate_limited")
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert 1 <= int(answer.headers["Retry-After"]) <= 60
    assert answer.headers["RateLimit"] == f'"default";r=0;t={answer.headers["Retry-After"]}'
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    exposed = answer.headers["Access-Control-Expose-Headers"].lower().split(", ")
    assert {"ratelimit", "ratelimit-policy", "retry-after"} <= set(exposed)
    assert "X-Request-Id" in answer.headers


def test_pages_of_other_origins_are_asked_for_leave_uncounted(make_client: MakeClient) -> None:
    client = make_client(rate_limit_public="1/minute")
    asked = {"Origin": "https://course.example", "Access-Control-Request-Method": "GET"}
    assert {client.options(READ, headers=asked).status_code for _ in range(3)} == {200}
    assert statuses(client, 2) == [200, 429]


def test_health_is_never_limited(make_client: MakeClient) -> None:
    client = make_client(rate_limit_public="1/minute")
    assert statuses(client, 2) == [200, 429]
    for address in ("/livez", "/readyz", "/version"):
        answer = client.get(address)
        assert answer.status_code == 200
        assert "RateLimit" not in answer.headers


def test_keys_have_limits_of_their_own(make_client: MakeClient, bank: Bank) -> None:
    client = make_client(rate_limit="3/minute", rate_limit_public="1/minute")
    _, usual = bank.key()
    _, busy = bank.key(rate_limit="5/day")
    _, other = bank.key()
    assert statuses(client, 2) == [200, 429]
    assert statuses(client, 4, headers=usual) == [200, 200, 200, 429]
    first = client.get(READ, headers=busy).headers
    assert (first["RateLimit-Policy"], first["RateLimit"]) == (
        '"default";q=5;w=86400',
        '"default";r=4;t=86400',
    )
    assert statuses(client, 5, headers=busy) == [200, 200, 200, 200, 429]
    assert statuses(make_client(rate_limit_public="1/minute"), 2, headers=other) == [200, 200]


def test_a_key_counts_by_itself_wherever_it_comes_from(make_client: MakeClient, bank: Bank) -> None:
    client = make_client(rate_limit="4/minute", rate_limit_public="2/minute")
    _, key = bank.key()
    same = {"Authorization": key["Authorization"].replace("Bearer ", "bearer  ")}
    for headers, status in zip((key, same, key, same, key), (*repeat(200, 4), 429), strict=True):
        assert client.get(READ, headers=headers).status_code == status


def test_unknown_keys_count_by_address_and_keep_nobody_out(
    make_client: MakeClient, bank: Bank
) -> None:
    client = make_client(rate_limit_public="2/minute")
    assert statuses(client, 2, headers=UNKNOWN) == [401, 401]
    others = {"Authorization": "Bearer qs_other_0123456789abcdef"}
    answer = client.get(READ, headers=others)
    assert (answer.status_code, answer.json()["code"]) == (429, "rate_limited")
    assert statuses(client, 2) == [200, 200], "who sends no key asks on"
    assert statuses(client, 1, headers={"Authorization": "Basic eDp4"}) == [429], "no key at all"


def test_a_known_key_asks_on_where_others_ask_too_much(make_client: MakeClient, bank: Bank) -> None:
    client = make_client(rate_limit_public="2/minute")
    _, key = bank.key()
    assert statuses(client, 3) == [200, 200, 429]
    assert statuses(client, 1, headers=key) == [200]
    assert statuses(client, 3, headers=UNKNOWN) == [401, 401, 429], "the key gave back its own"
    assert statuses(client, 3, headers=key) == [200, 200, 200]


@pytest.mark.parametrize("stated", ["off", ""])
def test_limits_can_be_switched_off(make_client: MakeClient, bank: Bank, stated: str) -> None:
    client = make_client(rate_limit=stated, rate_limit_public=stated)
    _, key = bank.key()
    _, own = bank.key(rate_limit="1/minute")
    for headers in ({}, key):
        assert "RateLimit" not in client.get(READ, headers=headers).headers
    assert statuses(client, 2, headers=own) == [200, 429]


# The layer alone, with a clock.

ASK = Callable[..., Exchange]


@pytest.fixture
def clock() -> list[float]:
    """The present moment, to be set."""
    return [1_000.0]


@pytest.fixture
def ask(clock: list[float]) -> ASK:
    """Asks from an address; two times a minute are allowed."""
    limited = RequestContext(
        RateLimits(PlainTextResponse("here"), None, "2/minute", clock=lambda: clock[0])
    )

    def asking(client: tuple[str, int] | None) -> Exchange:
        async def from_there(scope: Scope, receive: Receive, send: Send) -> None:
            await limited({**scope, "client": client}, receive, send)

        return exchange(from_there, "GET", "/")

    return asking


def test_a_window_ends(ask: ASK, clock: list[float]) -> None:
    here = ("192.0.2.1", 1)
    assert [ask(here).status for _ in range(3)] == [200, 200, 429]
    clock[0] += 40.5
    late = ask(here)
    assert (late.status, late.headers["retry-after"]) == (429, "20")
    clock[0] += 19.5
    again = ask(here)
    assert (again.status, again.headers["ratelimit"]) == (200, '"default";r=1;t=60')


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("192.0.2.1", "192.0.2.1", True),
        ("192.0.2.1", "192.0.2.2", False),
        ("192.0.2.1", "::ffff:192.0.2.1", True),
        ("::ffff:192.0.2.1", "::ffff:192.0.2.2", False),
        ("2001:db8::1", "2001:db8::ffff:2", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("fe80::1%eth0", "fe80::2", True),
        ("a proxy's: word", "a proxy's: word", True),
    ],
)
def test_an_address_is_a_client(ask: ASK, one: str, other: str, same: bool) -> None:
    assert [ask((one, port)).status for port in (1, 2)] == [200, 200]
    assert ask((other, 3)).status == (429 if same else 200)


def test_who_comes_through_a_socket_file_has_no_address(ask: ASK) -> None:
    assert [ask(None).status for _ in range(3)] == [200, 200, 429]


def test_counters_that_ended_are_forgotten() -> None:
    moment = [0.0]
    counters = Counters(clock=lambda: moment[0])
    for name in range(30_000):
        moment[0] += 0.01
        counters.add(str(name), 10)
    assert counters.add("29999", 10) == (2, 10), "what still runs is kept"
    assert len(counters) < 20_000
