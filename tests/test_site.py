"""The documentation as a site: built without warnings, complete, and with all it needs."""

import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from markdown_it import MarkdownIt

from tests.processes import ROOT

DOCS = ROOT / "docs"
SOURCES = sorted(DOCS.rglob("*.md"))
CONFIGURATION = ROOT / "zensical.toml"
STRUCTURE = {"ul", "ol", "li", "table", "tr", "pre", "blockquote", "h1", "h2", "h3", "img"}


def built(configuration: Path) -> subprocess.CompletedProcess[str]:
    """A build that takes every warning for a failure."""
    command = [sys.executable, "-m", "zensical", "build", "--strict", "--clean"]
    return subprocess.run(
        [*command, "--config-file", str(configuration)],
        cwd=configuration.parent,
        capture_output=True,
        text=True,
        check=False,
    )


@dataclass
class Page(HTMLParser):
    """What a page loads, where its links lead, its anchors, and what its article consists of."""

    loads: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    anchors: set[str] = field(default_factory=set)
    article: list[str] = field(default_factory=list)
    is_inside: bool = False

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        """Note a tag."""
        said = {name: value or "" for name, value in attributes}
        self.anchors |= {said[name] for name in ("id", "name") if name in said}
        if tag == "a":
            self.links += [said["href"]] if "href" in said else []
        elif address := said.get("src") or said.get("href") or said.get("data"):
            self.loads.append(address)
        self.is_inside = self.is_inside or tag == "article"
        if self.is_inside and tag in STRUCTURE:
            self.article.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Note where the article ends."""
        self.is_inside = self.is_inside and tag != "article"


def read(html: str) -> Page:
    page = Page()
    page.feed(html)
    return page


@pytest.fixture(scope="module")
def site() -> Path:
    """The folder of the built site."""
    done = built(CONFIGURATION)
    assert (done.returncode, "No issues found" in done.stdout + done.stderr) == (0, True), done
    return ROOT / "build" / "site"


@pytest.fixture(scope="module")
def pages(site: Path) -> dict[Path, Page]:
    """Every page of it but the one that is told for addresses that are not there."""
    files = (path for path in site.rglob("*.html") if path.name != "404.html")
    return {path: read(path.read_text()) for path in files}


def address_of(source: Path, site: Path) -> Path:
    """The page that is made of a source."""
    name = "index" if source.name == "README.md" else source.stem
    return site / source.relative_to(DOCS).with_name(f"{name}.html")


def nav(entries: object) -> Iterator[str]:
    """The sources that the navigation names."""
    if isinstance(entries, str):
        yield entries
    elif isinstance(entries, dict | list):
        for entry in entries.values() if isinstance(entries, dict) else entries:
            yield from nav(entry)


def test_every_page_is_built_and_in_the_navigation(site: Path) -> None:
    listed = set(nav(tomllib.loads(CONFIGURATION.read_text())["project"]["nav"]))
    told = {str(source.relative_to(DOCS)) for source in SOURCES}
    assert listed <= told
    assert {name for name in told - listed if not name.startswith("decisions/0")} == set()
    assert [source for source in SOURCES if not address_of(source, site).exists()] == []


def test_nothing_is_loaded_from_elsewhere(site: Path, pages: dict[Path, Page]) -> None:
    loads = {(path.name, load) for path, page in pages.items() for load in page.loads}
    assert [one for one in loads if is_elsewhere(one[1])] == []
    assert len(loads) > 3 * len(pages)
    for sheet in site.rglob("*.css"):
        named = re.findall(r"url\(\s*[\"']?([^\"')]+)|@import\s+[\"']([^\"']+)", sheet.read_text())
        assert [one for pair in named for one in pair if is_elsewhere(one)] == [], sheet


def is_elsewhere(address: str) -> bool:
    """Whether a browser would leave the site for it."""
    return address.startswith("//") or urlsplit(address).scheme not in {"", "data"}


def test_every_link_leads_to_a_page_and_a_place_on_it(pages: dict[Path, Page]) -> None:
    assert list(broken(pages)) == []


def broken(pages: dict[Path, Page]) -> Iterator[tuple[str, str]]:
    """The links of pages, and what they load, that lead nowhere."""
    for path, page in pages.items():
        for link in (*page.links, *page.loads):
            parts = urlsplit(link)
            if parts.scheme:
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            is_there = target.is_file() or link in {".", "./", ".."}
            anchors = pages[target].anchors if target in pages else ()
            if not is_there or (parts.fragment and unquote(parts.fragment) not in anchors):
                yield path.name, link


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: str(path.relative_to(DOCS)))
def test_a_page_reads_the_same_here_and_there(
    source: Path, site: Path, pages: dict[Path, Page]
) -> None:
    """Lists, tables and code are those that a reader of the file sees elsewhere."""
    commonmark = MarkdownIt("commonmark").enable("table").render(source.read_text())
    told = read(f"<article>{commonmark}</article>").article
    assert pages[address_of(source, site)].article == told


def test_faults_of_pages_are_found(tmp_path: Path) -> None:
    """What the tests above look for, planted."""
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "index.md").write_text("# Welcome\n\n[Nowhere](nowhere.md)\n")
    plain = CONFIGURATION.read_text().replace("extra_css", "# ").partition("nav = [")[0]
    configuration = tmp_path / "zensical.toml"
    configuration.write_text(f"{plain}\n[project.theme]\nfont.text = 'Lato'\n")
    refused = built(configuration)
    assert (refused.returncode, "page does not exist" in refused.stderr) == (1, True)
    page = tmp_path / "build" / "site" / "index.html"
    found = read(page.read_text())
    assert any(is_elsewhere(load) for load in found.loads), "fonts from elsewhere"
    assert ("index.html", "nowhere.html") in list(broken({page: found}))
