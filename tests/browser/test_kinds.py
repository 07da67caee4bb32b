"""Every kind of question is answered by keyboard alone, and looks right in every state."""

import json
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from domain.questions import KINDS as REGISTERED
from tests.browser.conftest import KINDS, NAMES, Served
from tests.browser.pages import Watched, assert_fits, status, violations

Watch = Callable[..., Watched]

# What is pressed after Tab has led to the control of that name, and what comes of it.
Steps = list[tuple[str, str]]
ANSWERS: dict[str, tuple[Steps, str]] = {
    "single": ([("The Rhine", "ArrowDown")], "Right"),
    "multiple": ([("Use ReLU", "Space"), ("Normalise batches", "Space")], "Right"),
    "true-false": ([("True", "ArrowDown")], "Right"),
    "numeric": ([("Your answer", "35.316"), ("Unit", "k")], "Right"),
    "short-text": ([("Your answer", "rectifier")], "Partly right"),
    "ordering": ([], "Right"),  # by buttons, see below
    "matching": ([("France", "P"), ("Italy", "R")], "Right"),
    "derivatives": ([("x^2", "A")], "of 1 point"),
    "cloze": ([("Blank 1 of 3", "9.81"), ("Blank 1 of 3: Unit", "m"), ("Blank 2 of 3", "stone"),
               ("Blank 3 of 3", "f")], "Right"),
    "unreleased": ([("1", "Space")], "Answer received"),
    "score-only": ([("1", "Space")], "Right"),
}  # fmt: skip
FOCUSED = """() => {
  let node = document.activeElement;
  while (node?.shadowRoot?.activeElement) node = node.shadowRoot.activeElement;
  if (!node) return "";
  const named = node.getAttribute("aria-labelledby");
  const label = node.labels?.[0] ?? (named && node.getRootNode().getElementById(named));
  return (node.ariaLabel || label?.textContent || node.textContent || "").trim();
}"""
RIGHT_ORDER = ["Forward pass", "Loss", "loss.backward()", "Optimiser step"]
MOST_STOPS = 40


def tab_to(page: Page, name: str) -> None:
    """Press Tab until the focus is on the control of that name."""
    seen = []
    for _ in range(MOST_STOPS):
        page.keyboard.press("Tab")
        seen.append(page.evaluate(FOCUSED))
        if seen[-1].startswith(name):
            return
    raise AssertionError(f"Tab does not lead to {name!r}, but to {seen}")


def answer_by_keyboard(page: Page, slug: str) -> None:
    for name, keys in ANSWERS[slug][0]:
        tab_to(page, name)
        press = page.keyboard.press if keys in {"Space", "ArrowDown"} else page.keyboard.type
        press(keys)
    if slug == "ordering":
        put_in_order(page)
    tab_to(page, "Submit answer")
    page.keyboard.press("Enter")
    expect(status(page)).to_contain_text(ANSWERS[slug][1])


def put_in_order(page: Page) -> None:
    """Lead each to its place by its button, from the first on."""
    for place, name in enumerate(RIGHT_ORDER):
        texts = [text.strip() for text in page.locator(".order .said").all_inner_texts()]
        above = texts.index(name) - place
        if above:
            go_to_top(page)
            tab_to(page, f"Move up: {name}")
        for _ in range(above):
            page.keyboard.press("Enter")
            assert page.evaluate(FOCUSED) == f"Move up: {name}"  # it keeps the focus
    assert [text.strip() for text in page.locator(".order .said").all_inner_texts()] == RIGHT_ORDER


def go_to_top(page: Page) -> None:
    """Where Tab begins anew, as after a look at the page."""
    page.locator("h1").evaluate("(node) => { node.tabIndex = -1; node.focus(); }")


def test_there_is_a_question_of_every_kind_and_an_answer_to_each() -> None:
    asked = {json.loads(line)["kind"] for line in KINDS.read_text().splitlines()}
    assert asked == set(REGISTERED)
    assert ANSWERS.keys() == set(NAMES)


@pytest.mark.parametrize(("width", "scheme"), [(320, "light"), (1280, "dark")])
@pytest.mark.parametrize("slug", NAMES)
def test_every_kind_is_answered_by_keyboard_alone(
    served: Served, watch: Watch, axe: str, slug: str, width: int, scheme: str
) -> None:
    one = watch(viewport={"width": width, "height": 800}, color_scheme=scheme)
    page = one.page
    page.goto(served.page(slug))
    expect(page.get_by_role("button", name="Submit answer")).to_be_visible()
    expect(page.locator(".math:not(.set)")).to_have_count(0)
    assert_fits(page)
    assert violations(page, axe) == []
    before = served.count(slug)
    answer_by_keyboard(page, slug)
    assert_fits(page)
    assert violations(page, axe) == []
    assert served.count(slug) == before + 1
