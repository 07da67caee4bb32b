"""Exports as pages: what a file would leave out comes before the file."""

import re
from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient

from api.admin import exports as pages
from tests.api.admin.desk import ORIGIN, Desk, desk
from tests.api.conftest import CountStatements
from tests.factories import Bank

PATH = "/admin/exports"
API = "/v1/bank/exports"
MARKUP = "<img src=x onerror=alert(1)>"
MakeClient = Callable[..., TestClient]


@pytest.fixture
def three(bank: Bank) -> None:
    for slug, tags in (("alps", ("big mountains",)), ("elbe", ("rivers",)), ("rhine", ("rivers",))):
        bank.publish(slug=slug, tags=tags)


def link(page: str) -> str:
    """The address of the file."""
    found = re.search(r'href="(/admin/exports/[^"]+)" download', page)
    assert found, page
    return found[1].replace("&amp;", "&")


@pytest.mark.usefixtures("three")
def test_the_losses_come_first_and_then_the_same_file_as_by_the_api(
    client: TestClient, bank: Bank
) -> None:
    one = desk(client, bank, "reviewer")
    assert "Download" not in one.get(PATH).text
    page = one.get(PATH, format="moodle_xml").text
    assert "3 questions as Moodle XML" in page
    assert '<option value="moodle_xml" selected>' in page
    assert "3 questions are not wholly in it: see below." in page
    file, report = one.get(link(page)), one.get(f"{PATH}/moodle_xml/losses")
    _, key = bank.key("reviewer")
    same = client.get(f"{API}/moodle_xml", headers=key)
    assert (file.status_code, file.content) == (200, same.content)
    for name in ("Content-Disposition", "Content-Type", "Content-Length", "Cache-Control"):
        assert file.headers[name] == same.headers[name]
    told = client.get(f"{API}/moodle_xml/losses", headers=key).json()
    assert report.json() == told
    codes = {loss["code"] for item in told["items"] for loss in item["losses"]}
    assert set(re.findall(r"<h3><code>(\w+)</code>", page)) == codes


@pytest.mark.usefixtures("three")
@pytest.mark.parametrize(
    ("tag", "slug", "asked", "exported"),
    [
        ("rivers", "", "?tag=rivers", 2),
        (" big mountains , ", "", "?tag=big+mountains", 1),
        ("rivers", "alps", "?tag=rivers&slug=alps", 0),
        ("", "alps, rhine\r\nelbe", "?slug=alps&slug=rhine&slug=elbe", 3),
    ],
)
def test_what_is_chosen_is_what_is_written(
    client: TestClient, bank: Bank, tag: str, slug: str, asked: str, exported: int
) -> None:
    one = desk(client, bank, "author")
    page = one.get(PATH, format="jsonl", tag=tag, slug=slug).text
    assert f"{exported} question" in page
    if exported:
        assert link(page) == f"{PATH}/jsonl{asked}"
        assert len(one.get(link(page)).text.splitlines()) == exported
    else:
        assert "No published question fits." in page


def test_a_question_that_is_left_out_is_named(client: TestClient, bank: Bank) -> None:
    bank.publish()
    page = desk(client, bank).get(PATH, format="aiken").text
    assert "The format can say none of the 1 question." in page
    assert "multiple_response" in page
    assert '<a href="/admin/questions/rivers">rivers</a>' in page


def test_only_the_first_losses_of_a_kind_are_shown(
    client: TestClient, bank: Bank, statements: CountStatements, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "MOST_EXAMPLES", 2)
    for number in range(12):
        bank.publish(slug=f"q{number:02}", title=f"Title {number}")
    one = desk(client, bank)
    with statements() as sent:
        page = one.get(PATH, format="gift").text
    assert len(sent) <= 16, sent
    groups = page.split("<h3>")[1:]
    assert groups
    assert all(group.count('href="/admin/questions/q') <= 2 for group in groups)
    assert "12 questions</span>" in groups[0]


@pytest.mark.parametrize(
    ("query", "status", "told"),
    [
        ({"slug": "nothing"}, 404, "There is no published question &#39;nothing&#39;."),
        ({"tag": "x" * 200}, 422, "/query/tag/0"),
        ({"format": "word"}, 422, "/query/format"),
        ({"tags": "x"}, 422, "/query/tags"),
    ],
)
def test_what_cannot_be_asked_is_told(
    client: TestClient, bank: Bank, query: dict[str, str], status: int, told: str
) -> None:
    answer = desk(client, bank).get(PATH, **{"format": "gift", **query})
    assert (answer.status_code, told in answer.text) == (status, True)
    assert "<html" in answer.text


def test_what_is_written_stays_text(client: TestClient, bank: Bank) -> None:
    bank.publish(title=MARKUP, tags=(MARKUP[:30],))
    one = desk(client, bank)
    for query in ({"tag": f'"{MARKUP}'}, {"slug": f"</textarea>{MARKUP}"}, {}):
        page = one.get(PATH, format="aiken", **query).text
        assert MARKUP not in page
    shown = one.get(PATH, format="qti12").text
    assert MARKUP not in shown


def test_only_who_is_signed_in_reads(make_client: MakeClient, bank: Bank) -> None:
    bank.publish()
    stranger = Desk(make_client(), "")
    for path in (PATH, f"{PATH}/gift", f"{PATH}/gift/losses"):
        answer = stranger.get(path)
        assert answer.status_code == 303
        assert answer.headers["Location"] == f"/admin/sign-in?next={path}"
    _, key = bank.key("admin")  # a key alone opens no page
    assert stranger.client.get(
        f"{ORIGIN}{PATH}/gift", headers=key, follow_redirects=False
    ).is_redirect
