"""The list of questions: found, filtered, page by page, in a fixed number of statements."""

from typing import Any

import pytest
from fastapi.testclient import TestClient
from lxml import html

from domain.questions import AnswerKey
from tests.api.admin.desk import Desk, desk
from tests.api.admin.editing import LIST, invalid_fields, text_of
from tests.api.conftest import CountStatements
from tests.factories import Bank


@pytest.fixture
def admin(client: TestClient, bank: Bank) -> Desk:
    """An admin at the pages."""
    return desk(client, bank)


def titles(page: Any) -> list[str]:
    """The titles that a list shows."""
    return [one.text_content() for one in html.fromstring(page.text).find_class("title")]


FILTERS: list[tuple[dict[str, Any], str]] = [
    ({}, "Alps Andes Asia"),
    ({"q": "alp"}, "Alps"),
    ({"q": " ", "kind": "", "tag": "", "used": ""}, "Alps Andes Asia"),
    ({"status": ["draft", "retired"]}, "Andes Asia"),
    ({"kind": "single_choice"}, "Andes"),
    ({"tag": "a"}, "Alps Andes"),
    ({"tag": "a, b"}, "Alps"),
    ({"language": "de"}, "Andes"),
    ({"difficulty_min": "0.5"}, "Asia"),
    ({"has_draft": "true"}, "Asia"),
    ({"used": "true"}, "Alps"),
    ({"used": "false"}, "Andes Asia"),
    ({"changed_since": "2999-01-01"}, ""),
    ({"changed_since": "2020-01-01"}, "Alps Andes Asia"),
    ({"slug": "a", "sort": "title"}, "Alps Andes Asia"),
    ({"rule": "net_right"}, ""),
]


def test_what_the_filters_find(admin: Desk, bank: Bank) -> None:
    used = bank.publish(slug="alps", title="Alps", tags=("a", "b"))
    bank.submit(used.option_ids[0], question="alps")
    bank.publish(slug="andes", title="Andes", tags=("a",), language="de", kind="single_choice",
                 key=AnswerKey(frozenset({1})))  # fmt: skip
    bank.retire("andes")
    bank.revise(slug="asia", title="Asia", difficulty=0.8)
    for query, expected in FILTERS:
        page = admin.get(LIST, **query)
        assert page.status_code == 200, (query, text_of(page))
        assert sorted(titles(page)) == expected.split(), query
    assert "No question fits." in admin.get(LIST, rule="net_right").text


def test_htmx_gets_the_list_alone_and_an_address_to_come_back_to(admin: Desk, bank: Bank) -> None:
    bank.publish(title="Alps")
    part = admin.part(LIST, q="alps", status="", kind="")
    assert (part.status_code, titles(part)) == (200, ["Alps"])
    assert "<html" not in part.text
    assert part.headers["HX-Replace-Url"] == f"{LIST}?q=alps"
    assert '<p id="count" hx-swap-oob="innerHTML">1 question.</p>' in part.text


def test_a_filter_that_cannot_be_read_is_told_at_its_field(admin: Desk) -> None:
    for name, text in [
        ("difficulty_min", "hard"), ("slug", "Not A Slug"), ("status", "gone"),
        ("changed_since", "yesterday"), ("sort", "size"),
    ]:  # fmt: skip
        page = admin.get(LIST, **{name: text})
        assert page.status_code == 422, name
        assert "A filter cannot be read." in text_of(page)
        assert invalid_fields(page) in ([name], []), name
    assert admin.get(LIST, nothing="1").status_code == 422
    assert admin.get(LIST, cursor="forged").status_code == 400


def test_pages_show_each_question_once_in_a_fixed_number_of_statements(
    admin: Desk, bank: Bank, statements: CountStatements
) -> None:
    slugs = {f"q{number:03}" for number in range(53)}
    for slug in sorted(slugs)[:3]:
        bank.revise(slug=slug, title=slug, tags=(slug,))
    with statements() as few:
        admin.get(LIST)
    for slug in sorted(slugs)[3:]:
        bank.revise(slug=slug, title=slug, tags=(slug,))
    with statements() as many:
        page = admin.get(LIST)
    assert len(many) == len(few) + 1  # the secret of the cursor
    assert "COUNT(" not in "".join(many).upper()
    seen = titles(page)
    following = html.fromstring(page.text).xpath("//a[@rel='next']/@href")
    assert len(seen) == 50
    seen += titles(admin.get(str(following[0])))
    assert sorted(seen) == sorted(slugs)


@pytest.mark.parametrize("role", ["author", "reviewer"])
def test_who_reads_the_bank_reads_its_pages(client: TestClient, bank: Bank, role: Any) -> None:
    bank.publish()
    one = desk(client, bank, role)
    assert one.get(LIST).status_code == 200
    assert ("New question" in one.get(LIST).text) == (role == "author")
    assert one.get(f"{LIST}/rivers").status_code == 200
    assert one.get(f"{LIST}/rivers/history").status_code == 200
    assert one.get(f"{LIST}/nothing").status_code == 404
