"""The TypeScript client: its types are those of the service, it compiles, and its tests pass."""

import json
import re
import tarfile
from pathlib import Path

import pytest

from tests.api.test_openapi import DOCUMENT
from tests.clients.conftest import Served
from tests.clients.test_documented import SNIPPETS, at, said_right
from tests.clients.tools import CLIENTS, NODE, NPM, installed, run

PACKAGE = CLIENTS / "typescript"
NAMED = "@question-service/client"
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


def test_the_snippet_in_typescript_works_with_what_is_packed(
    built: Path, served: Served, tmp_path: Path
) -> None:
    """Compiled and run beside the package as it would be installed, and its one library."""
    silently = ("--silent", "--ignore-scripts", "--pack-destination", str(tmp_path))
    packed = run(*NPM, "pack", *silently, cwd=built)
    assert packed.returncode == 0, packed.stderr
    with tarfile.open(tmp_path / packed.stdout.split()[-1]) as archive:
        archive.extractall(tmp_path, filter="data")
    unpacked, modules = tmp_path / "package", tmp_path / "node_modules"
    assert {path.name for path in unpacked.iterdir()} == {"dist", "package.json"}
    (modules / NAMED).parent.mkdir(parents=True)
    unpacked.rename(modules / NAMED)
    for library in ("openapi-fetch", "openapi-typescript-helpers"):
        (modules / library).symlink_to(built / "node_modules" / library)
    (tmp_path / "package.json").write_text('{"type": "module"}')
    (tmp_path / "snippet.ts").write_text(at(served, SNIPPETS[0][1]))
    types = ("--typeRoots", str(built / "node_modules" / "@types"), "--types", "node")
    strict = ("--strict", "--noEmit", "--skipLibCheck", "--module", "nodenext")
    options = (*strict, *types, "--target", "es2022")
    compiled = run(NODE, TSC, *options, "snippet.ts", cwd=tmp_path)
    assert compiled.returncode == 0, compiled.stdout
    done = run(NODE, "snippet.ts", cwd=tmp_path)
    assert said_right(done.stdout), done.stdout + done.stderr
