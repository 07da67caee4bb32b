"""The pictures of the documentation show the pages as they are."""

import re
from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.conftest import Served
from tests.browser.desk import sign_in
from tests.browser.pages import Watched, shown, submit
from tests.browser.screenshots import FURTHEST, IMAGES, SIZE, distance, keep, seen
from tests.factories import SEED_FILE
from tests.processes import ROOT

Watch = Callable[..., Watched]


def test_the_playground(served: Served, watch: Watch) -> None:
    page = watch(viewport=SIZE, color_scheme="light").page
    page.goto(f"{served.url}/?question={SEED_FILE.stem}")
    expect(page.get_by_role("heading").first).to_be_visible()
    keep(page, "playground")


def test_the_element(served: Served, watch: Watch) -> None:
    page = watch(viewport=SIZE, color_scheme="light").page
    shown(page, served.page("single"))
    page.get_by_label("The Danube").check()
    submit(page)
    expect(page.get_by_text("The Volga flows to the Caspian Sea.")).to_be_visible()
    page.mouse.move(0, 0)
    page.evaluate("document.activeElement.blur(); scrollTo(0, 0)")
    keep(page, "element")


def test_the_editor(served: Served, watch: Watch) -> None:
    page = watch(viewport=SIZE, color_scheme="light").page
    sign_in(page, served, f"/admin/questions/{SEED_FILE.stem}/edit")
    expect(page.get_by_role("button", name="Save").first).to_be_visible()
    page.evaluate("document.activeElement.blur(); scrollTo(0, 0)")
    keep(page, "editor")


def test_the_description_of_the_api(served: Served, watch: Watch) -> None:
    page = watch(viewport=SIZE, color_scheme="light").page
    page.goto(f"{served.url}/docs")
    expect(page.get_by_text("Read one question").first).to_be_visible(timeout=60_000)
    keep(page, "api")


def test_the_list_of_problems_and_what_is_not_it(served: Served, watch: Watch) -> None:
    page = watch(viewport=SIZE, color_scheme="light").page
    page.goto(f"{served.url}/problems")
    keep(page, "problems")
    now, blank = seen(page), page.context.new_page()
    others = {one: distance(blank, now, IMAGES / f"{one}.webp") for one in ("element", "api")}
    assert min(others.values()) > FURTHEST, others


def test_every_picture_is_shown_and_every_shown_one_is_there() -> None:
    pages = [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]
    named = {name for page in pages for name in re.findall(r"images/(\w+\.webp)", page.read_text())}
    assert named == {path.name for path in IMAGES.iterdir()}
    assert all(path.stat().st_size < 100_000 for path in IMAGES.iterdir())
