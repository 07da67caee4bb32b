"""Regrades, duplicates, keys and the audit log in the browser, by keyboard alone."""

import re
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Served
from tests.browser.desk import Watch, check_page, sign_in, tab_to

QUESTION: dict[str, Any] = {
    "title": "Weirs",
    "kind": "single_choice",
    "prompt": "What does a **weir** do?",
    "options": [
        {"text": "It keeps water back"},
        {"text": "It heats"},
        {"text": "It lets ships by"},
    ],
    "key": [2],
    "explanation": "It stands across a river.",
}
PATCH = "application/merge-patch+json"


def reach(page: Page, target: Locator) -> None:
    """Press Tab until the element has the focus."""
    tab_to(page, target, most=80)


def press(page: Page, target: Locator, key: str = "Enter") -> None:
    """Go to an element by Tab and press a key there."""
    reach(page, target)
    page.keyboard.press(key)


@pytest.fixture(scope="module")
def weirs(served: Served) -> str:
    """The slug of a question that was published with a wrong key, answered, and mended."""
    headers = {"Authorization": f"Bearer {served.admin_key}"}
    path = "/v1/bank/questions/weirs"
    with httpx.Client(base_url=served.url, headers=headers, timeout=60) as client:
        made = client.put(path, json=QUESTION, headers={"If-None-Match": "*"}).raise_for_status()
        one = client.post(f"{path}/publish", headers={"If-Match": made.headers["ETag"]})
        ids = [option["id"] for option in one.raise_for_status().json()["options"]]
        for place in (0, 0, 1, 2):
            said = {"selected": [ids[place]], "learner": f"learner-{place}"}
            client.post("/v1/questions/weirs/submissions", json=said).raise_for_status()
        etag = {"If-Match": one.headers["ETag"], "Content-Type": PATCH}
        mended = client.patch(path, content='{"key": [1]}', headers=etag).raise_for_status()
        client.post(f"{path}/publish", headers={"If-Match": mended.headers["ETag"]})
        other = QUESTION | {"prompt": "What does a **dam** do?", "title": "Dams"}
        client.put("/v1/bank/questions/dams", json=other, headers={"If-None-Match": "*"})
    return "weirs"


def test_a_regrade_is_planned_applied_and_undone_by_keyboard(
    served: Served, weirs: str, watch: Watch, axe: str
) -> None:
    page = watch().page
    sign_in(page, served, f"/admin/regrades/new?question={weirs}")
    reach(page, page.get_by_role("textbox", name="Why"))
    page.keyboard.type("A weir heats nothing.")
    press(page, page.get_by_text("Which answers, which key"))
    check_page(page, axe)
    press(page, page.get_by_label("Version 1"), "Space")
    expect(page.get_by_label("Version 1")).to_be_checked()
    press(page, page.get_by_role("button", name="Make the plan"))
    expect(page.get_by_text("No grade has changed yet.").first).to_be_visible()
    check_page(page, axe)
    press(page, page.get_by_text("Apply this plan"))
    expect(page.get_by_text("3 answers get another grade: 2 higher, 1 lower.")).to_be_visible()
    check_page(page, axe)
    press(page, page.get_by_role("button", name="Append 3 grades"))
    expect(page.locator(".told")).to_contain_text("3 grades were appended.")
    press(page, page.get_by_text("Undo this regrade"))
    check_page(page, axe)
    press(page, page.get_by_role("button", name="Undo 3 grades"))
    expect(page.locator(".told")).to_contain_text("3 scores are again what they were before.")
    page.goto(f"{served.url}/admin/regrades")
    expect(page.get_by_role("link", name=weirs)).to_be_visible()
    check_page(page, axe)


def test_a_page_follows_work_and_keeps_the_focus(
    served: Served, weirs: str, watch: Watch, axe: str
) -> None:
    body = {"reason": "To see it work.", "scope": {"question": weirs}, "mode": "full_credit"}
    headers = {"Authorization": f"Bearer {served.admin_key}"}
    made = httpx.post(f"{served.url}/v1/bank/regrades", json=body, headers=headers, timeout=60)
    id_ = made.raise_for_status().json()["id"]
    soon = datetime.now(UTC).replace(tzinfo=None) + timedelta(minutes=4)  # as far as is believed
    busy = f"finished_at = NULL, planned_at = NULL, alive_at = '{soon:%Y-%m-%d %H:%M:%S.%f}'"
    _change(served, id_, busy)  # as if another process were at it
    page = watch().page
    sign_in(page, served, f"/admin/regrades/{id_}")
    status = page.locator("#regrade [role=status]")
    expect(status).to_contain_text("looked at so far")
    check_page(page, axe)
    again = page.get_by_role("link", name="Look again")
    again.focus()
    _change(served, id_, "done = 1234")
    expect(status).to_contain_text("1,234 answers looked at so far")
    expect(again).to_be_focused()
    then = "'2026-01-01 00:00:00.000000'"
    _change(served, id_, f"finished_at = {then}, planned_at = {then}, alive_at = NULL, done = 4")
    expect(status).to_contain_text("No grade has changed yet.")
    expect(page.locator("progress")).to_have_count(0)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.wait_for_timeout(2500)
    assert asked == []
    expect(page.get_by_text("Apply this plan")).to_be_visible()


def _change(served: Served, regrade: str, columns: str) -> None:
    """Change a row of the service's database as another process would."""
    with closing(sqlite3.connect(served.database, timeout=30)) as connection, connection:
        found = connection.execute(
            f"UPDATE regrade SET {columns} WHERE id = ?",  # noqa: S608 - columns of this test
            [regrade.replace("-", "")],
        )
        assert found.rowcount == 1


def test_a_key_is_made_shown_once_and_revoked_by_keyboard(
    served: Served, watch: Watch, axe: str
) -> None:
    one = watch()
    page = one.page
    sign_in(page, served, "/admin/keys")
    check_page(page, axe)
    press(page, page.get_by_role("link", name="Make a key"))
    reach(page, page.get_by_label("Name"))
    page.keyboard.type("Grace Hopper")
    reach(page, page.get_by_label("author"))
    page.keyboard.press("ArrowDown")
    expect(page.get_by_label("reviewer")).to_be_checked()
    reach(page, page.get_by_label("How often it may ask"))
    page.keyboard.type("often")
    page.keyboard.press("Enter")
    expect(page.get_by_text("like 600/minute.")).to_be_visible()
    one.forgive("422")
    check_page(page, axe)
    reach(page, page.get_by_label("How often it may ask"))
    page.keyboard.press("ControlOrMeta+A")
    page.keyboard.type("600/minute")
    page.keyboard.press("Enter")
    field = page.get_by_label("The key “Grace Hopper”")
    reach(page, field)
    token = field.input_value()
    picked = page.evaluate(
        "() => document.activeElement.value.slice("
        "document.activeElement.selectionStart, document.activeElement.selectionEnd)"
    )
    assert re.fullmatch(r"qs_[0-9a-f]{8}_[0-9a-f]{48}", token)
    assert picked == token
    assert token not in page.url
    check_page(page, axe)
    headers = {"Authorization": f"Bearer {token}"}
    bank = f"{served.url}/v1/bank/questions"
    assert httpx.get(bank, headers=headers, timeout=60).status_code == 200

    press(page, page.get_by_role("link", name="About this key"))
    press(page, page.get_by_text("Revoke this key"))
    check_page(page, axe)
    press(page, page.get_by_role("button", name="Revoke “Grace Hopper”"))
    expect(page.locator(".told")).to_contain_text("The key “Grace Hopper” is revoked.")
    assert httpx.get(bank, headers=headers, timeout=60).status_code == 401
    page.go_back()
    page.go_back()
    assert token not in page.content()
    expect(page.get_by_label("Name").or_(page.get_by_text("About this key"))).to_be_attached()


def test_duplicates_and_the_log_are_read(
    served: Served, weirs: str, watch: Watch, axe: str
) -> None:
    page = watch().page
    sign_in(page, served, "/admin/duplicates?question=weirs")
    expect(page.locator("mark", has_text="weir")).to_be_visible()
    expect(page.locator("mark", has_text="dam")).to_be_visible()
    check_page(page, axe)
    for name in ("Wording", "Most missed"):
        press(page, page.get_by_role("link", name=name))
        expect(page.get_by_role("link", name=name)).to_have_attribute("aria-current", "page")
        check_page(page, axe)
    page.goto(f"{served.url}/admin/audit?action=question.published")
    expect(page.locator(".sentence", has_text="published weirs, version 2")).to_be_visible()
    press(page, page.locator(".log summary").first)
    check_page(page, axe)
    page.goto(f"{served.url}/admin/audit")
    press(page, page.get_by_role("button", name="Check all entries"))
    expect(page.get_by_role("status")).to_contain_text("entries are sound")
    check_page(page, axe)
