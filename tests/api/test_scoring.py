"""The catalogue of scoring rules, and the lab where authors compare them."""

from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.schemas.examples import EXAMPLES
from domain.grading import KINDS, OPTION_RULES, RULES
from tests.api.conftest import CountStatements, MakeClient
from tests.api.test_kinds import ALL
from tests.factories import Bank

LAB = "/v1/bank/scoring-lab"
ABSTRACT: dict[str, Any] = {"options": 4, "key": ["b", "c"]}


@pytest.fixture
def author(client: TestClient, bank: Bank) -> TestClient:
    """A client that shows the key of an author."""
    client.headers.update(bank.key("author")[1])
    return client


# The catalogue.


def test_learners_may_read_how_they_are_scored(client: TestClient) -> None:
    answer = client.get("/v1/scoring-rules")
    assert answer.headers["Cache-Control"].startswith("public")
    listed = answer.json()["items"]
    items = {item["name"]: item for item in listed if "single_choice" in item["kinds"]}
    assert list(items) == sorted([*RULES, *OPTION_RULES])
    pairs = [(item["name"], kind) for item in listed for kind in item["kinds"]]
    assert len(set(pairs)) == len(pairs), "a question's kind and rule name one entry"
    assert set(pairs) > {(rule, name) for name, kind in KINDS.items() for rule in kind.rules}
    assert [items["net_right"]] == EXAMPLES["ScoringRuleList"]["items"]
    assert items["weights"]["ticking_everything"] == items["weights"]["properties"] == []
    again = {"If-None-Match": answer.headers["ETag"]}
    assert client.get("/v1/scoring-rules", headers=again).status_code == 304


def test_a_private_service_tells_its_rules_to_holders_of_a_key(
    make_client: MakeClient, bank: Bank
) -> None:
    client = make_client(public=False)
    assert client.get("/v1/scoring-rules").status_code == 401
    answer = client.get("/v1/scoring-rules", headers=bank.key("publishable")[1])
    assert (answer.status_code, answer.headers["Cache-Control"].split(",")[0]) == (200, "private")


# The lab, on letters.


def test_rules_are_compared_on_letters(author: TestClient) -> None:
    answer = author.post(LAB, json=EXAMPLES["LabIn"])
    assert (answer.status_code, answer.json()) == (200, EXAMPLES["LabOut"])
    assert answer.headers["Cache-Control"] == "private, no-store"


def test_all_rules_are_compared_unless_some_are_named(author: TestClient) -> None:
    told = author.post(LAB, json={**ABSTRACT, "selected": ["c", "b"]}).json()
    results = {result["rule"]: result for result in told["rules"]}
    assert list(results) == sorted(RULES)
    assert told["selected"] == ["b", "c"]
    assert results["all_or_nothing"]["oracle"] == 14
    assert {result["exact"] for result in told["rules"]} == {"1"}


def test_without_a_selection_there_is_no_score(author: TestClient) -> None:
    told = author.post(LAB, json={**ABSTRACT, "rules": ["net_right"]}).json()
    assert (told["selected"], told["submissions"]) == ([], None)
    (result,) = told["rules"]
    assert (result["score"], result["exact"], result["cohort"]) == (None, None, None)
    assert result["chance"] == {"any": "3/16", "non_empty": "1/5", "key_size": "1/6"}


def test_a_question_of_any_size_may_be_imagined(author: TestClient) -> None:
    named = {"rules": ["net_right", "all_or_nothing"]}
    told = author.post(LAB, json={"options": 64, "key": ["bl"], "selected": [], **named}).json()
    assert told["options"] == 64
    assert [result["oracle"] for result in told["rules"]] == [None, 2**64 - 2]
    assert told["rules"][0]["oracle_bounds"] == {"at_least": 9, "at_most": 64}
    least = author.post(LAB, json={"options": 1, "key": [], "selected": [], **named}).json()
    assert [result["exact"] for result in least["rules"]] == ["1", "1"]


def test_parameters_stand_in_the_name(author: TestClient) -> None:
    rules = ["penalised_decisions(penalty=1/2)", "net_right(floor=none)"]
    told = author.post(LAB, json={**ABSTRACT, "selected": ["a", "d"], "rules": rules}).json()
    assert [(one["rule"], one["exact"]) for one in told["rules"]] == [
        ("penalised_decisions(penalty=1/2)", "-1/2"),
        ("net_right(floor=none)", "-1"),
    ]


# The lab, on questions.


def test_rules_are_compared_on_a_selection_of_a_question(author: TestClient, bank: Bank) -> None:
    ids = bank.publish().option_ids
    body = {"question": "rivers", "selected": [ids[2]], "rules": ["net_right"]}
    told = author.post(LAB, json=body).json()
    assert (told["options"], told["key"], told["selected"]) == (4, [ids[0], ids[2]], [ids[2]])
    assert (told["rules"][0]["score"], told["rules"][0]["oracle"]) == (0.5, 3)


def test_rules_are_compared_on_a_cohort(author: TestClient, bank: Bank) -> None:
    ids = bank.publish().option_ids
    sent = [bank.submit(*picked).submission for picked in ([ids[0]], [ids[0], ids[2]], [ids[1]])]
    body = {"question": "rivers", "cohort": True, "version": 1, "rules": ["net_right"]}
    told = author.post(LAB, json=body).json()
    assert (told["submissions"], told["selected"]) == (3, [])
    (result,) = told["rules"]
    assert (result["score"], result["exact"]) == (None, None)
    assert result["cohort"].pop("spread") == pytest.approx((1 / 6) ** 0.5)
    assert result["cohort"] == {
        "mean": 0.5,
        "exact_mean": "1/2",
        "lowest": "0",
        "highest": "1",
        "changed": 1,
        "raised": 1,
        "lowered": 0,
        "examples": [str(sent[0].id)],
    }


def test_a_question_without_submissions_has_no_mean(author: TestClient, bank: Bank) -> None:
    bank.publish()
    told = author.post(LAB, json={"question": "rivers", "cohort": True}).json()
    assert (told["submissions"], len(told["rules"])) == (0, len(RULES))
    cohort = told["rules"][0]["cohort"]
    assert [cohort[name] for name in ("mean", "exact_mean", "spread", "lowest", "highest")] == [
        None
    ] * 5
    assert (cohort["changed"], cohort["examples"]) == (0, [])


def test_statements_do_not_grow_with_the_cohort(
    author: TestClient, bank: Bank, statements: CountStatements
) -> None:
    ids = bank.publish().option_ids
    body = {"question": "rivers", "cohort": True, "rules": ["net_right"]}
    counts = []
    for more in (1, 5):
        for place in range(more):
            bank.submit(ids[place % 4])
        author.post(LAB, json=body)
        with statements() as sent:
            assert author.post(LAB, json=body).status_code == 200
        counts.append(len(sent))
    assert counts[0] == counts[1] <= 6


# What is refused.


@pytest.mark.parametrize(
    ("body", "pointer", "code"),
    [
        ({}, "", "not_one_form"),
        ({"options": 4}, "", "not_one_form"),
        ({"key": ["a"]}, "", "not_one_form"),
        ({"options": 4, "question": "rivers"}, "", "not_one_form"),
        ({**ABSTRACT, "question": "rivers"}, "", "not_one_form"),
        ({**ABSTRACT, "cohort": True}, "", "needs_question"),
        ({**ABSTRACT, "version": 1}, "", "needs_question"),
        ({"question": "rivers", "cohort": True, "selected": []}, "", "cohort_or_selected"),
        ({"options": 0, "key": []}, "/options", "greater_than_equal"),
        ({"options": 65, "key": []}, "/options", "less_than_equal"),
        ({"options": 4.0, "key": []}, "/options", "int_type"),
        ({**ABSTRACT, "key": ["e"]}, "/key/0", "unknown_option"),
        ({**ABSTRACT, "key": ["a", "a"]}, "/key/1", "repeated_option"),
        ({**ABSTRACT, "selected": ["e"]}, "/selected/0", "unknown_option"),
        ({**ABSTRACT, "selected": ["b", "b"]}, "/selected/1", "repeated_option"),
        ({"question": "rivers", "selected": ["b"]}, "/selected/0", "unknown_option"),
        ({**ABSTRACT, "rules": ["net_rigth"]}, "/rules/0", "unknown_rule"),
        ({**ABSTRACT, "rules": ["weights"]}, "/rules/0", "unknown_rule"),
        ({**ABSTRACT, "rules": []}, "/rules", "too_short"),
        ({**ABSTRACT, "rule": "net_right"}, "/rule", "unknown_field"),
    ],
)
def test_what_is_wrong_is_pointed_at(
    author: TestClient, bank: Bank, body: dict[str, Any], pointer: str, code: str
) -> None:
    bank.publish()
    answer = author.post(LAB, json=body)
    told = answer.json()
    assert answer.status_code == 422
    assert [(fault["pointer"], fault["code"]) for fault in told["errors"]] == [(pointer, code)]


def test_a_misspelt_rule_is_put_right(author: TestClient) -> None:
    told = author.post(LAB, json={**ABSTRACT, "rules": ["net_rigth(floor=none)"]}).json()
    assert told["code"] == "unknown_rule"
    assert "Did you mean `net_right`?" in told["detail"]


def test_other_kinds_are_refused_by_name(author: TestClient, bank: Bank) -> None:
    bank.publish(ALL["ordering"])
    answer = author.post(LAB, json={"question": "ordering", "cohort": True})
    assert (answer.status_code, answer.json()["code"]) == (422, "not_a_choice")


@pytest.mark.parametrize("body", [{"question": "lakes"}, {"question": "rivers", "version": 9}])
def test_what_is_not_there_is_not_found(
    author: TestClient, bank: Bank, body: dict[str, Any]
) -> None:
    bank.publish()
    answer = author.post(LAB, json=body)
    assert (answer.status_code, answer.json()["code"]) == (404, "question_not_found")
