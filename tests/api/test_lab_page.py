"""The scoring lab without scripts: rules side by side, and never a question's own key."""

from typing import Any

from fastapi.testclient import TestClient

from domain.grading.rules import RULES
from domain.questions import AnswerKey
from tests.api.conftest import MakeClient
from tests.api.forms import send_form, texts
from tests.factories import Bank

ROW = "//table[@class='rules']//tr[th/code='{}']"


def row(page: str, rule: str) -> str:
    (found,) = texts(page, ROW.format(rule))
    return found


def test_every_rule_is_compared(client: TestClient) -> None:
    page = client.get("/lab").text
    assert texts(page, "//table[@class='rules']//th/code") == sorted(RULES)
    assert row(page, "net_right") == "net_right 1/2 0.50 0.19"  # chance is 3/16


TICKED = [
    ({"b", "c"}, {"b", "c"}, "net_right", "1 1.00 0.19"),
    ({"b", "c"}, {"a", "b", "c", "d"}, "all_or_nothing", "0 0.00 0.06"),
    ({"b", "c"}, {"a", "b"}, "all_or_minus", "-1 -1.00 -0.88"),
    ({"a"}, set[str](), "every_decision", "3/4 0.75 0.50"),
]


def test_ticks_are_compared_by_a_form(client: TestClient) -> None:
    page = client.get("/lab").text
    for key, selected, rule, expected in TICKED:
        said: dict[str, Any] = {"key": key, "selected": selected}
        told = send_form(client, page, said, "GET").text
        assert row(told, rule) == f"{rule} {expected}"
        assert told.count(" checked") == len(key) + len(selected)


def test_the_lab_says_the_same_as_the_api(client: TestClient, bank: Bank) -> None:
    body = {"options": 4, "key": ["a", "d"], "selected": ["a", "b"]}
    _, author = bank.key("author")
    told = client.post("/v1/bank/scoring-lab", json=body, headers=author).json()
    page = client.get("/lab?options=4&key=a&key=d&selected=a&selected=b").text
    for result in told["rules"]:
        assert row(page, result["rule"]).split()[1] == result["exact"]


def test_the_number_of_options_is_kept_in_bounds(client: TestClient) -> None:
    for stated, rows in [("7", 7), ("1", 2), ("999", 26), ("x", 4), ("", 4), ("²", 4)]:
        page = client.get("/lab", params={"options": stated}).text
        assert page.count('name="key"') == rows, stated


def test_letters_that_are_no_options_are_told(client: TestClient) -> None:
    for query in ("key=z", "selected=zz&key=a", "key=a&key=a"):
        page = client.get(f"/lab?{query}")
        assert page.status_code == 422
        assert "Not compared" in page.text
        assert "Start again" in page.text


def test_a_question_is_compared_by_the_visitors_own_key(client: TestClient, bank: Bank) -> None:
    pages = []
    for key in ({1, 3}, {2}, {1, 2, 3, 4}):
        bank.publish(key=AnswerKey(frozenset(key)))
        pages.append([client.get(f"/lab?question=rivers{query}").text
                      for query in ("", "&key=a&selected=b")])  # fmt: skip
    assert pages[0] == pages[1] == pages[2]
    bare, ticked = pages[0]
    assert "The Danube" in bare
    assert "told to nobody" in bare
    assert "checked" not in bare
    assert row(bare, "net_right") == "net_right ——"
    assert row(ticked, "net_right") == "net_right 0 0.00 0.06"


def test_what_is_not_picked_has_no_lab(client: TestClient, bank: Bank) -> None:
    assert client.get("/lab?question=absent").status_code == 404


def test_a_private_service_shows_no_question(make_client: MakeClient, bank: Bank) -> None:
    bank.publish()
    page = make_client(public=False).get("/lab?question=rivers").text
    assert "Rivers of Europe" not in page
    assert "only with a key" in page
    assert texts(page, "//table[@class='rules']//th/code") == sorted(RULES)
