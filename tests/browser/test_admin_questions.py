"""Questions on the admin pages: found, written, mended and published by keyboard alone."""

import re
from functools import partial

from playwright.sync_api import expect

from tests.browser import desk
from tests.browser.conftest import Served
from tests.browser.desk import Watch, check_page, sign_in

tab_to = partial(desk.tab_to, most=60)  # the editor has many controls


def test_the_list_follows_what_is_typed(served: Served, watch: Watch, axe: str) -> None:
    page = watch().page
    sign_in(page, served, "/admin/questions")
    check_page(page, axe)
    words = page.get_by_label("Words")
    words.focus()
    page.keyboard.type("stone galileo")
    expect(page.get_by_text("1 question.")).to_be_visible()
    expect(page.get_by_role("link", name="A falling stone")).to_be_visible()
    expect(words).to_be_focused()
    assert page.url.endswith("/admin/questions?q=stone+galileo")
    page.keyboard.type(" nowhere")
    expect(page.get_by_role("status")).to_have_text("No question fits.")
    check_page(page, axe)
    page.get_by_text("More filters").click()
    words.fill("")
    page.get_by_label("Kind").select_option("cloze")
    expect(page.get_by_text("1 question.")).to_be_visible()
    check_page(page, axe)
    page.get_by_role("link", name="A falling stone").click()
    expect(page.get_by_role("heading", name="A falling stone")).to_be_visible()
    page.go_back()
    expect(page.get_by_text("1 question.")).to_be_visible()


def test_a_question_is_written_and_published_by_keyboard(
    served: Served, watch: Watch, axe: str
) -> None:
    one = watch()
    page = one.page
    sign_in(page, served, "/admin/questions")
    tab_to(page, page.get_by_role("link", name="New question"))
    page.keyboard.press("Enter")
    check_page(page, axe)
    for label, text in [
        ("Slug", "by-keyboard"),
        ("Title", "Even numbers"),
        ("Stem", "Is $2^n$ **even**?"),
    ]:
        tab_to(page, page.get_by_label(label, exact=True))
        page.keyboard.type(text)
    preview = page.get_by_role("complementary", name="Preview")
    expect(preview.locator("strong", has_text="even")).to_be_visible()
    expect(preview.locator("math")).to_be_visible()
    for number, text in [(1, "Yes"), (2, "No")]:
        tab_to(page, page.get_by_label(f"Option {number}", exact=True))
        page.keyboard.type(text)
    tab_to(page, page.get_by_label("Right: option 1"), most=90)  # the way back is around the page
    page.keyboard.press("Space")
    tab_to(page, page.get_by_role("button", name="Add an option"))
    page.keyboard.press("Enter")
    fifth = page.get_by_label("Option 5", exact=True)
    expect(fifth).to_be_focused()
    page.keyboard.type("Sometimes")
    tab_to(page, page.get_by_label("Difficulty"))
    page.keyboard.type("hard")
    page.keyboard.press("Enter")
    problem = page.get_by_text("Not saved.")
    expect(problem).to_be_visible()
    one.forgive("422")
    check_page(page, axe)
    difficulty = page.get_by_label("Difficulty")
    expect(difficulty).to_have_attribute("aria-invalid", "true")
    expect(difficulty).to_have_accessible_description(re.compile("Write a number"))
    tab_to(page, page.get_by_role("link", name="Write a number"))
    page.keyboard.press("Enter")
    expect(difficulty).to_be_focused()
    page.keyboard.press("Control+a")
    page.keyboard.type("0.5")
    tab_to(page, page.get_by_label("Key and explanation"))
    page.keyboard.press("Space")
    expect(preview.get_by_text("right: to be picked")).to_be_visible()
    check_page(page, axe)
    tab_to(page, page.get_by_role("button", name="Save draft"))
    page.keyboard.press("Enter")
    expect(page.get_by_text("Saved as version 1.")).to_be_visible()
    check_page(page, axe)
    tab_to(page, page.get_by_role("button", name="Publish now"))
    page.keyboard.press("Enter")
    expect(page.get_by_text("Learners get it from now on.")).to_be_visible()
    check_page(page, axe)


def test_the_second_of_two_editors_sees_both_texts(served: Served, watch: Watch, axe: str) -> None:
    one = watch()
    page = one.page
    sign_in(page, served, "/admin/questions/single/edit")
    other = page.context.new_page()
    other.goto(page.url)
    for each, title in [(other, "Longest river"), (page, "The largest river of all")]:
        each.locator("#title").fill(title)
        each.get_by_role("button", name="Save draft").click()
    expect(page.get_by_text("somebody else saved this question meanwhile")).to_be_visible()
    one.forgive("412")
    expect(page.locator("del", has_text="Longest")).to_be_visible()
    expect(page.locator("#title")).to_have_value("The largest river of all")
    check_page(page, axe)
    page.get_by_role("button", name="Save mine over it").click()
    expect(page.get_by_role("heading", name="The largest river of all")).to_be_visible()
    page.get_by_role("link", name="History").click()
    expect(page.locator("ins").nth(1)).to_be_visible()
    check_page(page, axe)


def test_each_kind_has_an_editor_that_changes_with_it(
    served: Served, watch: Watch, axe: str
) -> None:
    page = watch().page
    sign_in(page, served, "/admin/questions/new")
    page.locator("#title").fill("Any kind")
    for kind, label in [
        ("numeric", "Value"),
        ("short_text", "Patterns"),
        ("ordering", "Places that may be swapped"),
        ("matching", "Target 1"),
        ("cloze", "Blanks, as JSON"),
        ("true_false", "Right: option 2"),
    ]:
        page.get_by_label("Kind").select_option(kind)
        expect(page.get_by_label(label, exact=True)).to_be_visible()
        expect(page.locator("#title")).to_have_value("Any kind")
        check_page(page, axe)


def test_questions_of_all_kinds_are_shown(served: Served, watch: Watch, axe: str) -> None:
    page = watch().page
    sign_in(page, served, "/admin/questions/numeric")
    for slug in ("numeric", "short-text", "ordering", "derivatives", "cloze", "true-false"):
        page.goto(f"{served.url}/admin/questions/{slug}")
        expect(page.get_by_role("button", name="Retire")).to_be_visible()
        check_page(page, axe)
