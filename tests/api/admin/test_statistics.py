"""The page that tells what answers say about a question."""

import re

import pytest
from fastapi.testclient import TestClient

from domain.questions import Option, Scoring
from tests.api.admin.desk import Desk, desk
from tests.api.test_kinds import ALL
from tests.factories import Bank
from tests.operations.test_analyse_item import LONG_AGO, send, twenty

__all__ = ["twenty"]
PAGE = "/admin/questions/{}/statistics"


@pytest.fixture
def author(client: TestClient, bank: Bank) -> Desk:
    return desk(client, bank, "author")


def page(author: Desk, slug: str = "rivers", **query: object) -> str:
    answer = author.get(PAGE.format(slug), **query)
    assert answer.status_code == 200, answer.text
    return answer.text


def plain(text: str) -> str:
    """What is read of a page."""
    return " ".join(re.sub(r"<[^>]+>", " ", text).split())


def test_the_page_of_the_twenty_tells_their_figures(author: Desk, twenty: Bank) -> None:
    text = page(author, "vanishing-gradients")
    read = plain(text)
    for figure in (
        "Mean score 35.0 % 18.1 % to 56.7 %",
        "Blind guessing 6.25 % exactly 1/16 of the points",
        "of 18 named learners",
        "Learners do better than blind guessing",
        "ABC 4 20.0 % 0.0 %",
        "8 of 16 possible selections",
        "Median 33.0 s",
    ):
        assert figure in read, figure
    assert '<circle class="mean" cx="35.0%"' in text
    assert '<line class="chance" x1="6.25%"' in text
    assert '<rect class="interval" x="18.12%" y="24" width="38.6%"' in text


def test_charts_have_names_and_no_style_or_script_of_their_own(author: Desk, twenty: Bank) -> None:
    text = page(author, "vanishing-gradients")
    charts = re.findall(r"<svg[^>]*>.*?</svg>", text, re.DOTALL)
    assert len(charts) > 10
    for chart in charts:
        is_named = re.search(r'role="img".*<title id.*<desc id', chart, re.DOTALL)
        assert is_named or 'aria-hidden="true"' in chart
    assert sum('role="img"' in chart for chart in charts) == 2
    assert not re.search(r"\sstyle=|<style|\son\w+=", text)


def test_versions_lead_to_each_other(author: Desk, bank: Bank) -> None:
    send(bank, bank.publish(), ["AC", "B"], LONG_AGO)
    bank.publish(title="Rivers again")
    newest = page(author)
    assert "Nobody has answered this version yet." in newest
    assert 'href="?version=1"' in newest
    assert "Mean score 50.0 %" in plain(page(author, version=1))


def test_guesses_are_called_so(author: Desk, bank: Bank) -> None:
    send(bank, bank.publish(), ["AC", "B", "D", "A"], LONG_AGO)
    assert "these answers cannot be told from guesses" in page(author)


def test_a_distractor_of_the_better_learners_is_pointed_out(author: Desk, bank: Bank) -> None:
    version = bank.publish(scoring=Scoring("every_decision"))
    send(bank, version, ["ACD", ""], LONG_AGO)
    assert plain(page(author)).count("look at the key") == 1
    send(bank, version, ["AC", "AC", "AC"], LONG_AGO)
    assert "look at the key" not in page(author)


@pytest.mark.parametrize("kind", sorted(ALL))
def test_every_kind_has_a_page(author: Desk, bank: Bank, kind: str) -> None:
    bank.publish(ALL[kind])
    assert "Nobody has answered" in page(author, str(ALL[kind].slug))


def test_responses_of_other_kinds_are_shown_as_they_were_sent(author: Desk, bank: Bank) -> None:
    bank.publish(ALL["short_text"])
    slug = str(ALL["short_text"].slug)
    said = {"text": "<script>alert(1)</script>"}
    sent = author.client.post(f"/v1/questions/{slug}/submissions", json={"response": said})
    assert sent.status_code == 201, sent.text
    text = page(author, slug)
    assert "<script>alert" not in text
    assert "alert(1)" in text


def test_document_and_table_are_loaded_by_the_session(author: Desk, bank: Bank) -> None:
    bank.publish(options=(Option("=1+1"), Option("b"), Option("c")))
    document = author.get(PAGE.format("rivers") + ".json")
    assert document.json()["question"]["slug"] == "rivers"
    table = author.get(PAGE.format("rivers") + ".csv", version=1)
    assert "'=1+1" in table.text
    for answer in (document, table):
        assert answer.headers["cache-control"] == "private, no-store"


@pytest.mark.parametrize("ending", ["", ".json", ".csv"])
def test_only_who_is_signed_in_sees_it(client: TestClient, bank: Bank, ending: str) -> None:
    bank.publish()
    answer = Desk(client, "").get(PAGE.format("rivers") + ending)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/admin/sign-in")


def test_an_unknown_question_or_version_is_told(author: Desk, bank: Bank) -> None:
    assert author.get(PAGE.format("nowhere")).status_code == 404
    bank.publish()
    missing = author.get(PAGE.format("rivers"), version=7)
    assert missing.status_code == 404
    assert "no version 7" in missing.text
