"""What JSON and addresses allow and the engines cannot hold ends at the door."""

from typing import Any
from urllib.parse import quote

import pytest
from fastapi.testclient import TestClient

from models import Database
from tests.api.test_idempotency import rows
from tests.factories import Bank

SINGLE = ("/v1/questions/rivers/submissions", b'{"selected": [], %s}')
BATCH = ("/v1/submissions", b'{"submissions": [{"question": "rivers", "selected": [], %s}]}')
both_writing_routes = pytest.mark.parametrize("route", [SINGLE, BATCH], ids=["single", "batch"])
Route = tuple[str, bytes]


@pytest.fixture
def key(bank: Bank) -> dict[str, str]:
    bank.publish()
    return bank.key()[1] | {"Content-Type": "application/json"}


INSIDE: dict[str, bytes] = {
    "lone surrogate, raw": b'"learner": "\xed\xa0\x80"',
    "NUL, raw": b'"learner": "a\0b"',
    "5,000 digits": b'"duration_ms": ' + b"9" * 5000,
    "NaN": b'"duration_ms": NaN',
    "Infinity": b'"duration_ms": Infinity',
    "-Infinity": b'"duration_ms": -Infinity',
    "1e999": b'"duration_ms": 1e999',
    "-1e999": b'"duration_ms": -1e999',
    "a name twice": b'"learner": "a", "learner": "b"',
    "a name twice, once escaped": b'"learner": "a", "le\\u0061rner": "b"',
    "depth 65": b'"learner": ' + b"[" * 65 + b"]" * 65,
    "depth 300": b'"learner": ' + b"[" * 300 + b"]" * 300,
    "depth 700 and an escape": b'"learner": ' + b"[" * 700 + b'"\\u0041"' + b"]" * 700,
    "depth 100,000": b'"learner": ' + b"[" * 100_000 + b"]" * 100_000,
    "objects, depth 100,000": b'"learner": ' + b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    "not UTF-8": b'"learner": "\xff"',
    "Latin-1": b'"learner": "\xe4"',
    "a comma too many": b'"learner": "a",',
    "a comment": b'"learner": "a" /* b */',
    "single quotes": b"'learner': 'a'",
    "a raw line break": b'"learner": "a\nb"',
}
# JSON allows these: each spoils its own answer, not those beside it.
UNSTORABLE: dict[str, tuple[bytes, str]] = {
    "lone surrogate": (b'"learner": "\\ud800"', "unstorable_text"),
    "NUL": (b'"learner": "a\\u0000b"', "unstorable_text"),
    "NUL in a list": (b'"shuffle": "a", "learner": "a\\u0000b"', "unstorable_text"),
    "over 64 bits": (b'"duration_ms": 9223372036854775808', "unstorable_number"),
    "under 64 bits": (b'"duration_ms": -9223372036854775809', "unstorable_number"),
    "too large": (b'"duration_ms": 9223372036854775807', "less_than_equal"),
    "lone surrogate in a name": (b'"\\udfff": 1', "string_unicode"),
    "NUL in a name": (b'"a\\u0000b": 1', "unknown_field"),
}
WHOLE: dict[str, bytes] = {
    "empty": b"",
    "white space": b" ",
    "text": b"hello",
    "half": b'{"selected": [',
    "two documents": b'{"selected": []} {}',
    "UTF-16": '{"selected": []}'.encode("utf-16"),
    "a byte-order mark": b'\xef\xbb\xbf{"selected": []}',
}


@both_writing_routes
def test_json_is_read_strictly(
    client: TestClient, database: Database, key: dict[str, str], route: Route
) -> None:
    address, template = route
    for hole, inside in INSIDE.items():
        answer = client.post(address, content=template % inside, headers=key)
        assert (answer.status_code, answer.json()["code"]) == (400, "malformed_request"), hole
    assert rows(database) == (0, 0)
    harmless = client.post(address, content=template % b'"learner": "a"', headers=key)
    assert harmless.status_code in {200, 201}


def test_what_cannot_be_stored_is_a_fault_of_its_field(
    client: TestClient, database: Database, key: dict[str, str]
) -> None:
    for hole, (inside, code) in UNSTORABLE.items():
        answer = client.post(SINGLE[0], content=SINGLE[1] % inside, headers=key)
        problem = answer.json()
        assert (answer.status_code, problem["errors"][0]["code"]) == (422, code), hole
        assert problem["errors"][0]["pointer"] or code == "string_unicode", hole
    assert rows(database) == (0, 0)


def test_what_cannot_be_stored_spoils_only_its_own_answer(
    client: TestClient, key: dict[str, str]
) -> None:
    entry = b'{"question": "rivers", "selected": [], %s}'
    bad = b", ".join(entry % inside for inside, _ in UNSTORABLE.values())
    good = entry % b'"learner": "a"'
    body = b'{"submissions": [%s, %s]}' % (bad, good)
    answer = client.post(BATCH[0], content=body, headers=key)
    assert answer.status_code == 200
    expected = [*[422] * len(UNSTORABLE), 201]
    assert [result["status"] for result in answer.json()["results"]] == expected


def test_a_thousand_wrong_names_cost_little(client: TestClient, key: dict[str, str]) -> None:
    inside = b", ".join(b'"%s%d": 1' % (b"x" * 50, number) for number in range(1000))
    answer = client.post(SINGLE[0], content=SINGLE[1] % inside, headers=key)
    assert len(answer.json()["errors"]) == 20
    query = "&".join(f"x{number}=1" for number in range(1000))
    assert len(client.get(f"/v1/questions?{query}").json()["errors"]) == 20


@both_writing_routes
def test_a_body_is_one_json_document(client: TestClient, key: dict[str, str], route: Route) -> None:
    for hole, body in WHOLE.items():
        answer = client.post(route[0], content=body, headers=key)
        empty = hole == "empty"  # which is read as no body at all
        expected = (422, "invalid_request") if empty else (400, "malformed_request")
        assert (answer.status_code, answer.json()["code"]) == expected, hole


@both_writing_routes
def test_a_body_is_an_object(client: TestClient, key: dict[str, str], route: Route) -> None:
    for body in (b"null", b"[]", b"1", b'"text"', b"true", b"{}", b"[[]]"):
        answer = client.post(route[0], content=body, headers=key)
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request"), body
        assert answer.json()["errors"]


@both_writing_routes
def test_the_reason_is_told(client: TestClient, key: dict[str, str], route: Route) -> None:
    """Without it, one would have to guess which of the rules a long body breaks."""
    address, template = route
    for hole, told in {"NaN": "NaN", "not UTF-8": "UTF-8", "a name twice": "twice"}.items():
        answer = client.post(address, content=template % INSIDE[hole], headers=key)
        assert told in answer.json()["detail"]


MEDIA_TYPES = {
    "application/json": True,
    "application/json; charset=utf-8": True,
    'Application/JSON; Charset="UTF-8"': True,
    "application/json; charset=utf-16": False,
    "application/json; charset=latin-1": False,
    "text/plain": False,
    "application/jsonp": False,
    "application/x-www-form-urlencoded": False,
    "multipart/form-data": False,
    "": False,
}


@both_writing_routes
def test_the_body_is_utf_8_json_and_says_so(
    client: TestClient, key: dict[str, str], route: Route
) -> None:
    address, template = route
    body = template % b'"learner": "a"'
    for media_type, taken in MEDIA_TYPES.items():
        answer = client.post(address, content=body, headers=key | {"Content-Type": media_type})
        assert (answer.status_code < 300) == taken, media_type
        if not taken:
            assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type")


@pytest.mark.parametrize("text", ["\u00e4\U0001f701", "\\ud83d\\udf01", "a\\u2028b", "\u202e"])
def test_every_text_that_can_be_stored_is_kept(
    client: TestClient, key: dict[str, str], text: str
) -> None:
    body = SINGLE[1].decode() % f'"learner": "{text}"'
    answer = client.post(SINGLE[0], content=body.encode(), headers=key)
    expected = text.encode().decode("unicode_escape") if "\\" in text else text
    if "\\ud83d" in text:
        expected = "\U0001f701"
    assert answer.json()["learner"] == expected
    listed = client.get("/v1/submissions", params={"learner": expected}, headers=key)
    assert [item["learner"] for item in listed.json()["items"]] == [expected]


NASTY_TEXTS = [
    "", " ", "null", "-1", "1.5", "1e999", "NaN", "\u0661", "9" * 5000, str(2**31), str(2**63),
    "\ufffe", "\U0010ffff", "'", '"', "\\", "%", "../../etc/passwd", "\r\nX: y", "2026-13-45",
    "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "urn:uuid:",
]  # fmt: skip
RAW_TEXTS = ["%ED%A0%80", "%FF", "%C0%80", "%", "%u0000", "&&", "%25%30%30"]
PARAMETERS = {
    "/v1/questions": (
        "tag", "kind", "difficulty_min", "q", "id", "sort", "limit",
        "cursor", "include", "unknown",
    ),
    "/v1/questions/random": ("count", "seed", "exclude"),
    "/v1/questions/rivers": ("version", "shuffle"),
    "/v1/submissions": ("learner", "question", "submitted_after", "limit", "cursor"),
    "/": ("question", "q", "tag", "kind", "cursor"),
    "/lab": ("question", "options", "key", "selected"),
}  # fmt: skip


@pytest.mark.parametrize("address", PARAMETERS)
def test_no_query_makes_the_service_fail(
    client: TestClient, key: dict[str, str], address: str
) -> None:
    raw = [*map(quote, NASTY_TEXTS), *RAW_TEXTS]
    for name in PARAMETERS[address]:
        for text in raw:
            answer = client.get(f"{address}?{name}={text}", headers=key)
            assert answer.status_code < 500, (name, text[:40])


def test_no_path_makes_the_service_fail(client: TestClient, key: dict[str, str]) -> None:
    for text in [*map(quote, NASTY_TEXTS), *RAW_TEXTS]:
        for address in (f"/v1/questions/{text}", f"/v1/submissions/{text}", f"/problems/{text}"):
            assert client.get(address, headers=key).status_code < 500, address[:60]
        body = SINGLE[1] % b'"learner": "a"'
        answer = client.post(f"/v1/questions/{text}/submissions", content=body, headers=key)
        assert answer.status_code < 500, text[:40]


NASTY_VALUES: list[Any] = [
    *NASTY_TEXTS, None, True, 0, -1, 1.5, 2**31, 2**63 - 1, -(2**63), 1e308, [], {}, [[]], [None],
    [1], [""], ["a"] * 201, {"a": {"b": []}}, [{}],
]  # fmt: skip


def test_no_body_makes_the_service_fail(client: TestClient, key: dict[str, str]) -> None:
    names = ("selected", "learner", "version", "shuffle", "duration_ms")
    for name in names:
        for value in NASTY_VALUES:
            answer = client.post(SINGLE[0], json={"selected": [], name: value}, headers=key)
            assert answer.status_code < 500, (name, value)
    items = [
        {"question": "rivers", "selected": [], name: value}
        for name in (*names, "question", "idempotency_key", "body", "unknown")
        for value in NASTY_VALUES
    ]
    answer = client.post("/v1/submissions", json={"submissions": items}, headers=key)
    assert answer.status_code == 200
    assert all(result["status"] < 500 for result in answer.json()["results"])


def test_no_form_makes_the_playground_fail(client: TestClient, key: dict[str, str]) -> None:
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    for name in ("question", "version", "selected", "kind", "place.a", "value.a", "pair."):
        for text in [*map(quote, NASTY_TEXTS), *RAW_TEXTS, "%00", "a%00b"]:
            fields = {"question": "rivers", "version": "1", name: text}
            body = "&".join(f"{name}={value}" for name, value in fields.items())
            assert client.post("/", content=body, headers=form).status_code < 500, (name, text[:40])
    many = "&".join("selected=a" for _ in range(500))
    assert client.post("/", content=many, headers=form).status_code < 500


@pytest.mark.parametrize(
    ("query", "pointer", "code"),
    [
        ("limit=1&limit=1", "/query/limit", "repeated_parameter"),
        ("submitted_after=1700000000", "/query/submitted_after", "value_error"),
        ("submitted_after=0.5", "/query/submitted_after", "value_error"),
    ],
)
def test_what_could_mean_two_things_is_refused(
    client: TestClient, key: dict[str, str], query: str, pointer: str, code: str
) -> None:
    answer = client.get(f"/v1/submissions?{query}", headers=key)
    assert answer.status_code == 422
    assert [(one["pointer"], one["code"]) for one in answer.json()["errors"]] == [(pointer, code)]


def test_lists_may_be_repeated(client: TestClient, key: dict[str, str]) -> None:
    assert client.get("/v1/questions?tag=a&tag=b", headers=key).status_code == 200
