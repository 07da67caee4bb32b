"""The real service, Debian's Chromium, and a second origin that embeds the element."""

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tests.browser.pages import Site, Watched, site, watched
from tests.clients.tools import ELEMENT, chromium, installed
from tests.factories import SEED_FILE
from tests.processes import questions, serving

expect.set_options(timeout=20_000)  # milliseconds; other tests use the machine, too

ADMIN_KEY = "browser-admin-key"
KINDS = Path(__file__).parent / "kinds.jsonl"
NAMES = [json.loads(line)["slug"] for line in KINDS.read_text().splitlines()]


@dataclass(frozen=True, slots=True)
class Served:
    """The service with one question of each kind, and a page that can show them."""

    url: str
    database: Path
    site: Site
    loading: str
    admin_key: str = ADMIN_KEY

    def page(self, slug: str, attributes: str = "") -> str:
        """The address of a page of another origin that shows the question."""
        body = f'<quiz-question src="{self.url}/v1/questions/{slug}" {attributes}></quiz-question>'
        return self.site.page(self.loading, body, f"/{slug}.html")

    def count(self, slug: str) -> int:
        """How many submissions to a question are stored."""
        counting = (
            "SELECT count(*) FROM submission JOIN question ON question.id = question_id"
            " WHERE slug = ?"
        )
        with closing(sqlite3.connect(self.database)) as connection:
            return int(connection.execute(counting, [slug]).fetchone()[0])


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Chromium, as Debian has it. It ends with these tests: others want the event loop."""
    path = chromium()
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture(scope="package")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The service as it runs elsewhere, and a site on another port."""
    folder = tmp_path_factory.mktemp("browser")
    told = questions("seed", str(KINDS), str(SEED_FILE), cwd=folder)
    assert told.exit_code == 0, told.output
    settings = {"QUESTIONS_ADMIN_KEY": ADMIN_KEY}
    with serving(folder, "run", settings=settings) as service, site() as other:
        loading = httpx.get(f"{service.url}/element.json").json()["html"]
        yield Served(service.url, folder / "data" / "questions.db", other, loading)


@pytest.fixture(scope="package")
def axe() -> str:
    """The accessibility checker, as a script."""
    return (installed(ELEMENT) / "node_modules" / "axe-core" / "axe.min.js").read_text()


@pytest.fixture
def watch(browser: Browser) -> Iterator[Callable[..., Watched]]:
    """Opens pages that must end without console errors and without leaving loopback."""
    with ExitStack() as ending:

        def opened(**options: Any) -> Watched:
            return ending.enter_context(watched(browser, **options))

        yield opened
