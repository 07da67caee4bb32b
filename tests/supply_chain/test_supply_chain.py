"""What the service is made of is locked, listed, licensed, and not known to be bad."""

import json
import re
import threading
import tomllib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.processes import ROOT
from tests.supply_chain.components import components, refused_licences
from tests.supply_chain.known_faults import KNOWN_BAD, NothingAuditedError, known_faults

LOCKS = sorted((ROOT / "requirements").glob("*.txt"))
MOST_ASKED_FOR = 25
PINNED = re.compile(r"^([A-Za-z0-9._-]+)==(\S+)", re.MULTILINE)
ADDRESS = re.compile(r"https?://|--index-url|--find-links|file:", re.IGNORECASE)
FAULT = {
    "id": "PYSEC-2014-8",
    "aliases": ["CVE-2014-1402"],
    "summary": "A cache folder that others can write to.",
    "affected": [
        {
            "package": {"name": "jinja2", "ecosystem": "PyPI"},
            "versions": ["2.4.1"],
            "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "2.7.2"}]}],
        }
    ],
}

Json = dict[str, Any]


def pinned(lock: Path) -> dict[str, str]:
    return dict(PINNED.findall(lock.read_text()))


# Asked for.


def asked_for() -> list[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    return [re.split(r"[\[<>=]", each)[0] for each in project["dependencies"]]


def test_few_libraries_are_asked_for_and_each_has_its_reason() -> None:
    reasons = (ROOT / "docs" / "decisions" / "0007-libraries.md").read_text()
    told = {
        name.strip()
        for row in re.findall(r"^\| ([^|]+) \|", reasons, re.MULTILINE)
        for name in row.split(",")
    }
    assert len(asked_for()) <= MOST_ASKED_FOR
    assert set(asked_for()) <= told


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_every_version_is_locked_by_hashes_and_without_addresses(lock: Path) -> None:
    text = lock.read_text()
    for requirement in re.split(r"\n(?=\S)", text):
        if "==" in requirement.partition("\n")[0]:
            assert "--hash=sha256:" in requirement, requirement
    assert not ADDRESS.search(text)


# Listed and licensed.


@pytest.fixture(scope="module")
def document() -> Json:
    return components()


def test_the_list_is_what_the_lock_names_and_the_scripts_of_pages(document: Json) -> None:
    listed = {each["purl"].partition(":")[2] for each in document["components"]}
    packages = {each for each in listed if each.startswith("pypi/")}
    locked = {
        f"pypi/{name.lower()}@{version}"
        for name, version in pinned(ROOT / "requirements" / "runtime.txt").items()
    }
    assert packages <= locked, "others lie there"
    elsewhere = {"pypi/colorama", "pypi/tzdata", "pypi/greenlet"}  # of other systems
    assert {each.partition("@")[0] for each in locked - packages} <= elsewhere
    assert {each.partition("@")[0] for each in listed - packages} == {"npm/htmx", "npm/temml"}
    assert document["bomFormat"] == "CycloneDX"


def test_all_licences_are_allowed(document: Json) -> None:
    assert refused_licences(document) == []


@pytest.mark.parametrize(
    "licences",
    [
        [],
        [{"license": {"id": "AGPL-3.0-only"}}],
        [{"license": {"id": "MIT"}}, {"license": {"id": "SSPL-1.0"}}],
        [{"expression": "GPL-2.0-only OR Proprietary"}],
    ],
)
def test_a_licence_that_is_not_allowed_is_told(document: Json, licences: list[Json]) -> None:
    planted = {"name": "planted", "version": "1", "licenses": licences}
    (told,) = refused_licences({"components": [*document["components"], planted]})
    assert told.startswith("planted 1: its licence is ")


# Known to be bad.


@contextmanager
def asked(answer: Callable[[str, str], list[Json]]) -> Iterator[str]:
    """The address of somebody who knows such faults of a package in a version."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            sent = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            found = answer(sent["package"]["name"].lower(), sent["version"])
            body = json.dumps({"vulns": found} if found else {}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Tell nobody."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1/query"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def of_old_jinja(name: str, version: str) -> list[Json]:
    return [FAULT] if (name, version) == ("jinja2", "2.4.1") else []


@pytest.fixture
def locked(tmp_path: Path) -> Path:
    path = tmp_path / "locked.txt"
    path.write_text("jinja2==3.1.6\nmarkupsafe==3.0.4\n")
    return path


def test_what_nobody_knows_to_be_bad_passes(locked: Path) -> None:
    with asked(of_old_jinja) as service:
        assert known_faults(locked, service) == []


def test_a_version_that_is_known_to_be_bad_is_told(locked: Path) -> None:
    locked.write_text(locked.read_text().replace("3.1.6", "2.4.1"))
    with asked(of_old_jinja) as service:
        assert known_faults(locked, service) == ["jinja2 2.4.1: PYSEC-2014-8, mended in 2.7.2"]


def test_to_be_told_nothing_is_not_to_be_safe(locked: Path) -> None:
    with (
        asked(lambda *_: []) as service,
        pytest.raises(NothingAuditedError, match=re.escape(KNOWN_BAD.read_text().strip())),
    ):
        known_faults(locked, service)


def test_nor_is_an_answer_that_never_came(locked: Path) -> None:
    with pytest.raises(NothingAuditedError, match="cannot be asked"):
        known_faults(locked, "http://127.0.0.1:9/v1/query")
