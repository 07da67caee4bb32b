"""Exports: a file of published questions, and the report of what it leaves out."""

import io
import zipfile

import pytest
from fastapi.testclient import TestClient

from domain.questions import Explanation, content_hash
from formats import FORMATS
from tests.factories import Bank

EXPORTS = "/v1/bank/exports"


@pytest.fixture
def author(bank: Bank) -> dict[str, str]:
    return bank.key("author")[1]


@pytest.fixture
def three(bank: Bank) -> list[str]:
    for slug, tags in (
        ("alps", ("mountains",)),
        ("rhine", ("rivers", "europe")),
        ("elbe", ("rivers",)),
    ):
        bank.publish(slug=slug, tags=tags)
    return ["alps", "elbe", "rhine"]


def test_one_slug_is_the_plain_file_that_says_the_same(
    client: TestClient, bank: Bank, author: dict[str, str]
) -> None:
    version = bank.publish(slug="rhine")
    answer = client.get(f"{EXPORTS}/quarto", headers=author, params={"slug": "rhine"})
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/markdown; charset=utf-8"
    assert answer.headers["content-disposition"] == 'attachment; filename="questions.qmd"'
    assert answer.headers["cache-control"] == "private, no-store"
    (found,) = FORMATS["quarto"].read(answer.content)
    assert found.draft is not None
    assert content_hash(found.draft) == version.content_hash


def test_many_come_as_a_zip_in_order_and_the_same_each_time(
    client: TestClient, author: dict[str, str], three: list[str]
) -> None:
    first, second = (client.get(f"{EXPORTS}/quarto", headers=author) for _ in range(2))
    assert first.headers["content-type"] == "application/zip"
    assert first.content == second.content
    names = zipfile.ZipFile(io.BytesIO(first.content)).namelist()
    assert names == [f"{slug}.qmd" for slug in three]


def test_tags_are_and_ed(client: TestClient, author: dict[str, str], three: list[str]) -> None:
    asked = {"tag": ["rivers", "europe"]}
    answer = client.get(f"{EXPORTS}/quarto", headers=author, params=asked)
    assert zipfile.ZipFile(io.BytesIO(answer.content)).namelist() == ["rhine.qmd"]


def test_the_link_leads_to_the_loss_report_of_the_same_questions(
    client: TestClient, author: dict[str, str], three: list[str]
) -> None:
    asked = {"tag": ["rivers"], "slug": ["rhine", "elbe"]}
    answer = client.get(f"{EXPORTS}/quarto", headers=author, params=asked)
    link = answer.headers["link"]
    assert link.endswith('; rel="describedby"')
    report = client.get(link[1 : link.index(">")], headers=author)
    assert report.json() == {"format": "quarto", "exported": 2, "left_out": 0, "items": []}


def test_what_cannot_be_said_is_told_and_the_others_go_on(
    client: TestClient, bank: Bank, author: dict[str, str], three: list[str]
) -> None:
    bank.publish(slug="broken", explanation=Explanation("It ends\n\n:::\n\nearly."))
    report = client.get(f"{EXPORTS}/quarto/losses", headers=author).json()
    assert (report["exported"], report["left_out"]) == (3, 1)
    (item,) = report["items"]
    assert (item["slug"], item["is_in"]) == ("broken", False)
    assert item["losses"][0]["code"] == "not_expressible"


def test_unknown_slugs_formats_and_callers_are_refused(
    client: TestClient, author: dict[str, str], three: list[str]
) -> None:
    unknown = client.get(f"{EXPORTS}/quarto", headers=author, params={"slug": ["rhine", "no"]})
    assert unknown.status_code == 404
    assert "'no'" in unknown.json()["detail"]
    assert client.get(f"{EXPORTS}/word", headers=author).status_code == 422
    assert client.get(f"{EXPORTS}/quarto").status_code == 401
