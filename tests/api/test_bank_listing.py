"""Listing the bank: every filter, every order, page by page, in a fixed number of statements."""

from datetime import date, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient

from domain.questions import Scoring
from models import now
from tests.api.authors import Person, code, person
from tests.api.conftest import CountStatements
from tests.factories import Bank


@pytest.fixture
def admin(client: TestClient, bank: Bank) -> Person:
    """Who reads a bank of five questions in all states."""
    who = person(client, bank)
    bank.publish(slug="alps", title="Zebra", tags=("a", "b"), difficulty=0.2, language="de-CH",
                 date=date(2026, 1, 1), external_id="x-1")  # fmt: skip
    bank.publish(slug="andes", title="alpha", tags=("a",), scoring=Scoring("net_right"))
    bank.revise(slug="andes", title="Beta", tags=("a",), scoring=Scoring("net_right"),
                release="never")  # fmt: skip
    bank.revise(slug="asia", title="Delta", difficulty=0.8, date=date(2026, 3, 1))
    who.create("rivers", kind="single_choice", key=[1])
    who.post("/rivers/review")
    bank.publish(slug="volga", title="Gamma", tags=("b",))
    who.post("/volga/retire")
    return who


FILTERS: list[tuple[dict[str, Any], str]] = [
    ({}, "alps andes asia rivers volga"),
    ({"status": "published"}, "alps"),
    ({"status": "draft"}, "andes asia"),
    ({"status": "in_review"}, "rivers"),
    ({"status": "retired"}, "volga"),
    ({"status": ["draft", "in_review"]}, "andes asia rivers"),
    ({"has_draft": True}, "andes asia rivers"),
    ({"has_draft": False}, "alps volga"),
    ({"kind": "single_choice"}, "rivers"),
    ({"language": "DE-ch"}, "alps"),
    ({"tag": "a"}, "alps andes"),
    ({"tag": ["a", "b"]}, "alps"),
    ({"difficulty_min": 0.5}, "asia"),
    ({"difficulty_max": 0.5}, "alps"),
    ({"rule": "net_right"}, "andes"),
    ({"release": "never"}, "andes"),
    ({"date_from": "2026-02-01"}, "asia"),
    ({"date_to": "2026-02-01"}, "alps"),
    ({"slug": "a"}, "alps andes asia"),
    ({"slug": "al"}, "alps"),
    ({"external_id": "x-1"}, "alps"),
    ({"changed_since": "2999-01-01T00:00:00Z"}, ""),
    ({"tag": "a", "status": "draft"}, "andes"),
]


@pytest.mark.parametrize(("query", "expected"), FILTERS)
def test_filters(admin: Person, query: dict[str, Any], expected: str) -> None:
    items = admin.get(**query).json()["items"]
    assert sorted(item["slug"] for item in items) == expected.split()


def test_what_changed_since_a_moment(admin: Person) -> None:
    moment = now() - timedelta(microseconds=1)
    admin.post("/alps/retire")
    items = admin.get(changed_since=moment.isoformat()).json()["items"]
    assert [item["slug"] for item in items] == ["alps"]


ORDERS = [
    (None, "volga rivers asia andes alps"),
    ("updated", "alps andes asia rivers volga"),
    ("title", "andes asia volga rivers alps"),
    ("-title", "alps rivers volga asia andes"),
    ("created", "alps andes asia rivers volga"),
    ("-created", "volga rivers asia andes alps"),
]


@pytest.mark.parametrize("limit", [1, 2, 5])
@pytest.mark.parametrize(("sort", "expected"), ORDERS)
def test_pages_follow_each_other(
    admin: Person, sort: str | None, expected: str, limit: int
) -> None:
    query: dict[str, Any] = {"limit": limit} | ({"sort": sort} if sort else {})
    slugs: list[str] = []
    while True:
        answer = admin.get(**query)
        page = answer.json()
        slugs += [item["slug"] for item in page["items"]]
        assert ("Link" in answer.headers) == (page["next_cursor"] is not None)
        if page["next_cursor"] is None:
            break
        query["cursor"] = page["next_cursor"]
    assert slugs == expected.split()


def test_an_item_is_what_is_read_alone(admin: Person) -> None:
    for item in admin.get().json()["items"]:
        assert admin.read(item["slug"]) == item


def test_a_cursor_belongs_to_its_listing(admin: Person) -> None:
    cursor = admin.get(limit=1).json()["next_cursor"]
    assert code(admin.get(limit=1, cursor=cursor, sort="title")) == (400, "invalid_cursor")
    assert code(admin.get(limit=1, cursor="x")) == (400, "invalid_cursor")


@pytest.mark.parametrize(
    "query",
    [{"status": "gone"}, {"slug": "A%"}, {"limit": 0}, {"date_from": "x"}, {"release": "x"},
     {"changed_since": "2026-01-01T00:00:00"}, {"sort": "x"}, {"statsu": "draft"}],
)  # fmt: skip
def test_a_filter_that_means_nothing_is_refused(admin: Person, query: dict[str, Any]) -> None:
    assert admin.get(**query).status_code == 422


def test_more_questions_take_no_more_statements(admin: Person, statements: CountStatements) -> None:
    counts = []
    for limit in (1, 5):
        admin.get()
        with statements() as sent:
            assert len(admin.get(limit=limit).json()["items"]) == limit
        counts.append(len([one for one in sent if "signing_secret" not in one]))
    assert counts[0] == counts[1] <= 9
    with statements() as sent:
        admin.get("/andes")
    assert len(sent) <= 9
