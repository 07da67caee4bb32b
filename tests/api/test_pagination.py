"""Lists of questions: filters, orders, and pages that give each question exactly once."""

from datetime import date
from itertools import product
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from fastapi.testclient import TestClient

from models import Question
from tests.api.conftest import CountStatements
from tests.factories import DRAFT, Bank

SORTS = ("published_at", "-published_at", "title", "date", "-date")
Items = list[dict[str, Any]]


def walk(client: TestClient, **query: Any) -> Items:
    """All items of a listing, page by page along its Link headers."""
    items: Items = []
    answer = client.get("/v1/questions", params=query)
    while True:
        assert answer.status_code == 200, answer.text
        page = answer.json()
        items += page["items"]
        link = answer.headers.get("Link")
        assert (link is None) == (page["next_cursor"] is None)
        if link is None:
            return items
        assert len(page["items"]) == page["limit"]
        address, relation = link.split("; ")
        assert relation == 'rel="next"'
        answer = client.get(address.strip("<>"))


def slugs(items: Items) -> list[str]:
    return [item["slug"] for item in items]


def sort_value(item: dict[str, Any], sort: str) -> str:
    """What a listing sorts by; a missing date counts as the oldest."""
    return str(item[sort.removeprefix("-")] or "")


def test_pages_give_each_question_once_and_in_order(client: TestClient, shelf: list[str]) -> None:
    for sort, limit in product(SORTS, (4, 24, 25, 26)):
        items = walk(client, sort=sort, limit=limit)
        assert sorted(slugs(items)) == shelf, (sort, limit)
        values = [sort_value(item, sort) for item in items]
        assert values == sorted(values, reverse=sort.startswith("-")), (sort, limit)


def test_pages_of_a_search_do_so_too(client: TestClient, shelf: list[str]) -> None:
    for stated in ({}, *({"sort": sort} for sort in SORTS)):
        items = walk(client, q="title rhine", limit=7, **stated)
        assert sorted(slugs(items)) == shelf, stated


def test_a_question_published_meanwhile_moves_no_other(
    client: TestClient, bank: Bank, shelf: list[str]
) -> None:
    first = client.get("/v1/questions", params={"limit": 10}).json()
    bank.publish(slug="newest")
    second = client.get("/v1/questions", params={"limit": 10, "cursor": first["next_cursor"]})
    assert slugs(first["items"] + second.json()["items"]) == shelf[::-1][:20]


def test_newest_come_first_unless_said_otherwise(client: TestClient, shelf: list[str]) -> None:
    page = client.get("/v1/questions").json()
    assert slugs(page["items"]) == shelf[::-1]
    assert (page["limit"], page["next_cursor"]) == (50, None)
    assert page.keys() == {"items", "next_cursor", "limit"}


def test_the_total_is_counted_only_on_request(client: TestClient, shelf: list[str]) -> None:
    page = client.get("/v1/questions?include=total&limit=3&q=title").json()
    assert (page["total"], len(page["items"])) == (len(shelf), 3)


def test_an_empty_list_is_a_list(client: TestClient) -> None:
    answer = client.get("/v1/questions")
    assert answer.json() == {"items": [], "next_cursor": None, "limit": 50}
    assert "Link" not in answer.headers


def test_a_link_keeps_every_filter(client: TestClient, bank: Bank) -> None:
    for slug in "ab":
        bank.publish(slug=slug, tags=("x y", "ü&"), difficulty=0.5)
    query = {"tag": ["x y", "ü&"], "difficulty_min": "0.5", "sort": "title", "limit": "1"}
    link = client.get("/v1/questions", params=query).headers["Link"]
    kept = parse_qs(urlsplit(link.split(">")[0]).query)
    kept.pop("cursor")
    assert kept == {"tag": ["x y", "ü&"], **{n: [v] for n, v in query.items() if n != "tag"}}
    assert slugs(walk(client, **query)) == ["a", "b"]


FILTERS: list[tuple[str, set[str]]] = [
    ("", {"rivers", "lakes", "seas"}),
    ("tag=water", {"rivers", "lakes"}),
    ("tag=water&tag=deep", {"lakes"}),
    ("tag=deep&tag=water", {"lakes"}),
    ("tag=water&tag=absent", set()),
    ("tag=Water", set()),
    ("kind=single_choice", {"seas"}),
    ("kind=multiple_response", {"rivers", "lakes"}),
    ("kind=essay", set()),
    ("language=de", {"seas"}),
    ("language=en&kind=multiple_response", {"rivers", "lakes"}),
    ("difficulty_min=0.5", {"lakes", "seas"}),
    ("difficulty_max=0.5", {"lakes"}),
    ("difficulty_min=0.5&difficulty_max=0.5", {"lakes"}),
    ("difficulty_min=0.9&difficulty_max=0.1", set()),
    ("q=danube&tag=deep", {"lakes"}),
    ("q=danube&language=de", {"seas"}),
]


@pytest.fixture
def waters(bank: Bank) -> dict[str, Question]:
    """Three questions that differ in what one can filter by."""
    return {
        version.question.slug: version.question
        for version in (
            bank.publish(tags=("water",)),
            bank.publish(slug="lakes", tags=("deep", "water"), difficulty=0.5),
            bank.publish(
                slug="seas",
                kind="single_choice",
                key=type(DRAFT.key)(frozenset({2})),
                language="de",
                difficulty=0.75,
                date=date(2020, 2, 29),
            ),
        )
    }


@pytest.mark.usefixtures("waters")
def test_every_stated_filter_must_hold(client: TestClient) -> None:
    for query, expected in FILTERS:
        page = client.get(f"/v1/questions?include=total&{query}").json()
        assert set(slugs(page["items"])) == expected, query
        assert page["total"] == len(expected), query
        if "q=" not in query:
            drawn = client.get(f"/v1/questions/random?count=9&{query}").json()
            assert set(slugs(drawn["items"])) == expected, query


def test_questions_can_be_asked_for_by_id(client: TestClient, waters: dict[str, Question]) -> None:
    wanted = [waters["rivers"].id, waters["seas"].id, "0199d3c0-6f0e-7cc1-9d5e-6a1f0b6c2d3e"]
    page = client.get("/v1/questions", params={"id": list(map(str, wanted))}).json()
    assert set(slugs(page["items"])) == {"rivers", "seas"}


def test_at_most_a_hundred_ids(client: TestClient, waters: dict[str, Question]) -> None:
    id_ = str(waters["rivers"].id)
    assert client.get("/v1/questions", params={"id": [id_] * 100}).status_code == 200
    assert client.get("/v1/questions", params={"id": [id_] * 101}).status_code == 422


@pytest.mark.parametrize(("limit", "status"), [(0, 422), (1, 200), (200, 200), (201, 422)])
def test_a_page_has_bounds(client: TestClient, limit: int, status: int) -> None:
    assert client.get(f"/v1/questions?limit={limit}").status_code == status


def test_a_cursor_belongs_to_its_listing(client: TestClient, shelf: list[str]) -> None:
    first = client.get("/v1/questions?limit=3").json()
    id_ = first["items"][0]["id"]
    for change in ("sort=title", "tag=x", "q=title", f"id={id_}", "kind=x", "difficulty_min=0"):
        answer = client.get(f"/v1/questions?{change}&cursor={first['next_cursor']}")
        assert (answer.status_code, answer.json()["code"]) == (400, "invalid_cursor"), change


def test_the_size_of_pages_may_change_on_the_way(client: TestClient, shelf: list[str]) -> None:
    first = client.get("/v1/questions?limit=3").json()
    rest = client.get("/v1/questions", params={"cursor": first["next_cursor"], "limit": 100})
    assert slugs(first["items"] + rest.json()["items"]) == shelf[::-1]


def test_a_changed_cursor_is_refused(client: TestClient, shelf: list[str]) -> None:
    cursor = client.get("/v1/questions?limit=3").json()["next_cursor"]
    changed = [f"{cursor[:place]}!{cursor[place + 1 :]}" for place in range(0, len(cursor), 5)]
    changed += [cursor[:-1], cursor + "A", cursor.upper(), cursor[::-1]]
    for text in changed:
        answer = client.get("/v1/questions", params={"cursor": text})
        assert answer.json().get("code") == "invalid_cursor", text
        assert answer.status_code == 400


GARBAGE = ("x", "null", "W10.x", "....", "🜁", " ", "-1", "[]", "A" * 1000, "W1tdXQ.sig")


def test_a_cursor_of_garbage_is_refused(client: TestClient) -> None:
    for garbage, sort in product(GARBAGE, SORTS):
        answer = client.get("/v1/questions", params={"cursor": garbage, "sort": sort})
        assert (answer.status_code, answer.json()["code"]) == (400, "invalid_cursor")


@pytest.mark.usefixtures("shelf")
def test_an_empty_cursor_is_none_of_ours(client: TestClient) -> None:
    answer = client.get("/v1/questions?cursor=")
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_cursor")


@pytest.mark.usefixtures("shelf")
def test_a_long_page_costs_no_more_statements_than_a_short_one(
    client: TestClient, statements: CountStatements
) -> None:
    client.get("/v1/questions?include=total")  # what is counted is remembered
    for query in ("", "&q=rhine", "&sort=title", "&include=total"):
        with statements() as short:
            client.get(f"/v1/questions?limit=2{query}")
        with statements() as long:
            assert len(client.get(f"/v1/questions?limit=20{query}").json()["items"]) == 20
        assert 0 < len(short) == len(long) <= 7, long
