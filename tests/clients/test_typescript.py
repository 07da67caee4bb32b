"""The TypeScript client: its types are those of the service, it compiles, and its tests pass."""

import json
import re
from pathlib import Path

import pytest

from tests.api.test_openapi import DOCUMENT
from tests.clients.conftest import Served
from tests.clients.tools import CLIENTS, NODE, installed, run

PACKAGE = CLIENTS / "typescript"
TYPES = PACKAGE / "src" / "schema.ts"
TSC = str(PACKAGE / "node_modules" / "typescript" / "bin" / "tsc")


@pytest.fixture(scope="module")
def built() -> Path:
    """The package with what it exports."""
    package = installed(PACKAGE)
    done = run(NODE, TSC, "--project", "tsconfig.build.json", cwd=package)
    assert done.returncode == 0, done.stdout
    return package


def test_its_types_are_those_of_the_document(tmp_path: Path) -> None:
    """Renew them: npm run types, in clients/openapi-tools."""
    (tmp_path / "openapi.json").write_text(json.dumps(DOCUMENT, sort_keys=True))
    files = (str(tmp_path / "openapi.json"), str(tmp_path / "schema.ts"))
    done = run(NODE, "types.mjs", *files, cwd=installed(CLIENTS / "openapi-tools"))
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "schema.ts").read_text() == TYPES.read_text()


def test_it_compiles_strictly_with_its_tests(built: Path) -> None:
    done = run(NODE, TSC, cwd=built)
    assert done.returncode == 0, done.stdout
    assert json.loads((built / "tsconfig.json").read_text())["compilerOptions"]["strict"]


def test_its_own_tests_pass(built: Path, served: Served) -> None:
    told = {
        "QUESTIONS_URL": served.url,
        "QUESTIONS_NETWORK": served.network.url,
        "QUESTIONS_KEY": served.integration,
    }
    tests = map(str, (built / "tests").glob("*.test.ts"))
    done = run(NODE, "--test", *tests, cwd=built, **told)
    assert done.returncode == 0, done.stdout
    passed = re.search(r"^\S pass (\d+)$", done.stdout, re.M)
    assert passed
    assert int(passed[1]) >= 15
