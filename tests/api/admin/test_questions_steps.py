"""The way of a question on the admin pages: the same steps, rights and refusals as in the API."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from lxml import html
from sqlalchemy import select

from domain.access import Role
from models import AuditEntry, Database, now
from tests.api.admin.desk import Desk, desk
from tests.api.admin.editing import LIST, Editor, text_of
from tests.api.authors import Person, person
from tests.factories import Bank

RIVERS = f"{LIST}/rivers"


@pytest.fixture
def admin(client: TestClient, bank: Bank) -> Desk:
    """An admin at the pages."""
    return desk(client, bank)


@pytest.fixture
def author(client: TestClient, bank: Bank) -> Person:
    """An admin at the API."""
    return person(client, bank)


def press(one: Desk, step: str, slug: str = "rivers", **fields: str) -> Any:
    """Press a button of the question's page, as the page has it."""
    tree = html.fromstring(one.get(f"{LIST}/{slug}").text)
    etags = tree.xpath("//input[@name='etag']/@value") or [""]
    return one.post(f"{LIST}/{slug}/{step}", **{"etag": str(etags[0]), **fields})


def offered(one: Desk, slug: str = "rivers") -> set[str]:
    """The last part of the addresses that the forms of the question's page post to."""
    forms = html.fromstring(one.get(f"{LIST}/{slug}").text).xpath("//main//form/@action")
    return {str(action).rsplit("/", 1)[1] for action in forms}


def test_a_question_goes_its_way(admin: Desk, author: Person, database: Database) -> None:
    author.create()
    assert offered(admin) == {"review", "publish", "copy", "delete"}
    for step, status, then in [
        ("review", "in_review", {"publish", "reopen", "copy", "delete"}),
        ("reopen", "draft", {"review", "publish", "copy", "delete"}),
        ("review", "in_review", {"publish", "reopen", "copy", "delete"}),
        ("publish", "published", {"retire", "copy", "delete"}),
        ("retire", "retired", {"reopen", "copy", "delete"}),
        ("reopen", "draft", {"review", "publish", "copy", "delete"}),
    ]:
        answer = press(admin, step)
        assert (answer.status_code, answer.headers["Location"]) == (303, RIVERS), step
        assert author.read()["status"] == status, step
        assert offered(admin) == then, step
    with database.read() as session:
        actions = session.scalars(select(AuditEntry.action).order_by(AuditEntry.number)).all()
    assert [one for one in actions if one.startswith("question.")][-4:] == [
        "question.put_into_review", "question.published", "question.retired", "question.reopened",
    ]  # fmt: skip


def test_it_is_published_later(admin: Desk, author: Person) -> None:
    author.create()
    when = (now() + timedelta(days=3)).replace(tzinfo=None, second=0, microsecond=0)
    assert press(admin, "publish", publish_at=when.isoformat()[:16]).status_code == 303
    assert author.read()["publish_at"] == f"{when.isoformat()}Z"
    assert "will be published" in admin.get(RIVERS).text
    refused = press(admin, "publish", publish_at="soon")
    assert refused.status_code == 422
    assert "Write a day and a time" in refused.text


def test_copies_and_deletes(admin: Desk, author: Person, bank: Bank) -> None:
    version = bank.publish()
    assert press(admin, "copy", slug_of_copy="").status_code == 422
    answer = admin.post(f"{RIVERS}/copy", slug="streams")
    assert answer.headers["Location"] == f"{LIST}/streams/edit"
    assert admin.post(f"{RIVERS}/copy", slug="streams").status_code == 409
    assert press(admin, "delete", "streams").headers["Location"] == LIST
    assert admin.get(f"{LIST}/streams").status_code == 404
    bank.submit(version.option_ids[0])
    refused = press(admin, "delete")
    assert refused.status_code == 409
    assert "Retire it instead" in refused.text


def test_an_incomplete_question_is_refused_with_all_its_problems(
    admin: Desk, author: Person
) -> None:
    author.create(title="", prompt="", options=[{"text": "one"}], key=[])
    refused = press(admin, "publish")
    assert refused.status_code == 409
    told = html.fromstring(refused.text).xpath("//*[@class='problem']")[0].text_content()
    for words in ("no title", "no stem", "Fewer than two options"):
        assert words in told
    assert author.read()["status"] == "draft"


def test_a_step_from_a_page_that_is_old_is_refused(admin: Desk, author: Person) -> None:
    author.create()
    old = html.fromstring(admin.get(RIVERS).text).xpath("//input[@name='etag']/@value")[0]
    author.edit(title="Changed meanwhile")
    for step in ("review", "publish", "delete"):
        refused = admin.post(f"{RIVERS}/{step}", etag=old)
        assert refused.status_code == 412, step
        assert "Changed meanwhile" in refused.text
        assert admin.post(f"{RIVERS}/{step}").status_code == 412, step
    assert author.read()["status"] == "draft"


def test_of_four_eyes_two_are_missing(make_client: Callable[..., TestClient], bank: Bank) -> None:
    client = make_client(four_eyes=True)
    one = desk(client, bank)
    form = Editor.open(one).type(slug="rivers", title="T", prompt="p", key=["r0"])
    form.put("option-text", 0, "a").put("option-text", 1, "b")
    assert form.send().status_code == 303
    page = one.get(RIVERS)
    assert "QUESTIONS_FOUR_EYES" in page.text
    assert "publish" not in offered(one)
    refused = press(one, "publish")
    assert refused.status_code == 403
    assert "Ask somebody else to publish it" in refused.text
    other = desk(make_client(four_eyes=True), bank, "reviewer")
    assert press(other, "publish").status_code == 303


# Who may do what: by the role, the status that a page and the API answer with.
STEPS: list[tuple[str, str, dict[Role, bool]]] = [
    ("edit", "PUT ", {"author": True, "reviewer": False}),
    ("review", "POST /review", {"author": True, "reviewer": False}),
    ("publish", "POST /publish", {"author": False, "reviewer": True}),
    ("retire", "POST /retire", {"author": False, "reviewer": True}),
    ("reopen", "POST /reopen", {"author": True, "reviewer": True}),
    ("copy", "POST /copy", {"author": True, "reviewer": False}),
    ("delete", "DELETE ", {"author": True, "reviewer": False}),
    ("translations/de/publish", "POST /translations/de/publish",
     {"author": False, "reviewer": True}),
    ("translations/de/withdraw", "DELETE /translations/de",
     {"author": False, "reviewer": True}),
]  # fmt: skip


@pytest.mark.parametrize("role", ["author", "reviewer"])
def test_pages_and_the_api_refuse_alike(client: TestClient, bank: Bank, role: Role) -> None:
    bank.publish()
    bank.translate(publish=False)
    _, headers = bank.key(role)
    one = Desk(client, headers["Authorization"].removeprefix("Bearer "))
    one.sign_in()
    for step, call, may in STEPS:
        method, _, path = call.partition(" ")
        url = f"/v1/bank/questions/rivers{path}"
        body = {"copy": {"slug": "x"}, "edit": {}}.get(step)
        api = client.request(method, url, json=body, headers=headers | {"If-Match": '"x"'})
        page = one.post(f"{RIVERS}/{step}", slug="")
        is_refused = (api.status_code == 403, page.status_code == 403)
        assert is_refused == (not may[role], not may[role]), (step, api.status_code, page.text)
    assert one.get(f"{RIVERS}/edit").status_code == (200 if role == "author" else 403)
    assert one.get(f"{LIST}/new").status_code == (200 if role == "author" else 403)
    for path in ("new", "preview"):
        status = one.post(f"{LIST}/{path}", title="T").status_code
        assert (status == 403) == (role == "reviewer"), path
    assert bool(offered(one) & {"review", "copy", "delete"}) == (role == "author")
    assert bool(offered(one) & {"publish", "retire"}) == (role == "reviewer")


def test_translations_are_published_and_withdrawn(admin: Desk, bank: Bank) -> None:
    bank.publish()
    bank.translate(publish=False)
    assert "✓ fits" in text_of(admin.get(RIVERS))
    assert press(admin, "translations/de/publish").status_code == 303
    assert "shown with version 1" in text_of(admin.get(RIVERS))
    bank.publish(prompt="Which of these?")
    page = text_of(admin.get(RIVERS))
    assert "! stale" in page
    assert "/prompt" in page
    assert press(admin, "translations/de/withdraw").status_code == 303
    assert "stale" not in text_of(admin.get(RIVERS))
    assert press(admin, "translations/de/withdraw").status_code == 404


def test_the_history_says_who_and_what(admin: Desk, author: Person, bank: Bank) -> None:
    form = Editor.open(admin).type(slug="rivers", title="Rivers", prompt="Which reach the Sea?")
    form.put("option-text", 0, "The Rhine").put("option-text", 1, "The Danube").type(key=["r0"])
    assert form.send().status_code == 303
    assert press(admin, "publish").status_code == 303
    form = Editor.open(admin, "rivers").type(prompt="Which reach the North Sea?", key=["r1"])
    assert form.type(tags="europe").send().status_code == 303
    page = admin.get(f"{RIVERS}/history")
    tree = html.fromstring(page.text)
    assert [one.text_content() for one in tree.xpath("//ins")][1:3] == [
        "[put in: North ]", "[is: europe]",
    ]  # fmt: skip
    told = text_of(page)
    assert "became right" in told
    assert "is no longer right" in told
    assert told.count("by a admin") == 3
    same = admin.get(f"{RIVERS}/history", **{"from": 1, "to": 1})
    assert "Pick two different versions" in same.text
    back = admin.get(f"{RIVERS}/history", **{"from": 2, "to": 1})
    assert "[taken out: North ]" in text_of(back)
    assert admin.get(f"{RIVERS}/history", **{"from": 1, "to": 9}).status_code == 404
    assert admin.get(f"{RIVERS}/history", **{"from": 0}).status_code == 422
