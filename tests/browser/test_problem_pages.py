"""The pages that problems point at, and the description of the API."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Served
from tests.browser.desk import Watch, check_page


@pytest.mark.parametrize("path", ["/problems", "/problems/unknown_option"])
def test_a_page_about_problems_is_for_everybody(
    served: Served, watch: Watch, axe: str, path: str
) -> None:
    page = watch().page
    page.goto(f"{served.url}{path}")
    check_page(page, axe)


def test_one_comes_from_the_list_to_a_problem_by_keyboard(served: Served, watch: Watch) -> None:
    page = watch().page
    page.goto(f"{served.url}/problems")
    page.get_by_role("link", name="unknown_option").focus()
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{served.url}/problems/unknown_option")
