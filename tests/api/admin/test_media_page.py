"""Pictures as pages: added with the checks of the API, shown with where they are used."""

import re
from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response
from sqlalchemy import func, select

from api.admin import media as pages
from models import AuditEntry, Database, Media
from tests.api.admin.desk import ORIGIN, Desk, desk
from tests.api.conftest import CountStatements
from tests.factories import Bank
from tests.pictures import png, svg

PATH = "/admin/media"
MARKUP = "<img src=x onerror=alert(1)>"
MakeClient = Callable[..., TestClient]


def upload(one: Desk, data: bytes, name: str = "plot.png") -> Response:
    return one.post(PATH, files={"file": (name, data)})


def kept(one: Desk, data: bytes, name: str = "plot.png") -> str:
    """The address of the page of a picture that was uploaded."""
    answer = upload(one, data, name)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["Location"])


def count(database: Database) -> int:
    with database.read() as session:
        return session.scalar(select(func.count()).select_from(Media)) or 0


def test_a_picture_is_kept_and_shown(client: TestClient, bank: Bank, database: Database) -> None:
    one = desk(client, bank, "author")
    address = kept(one, png(30, 20))
    assert one.told() == "The picture is kept."
    page, name = one.get(address).text, address.rpartition("/")[2]
    assert f'value="![](media/{name})"' in page
    assert "30 \u00d7 20 pixels" in page
    assert client.get(f"{ORIGIN}/v1/media/{name}").content == png(30, 20)
    assert f'src="/v1/media/{name}"' in one.get(PATH).text
    assert kept(one, png(30, 20)) == address
    assert one.told() == "The picture was there already."
    with database.read() as session:
        entries = session.scalars(
            select(AuditEntry).where(AuditEntry.action == "media.uploaded")
        ).all()
        assert [entry.subject_id for entry in entries] == [name]


def test_what_is_taken_out_of_a_drawing_is_told(client: TestClient, bank: Bank) -> None:
    one = desk(client, bank, "author")
    address = kept(one, svg("<script>alert(1)</script><rect width='5' height='5'/>"), "a.svg")
    assert "does more than draw: <script>." in one.told()
    assert b"script" not in client.get(f"{ORIGIN}/v1{address.removeprefix('/admin')}").content


@pytest.mark.parametrize(
    ("data", "status", "told"),
    [(b"no picture", 422, "/body"), (b"x" * 6_000_000, 413, "bytes are read here")],
)
def test_what_is_no_picture_is_refused_as_a_page(
    client: TestClient, bank: Bank, database: Database, data: bytes, status: int, told: str
) -> None:
    answer = upload(desk(client, bank, "author"), data)
    assert (answer.status_code, told in answer.text) == (status, True)
    assert "<html" in answer.text
    assert count(database) == 0


def test_where_a_picture_is_shown_comes_in_pages(
    client: TestClient, bank: Bank, statements: CountStatements, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "MOST_USES", 2)
    one = desk(client, bank)
    address = kept(one, png())
    assert "No question shows it." in one.get(address).text
    shown = f"Look ![](media/{address.rpartition('/')[2]})"
    for slug in ("a", "b"):
        bank.publish(slug=slug, prompt=shown)
    bank.revise(slug="b", prompt=f"{shown} again")
    bank.revise(slug="c", prompt=shown, title=MARKUP)
    with statements() as sent:
        first = one.get(address).text
    assert len(sent) <= 7, sent
    following = re.search(r'href="(\?[^"]*)">Next page', first)
    assert following
    second = one.get(address + following[1]).text
    rows = r'<tr><th scope="row"><a href="/admin/questions/(\w)">.*?<td class="number">(\d)</td>'
    found = [re.findall(rows, page) for page in (first, second)]
    assert found == [[("a", "1"), ("b", "1")], [("b", "2"), ("c", "1")]]
    assert "Published" in first
    assert "Published" not in second
    assert MARKUP not in second
    assert "In 4 versions" in one.get(PATH, used="true").text
    assert "No picture is of this kind." in one.get(PATH, used="false").text


def test_pictures_come_in_pages_with_few_statements(
    client: TestClient, bank: Bank, statements: CountStatements
) -> None:
    one = desk(client, bank)
    names = [kept(one, png(shade=shade)) for shade in range(5)][::-1]
    found, query = [], "?limit=2"
    for _ in range(3):
        with statements() as sent:
            page = one.get(PATH + query).text
        assert len(sent) <= 6, sent
        found += re.findall(r'<a href="(/admin/media/[^"?]+)"', page)
        following = re.search(r'href="(\?[^"]*)">Next page', page)
        query = following[1].replace("&amp;", "&") if following else ""
    assert (found, query) == (names, "")


def test_what_a_file_is_called_stays_text(client: TestClient, bank: Bank) -> None:
    one = desk(client, bank)
    address = kept(one, png(), f"{MARKUP}.png")
    for path in (PATH, address):
        page = one.get(path).text
        assert "alert(1)" in page
        assert MARKUP not in page


def test_who_may_not_write_looks_only(
    make_client: MakeClient, bank: Bank, database: Database
) -> None:
    reviewer, stranger = desk(make_client(), bank, "reviewer"), Desk(make_client(), "")
    page = reviewer.get(PATH)
    assert (page.status_code, "Upload" in page.text) == (200, False)
    assert upload(reviewer, png()).status_code == 403
    assert upload(stranger, png()).headers["Location"].startswith("/admin/sign-in")
    assert stranger.get(PATH).status_code == 303
    author = desk(make_client(), bank, "author")
    author.csrf = "0" * 64
    assert upload(author, png()).status_code == 403
    assert count(database) == 0


def test_a_picture_that_is_not_there_is_a_page(client: TestClient, bank: Bank) -> None:
    one = desk(client, bank)
    assert one.get(f"{PATH}/{'0' * 64}.png").status_code == 404
    assert one.post(PATH, files={"file": ("", b"")}).status_code == 422
