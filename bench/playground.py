"""What a first visit to the playground takes: its weight, and how soon it shows something."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.browser.visits import Visit, visit
from tests.processes import questions, serving

SHOWN = Path(__file__).parents[1] / "tests" / "browser" / "kinds.jsonl"
VISITS = 7


def figures() -> Iterator[str]:
    """Of a question with mathematics, in Chromium, nothing kept from an earlier visit."""
    chromium = shutil.which("chromium")
    if not chromium:
        yield "       - the playground: chromium is missing"
        return
    visits = sorted(_visits(chromium), key=lambda one: one.first_paint)
    middle = visits[VISITS // 2]
    answered = sorted(one.answered for one in visits)[VISITS // 2]
    yield f"{middle.bytes / 1000:8.1f} kB on the wire for the page and all that it loads"
    yield f"{middle.first_paint:8.0f} ms to its first paint, in the middle of {VISITS}"
    yield f"{middle.shown:8.0f} ms to the question as the element shows it"
    yield f"{answered:8.0f} ms from sending an answer to its result on the page"


def _visits(chromium: str) -> Iterator[Visit]:
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        folder = Path(name)
        assert questions("seed", str(SHOWN), cwd=folder).exit_code == 0
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        with serving(folder, "run") as service:
            for _ in range(VISITS):
                page = browser.new_page()
                yield visit(page, f"{service.url}/?question=multiple", "Normalise batches")
                page.context.close()
        browser.close()
