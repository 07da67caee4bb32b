"""Regrades on the admin pages: planned, read, applied, undone."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import func, select

from domain.access import Role
from models import Database, GradeRow, Regrade
from tests.api.admin.desk import Desk, desk
from tests.api.conftest import CountStatements
from tests.api.regrades.admin import CORRECTED, WRONG
from tests.factories import Bank

REGRADES = "/admin/regrades"
XSS = "<script>alert(1)</script>"


@pytest.fixture
def answers(bank: Bank) -> None:
    """Six answers to a version whose key lacks the Elbe; the corrected one is published since."""
    rhine, danube, elbe, _ = bank.publish(WRONG).option_ids
    for picked in ((rhine, elbe), (rhine, elbe), (rhine, elbe), (rhine,), (danube,), ()):
        bank.submit(*picked)
    bank.publish(CORRECTED)


@pytest.fixture
def admin(client: TestClient, bank: Bank, answers: None) -> Desk:
    return desk(client, bank)


def plan(one: Desk, **said: Any) -> Any:
    fields = {"question": "rivers", "reason": "The Elbe does, too.", "mode": "current_key"}
    return one.post(REGRADES, **(fields | said))


def planned(one: Desk, **said: Any) -> str:
    answer = plan(one, **said)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["Location"])


def tiles(page: Any) -> dict[str, str]:
    """The counts of a plan by what they are called."""
    found = re.findall(r"<dt>(.*?)</dt><dd>([\d,]+)</dd>", page.text)
    return {re.sub(r"<span.*?</span> ", "", name): count for name, count in found}


def grades(database: Database) -> int:
    with database.read() as session:
        return session.scalar(select(func.count()).select_from(GradeRow)) or 0


def test_a_plan_is_made_applied_and_undone(admin: Desk, database: Database) -> None:
    form = admin.get(f"{REGRADES}/new", question="rivers")
    assert all(word in form.text for word in ("By the corrected key", "Version 1", "net_right"))
    before = grades(database)
    address = planned(admin)
    assert admin.told() == "The plan is ready. No grade has changed yet."
    page = admin.get(address)
    assert tiles(page) | {"answers in scope": "6", "get another grade": "4", "raised": "3"} == (
        tiles(page)
    )
    assert tiles(page)["lowered"] == "1"
    assert "Append 4 grades" in page.text
    assert page.text.count("<tr>") == 1 + 4
    assert (grades(database), "Undo this" in page.text) == (before, False)

    assert admin.post(f"{address}/apply").headers["Location"] == address
    assert admin.told() == "4 grades were appended."
    page = admin.get(address)
    assert (grades(database), "Apply this" in page.text) == (before + 4, False)
    assert "Undo 4 grades" in page.text

    assert admin.post(f"{address}/undo").headers["Location"] == address
    assert admin.told() == "4 scores are again what they were before."
    assert grades(database) == before + 8
    assert "Undo this" not in admin.get(address).text
    assert "rivers" in admin.get(REGRADES, question="rivers").text
    assert "No regrade of" in admin.get(REGRADES, question="lakes").text


def test_all_that_a_plan_can_say_is_understood(admin: Desk, database: Database) -> None:
    said = {"versions": ["1"], "since": "2001-01-01T00:00", "until": "2099-01-01T00:00"}
    address = planned(admin, mode="current_or_previous", version="1", rule="net_right", **said)
    with database.read() as session:
        run = session.scalars(Regrade.newest_first()).one()
        assert (run.mode, run.versions, run.rule) == ("current_or_previous", [1], "net_right")
        assert run.target is not None
        assert run.target.number == 1
        assert (run.since and run.since.year, run.until and run.until.year) == (2001, 2099)
    text = admin.get(address).text
    assert "to version 1, from" in text
    assert "net_right" in text
    planned(admin, mode="full_credit", version="1", rule="net_right")  # which use no key


def test_a_form_that_is_sent_twice_makes_one_plan(admin: Desk, database: Database) -> None:
    assert planned(admin, once="once-1") == planned(admin, once="once-1")
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(Regrade)) == 1


@pytest.mark.parametrize(
    ("said", "status", "field"),
    [
        ({"reason": " "}, 422, "reason"),
        ({"mode": "kindly"}, 422, "mode"),
        ({"versions": ["x"]}, 422, "versions"),
        ({"versions": ["9"]}, 409, "versions"),
        ({"version": "9"}, 409, "version"),
        ({"rule": "guesswork"}, 422, "rule"),
        ({"since": "soon"}, 422, "since"),
        ({"since": "2026-02-01T00:00", "until": "2026-01-01T00:00"}, 422, "until"),
        ({"question": "lakes"}, 404, "question"),
    ],
)
def test_what_is_wrong_is_told_beside_its_field(
    admin: Desk, said: Any, status: int, field: str
) -> None:
    answer = plan(admin, **said)
    assert answer.status_code == status
    assert f'id="{field}-fault"' in answer.text
    if field not in ("reason", "question"):
        assert "The Elbe does, too." in answer.text  # what was typed is kept


def test_conflicts_are_told_with_the_cure(admin: Desk, database: Database) -> None:
    address = planned(admin)
    early = admin.post(f"{address}/undo")
    assert early.status_code == 409
    assert "The regrade is planned." in early.text
    assert "can be applied" in early.text
    admin.post(f"{address}/apply")
    other = planned(admin, mode="full_credit")
    admin.post(f"{other}/apply")
    answer = admin.post(f"{address}/undo")
    assert answer.status_code == 409
    assert f'<a href="{other}">Open that regrade</a>' in answer.text
    nowhere = f"{REGRADES}/0199d3c0-6f0e-7cc1-9d5e-6a1f0b6c2d3e"
    assert [admin.post(f"{nowhere}/apply").status_code, admin.get(nowhere).status_code] == [404] * 2


def test_two_people_where_the_setting_asks_for_it(
    make_client: Callable[..., TestClient], bank: Bank, answers: None
) -> None:
    client = make_client(four_eyes=True)
    one = desk(client, bank)
    address = planned(one)
    refused = one.post(f"{address}/apply")
    assert refused.status_code == 403
    assert "Ask somebody else" in refused.text
    assert desk(client, bank, "reviewer").post(f"{address}/apply").status_code == 303


def test_a_page_follows_work_and_ends_with_it(
    make_client: Callable[..., TestClient], bank: Bank, answers: None
) -> None:
    client = make_client(regrade_at_once=1)
    one = desk(client, bank)
    address = planned(one)
    assert one.told() == "The plan is being made."
    page = one.get(address)
    assert 'hx-trigger="every 1s"' in page.text
    assert "<progress" in page.text
    assert "Apply this" not in page.text
    early = one.post(f"{address}/apply")
    assert early.status_code == 409
    client.app.state.regrade_worker.work_off()  # type: ignore[attr-defined]
    page = one.get(address)
    assert "every 1s" not in page.text
    assert one.post(f"{address}/apply").status_code == 303
    assert "0 of 4 answers done" in one.get(address).text
    client.app.state.regrade_worker.work_off()  # type: ignore[attr-defined]
    assert "Undo 4 grades" in one.get(address).text


def test_what_people_wrote_stays_text(admin: Desk, bank: Bank, database: Database) -> None:
    ids = database.write(lambda session: session.scalars(Regrade.newest_first()).all())
    assert ids == []
    bank.submit(learner=XSS)
    address = planned(admin, reason=XSS, mode="full_credit")
    for path in (address, REGRADES, "/admin/audit"):
        page = admin.get(path)
        assert page.status_code == 200
        assert XSS not in page.text
        assert "&lt;script&gt;" in page.text
    wrong = plan(admin, reason=XSS, rule=XSS, question="rivers")
    assert wrong.status_code == 422
    assert XSS not in wrong.text
    assert XSS not in admin.get(f"{REGRADES}/new", question=XSS).text
    assert XSS not in admin.get(REGRADES, question=XSS[:20]).text


@pytest.mark.parametrize(
    ("role", "reads", "plans", "applies"),
    [("author", 200, 303, 403), ("reviewer", 200, 403, 303), ("admin", 200, 303, 303)],
)
def test_each_role_does_what_it_may(
    client: TestClient, bank: Bank, admin: Desk, role: Role, reads: int, plans: int, applies: int
) -> None:
    address = planned(admin)
    one = desk(client, bank, role)
    page = one.get(address)
    assert (one.get(REGRADES).status_code, page.status_code) == (reads, reads)
    assert ("Append 4 grades" in page.text) == (applies == 303)
    form = one.get(f"{REGRADES}/new", question="rivers")
    assert form.status_code == (200 if plans == 303 else 403)
    assert (f"{REGRADES}/new" in one.get(REGRADES).text) == (plans == 303)
    assert plan(one).status_code == plans
    assert one.post(f"{address}/apply").status_code == applies
    assert one.post(f"{address}/undo").status_code == applies


def test_pages_cost_the_same_at_any_length(admin: Desk, statements: CountStatements) -> None:
    address = planned(admin)
    with statements() as few:
        admin.get(REGRADES)
    for _ in range(3):
        planned(admin)
    with statements() as many:
        page = admin.get(REGRADES, limit=4)
    assert len(many) == len(few)
    assert page.text.count("<tr>") == 1 + 4
    with statements() as few:
        admin.get(address, ungradable="true")
    with statements() as many:
        page = admin.get(address)
    assert len(many) == len(few)
    first = admin.get(address, limit=3)
    following = re.search(r'rel="next" href="([^"]+)"', first.text)
    assert following
    rest = admin.get(following[1].replace("&amp;", "&"))
    assert [each.text.count("<tr>") for each in (first, rest)] == [1 + 3, 1 + 1]
