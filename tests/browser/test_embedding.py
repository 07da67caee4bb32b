"""The element on pages of others: bound by its hash, under a strict policy, without a network."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Request, Route, expect

from tests.browser.conftest import Served
from tests.browser.pages import Watched, shown, status, submit
from tests.processes import ROOT

Watch = Callable[..., Watched]

DOCUMENTED = (ROOT / "docs" / "element.md").read_text()
SENT = "**/submissions"
NETWORK = r"net::ERR_"


def test_another_file_than_the_hash_says_is_not_run(served: Served, watch: Watch) -> None:
    one = watch()
    shown(one.page, served.page("single"))
    tampered = re.sub(r"sha384-.{8}", "sha384-AAAAAAAA", served.loading)
    assert tampered != served.loading
    element = '<quiz-question src="/">Questions need a script.</quiz-question>'
    one.page.goto(served.site.page(tampered, element, "/tampered.html"))
    assert not one.page.evaluate("Boolean(customElements.get('quiz-question'))")
    expect(one.page.get_by_text("Questions need a script.")).to_be_visible()
    one.forgive("integrity")


def test_it_works_under_a_strict_policy(served: Served, watch: Watch) -> None:
    """Without inline styles and scripts, code and mathematics have their looks."""
    page = watch().page
    sources = "; ".join(f"{kind}-src {served.url}" for kind in ("script", "connect", "style"))
    policy = f"default-src 'none'; img-src data:; {sources}"
    body = f'<quiz-question src="{served.url}/v1/questions/multiple"></quiz-question>'
    address = served.site.page(served.loading, body, "/strict.html", Content_Security_Policy=policy)
    shown(page, address)
    expect(page.locator("math")).to_have_count(5)
    expect(page.locator(".math:not(.set)")).to_have_count(0)
    keyword = page.locator(".highlight .k").first
    assert keyword.evaluate("(node) => getComputedStyle(node).color") == "rgb(179, 18, 42)"


def test_offline_it_keeps_the_answer_and_sends_it_once(served: Served, watch: Watch) -> None:
    one = watch()
    page, keys = one.page, list[str]()

    def note(request: Request) -> None:
        if request.method == "POST":
            keys.append(request.headers["idempotency-key"])

    page.on("request", note)
    shown(page, served.page("single"))
    before = served.count("single")
    page.evaluate("window.region = document.querySelector('quiz-question').shadowRoot"
                  ".querySelector('[role=status]')")  # fmt: skip
    page.get_by_label("The Volga").check()
    page.context.set_offline(True)
    submit(page)
    expect(status(page)).to_contain_text("You are offline. Your answer is kept")
    expect(page.get_by_label("The Volga")).to_be_checked()
    expect(page.get_by_label("The Volga")).to_be_disabled()
    assert served.count("single") == before
    page.context.set_offline(False)
    expect(status(page)).to_contain_text("1 of 1 point")
    assert len(keys) >= 2
    assert len(set(keys)) == 1
    assert served.count("single") == before + 1
    assert status(page).evaluate("(node) => node === window.region")
    one.forgive(NETWORK)


def test_an_answer_whose_result_was_lost_counts_once(served: Served, watch: Watch) -> None:
    """The first request arrives, its answer does not; a reload of the page sends it again."""
    one = watch()
    page = one.page

    def lose(route: Route) -> None:
        route.fetch()
        route.abort()

    shown(page, served.page("ordering"))
    before = served.count("ordering")
    page.route(SENT, lose)
    submit(page)
    expect(status(page)).to_contain_text("The server does not answer.")
    assert served.count("ordering") == before + 1
    page.unroute(SENT)
    with page.expect_response(lambda got: got.request.method == "POST") as sent:
        page.reload()
    expect(status(page)).to_contain_text("of 1 point")
    assert sent.value.header_value("idempotency-replayed") == "true"
    assert served.count("ordering") == before + 1
    one.forgive(NETWORK)


def test_a_failing_server_is_told_and_tried_again_when_the_learner_says(
    served: Served, watch: Watch
) -> None:
    one = watch()
    page = one.page
    shown(page, served.page("numeric"))
    page.get_by_label("Your answer").fill("35.316")
    page.get_by_label("Unit").select_option("km/h")
    page.route(
        SENT, lambda route: route.fulfill(status=503, headers={"Retry-After": "60"}, body="")
    )
    submit(page)
    expect(status(page)).to_contain_text("The server does not answer.")
    page.unroute(SENT)
    page.get_by_role("button", name="Try now").click()
    expect(status(page)).to_contain_text("1 of 1 point")
    one.forgive("503")


def test_a_question_that_cannot_be_loaded_yet_comes_by_itself(served: Served, watch: Watch) -> None:
    one = watch()
    one.page.route("**/v1/questions/single", lambda route: route.abort())
    one.page.goto(served.page("single"))
    expect(status(one.page)).to_contain_text("The server does not answer. It will be tried again.")
    one.page.unroute("**/v1/questions/single")
    expect(one.page.get_by_role("button", name="Submit answer")).to_be_visible()
    one.forgive(NETWORK)


def test_what_is_wrong_with_an_answer_is_told_where_it_is(served: Served, watch: Watch) -> None:
    page = watch().page
    shown(page, served.page("numeric"))
    number = page.get_by_label("Your answer")
    for text, told in (("", "Give an answer"), ("9,81", "decimal point"), ("9.81", "unit")):
        number.fill(text)
        submit(page)
        expect(status(page)).to_contain_text(told)
    expect(page.get_by_label("Unit")).to_be_focused()
    expect(page.get_by_label("Unit")).to_have_attribute("aria-invalid", "true")


def test_fingers_and_the_mouse_will_do(served: Served, watch: Watch) -> None:
    page = watch(has_touch=True, viewport={"width": 360, "height": 700}).page
    shown(page, served.page("multiple"))
    page.get_by_text("Normalise batches.").tap()
    expect(page.get_by_label("Normalise batches.")).to_be_checked()
    shown(page, served.page("ordering"))
    names = page.locator(".order .said").all_inner_texts()
    handles = page.locator(".handle")
    start, end = handles.first.bounding_box(), handles.last.bounding_box()
    assert start
    assert end
    page.mouse.move(start["x"] + 5, start["y"] + 5)
    page.mouse.down()
    page.mouse.move(end["x"] + 5, end["y"] + end["height"] + 20, steps=15)
    page.mouse.up()
    assert page.locator(".order .said").all_inner_texts() == [*names[1:], names[0]]


def test_hints_come_one_by_one(served: Served, watch: Watch) -> None:
    page = watch().page
    shown(page, served.page("single"))
    page.get_by_role("button", name="Show a hint (1 of 2)").click()
    expect(page.get_by_text("It is in the east.")).to_be_visible()
    page.get_by_role("button", name="Show a hint (2 of 2)").click()
    expect(page.get_by_text("It ends in the Caspian Sea.")).to_be_visible()
    expect(page.get_by_role("button", name="Submit answer")).to_be_focused()


def test_it_speaks_another_language_and_answers_again(served: Served, watch: Watch) -> None:
    page = watch().page
    page.goto(served.page("single", 'language="de" shuffle="a seed"'))
    page.get_by_label("The Volga").check()
    page.get_by_role("button", name="Antwort absenden").click()
    expect(status(page)).to_contain_text("Richtig · 1 von 1 Punkt")
    link = page.get_by_role("link", name="Rivers of Europe (öffnet ein neues Fenster)")
    expect(link).to_have_attribute("target", "_blank")
    page.get_by_role("button", name="Noch einmal antworten").click()
    expect(page.get_by_label("The Volga")).not_to_be_checked()
    expect(page.locator("input").first).to_be_focused()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_set_its_colours_and_parts(served: Served, watch: Watch, scheme: str) -> None:
    """The page decides on light and dark, and by custom properties on each colour."""
    page = watch(color_scheme="light").page
    styles = re.search(r"```css\n(.*?)```", DOCUMENTED, re.S)
    assert styles
    own = f"<style>:root {{ color-scheme: {scheme} !important; }} {styles[1]}</style>"
    body = f'<quiz-question src="{served.url}/v1/questions/single"></quiz-question>'
    shown(page, served.site.page(served.loading + own, body, f"/themed-{scheme}.html"))
    colours = page.locator("quiz-question").evaluate("""(node) => {
      const style = (selector) => getComputedStyle(node.shadowRoot.querySelector(selector));
      return [style("[type=submit]").backgroundColor, style(".card").backgroundColor,
        style(".card").borderTopWidth];
    }""")
    ground = {"light": "rgb(255, 255, 255)", "dark": "rgb(13, 17, 23)"}[scheme]
    assert colours == ["rgb(124, 45, 146)", ground, "0px"]
