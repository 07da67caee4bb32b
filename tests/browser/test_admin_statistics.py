"""What answers say about a question, on its page."""

import httpx
from playwright.sync_api import expect

from tests.browser.conftest import Served
from tests.browser.desk import Watch, check_page, sign_in
from tests.factories import SEED_FILE

PAGE = f"/admin/questions/{SEED_FILE.stem}/statistics"


def test_the_statistics_are_drawn_and_told(served: Served, watch: Watch, axe: str) -> None:
    address = f"{served.url}/v1/questions/{SEED_FILE.stem}"
    ids = [option["id"] for option in httpx.get(address).json()["options"]]
    for picked in (ids[1:3], ids[1:3], ids[:1], ids[1:], []):
        said = {"selected": picked, "duration_ms": 20_000 + 5_000 * len(picked)}
        httpx.post(f"{address}/submissions", json=said).raise_for_status()
    page = watch().page
    sign_in(page, served, PAGE)
    charts = page.get_by_role("img")
    assert charts.count() >= 2
    for chart in charts.all():
        assert chart.locator("title").first.text_content()
        assert chart.locator("desc").first.text_content()
    check_page(page, axe)
    expect(page.get_by_role("link", name="CSV")).to_be_visible()
    expect(page.get_by_role("link", name="JSON")).to_be_visible()


def test_the_question_leads_to_its_statistics_by_keyboard(served: Served, watch: Watch) -> None:
    page = watch().page
    sign_in(page, served, f"/admin/questions/{SEED_FILE.stem}")
    page.get_by_role("link", name="Statistics").focus()
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{served.url}{PAGE}")
