"""Texts that try to run a script, where people meet them: nothing runs, nobody else is asked."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Route

from migrations import open_bank
from settings import Settings
from tests.browser.conftest import ADMIN_KEY
from tests.browser.pages import LOOPBACK, site
from tests.factories import Bank
from tests.formats.hostile_markup import PAYLOADS
from tests.processes import serving
from tests.torture.effort import LEVEL
from tests.torture.hostile.scripts import hostile_draft

# Whatever runs calls one of these; they are there before anything of a page is.
MARK = """for (const name of ["alert", "msgbox"])
  window[name] = () => console.debug(`ran ${name} on ${location.pathname}`);"""
TOUCH = """() => document.querySelectorAll("main *, body *").forEach((one) => {
  for (const name of ["mouseover", "focus", "toggle", "error", "load", "pointerrawupdate"])
    one.dispatchEvent(new Event(name, {bubbles: true}));
  if (one.matches("a[href^='javascript' i]")) one.click();
})"""


class Hostile(NamedTuple):
    """A service whose bank is full of such texts."""

    url: str
    slugs: list[str]


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hostile]:
    folder = tmp_path_factory.mktemp("hostile")
    (folder / "data").mkdir()
    chosen = PAYLOADS[::20] if LEVEL == "brief" else PAYLOADS
    database = open_bank(Settings.load(database_url=f"sqlite:///{folder}/data/questions.db"))
    slugs = [f"hostile-{number}" for number in range(len(chosen))]
    for slug, text in zip(slugs, chosen, strict=True):
        Bank(database).publish(hostile_draft(text, slug))
    database.close()
    with serving(folder, "run", settings={"QUESTIONS_ADMIN_KEY": ADMIN_KEY}) as service:
        yield Hostile(service.url, slugs)


@contextmanager
def opened(browser: Browser) -> Iterator[tuple[Page, list[str]]]:
    """A page, and what ran on it or asked another host."""
    found, context = list[str](), browser.new_context()
    context.add_init_script(MARK)

    def ask(route: Route) -> None:
        if urlsplit(route.request.url).hostname == LOOPBACK:
            route.fallback()
        else:
            found.append(f"asked {route.request.url}")
            route.abort()

    def tell(told: ConsoleMessage) -> None:
        if told.text.startswith("ran "):
            found.append(told.text)

    context.route("**/*", ask)
    page = context.new_page()
    page.on("console", tell)
    yield page, found
    context.close()


def test_nothing_runs_where_learners_and_authors_read(browser: Browser, hostile: Hostile) -> None:
    with opened(browser) as (page, found):
        page.goto(f"{hostile.url}/admin/questions")
        page.get_by_label("API key").fill(ADMIN_KEY)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url("**/admin/questions")
        page.evaluate(TOUCH)
        for slug in hostile.slugs:
            for path in (f"/?question={slug}", f"/admin/questions/{slug}"):
                assert page.goto(f"{hostile.url}{path}").status == 200  # type: ignore[union-attr]
                page.evaluate(TOUCH)
    assert found == []


def test_a_page_that_trusts_is_noticed(browser: Browser) -> None:
    """Planted: a page that shows such a text as it is."""
    with site() as other, opened(browser) as (page, found):
        page.goto(other.page("", "<img src=x onerror=alert(1)><img src='http://example.org/a'>"))
        page.wait_for_load_state("networkidle")
    assert sorted(found) == ["asked http://example.org/a", "ran alert on /index.html"]
