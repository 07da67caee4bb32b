"""A visit to the playground, measured: what it loads, and how soon there is something to see."""

from dataclasses import dataclass

from playwright.sync_api import Page

# All that came over the wire, headers included, for the page and for what it loaded.
_BYTES = """() => performance.getEntries().filter((one) => "transferSize" in one)
  .reduce((sum, one) => sum + one.transferSize, 0)"""
# Asked for in each frame until it is there. A policy without 'unsafe-eval' forbids other waiting.
_ONCE_THERE = """(what) => new Promise((done) => {
  const found = {
    painted: () => performance.getEntriesByName("first-contentful-paint")[0]?.startTime,
    shown: () => document.querySelector("quiz-question:not([hidden])") && performance.now(),
  };
  const look = () => {
    const value = found[what]();
    if (value) done(value);
    else requestAnimationFrame(look);
  };
  look();
})"""
# From the moment the answer is sent to the second frame after its result is on the page.
_WATCH = """() => {
  const element = document.querySelector("quiz-question");
  window.answered = new Promise((done) => {
    let sent;
    const tell = () => done(performance.now() - sent);
    const soon = () => requestAnimationFrame(() => requestAnimationFrame(tell));
    element.addEventListener("submit", () => (sent = performance.now()));
    element.addEventListener("graded", soon);
  });
}"""


@dataclass(frozen=True, slots=True)
class Visit:
    """Bytes that came, and milliseconds: to the first paint, to the question, to the result."""

    bytes: int
    first_paint: float
    shown: float
    answered: float


def visit(page: Page, address: str, option: str) -> Visit:
    """Open the page with nothing kept, pick the option of that label, and submit."""
    page.goto(address)
    shown = page.evaluate(_ONCE_THERE, "shown")
    page.wait_for_load_state("networkidle")
    first_paint = page.evaluate(_ONCE_THERE, "painted")
    page.evaluate(_WATCH)
    page.get_by_label(option).check()
    page.get_by_role("button", name="Submit answer").click()
    answered = page.evaluate("window.answered")
    return Visit(page.evaluate(_BYTES), first_paint, shown, answered)
