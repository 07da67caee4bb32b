"""What answers say about a question, over HTTP."""

import csv
from io import StringIO
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from api.schemas.examples import EXAMPLES
from api.schemas.statistics import PatternOut
from domain.questions import Option
from domain.statistics import Pattern
from models import ItemTally
from operations import analyse_item as analysing
from tests.api.authors import QUESTIONS, Person, person
from tests.api.test_kinds import ALL
from tests.factories import Bank
from tests.operations.test_analyse_item import LONG_AGO, send, twenty

__all__ = ["twenty"]


@pytest.fixture
def author(client: TestClient, bank: Bank) -> Person:
    return person(client, bank, "author")


def told(author: Person, question: str = "rivers", **query: Any) -> dict[str, Any]:
    answer = author.get(f"/{question}/statistics", **query)
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "private, no-store"
    document: dict[str, Any] = answer.json()
    return document


def test_the_answers_to_a_question_are_told(author: Person, bank: Bank) -> None:
    version = bank.publish()
    a, b, c, _ = version.option_ids
    for learner, picked in (("ann", (a, c)), ("ann", (a,)), ("bob", (c, a)), (None, (b, c))):
        bank.submit(*picked, learner=learner, duration_ms=100)
    found = told(author)
    assert found["question"]["slug"] == "rivers"
    assert (found["submissions"], found["learners"]) == (4, 2)
    assert found["versions"] == [{"version": 1, "submissions": 4}]
    assert found["facility"] == found["correct"]
    assert (found["facility"]["mean"], found["facility"]["exact"]) == (0.5, "1/2")
    assert found["chance"]["score"] == {"exact": "1/16", "decimal": 0.0625}
    first, *rest = found["patterns"]["items"]
    assert first == {
        "selected": [a, c], "letters": "AC", "response": None, "count": 2, "share": 0.5,
        "mean_score": 1.0, "correct": True,
    }  # fmt: skip
    assert [one["letters"] for one in rest] in (["A", "BC"], ["BC", "A"])
    assert found["options"][0] == {
        "id": a, "letter": "A", "markdown": "The Rhine",
        "html": "<p>The Rhine</p>\n", "right": True, "picked": 3,
        "share": 0.75, "mean_score": pytest.approx(2 / 3), "mean_score_of_others": 0.0,
    }  # fmt: skip
    assert found["time"]["p50_ms"] == 100
    assert found["time"]["bars"][-1]["count"] == 4


def test_a_question_without_answers_has_none_of_their_figures(author: Person, bank: Bank) -> None:
    bank.publish()
    found = told(author)
    assert [found[name] for name in ("submissions", "facility", "correct", "time")] == [
        0, None, None, None
    ]  # fmt: skip
    assert found["patterns"]["items"] == []
    assert [one["picked"] for one in found["options"]] == [0, 0, 0, 0]


def test_one_version_or_another_is_told(author: Person, bank: Bank) -> None:
    bank.submit(*bank.publish().option_ids)
    bank.publish(title="Rivers again")
    assert told(author)["submissions"] == 0
    assert told(author, version=1)["submissions"] == 1
    missing = author.get("/rivers/statistics", version=3)
    assert (missing.status_code, missing.json()["detail"]) == (
        404, "The question has no version 3."
    )  # fmt: skip


@pytest.mark.parametrize("kind", sorted(ALL))
def test_every_kind_is_told(author: Person, bank: Bank, kind: str) -> None:
    bank.publish(ALL[kind])
    found = told(author, ALL[kind].slug or "")
    assert (found["kind"], found["submissions"]) == (kind, 0)


@pytest.mark.parametrize(
    ("query", "status"), [({"version": 0}, 422), ({"format": "xml"}, 422), ({"versoin": 1}, 422)]
)
def test_what_is_asked_wrongly_is_refused(
    author: Person, bank: Bank, query: dict[str, Any], status: int
) -> None:
    bank.publish()
    assert author.get("/rivers/statistics", **query).status_code == status


def test_learners_get_none_of_it(client: TestClient, bank: Bank) -> None:
    bank.publish()
    assert client.get("/v1/bank/questions/rivers/statistics").status_code == 401
    _, headers = bank.key("integration")
    answer = client.get("/v1/bank/questions/rivers/statistics", headers=headers)
    assert answer.status_code == 403


def test_what_has_not_changed_is_not_sent_again(author: Person, bank: Bank) -> None:
    bank.publish()
    first = author.get("/rivers/statistics")
    tag = {"If-None-Match": first.headers["etag"]}
    assert (
        author.client.get(
            f"{QUESTIONS}/rivers/statistics", headers=author.headers | tag
        ).status_code
        == 304
    )


def test_the_table_has_the_figures_of_the_document(author: Person, bank: Bank) -> None:
    bank.submit(bank.publish().option_ids[0], duration_ms=5)
    answer = author.get("/rivers/statistics", format="csv")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert 'filename="rivers-version-1-statistics.csv"' in answer.headers["content-disposition"]
    rows = list(csv.DictReader(StringIO(answer.text)))
    by_name = {(row["part"], row["name"]): row for row in rows}
    found = told(author)
    assert float(by_name["answers", "facility"]["mean_score"]) == found["facility"]["mean"] == 0
    assert float(by_name["answers", "correct"]["high"]) == found["correct"]["high"]
    assert by_name["chance", "score"]["exact"] == "1/16"
    assert by_name["pattern", "A"]["count"] == by_name["option", "A"]["count"] == "1"
    assert by_name["option", "A"]["exact"] == found["options"][0]["id"]
    assert by_name["option", "B"]["right"] == "false"
    assert by_name["time", "p90_ms"]["count"] == "5"


@pytest.mark.parametrize("start", "=+-@\t\r")
def test_no_cell_of_the_table_is_a_formula(author: Person, bank: Bank, start: str) -> None:
    evil = f"{start}cmd|' /C calc'!A0"
    bank.publish(title=evil, options=(Option(f"{evil} 1"), Option("b"), Option("c")))
    text = author.get("/rivers/statistics", format="csv").text
    cells = [cell for row in csv.reader(StringIO(text, newline="")) for cell in row]
    assert sum("calc" in cell for cell in cells) == 2
    assert not [cell for cell in cells if cell[:1] in tuple("=+-@\t\r")]


def test_what_was_counted_is_kept(
    author: Person, bank: Bank, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(analysing, "WORTH_KEEPING", 3)
    send(bank, bank.publish(), ["AC", "A", "B"], LONG_AGO)
    first = told(author)
    with bank.database.read() as session:
        assert session.scalars(select(ItemTally.answers)).one() == 3
    assert told(author) == first


def test_letters_stand_apart_where_some_have_two() -> None:
    pattern = Pattern(("x", "y"), None, 1, 1, 1, False)  # type: ignore[arg-type]
    assert PatternOut.of(pattern, {"x": "B", "y": "AA"}).letters == "B AA"
    assert PatternOut.of(pattern, {"x": "B", "y": "C"}).letters == "BC"


def test_the_example_of_the_documentation_is_what_twenty_answers_give(
    author: Person, twenty: Bank
) -> None:
    found, example = told(author, "vanishing-gradients"), dict(EXAMPLES["ItemStatisticsOut"])
    shown = {option["id"]: {**option} for option in example["options"]}
    for option in found["options"]:  # the example says them in short
        assert option["html"].startswith("<p>Kaylee should")
        shown[option["id"]] |= {name: option[name] for name in ("markdown", "html")}
    example["options"] = list(shown.values())
    found["question"]["id"] = example["question"]["id"]
    assert found == example
