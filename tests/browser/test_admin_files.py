"""Imports, exports and media in the browser: by keyboard, with progress, and without JavaScript."""

import re
import zipfile
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.conftest import Served
from tests.browser.desk import Watch, check_page, sign_in, tab_to
from tests.factories import SEED_FILE
from tests.pictures import svg

SEED = SEED_FILE.read_bytes()


def choose(page: Page, label: str, path: Path) -> None:
    """Choose a file where the keyboard leads to; the dialog for it is not of the page."""
    field = page.get_by_label(label)
    tab_to(page, field)
    field.set_input_files(path)


def zipped(path: Path, count: int) -> Path:
    with zipfile.ZipFile(path, "w") as target:
        for number in range(count):
            text = SEED.replace(b"Kaylee's model", b"Model %d" % number)
            target.writestr(f"{path.stem}-{number:03}.qmd", text)
    return path


def test_a_file_is_checked_and_imported_by_keyboard(
    served: Served, watch: Watch, axe: str, tmp_path: Path
) -> None:
    page = watch().page
    sign_in(page, served, "/admin/imports")
    check_page(page, axe)
    archive = zipped(tmp_path / "by-keyboard.zip", 2)
    with zipfile.ZipFile(archive, "a") as target:
        target.writestr("broken.qmd", b"---\ntitle: x\n")
    choose(page, "Question file", archive)
    tab_to(page, page.get_by_role("button", name="Check the file"))
    page.keyboard.press("Enter")
    expect(page.get_by_text("Nothing was written yet.")).to_be_visible()
    expect(page.get_by_text("Error, line 1, column 1:")).to_be_visible()
    check_page(page, axe)
    tab_to(page, page.get_by_role("button", name="Import", exact=True))
    page.keyboard.press("Enter")
    expect(page.locator(".job")).to_contain_text("Imported")
    check_page(page, axe)
    text = SEED.replace(b"Kaylee's model is", b"Model 0 was")
    choose_again = tmp_path / "by-keyboard-000.qmd"
    choose_again.write_bytes(text)
    page.goto(f"{served.url}/admin/imports")
    check_page(page, axe)
    choose(page, "Question file", choose_again)
    tab_to(page, page.get_by_role("button", name="Check the file"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("insertion")).to_have_text("was")
    check_page(page, axe)


def test_progress_is_seen_until_the_report_comes(
    served: Served, watch: Watch, axe: str, tmp_path: Path
) -> None:
    page = watch().page
    sign_in(page, served, "/admin/imports")
    page.get_by_label("Question file").set_input_files(zipped(tmp_path / "many.zip", 300))
    page.get_by_role("button", name="Check the file").click()
    bar = page.get_by_role("progressbar", name=re.compile("of 300 files done"))
    expect(bar).to_be_visible()
    expect(page.get_by_role("heading", name="Report")).to_be_visible(timeout=120_000)
    expect(bar).to_have_count(0)
    expect(page.locator(".outcomes > li")).to_have_count(50)
    page.get_by_role("link", name="Next page").click()
    expect(page.get_by_text("many-050.qmd")).to_be_visible()
    check_page(page, axe)


def test_files_come_in_without_javascript(served: Served, watch: Watch, tmp_path: Path) -> None:
    page = watch(java_script_enabled=False).page
    sign_in(page, served, "/admin/imports")
    page.get_by_label("Question file").set_input_files(zipped(tmp_path / "plain.zip", 60))
    page.get_by_role("button", name="Check the file").click()
    report = page.get_by_role("heading", name="Report")
    for _ in range(60):
        if report.count():
            break
        page.get_by_role("link", name="Refresh").click()
        page.wait_for_timeout(500)
    page.get_by_role("link", name="New 60").click()
    expect(page.get_by_text("plain-000.qmd")).to_be_visible()


def test_a_file_that_is_too_large_is_told_of(served: Served, watch: Watch, tmp_path: Path) -> None:
    one = watch()
    sign_in(one.page, served, "/admin/media")
    large = tmp_path / "large.png"
    large.write_bytes(b"x" * 40_000_000)
    one.page.get_by_label("Add a picture").set_input_files(large)
    one.page.get_by_role("button", name="Upload").click()
    expect(one.page.get_by_text("bytes are read here")).to_be_visible()
    one.forgive("413")


def test_what_an_export_leaves_out_comes_before_the_file(
    served: Served, watch: Watch, axe: str
) -> None:
    page = watch().page
    sign_in(page, served, "/admin/exports")
    check_page(page, axe)
    tab_to(page, page.get_by_label("Format"))
    page.keyboard.type("GIFT")
    tab_to(page, page.get_by_role("button", name="Show what the file would hold"))
    page.keyboard.press("Enter")
    link = page.get_by_role("link", name="Download the file")
    expect(link).to_be_visible()
    check_page(page, axe)
    tab_to(page, link)
    with page.expect_download() as download:
        page.keyboard.press("Enter")
    assert download.value.suggested_filename.startswith("questions.")
    assert download.value.path().stat().st_size > 100


def test_a_picture_is_added_and_found(
    served: Served, watch: Watch, axe: str, tmp_path: Path
) -> None:
    page = watch(permissions=["clipboard-read", "clipboard-write"]).page
    sign_in(page, served, "/admin/media")
    check_page(page, axe)
    drawing = tmp_path / "drawing.svg"
    drawing.write_bytes(svg("<script>1</script><rect width='5' height='5'/>"))
    choose(page, "Add a picture", drawing)
    tab_to(page, page.get_by_role("button", name="Upload"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("does more than draw: <script>.")
    check_page(page, axe)
    tab_to(page, page.get_by_role("button", name="Copy"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    markdown = page.get_by_label("Markdown").input_value()
    assert page.evaluate("navigator.clipboard.readText()") == markdown
    page.get_by_role("link", name="All media").click()
    page.get_by_role("link", name="drawing.svg").click()
    expect(page.get_by_text("No question shows it.")).to_be_visible()
