"""The playground and the lab as visitors meet them: by keyboard, at any width, light and dark."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import NAMES, Served
from tests.browser.pages import Watched, assert_fits, status, submit, violations
from tests.browser.test_kinds import answer_by_keyboard, go_to_top, tab_to
from tests.browser.visits import Visit, visit

Watch = Callable[..., Watched]

LIGHTEST, SOON, MOST_VISITS = 100_000, 500, 24  # bytes, milliseconds
SCREENS = [
    {"viewport": {"width": 320, "height": 800}, "color_scheme": "light"},
    {"viewport": {"width": 1280, "height": 800}, "color_scheme": "dark"},
    # As at a zoom of 200 %.
    {"viewport": {"width": 640, "height": 400}, "color_scheme": "light", "device_scale_factor": 2},
]
GRADED, SENT = "#graded", "#sent"


def faults(page: Page, axe: str) -> list[Any]:
    """What axe finds under the policy of our pages."""
    return violations(page, axe, preload=False)


def shown(page: Page, address: str) -> None:
    """Open the playground and wait until the element has taken the place of the form."""
    page.goto(address)
    assert_shown(page)


def assert_shown(page: Page) -> None:
    """The element takes the place of the form."""
    expect(page.locator("quiz-question")).to_be_visible()
    expect(page.locator("#plain")).to_have_count(0)


@pytest.mark.parametrize("screen", SCREENS, ids=["320 light", "1280 dark", "200 %"])
def test_a_visitor_needs_no_mouse(
    served: Served, watch: Watch, axe: str, screen: dict[str, object]
) -> None:
    page = watch(**screen, permissions=["clipboard-read", "clipboard-write"]).page
    shown(page, f"{served.url}/?question=multiple")
    expect(page.locator(".math:not(.set)")).to_have_count(0)
    assert_fits(page)
    assert faults(page, axe) == []
    expect(page.locator(GRADED)).to_be_hidden()
    answer_by_keyboard(page, "multiple")
    expect(page.locator(GRADED)).to_be_visible()
    graded = json.loads(page.locator(GRADED).inner_text())
    assert (graded["score"], graded["question"]["slug"]) == (1, "multiple")
    sent = json.loads(page.locator(SENT).inner_text())
    assert sent["selected"] == graded["selected"]
    go_to_top(page)
    tab_to(page, "Copy the curl code")
    page.keyboard.press("Enter")
    expect(page.locator("#copied")).to_contain_text("is copied")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == page.locator(".snippet").first.text_content()
    assert all(id_ in copied for id_ in graded["selected"])
    assert_fits(page)
    assert faults(page, axe) == []


def test_a_question_is_picked_by_keyboard(served: Served, watch: Watch, axe: str) -> None:
    page = watch(viewport={"width": 320, "height": 800}).page
    page.goto(served.url)
    search = page.get_by_label("Search")
    expect(search).to_be_hidden()
    tab_to(page, "Pick a question")
    page.keyboard.press("Enter")
    expect(search).to_be_visible()
    tab_to(page, "Search")
    page.keyboard.type("stone")
    page.keyboard.press("Enter")
    expect(page.locator(".found a")).to_have_count(2)
    assert_fits(page)
    assert faults(page, axe) == []
    tab_to(page, "A falling stone")
    page.keyboard.press("Enter")
    page.wait_for_url("**question=cloze*")
    expect(page.get_by_role("heading", name="A falling stone")).to_be_visible()
    expect(page.locator(".found a")).to_have_count(2)  # the list stays


def test_where_there_is_room_the_list_is_always_there(served: Served, watch: Watch) -> None:
    page = watch(viewport={"width": 1280, "height": 800}).page
    page.goto(served.url)
    expect(page.get_by_label("Search")).to_be_visible()
    expect(page.get_by_text("Pick a question")).to_be_hidden()
    tab_to(page, "Skip to the question")
    page.keyboard.press("Enter")
    assert page.url.endswith("#question")


def test_it_is_light_and_soon_there(served: Served, watch: Watch) -> None:
    """With all that mathematics needs. Some visits may be slow: others use this machine, too."""
    address, visits = f"{served.url}/?question=multiple", list[Visit]()
    while len(visits) < MOST_VISITS and not is_soon(visits):
        visits.append(visit(watch().page, address, "Normalise batches"))
    assert max(each.bytes for each in visits) < LIGHTEST
    assert is_soon(visits), visits


def is_soon(visits: list[Visit]) -> bool:
    """Whether some visit saw the page, and some the result, soon enough."""
    return any(one.first_paint < SOON for one in visits) and any(
        one.answered < SOON for one in visits
    )


def test_the_first_paint_waits_for_no_script(served: Served, watch: Watch, axe: str) -> None:
    """Nor does anything else: where scripts never come, each kind has its native fields."""
    one = watch(viewport={"width": 320, "height": 800})
    page = one.page
    page.route(re.compile(r"\.js$"), lambda route: route.abort())
    for slug in NAMES:
        page.goto(f"{served.url}/?question={slug}")
        expect(page.get_by_role("button", name="Submit answer")).to_be_visible()
        assert_fits(page)
        assert faults(page, axe) == [], slug
    page.goto(f"{served.url}/?question=single")
    page.get_by_label("The Volga").check()
    submit(page)
    expect(page.locator("#result")).to_contain_text("1 of 1 point")
    assert faults(page, axe) == []
    one.forgive("net::ERR_FAILED")


def test_a_form_that_somebody_is_in_stays(served: Served, watch: Watch) -> None:
    page = watch().page
    held = list[Callable[[], None]]()
    page.route("**/v1/questions/short-text*", lambda route: held.append(route.continue_))
    page.goto(f"{served.url}/?question=short-text")
    page.locator("#plain [name=text]").fill("ReLU")
    held[0]()
    expect(page.locator("quiz-question [part=title]")).to_have_count(1)
    expect(page.locator("#plain")).to_be_visible()
    submit(page)
    expect(page.locator("#result")).to_contain_text("1 of 1 point")


def test_an_element_that_is_faster_than_the_page_is_shown(served: Served, watch: Watch) -> None:
    page = watch().page
    held = list[Callable[[], None]]()
    page.route("**/playground.js", lambda route: held.append(route.continue_))
    page.goto(f"{served.url}/?question=short-text", wait_until="commit")
    expect(page.locator("quiz-question [part=title]")).to_have_count(1)
    held[0]()
    assert_shown(page)


def test_what_is_refused_is_said_in_place(served: Served, watch: Watch) -> None:
    page = watch().page
    shown(page, f"{served.url}/?question=numeric")
    submit(page)
    expect(status(page)).to_contain_text("Give an answer first.")
    expect(page.locator(GRADED)).to_be_hidden()


@pytest.mark.parametrize("screen", SCREENS, ids=["320 light", "1280 dark", "200 %"])
def test_the_lab_follows_each_tick(
    served: Served, watch: Watch, axe: str, screen: dict[str, object]
) -> None:
    page = watch(**screen).page
    page.goto(f"{served.url}/lab")
    row = page.locator(".rules tbody").filter(has_text="net_right").first
    expect(row).to_contain_text("0.50")
    told = page.locator("#told").element_handle()
    page.evaluate("window.stays = true")
    tab_to(page, "C is ticked")
    page.keyboard.press("Space")
    expect(row).to_contain_text("1.00")
    expect(page.locator("#told")).to_contain_text("2 ticked")
    assert page.evaluate("(node) => node === document.getElementById('told')", told)
    assert page.evaluate("window.stays")
    expect(page.get_by_label("C is ticked")).to_be_focused()
    assert page.url.endswith("key=b&selected=b&key=c&selected=c")
    assert_fits(page)
    assert faults(page, axe) == []
    page.get_by_label("Options").fill("6")
    page.keyboard.press("Enter")
    expect(page.get_by_label("F is ticked")).to_be_visible()
    page.goto(f"{served.url}/lab?question=multiple")
    expect(page.locator("#told")).to_have_text("Nothing is ticked yet.")
    assert_fits(page)
    assert faults(page, axe) == []
