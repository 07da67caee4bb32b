"""Questions are picked in the playground: by words, tag and kind, page by page."""

import pytest
from fastapi.testclient import TestClient
from lxml import html

from api.playground import MOST_LISTED
from domain.questions import AnswerKey
from tests.api.conftest import CountStatements
from tests.api.forms import send_form, texts
from tests.factories import Bank

MOST_STATEMENTS = 10
FOUND = "//ul[@class='found']//a"


def test_questions_are_found_by_words_tag_and_kind(client: TestClient, bank: Bank) -> None:
    bank.publish(slug="seine", title="The Seine", tags=("paris", "water"))
    bank.publish(
        slug="spree",
        title="The Spree",
        tags=("berlin", "water"),
        kind="single_choice",
        key=AnswerKey(frozenset({1})),
    )
    home = client.get("/").text
    assert len(texts(home, FOUND)) == 2
    for said, found in [
        ({"q": "spree"}, ["spree"]),
        ({"tag": "water"}, ["spree", "seine"]),
        ({"tag": "paris"}, ["seine"]),
        ({"tag": "water", "kind": "single_choice"}, ["spree"]),
        ({"q": "seine", "kind": "single_choice"}, []),
    ]:
        page = send_form(client, home, said, "GET").text
        assert [text.split()[1].lower() for text in texts(page, FOUND)] == found, said
        assert ("Nothing matches" in page) == (not found)
        listed = client.get("/v1/questions", params=said).json()["items"]
        assert [question["slug"] for question in listed] == found


def test_the_list_stays_when_one_of_it_is_picked(client: TestClient, bank: Bank) -> None:
    bank.publish(slug="seine", title="The Seine", tags=("water & wine",))
    bank.publish(slug="spree", title="The Spree", tags=("water & wine",))
    bank.publish(slug="alps", title="The Alps")
    page = client.get("/?tag=water+%26+wine").text
    assert 'href="/?question=seine&amp;tag=water+%26+wine"' in page
    picked = client.get("/?question=seine&tag=water+%26+wine").text
    assert len(texts(picked, FOUND)) == 2
    assert texts(picked, f"{FOUND}[@aria-current]") == ["The Seine multiple response"]
    answered = send_form(client, picked, {}).text
    assert len(texts(answered, FOUND)) == 2


@pytest.mark.parametrize("search", ["/", "/?q=title"])
def test_pages_go_on_behind_the_last_question(
    client: TestClient, shelf: list[str], search: str, statements: CountStatements
) -> None:
    seen, address = list[str](), search
    while address:
        with statements() as sent:
            page = client.get(address).text
        seen += html.fromstring(page).xpath(f"{FOUND}/@href")
        assert len(texts(page, FOUND)) <= MOST_LISTED
        assert len(sent) <= MOST_STATEMENTS, sent
        address = next(iter(html.fromstring(page).xpath("//a[@rel='next']/@href")), "")
    found = [slug.partition("question=")[2].partition("&")[0] for slug in seen]
    assert sorted(found) == sorted(shelf)


@pytest.mark.parametrize(
    ("address", "status", "expected"),
    [
        ("/?cursor=made-up", 400, "The cursor does not belong to this listing"),
        (f"/?q={'x' * 201}", 422, "at most 200 characters"),
        ("/?question=absent", 404, "There is no such question"),
    ],
)
def test_what_cannot_be_shown_is_said_on_the_page(
    client: TestClient, bank: Bank, address: str, status: int, expected: str
) -> None:
    bank.publish()
    page = client.get(address)
    assert page.status_code == status
    assert page.headers["Content-Type"].startswith("text/html")
    assert expected in page.text
    assert "Start again" in page.text


def test_a_visitor_sees_the_question_in_their_language(client: TestClient, bank: Bank) -> None:
    bank.publish()
    bank.translate("de")
    page = client.get("/", headers={"Accept-Language": "de"}).text
    assert "de: Which of these" in page
    assert texts(page, FOUND)[0].startswith("de: ")
    told = send_form(client, page, {}).text
    assert "de: The Danube ends" in told
