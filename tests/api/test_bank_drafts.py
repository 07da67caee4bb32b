"""Writing: created once, edited from a known state, incomplete as long as it can be stored."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from fastapi.testclient import TestClient

from models import Database
from tests.api.authors import MERGE_PATCH, QUESTIONS, RIVERS, Json, Person, code, person
from tests.factories import Bank

CREATE = {"If-None-Match": "*"}


@pytest.fixture
def author(client: TestClient, bank: Bank) -> Person:
    return person(client, bank, "author")


def test_a_question_is_created_and_read_back(author: Person, client: TestClient) -> None:
    answer = author.create()
    assert answer.status_code == 201
    assert answer.headers["Location"] == f"{QUESTIONS}/rivers"
    assert answer.headers["Cache-Control"] == "private, no-store"
    told = answer.json()
    ids = [option["id"] for option in told["options"]]
    assert told["key"] == [ids[0], ids[2]]
    assert told["explanation"] == f"{{option:{ids[1]}}} ends in the Black Sea."
    assert (told["status"], told["version"], told["published_version"]) == ("draft", 1, None)
    assert told["problems"] == []
    (version,) = told["versions"]
    assert (version["number"], version["written_by"]) == (1, author.id)
    for name in ("rivers", told["id"]):
        read = author.get(f"/{name}")
        assert read.json() == told
        assert read.headers["ETag"] == answer.headers["ETag"]
        assert read.headers["Cache-Control"] == "private, no-store"
    assert client.get("/v1/questions/rivers").status_code == 404
    assert client.get("/v1/questions").json()["items"] == []


def test_what_is_read_can_be_written_back_and_changes_nothing(author: Person) -> None:
    author.create(
        tags=["water"],
        hints=["Look at {option:1}."],
        combinations=[{"picked": [1, 2], "text": "Not {option:2}."}],
        tests=[{"response": {"selected": [1, 3]}, "score": 1}],
        scoring={"rule": "weights", "max_points": "1/3", "values": {"options": [1, 0, 0, 0]}},
        references=[{"title": "Rivers", "url": "https://example.org"}],
        date="2026-01-02",
        difficulty=0.5,
        oracle_budget=None,
        external_id="r-1",
        extra={"course": {"week": 3}},
    )
    told, etag = author.read(), author.etag()
    content = {name: told[name] for name in [*RIVERS, "tags", "hints", "combinations", "tests",
               "scoring", "references", "date", "difficulty", "external_id", "extra"]}  # fmt: skip
    assert content["scoring"]["max_points"] == "1/3"
    assert author.put("rivers", content).json() == told
    assert author.etag() == etag
    assert author.edit().json() == told


def test_the_same_body_again_changes_nothing(author: Person) -> None:
    etag = author.create().headers["ETag"]
    again = author.put("rivers", RIVERS)
    assert (again.status_code, again.headers["ETag"]) == (200, etag)
    assert again.json()["versions"] == author.read()["versions"]


def test_a_question_is_created_only_where_none_is(author: Person) -> None:
    assert code(author.put("rivers", RIVERS, {})) == (428, "precondition_required")
    assert code(author.put("rivers", RIVERS, {"If-Match": '"x"'})) == (404, "question_not_found")
    assert code(author.put("rivers", RIVERS, {"If-None-Match": '"x"'})) == (
        428,
        "precondition_required",
    )
    assert author.create().status_code == 201
    before = author.read()
    assert code(author.create(title="Other")) == (412, "already_exists")
    assert author.read() == before


def test_a_change_names_the_state_it_changes(author: Person) -> None:
    author.create()
    first = author.etag()
    assert code(author.put("rivers", RIVERS, {})) == (428, "precondition_required")
    assert author.put("rivers", {**RIVERS, "title": "Other"}, first).status_code == 200
    assert code(author.put("rivers", RIVERS, first)) == (412, "stale")
    weak = {"If-Match": f"W/{author.etag()['If-Match']}"}
    assert code(author.put("rivers", RIVERS, weak)) == (412, "stale")
    listed = {"If-Match": f'"x", {author.etag()["If-Match"]}'}
    assert author.put("rivers", RIVERS, listed).status_code == 200
    assert author.put("rivers", {**RIVERS, "title": "Any"}, {"If-Match": "*"}).status_code == 200
    address = f"{QUESTIONS}/rivers"
    patched = author.client.patch(address, content="{}", headers=author.headers | MERGE_PATCH)
    assert code(patched) == (428, "precondition_required")


def test_a_draft_is_replaced_under_its_number_and_a_published_version_followed(
    author: Person, client: TestClient, bank: Bank
) -> None:
    reviewer = person(client, bank, "reviewer")
    author.create()
    assert author.edit(title="Second thoughts").json()["version"] == 1
    reviewer.post("/rivers/publish")
    told = author.edit(title="Third thoughts").json()
    assert (told["version"], told["status"], told["published_version"]) == (2, "draft", 1)
    assert author.edit(title="Fourth thoughts").json()["version"] == 2
    assert [one["status"] for one in author.read()["versions"]] == ["published", "draft"]
    assert client.get("/v1/questions/rivers").json()["title"] == "Second thoughts"


def test_options_keep_their_ids_however_they_move(author: Person) -> None:
    ids = [option["id"] for option in author.create().json()["options"]]
    turned = {**RIVERS, "options": RIVERS["options"][::-1], "key": [2, 4], "explanation": ""}
    told = author.put("rivers", turned).json()
    assert [option["id"] for option in told["options"]] == ids[::-1]
    assert told["key"] == [ids[2], ids[0]]


def test_an_unclear_edit_is_refused_until_ids_are_stated(author: Person) -> None:
    ids = [option["id"] for option in author.create().json()["options"]]
    texts = ["The Rhine", "Something quite new", "The Elbe", "And more of it"]
    body = {**RIVERS, "options": [{"text": text} for text in texts]}
    refused = author.put("rivers", body)
    assert code(refused) == (409, "ambiguous_revision")
    assert [fault["pointer"] for fault in refused.json()["errors"]] == ["/options/1", "/options/3"]
    assert ids[1] in refused.json()["detail"]
    stated = [{"text": text, "id": id_} for text, id_ in zip(texts, ids, strict=True)]
    del stated[3]["id"]
    told = author.put("rivers", {**body, "options": stated}).json()
    *kept, new = [option["id"] for option in told["options"]]
    assert kept == ids[:3]
    assert new not in ids


def test_a_patch_keeps_what_it_does_not_name(author: Person) -> None:
    told = author.create(tags=["water"], difficulty=0.5, extra={"a": 1, "b": 2}).json()
    patched = author.edit(title="Other", difficulty=None, extra={"a": None, "c": 3}).json()
    assert (patched["title"], patched["difficulty"]) == ("Other", None)
    assert patched["extra"] == {"b": 2, "c": 3}
    for name in ("options", "key", "explanation", "tags", "prompt"):
        assert patched[name] == told[name]


def test_texts_follow_options_that_a_patch_moves(author: Person) -> None:
    told = author.create().json()
    moved = author.edit(options=told["options"][::-1]).json()
    assert sorted(moved["key"]) == sorted(told["key"])
    assert moved["explanation"] == told["explanation"]
    assert moved["options"] == told["options"][::-1]


@pytest.mark.parametrize("kind", ["application/json", "text/plain", "application/xml"])
def test_a_patch_is_a_merge_patch(author: Person, kind: str) -> None:
    author.create()
    headers = author.headers | author.etag() | {"Content-Type": kind}
    answer = author.client.patch(f"{QUESTIONS}/rivers", content="{}", headers=headers)
    assert code(answer) == (415, "unsupported_media_type")


def test_a_draft_may_be_empty_and_is_told_what_is_missing(author: Person) -> None:
    told = author.put("rivers", {}, CREATE).json()
    codes = {problem["code"] for problem in told["problems"]}
    assert codes >= {"missing_title", "missing_prompt", "too_few_options"}
    assert all(problem["severity"] == "error" for problem in told["problems"])


def test_advice_is_told_and_forbids_nothing(author: Person) -> None:
    told = author.create(prompt="Is option 2 right?").json()
    assert [(one["code"], one["severity"]) for one in told["problems"]] == [
        ("bare_option_reference", "warning")
    ]


NUMERIC = {"title": "g", "kind": "numeric", "prompt": "How much?", "answer": {"value": "9.81"}}


def test_other_kinds_state_an_answer(author: Person) -> None:
    told = author.put("gravity", NUMERIC, CREATE).json()
    assert (told["answer"], told["problems"]) == ({"value": "9.81"}, [])
    author.post("/gravity/publish")
    truth = author.put("truth", {"title": "T", "kind": "true_false", "prompt": "?", "key": [1]},
                       CREATE).json()  # fmt: skip
    assert [option["text"] for option in truth["options"]] == ["True", "False"]


TWO = [{"text": "a"}, {"text": "b"}]
UNSTORABLE: list[tuple[Json, str, str]] = [
    ({"titel": "x"}, "/titel", "unknown_field"),
    ({"title": "x" * 501}, "/title", "string_too_long"),
    ({"title": "a\0b"}, "/title", "unstorable_text"),
    ({"kind": "riddle"}, "/kind", "value_error"),
    ({"release": "later"}, "/release", "literal_error"),
    ({"date": "yesterday"}, "/date", "value_error"),
    ({"date": "2026-13-01"}, "/date", "date_from_datetime_parsing"),
    ({"date": 1790000000}, "/date", "value_error"),
    ({"options": TWO, "key": [3]}, "/key/0", "unknown_option"),
    ({"options": TWO, "key": [0]}, "/key/0", "unknown_option"),
    ({"options": TWO, "key": ["zzzz"]}, "/key/0", "unknown_option"),
    ({"options": TWO, "key": [1, 1]}, "/key/1", "repeated_option"),
    ({"options": TWO, "combinations": [{"picked": [9], "text": "x"}]},
     "/combinations/0/picked/0", "unknown_option"),
    ({"options": [{"text": "a", "id": "aaaa"}] * 2}, "/options/1/id", "repeated_option"),
    ({"options": [{"text": "a", "id": "A!"}]}, "/options/0/id", "string_pattern_mismatch"),
    ({"options": [{"text": "a", "part": "x"}, {"text": "b"}]},
     "/options/1/part", "scattered_part"),
    ({"tags": ["a", "a"]}, "/tags/1", "repeated_tag"),
    ({"tags": ["x" * 101]}, "/tags/0", "string_too_long"),
    ({"scoring": {"max_points": 0}}, "/scoring/max_points", "greater_than"),
    ({"scoring": {"max_points": "1e999"}}, "/scoring/max_points", "less_than_equal"),
    ({"scoring": {"max_points": "1e-900"}}, "/scoring/max_points", "value_error"),
    ({"scoring": {"rule": "x" * 65}}, "/scoring/rule", "string_too_long"),
    ({"scoring": {"values": {"option": []}}}, "/scoring/values/options", "missing"),
    ({"answer": {"value": "1"}}, "/answer", "answer_not_asked"),
    ({"kind": "numeric", "answer": {"value": "much"}}, "/answer/value", "value_error"),
    ({"oracle_budget": 0}, "/oracle_budget", "greater_than_equal"),
    ({"tests": [{"response": {}, "score": "lots"}]}, "/tests/0/score", "value_error"),
]  # fmt: skip


@pytest.mark.parametrize(("body", "pointer", "fault"), UNSTORABLE)
def test_what_cannot_be_stored_is_pointed_at(
    author: Person, body: Json, pointer: str, fault: str
) -> None:
    answer = author.put("rivers", body, CREATE)
    assert answer.status_code == 422
    faults = {(one["pointer"], one["code"]) for one in answer.json()["errors"]}
    assert (pointer, fault) in faults
    assert author.get("/rivers").status_code == 404


@pytest.mark.parametrize(
    "slug", ["random", "Rivers", "a--b", "01a209b4-a41d-7207-8412-262a7b3451e9"]
)
def test_a_slug_can_stand_in_an_address(author: Person, slug: str) -> None:
    assert code(author.put(slug, RIVERS, CREATE)) == (422, "invalid_draft")


def test_an_external_id_belongs_to_one_question(author: Person) -> None:
    author.create(external_id="r-1")
    assert code(author.create("other", external_id="r-1")) == (409, "external_id_taken")
    assert author.put("rivers", RIVERS).json()["external_id"] == "r-1", "left out, it stays"
    assert author.edit(external_id=None).json()["external_id"] is None
    assert author.create("other", external_id="r-1").status_code == 201


CALLS: dict[str, tuple[str, Callable[[Person], Any]]] = {
    "list": ("bank:read", lambda who: who.get()),
    "read": ("bank:read", lambda who: who.get("/rivers")),
    "versions": ("bank:read", lambda who: who.get("/rivers/versions")),
    "version": ("bank:read", lambda who: who.get("/rivers/versions/1")),
    "diff": ("bank:read", lambda who: who.get("/rivers/diff", **{"from": 1, "to": 1})),
    "write": ("bank:write", lambda who: who.put("rivers", RIVERS, {"If-Match": "*"})),
    "review": ("bank:write", lambda who: who.post("/rivers/review")),
    "copy": ("bank:write", lambda who: who.post("/rivers/copy", {"slug": "copy"})),
    "publish": ("bank:publish", lambda who: who.post("/rivers/publish")),
    "retire": ("bank:publish", lambda who: who.post("/rivers/retire")),
    "delete": ("bank:write", lambda who: who.delete()),
}


@pytest.mark.parametrize("name", CALLS)
def test_each_call_needs_its_scope(client: TestClient, bank: Bank, name: str) -> None:
    scope, call = CALLS[name]
    person(client, bank).create()
    nobody = Person(client, {}, "")
    assert code(call(nobody)) == (401, "unauthenticated")
    learner = person(client, bank, "integration")
    refused = call(learner)
    assert code(refused) == (403, "forbidden")
    assert scope in refused.json()["detail"]
    lacking = person(client, bank, "reviewer" if scope == "bank:write" else "author")
    assert call(lacking).status_code == (200 if scope == "bank:read" else 403)


def test_two_writers_at_once_one_wins(own_client: TestClient, own_database: Database) -> None:
    bank = Bank(own_database)
    writers = [person(own_client, bank) for _ in range(2)]
    together = Barrier(2)

    def race(write: Callable[[Person, str], int]) -> list[int]:
        def one(number: int) -> int:
            together.wait(timeout=30)
            return write(writers[number], f"By {number}")

        with ThreadPoolExecutor(2) as pool:
            return sorted(pool.map(one, range(2)))

    assert race(lambda who, title: who.create(title=title).status_code) == [201, 412]
    etag = writers[0].etag()
    body = {**RIVERS, "options": RIVERS["options"][:3]}
    assert race(
        lambda who, title: who.put("rivers", {**body, "title": title}, etag).status_code
    ) == [200, 412]
    assert len(writers[0].read()["versions"]) == 1
