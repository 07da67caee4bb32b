"""The admin pages in the browser: signing in, and what every page must fulfil."""

from collections.abc import Callable

from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Served
from tests.browser.pages import Watched, assert_fits, violations

# At 640 px everything is twice as large on a screen of 1280: what zooming to 200 % gives.
WIDTHS = (320, 640, 1280)
THEMES = ("light", "dark")


def sign_in(page: Page, served: Served, path: str = "/admin") -> None:
    """Sign in as an admin, and go to a page."""
    page.goto(f"{served.url}{path}")
    page.get_by_label("API key").fill(served.admin_key)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()
    page.wait_for_load_state()  # until its scripts have run, which follow what is chosen


def tab_to(page: Page, one: Locator, most: int = 20) -> None:
    """Press Tab until that has the focus, if it has not."""
    for _ in range(most + 1):
        if one.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{one} is not reached in {most} steps")


def check_page(page: Page, axe: str) -> None:
    """Assert that a page is accessible and fits: in both themes and in each width."""
    for theme in THEMES:
        page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            assert_fits(page)
        assert violations(page, axe) == [], f"{page.url} in {theme}"


Watch = Callable[..., Watched]
