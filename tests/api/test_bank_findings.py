"""What authors look for in the bank: unused, most missed, by words of explanations."""

import pytest
from fastapi.testclient import TestClient

from domain.questions import Explanation
from tests.api.authors import Person, person
from tests.factories import Bank


@pytest.fixture
def author(client: TestClient, bank: Bank) -> Person:
    return person(client, bank, "author")


def slugs(author: Person, **query: object) -> list[str]:
    answer = author.get("", sort="title", **query)
    assert answer.status_code == 200, answer.text
    return [item["slug"] for item in answer.json()["items"]]


def test_used_and_unused_are_told_apart(author: Person, bank: Bank) -> None:
    for slug in ("a", "b"):
        bank.publish(slug=slug, title=slug)
    bank.revise(slug="draft", title="draft")
    bank.submit(question="b")
    assert slugs(author, used=True) == ["b"]
    assert slugs(author, used=False) == ["a", "draft"]


def test_authors_find_words_of_explanations_and_learners_do_not(
    author: Person, client: TestClient, bank: Bank
) -> None:
    bank.publish(slug="a", explanation=Explanation("Because of the estuary."))
    bank.publish(slug="b")
    assert slugs(author, q="estuary") == ["a"]
    assert slugs(author, q="rhine") == ["a", "b"]
    assert slugs(author, q="rhine", status="draft") == []
    assert client.get("/v1/questions?q=estuary").json()["items"] == []


def test_drafts_have_their_place_in_the_order_of_titles(author: Person, bank: Bank) -> None:
    for slug in ("c", "a"):
        bank.publish(slug=slug, title=slug)
    for slug in ("d", "b"):
        bank.revise(slug=slug, title=slug)
    assert slugs(author) == ["a", "b", "c", "d"]
    first = author.get("", sort="-title", limit=2).json()
    rest = author.get("", sort="-title", limit=2, cursor=first["next_cursor"]).json()
    assert [item["slug"] for item in first["items"] + rest["items"]] == ["d", "c", "b", "a"]


def test_the_most_missed_come_first(author: Person, client: TestClient, bank: Bank) -> None:
    for slug, right in (("easy", True), ("hard", False)):
        ids = bank.publish(slug=slug).option_ids
        bank.submit(*((ids[0], ids[2]) if right else ()), question=slug)
    bank.submit(question="hard")
    told = client.get("/v1/bank/findings/most-missed", headers=author.headers).json()
    assert [(one["slug"], one["mean_score"], one["submissions"]) for one in told["items"]] == [
        ("hard", 0.0, 2), ("easy", 1.0, 1),
    ]  # fmt: skip
    query = "/v1/bank/findings/most-missed?at_least=2&limit=1"
    told = client.get(query, headers=author.headers).json()
    assert [one["slug"] for one in told["items"]] == ["hard"]
    assert client.get(query).status_code == 401
