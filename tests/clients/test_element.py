"""The element's package: its own tests run, its file is small, and it says one version."""

import json
import re

import brotli
import pytest

from formats import sanitising
from tests.clients.tools import ELEMENT, NODE, installed, run
from tests.processes import ROOT

SOURCE = (ELEMENT / "quiz-question.js").read_text()
PACKAGE = json.loads((ELEMENT / "package.json").read_text())
SMALL = 15_000  # bytes
DOCUMENTED = (ROOT / "docs" / "element.md").read_text()


def test_its_own_tests_pass() -> None:
    folder = installed(ELEMENT)
    done = run(NODE, "--test", *map(str, (folder / "tests").glob("*.test.js")), cwd=folder)
    assert done.returncode == 0, done.stdout
    passed = re.search(r"^\S pass (\d+)$", done.stdout, re.M)
    assert passed
    assert int(passed[1]) >= 10


def test_its_file_is_small_and_needs_nothing() -> None:
    assert len(brotli.compress(SOURCE.encode())) < SMALL
    assert not re.search(r"^import |\bimport\(", SOURCE, re.M)
    assert "dependencies" not in PACKAGE


def test_its_package_holds_the_file_and_names_no_registry() -> None:
    assert PACKAGE["files"] == [PACKAGE["main"]] == ["quiz-question.js"]
    assert f'static version = "{PACKAGE["version"]}"' in SOURCE
    lock = json.loads((ELEMENT / "package-lock.json").read_text())
    assert not [name for name, package in lock["packages"].items() if "resolved" in package]
    assert lock["packages"][""]["devDependencies"] == PACKAGE["devDependencies"]


def test_it_lets_through_what_the_service_lets_through() -> None:
    """The tags and attributes of both lists are the same."""
    tags, attributes = re.findall(r'new Set\(\s*\(?((?:"[^"]*"[\s+]*)+)\)?\.split', SOURCE)
    assert set("".join(re.findall(r'"([^"]*)"', tags)).split()) == sanitising.TAGS
    allowed = set().union(*sanitising.ATTRIBUTES.values()) | {"class", "rel"}
    assert set("".join(re.findall(r'"([^"]*)"', attributes)).split()) == allowed


@pytest.mark.parametrize(
    ("written", "documented"),
    [
        (r"(?<!-)(--quiz-[a-z-]+)", r"`(--quiz-[a-z-]+)`"),
        (r"observedAttributes = \[([^\]]+)\]", r"^\| `([a-z-]+)` \| "),
    ],
)
def test_what_it_takes_is_documented(written: str, documented: str) -> None:
    told = set(re.findall(documented, DOCUMENTED, re.M))
    found = set(re.findall(r"[\w-]+", " ".join(re.findall(written, SOURCE))))
    assert found
    assert found <= told


def test_its_parts_are_documented() -> None:
    told = re.search(r"^Parts: (.*?)\.$", DOCUMENTED, re.M | re.S)
    assert told
    parts = set(re.findall(r'part: ["`]([^"`$]+)["`]', SOURCE)) | {"retry", "reload"}
    parts |= set(re.findall(r'section\([^,]+, "([a-z]+)"', SOURCE))
    names = {name for part in parts for name in part.split() if not name.endswith("-")}
    assert names <= set(re.findall(r"`([a-z-]+)`", told[1]))
