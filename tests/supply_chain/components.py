"""All that runs when the service runs, as a CycloneDX document, and the licences of it."""

import json
import re
import subprocess
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

from tests.clients.tools import environment_of
from tests.processes import ROOT

VENDORED = ROOT / "web" / "static" / "vendor"
SCRIPT = re.compile(r"([a-z]+)-([0-9.]+)\.min\.js")
LICENCES_OF_SCRIPTS = {"htmx": "0BSD", "temml": "MIT"}  # their texts lie beside them
# What its metadata tells only in words, or not at all: read in the package itself.
TOLD_IN_WORDS = {"Jinja2": "BSD-3-Clause", "pyromark": "MIT", "uvloop": "MIT OR Apache-2.0"}
# Licences that ask for no more than to be named; of the LGPL, libraries that anybody can replace.
ALLOWED = frozenset({
    "0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "ISC", "MIT", "MIT-0", "PSF-2.0",
    "LGPL-3.0-only",
})  # fmt: skip

Json = dict[str, Any]


def components() -> Json:
    """The document: packages that the runtime lock names, and the scripts that lie in web/."""
    python = environment_of("runtime") / "python"
    program = environment_of("audit") / "cyclonedx-py"
    document: Json = json.loads(
        subprocess.run(
            [
                program,
                "environment",
                "--output-reproducible",
                "--pyproject",
                "pyproject.toml",
                python,
            ],
            cwd=ROOT,
            check=True,
            capture_output=True,
        ).stdout
    )
    document["components"] += [_script(path) for path in sorted(VENDORED.glob("*.min.js"))]
    return document


def _script(path: Path) -> Json:
    found = SCRIPT.fullmatch(path.name)
    assert found, f"{path.name} does not tell its version."
    name, version = found.groups()
    return {
        "type": "library",
        "bom-ref": f"{name}=={version}",
        "name": name,
        "version": version,
        "purl": f"pkg:npm/{name}@{version}",
        "licenses": [{"license": {"id": LICENCES_OF_SCRIPTS[name]}}],
        "hashes": [{"alg": "SHA-256", "content": sha256(path.read_bytes()).hexdigest()}],
    }


def refused_licences(document: Json) -> list[str]:
    """A line for each component under terms that are not among those allowed."""
    return [
        f"{each['name']} {each['version']}: its licence is {told or 'unknown'}"
        for each in document["components"]
        if not _is_allowed(told := _licence(each))
    ]


def _licence(component: Json) -> str:
    if told := TOLD_IN_WORDS.get(component["name"]):
        return told
    return " AND ".join(_told(component.get("licenses") or []))


def _told(licences: list[Json]) -> Iterator[str]:
    for each in licences:
        licence = each.get("license", {})
        yield each.get("expression") or licence.get("id") or licence.get("name", "")


def _is_allowed(expression: str) -> bool:
    """Whether all parts that an SPDX expression joins are allowed, of alternatives one."""
    return all(
        any(either.strip("() ") in ALLOWED for either in part.split(" OR "))
        for part in expression.split(" AND ")
    )
