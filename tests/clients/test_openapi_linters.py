"""The OpenAPI document pleases Redocly and Spectral with all their rules, and faults do not."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.api.test_openapi import DOCUMENT
from tests.clients.tools import CLIENTS, NODE, installed, run

PACKAGE = CLIENTS / "openapi-tools"
QUIET = {"REDOCLY_TELEMETRY": "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true"}
LINTERS = {
    "redocly": ("lint", "openapi.json", "--config=redocly.yaml", "--format=json"),
    "spectral": (
        "lint", "openapi.json", "--ruleset=spectral.yaml", "--fail-severity=hint", "--format=json",
    ),
}  # fmt: skip
RULE = re.compile(r'"(?:ruleId|code)": "([\w-]+)"')


def found_by(linter: str, document: dict[str, Any], folder: Path) -> tuple[int, set[str]]:
    """The exit code of a linter, and the rules that it finds broken."""
    package = installed(PACKAGE)
    for file in ("redocly.yaml", "spectral.yaml"):
        (folder / file).write_text((package / file).read_text())
    (folder / "openapi.json").write_text(json.dumps(document))
    program = package / "node_modules" / ".bin" / linter
    done = run(NODE, str(program), *LINTERS[linter], cwd=folder, **QUIET)
    assert done.stdout, done.stderr
    return done.returncode, set(RULE.findall(done.stdout))


@pytest.mark.parametrize("linter", LINTERS)
def test_the_document_is_clean(linter: str, tmp_path: Path) -> None:
    assert found_by(linter, DOCUMENT, tmp_path) == (0, set())


@pytest.mark.parametrize(
    ("linter", "rules"),
    [
        ("redocly", {"operation-summary", "security-defined"}),
        ("spectral", {"operation-description", "oas3-valid-media-example"}),
    ],
)
def test_faults_are_found(linter: str, rules: set[str], tmp_path: Path) -> None:
    path = json.loads(json.dumps(DOCUMENT["paths"]["/version"]))
    damaged = DOCUMENT | {"paths": {"/version": path}}
    operation = path["get"]
    for name in ("summary", "description", "security"):
        del operation[name]
    operation["responses"]["200"]["content"]["application/json"]["example"]["version"] = 1
    code, found = found_by(linter, damaged, tmp_path)
    assert code != 0
    assert rules <= found
