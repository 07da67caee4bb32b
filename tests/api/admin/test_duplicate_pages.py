"""Near-duplicates side by side, and questions that deserve a look, on the admin pages."""

import re

import pytest
from fastapi.testclient import TestClient

from api.admin import findings
from domain.access import Role
from domain.questions import AnswerKey, Option
from domain.side_by_side import side_by_side
from operations import advise_bank
from tests.api.admin.desk import Desk, desk
from tests.api.conftest import CountStatements
from tests.factories import DRAFT, Bank
from tests.processes import ROOT

PAIRS = "/admin/duplicates"
XSS = "<script>alert(1)</script>"
PAGES = (PAIRS, f"{PAIRS}/wording", f"{PAIRS}/missed")
TELLING = (Option("It keeps the water at one level whatever the rain, so that ships go on"),
           Option("Fish"), Option("All of the above"))  # fmt: skip


@pytest.fixture
def admin(client: TestClient, bank: Bank) -> Desk:
    return desk(client, bank)


def telling(bank: Bank, slug: str) -> None:
    bank.publish(
        slug=slug, prompt=f"What is {slug} for?", options=TELLING, key=AnswerKey(frozenset({1}))
    )


def test_two_texts_are_marked_where_they_differ(admin: Desk, bank: Bank) -> None:
    bank.publish(slug="a")
    bank.publish(slug="b", prompt=DRAFT.prompt.replace("North", "Baltic"))
    page = admin.get(PAIRS)
    assert "<mark>North</mark> Sea" in page.text
    assert "<mark>Baltic</mark> Sea" in page.text
    assert page.text.count("<mark>") == 3  # one of them explains the marks
    assert all(f'href="/admin/questions/{slug}"' in page.text for slug in "ab")
    assert "<mark>North" not in admin.get(PAIRS, minimum="1.0").text
    assert "<mark>North" in admin.get(PAIRS, question="b", minimum="0.7").text
    assert admin.get(PAIRS, question="").status_code == 200
    assert admin.get(PAIRS, question="nothere").status_code == 404


def test_options_are_compared_with_the_nearest_one() -> None:
    sides = side_by_side(["stem", "red apples", "pears"], ["stem", "pears", "green apples", "figs"])
    told = [
        [(span.change, span.text) for span in spans] for spans in (*sides.one[1:], *sides.other[1:])
    ]
    assert told == [
        [("removed", "red"), ("same", " apples")],
        [("same", "pears")],
        [("same", "pears")],
        [("added", "green"), ("same", " apples")],
        [("added", "figs")],
    ]
    assert ["".join(span.text for span in spans) for spans in sides.other] == (
        ["stem", "pears", "green apples", "figs"]
    )


def test_wording_is_listed_by_rule(admin: Desk, bank: Bank) -> None:
    bank.publish(slug="sound")
    telling(bank, "weirs")
    bank.publish(slug="bare", explanation=DRAFT.explanation.__class__("Option 2 is wrong."))
    telling(bank, "gone")
    bank.retire("gone")
    page = admin.get(f"{PAIRS}/wording")
    assert "3 questions looked at, 2 with something to tell" in page.text
    assert "The length tells the key" in page.text
    page = admin.get(f"{PAIRS}/wording", rule="names_others")
    assert re.findall(r'href="/admin/questions/([^"]+)"', page.text) == ["weirs"]
    assert "The length tells the key.</strong>" not in page.text
    assert "Nothing to tell." in admin.get(f"{PAIRS}/wording", rule="nothing").text


def test_every_rule_can_be_chosen() -> None:
    table = (ROOT / "docs" / "lint.md").read_text()
    assert set(re.findall(r"^\| `(\w+)` ", table, re.M)) <= findings.RULES.keys()


def test_wording_goes_on_behind_what_was_looked_at(
    admin: Desk, bank: Bank, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(advise_bank, "BATCH", 2)
    monkeypatch.setattr(findings, "MOST", 2)
    slugs = ["first", "second", "third"]
    for slug in slugs:
        telling(bank, slug)
    found, address = [], f"{PAIRS}/wording"
    while address:
        page = admin.get(address)
        found += re.findall(r'href="/admin/questions/([^"]+)"', page.text)
        following = re.search(r'rel="next" href="([^"]+)"', page.text)
        address = following[1].replace("&amp;", "&") if following else ""
    assert found == slugs
    assert admin.get(f"{PAIRS}/wording", cursor="forged").status_code == 400


def test_the_most_missed_questions_are_listed(admin: Desk, bank: Bank) -> None:
    rhine, danube, elbe, _ = bank.publish().option_ids
    bank.submit(rhine, elbe)
    bank.submit(danube)
    page = admin.get(f"{PAIRS}/missed")
    assert "50.0 %" in page.text
    assert "/admin/regrades/new?question=rivers" in page.text
    assert "has so many answers" in admin.get(f"{PAIRS}/missed", at_least="3").text


def test_words_of_questions_stay_text(admin: Desk, bank: Bank) -> None:
    options, key = (*map(Option, "pqrstuvw"), *TELLING), AnswerKey(frozenset({9}))
    for slug, prompt in (("a", f"{XSS} What is it for?"), ("b", "What is it for?")):
        bank.publish(slug=slug, title=XSS, prompt=prompt, options=options, key=key)
    for page in PAGES:
        assert XSS not in admin.get(page).text
    assert re.search("<mark>[^<]*&lt;script&gt;", admin.get(PAIRS).text)
    assert "&lt;script&gt;" in admin.get(f"{PAIRS}/wording").text
    assert XSS not in admin.get(PAIRS, question=XSS).text


@pytest.mark.parametrize("role", ["author", "reviewer", "admin"])
def test_who_reads_the_bank_sees_them(client: TestClient, bank: Bank, role: Role) -> None:
    one = desk(client, bank, role)
    assert [one.get(page).status_code for page in PAGES] == [200] * 3
    one.post("/admin/sign-out")
    assert [one.get(page).status_code for page in PAGES] == [303] * 3


def test_pages_cost_the_same_at_any_length(
    admin: Desk, bank: Bank, statements: CountStatements
) -> None:
    counts = []
    for number in range(2):
        for each in range(2 + number):
            telling(bank, f"q{number}{each}")
            bank.publish(slug=f"r{number}{each}")
        told = []
        for page in (f"{PAIRS}?limit=200", *PAGES[1:]):
            with statements() as sent:
                assert admin.get(page).status_code == 200
            told.append(len(sent))
        counts.append(told)
    assert counts[0] == counts[1]
    first = admin.get(PAIRS, limit=1)
    following = re.search(r'rel="next" href="([^"]+)"', first.text)
    assert following
    assert admin.get(following[1].replace("&amp;", "&")).text.count('class="twins"') == 1
