"""Signing in and out of the admin pages, by keyboard alone."""

from playwright.sync_api import expect

from tests.browser.conftest import Served
from tests.browser.desk import Watch, check_page, sign_in


def test_one_signs_in_and_out_by_keyboard(served: Served, watch: Watch, axe: str) -> None:
    one = watch()
    page = one.page
    page.goto(f"{served.url}/admin")
    check_page(page, axe)
    expect(page.get_by_label("API key")).to_be_focused()
    page.keyboard.type("not-a-key-at-all")
    page.keyboard.press("Enter")
    expect(page.get_by_text("The key is unknown, expired or revoked.")).to_be_visible()
    one.forgive("403")
    check_page(page, axe)
    page.keyboard.type(served.admin_key)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Start")).to_be_visible()
    check_page(page, axe)
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    for _ in range(2):
        page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Sign out")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("You are signed out.")
    page.goto(f"{served.url}/admin")
    expect(page.get_by_label("API key")).to_be_visible()


def test_a_page_that_is_not_there_says_so(served: Served, watch: Watch, axe: str) -> None:
    one = watch()
    sign_in(one.page, served, "/admin/nowhere")
    expect(one.page.get_by_text("There is no page /admin/nowhere.")).to_be_visible()
    check_page(one.page, axe)
    one.forgive("404")
