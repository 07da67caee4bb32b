"""Pages for people: the playground, the documentation and its assets."""

import re
from urllib.parse import urljoin, urlsplit

import pytest
from fastapi.testclient import TestClient

from api.playground import MOST_LISTED
from models import Database
from seed.load import load_files
from tests.api.conftest import MakeClient
from tests.factories import DRAFT, SEED_FILE, Bank

OURS = [f"/static/{name}" for name in ("playground.css", "playground.js", "lab.js", "icon.svg")]
ANSWER = {"question": "rivers", "version": "1"}


def assets(page: str) -> list[str]:
    """What a page makes a browser load."""
    loads = r"<(?:script|img|link|iframe|source|object|embed)\b[^>]*?(?:src|href|data)=\"([^\"]*)\""
    return re.findall(loads, page)


def test_the_playground_shows_the_question_that_comes_along(
    client: TestClient, database: Database
) -> None:
    assert not load_files(database, [SEED_FILE]).failed
    page = client.get("/").text
    question = client.get("/v1/questions/vanishing-gradients").json()
    assert ">Vanishing gradients</h2>" in page
    assert question["prompt"]["html"].strip() in page
    for option in question["options"]:
        assert f'value="{option["id"]}"' in page
        assert option["html"].strip() in page
    assert "Pick all that apply" in page
    assert "Explanation" not in page
    right = [question["options"][place]["id"] for place in (1, 2)]
    form = {"question": "vanishing-gradients", "version": "1", "selected": right}
    result = client.post("/", data=form).text
    assert re.search(r"1 of 1\s+point", result)
    assert result.count("Picked, and right") == 2
    assert result.count("Left out, and rightly so") == 2
    assert "Vanishing Gradient Problem" in result
    assert "Recommended reading" in result
    assert "machinelearningmastery.com" in result


def test_a_wrong_answer_is_explained(client: TestClient, bank: Bank) -> None:
    rhine, danube, *_ = bank.publish().option_ids
    page = client.post("/", data=ANSWER | {"selected": [rhine, danube]}).text
    assert re.search(r"0 of 1\s+point", page)
    for verdict in ("Picked, and", "Picked, but", "Missed", "Left out"):
        assert page.count(f"<strong>{verdict}") == 1
    assert "It ends near Rotterdam." in page
    assert DRAFT.explanation.text in page
    assert 'href="https://example.org/rivers"' in page
    assert len(re.findall(r"\bchecked\b", page)) == 2


def test_a_form_without_a_pick_is_graded(client: TestClient, bank: Bank) -> None:
    bank.publish()
    assert re.search(r"0 of 1\s+point", client.post("/", data=ANSWER).text)


@pytest.mark.parametrize("selected", [["zzzz"], ["same", "same"]])
def test_a_bad_form_is_told_so(client: TestClient, bank: Bank, selected: list[str]) -> None:
    bank.publish()
    page = client.post("/", data=ANSWER | {"selected": selected})
    assert page.status_code == 422
    assert "Not graded" in page.text
    assert "Explanation" not in page.text


def test_an_answer_is_shown_with_the_version_it_was_given_to(
    client: TestClient, bank: Bank
) -> None:
    bank.publish()
    bank.publish(prompt="Which of these streams reach the sea?")
    for number in range(MOST_LISTED):  # so that the page does not list it any more
        bank.publish(slug=f"other-{number}")
    old = client.post("/", data=ANSWER | {"version": "1"}).text
    assert "Which of these rivers" in old
    assert "has been" in old
    assert "revised since" in old
    new = client.post("/", data=ANSWER | {"version": "2"}).text
    assert "Which of these streams" in new
    assert "revised since" not in new


@pytest.mark.parametrize("version", ["", "abc", "99", "9" * 30])
def test_a_version_that_was_never_published_is_refused(
    client: TestClient, bank: Bank, version: str
) -> None:
    bank.publish()
    page = client.post("/", data=ANSWER | {"version": version})
    assert page.status_code == 409
    assert "never published" in page.text


def test_what_is_not_released_is_not_shown(client: TestClient, bank: Bank) -> None:
    bank.publish(release="never")
    page = client.post("/", data=ANSWER).text
    assert "not released yet" in page
    assert not re.search(r"\d of \d", page)
    bank.publish(release="score_only")
    page = client.post("/", data=ANSWER | {"version": "2"}).text
    assert re.search(r"0 of 1\s+point", page)
    assert "Explanation" not in page
    assert "missed" not in page


def test_other_questions_are_linked(client: TestClient, bank: Bank) -> None:
    bank.publish()
    bank.publish(slug="lakes", title='Lakes & <script>alert("x")</script>')
    assert 'href="/?question=lakes"' in client.get("/?question=rivers").text
    page = client.get("/?question=lakes").text
    assert 'alert("x")' not in page
    assert "Lakes &amp; &lt;script&gt;" in page


def test_an_unknown_question_is_not_found(client: TestClient, bank: Bank) -> None:
    bank.publish()
    assert client.get("/?question=absent").status_code == 404
    assert client.get("/").status_code == 200


def test_an_empty_bank_says_what_to_do(client: TestClient) -> None:
    page = client.get("/")
    assert page.status_code == 200
    assert "questions seed" in page.text


def test_a_private_service_shows_no_question(make_client: MakeClient, bank: Bank) -> None:
    rhine, *_ = bank.publish().option_ids
    client = make_client(public=False)
    for page in (
        client.get("/"),
        client.get("/?question=rivers"),
        client.get("/?question=absent"),
        client.post("/", data=ANSWER | {"selected": [rhine]}),
    ):
        assert page.status_code == 200
        assert "answers only with a key" in page.text
        assert "Rhine" not in page.text


@pytest.mark.parametrize("address", ["/", "/lab", "/docs", "/problems", "/problems/not_found"])
def test_pages_load_only_what_we_serve(client: TestClient, bank: Bank, address: str) -> None:
    bank.publish()
    page = client.get(address)
    assert page.headers["Content-Type"].startswith("text/html")
    policy = page.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'")
    assert "frame-ancestors 'none'" in policy
    assert "'unsafe-inline'" not in policy.replace("style-src 'self' 'unsafe-inline'", "")
    assert page.headers["X-Content-Type-Options"] == "nosniff"
    assert page.headers["Referrer-Policy"] == "no-referrer"
    found = assets(page.text)
    assert found
    for asset in found:
        assert not urlsplit(asset).netloc, f"{asset} is on a foreign host"
        answer = client.get(urljoin(address, asset))
        assert answer.status_code == 200, asset
        assert answer.content


def test_styles_and_scripts_of_ours_name_no_foreign_host(client: TestClient) -> None:
    for asset in ("/static/page.css", "/static/code.css", "/static/docs.js", *OURS):
        assert not re.search(
            r"url\(|@import|https?://(?!www.w3.org/2000/svg)", client.get(asset).text
        ), asset


def test_the_documentation_shows_our_document(client: TestClient) -> None:
    assert '"/openapi.json"' in client.get("/static/docs.js").text
    assert client.get("/openapi.json").json()["openapi"].startswith("3.1")
