"""The site of the documentation, opened from a folder: it asks nobody, and its search works."""

from playwright.sync_api import Browser, Request, expect

from tests.processes import ROOT
from tests.test_site import CONFIGURATION, built


def test_a_file_is_enough(browser: Browser) -> None:
    done = built(CONFIGURATION)
    assert done.returncode == 0, done
    context = browser.new_context(reduced_motion="reduce", viewport={"width": 1280, "height": 800})
    page, asked, faults = context.new_page(), list[str](), list[str]()

    def note(request: Request) -> None:
        if not request.url.startswith(("file:", "data:", "blob:", "about:")):
            asked.append(request.url)

    context.on("request", note)
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.goto((ROOT / "build" / "site" / "index.html").as_uri())
    page.keyboard.press("/")
    page.keyboard.type("pooler")
    found = page.get_by_role("link", name="PostgreSQL behind a pooler").last
    expect(found).to_be_visible(timeout=30_000)
    context.close()
    assert (asked, faults) == ([], [])
