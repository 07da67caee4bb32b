"""What the documentation of the clients says to write works, and the packages that it names."""

import re
import sys
import tarfile
from pathlib import Path

import pytest

from tests.clients.conftest import Served
from tests.clients.tools import CLIENTS, NODE, NPM, installed, run
from tests.processes import ROOT

DOCUMENTED = (ROOT / "docs" / "clients.md").read_text()
SNIPPETS = re.findall(r"^```(ts|python)\n(.*?)^```", DOCUMENTED, re.M | re.S)
NAMED = "@question-service/client"
TSC = ("node_modules", "typescript", "bin", "tsc")


def at(served: Served, code: str) -> str:
    assert "http://127.0.0.1:8000" in code
    return code.replace("http://127.0.0.1:8000", served.url)


def said_right(output: str) -> bool:
    """Whether all was told: one drawn, some twelve slugs, points and a reason, and a refusal."""
    drawn, *slugs, graded, refused = output.splitlines()
    return (
        drawn == "drawn: 1"
        and "vanishing-gradients" in slugs
        and len(slugs) > 5
        and re.match(r"1(\.0)? This answer earns all points", graded) is not None
        and refused == "unknown_option /selected/0"
    )


@pytest.mark.parametrize("code", [code for language, code in SNIPPETS if language == "python"])
def test_the_snippets_in_python_work(code: str, served: Served, tmp_path: Path) -> None:
    source = str(CLIENTS / "python" / "src")
    done = run(sys.executable, "-c", at(served, code), cwd=tmp_path, PYTHONPATH=source)
    assert said_right(done.stdout), done.stdout + done.stderr


def test_there_is_a_snippet_for_each() -> None:
    assert [language for language, _ in SNIPPETS] == ["ts", "python", "python"]


def test_the_snippet_in_typescript_works_with_what_is_packed(
    served: Served, tmp_path: Path
) -> None:
    """Compiled and run beside the package as it would be installed, and its one library."""
    package = installed(CLIENTS / "typescript")
    packed = run(*NPM, "pack", "--silent", "--pack-destination", str(tmp_path), cwd=package)
    assert packed.returncode == 0, packed.stderr
    with tarfile.open(tmp_path / packed.stdout.split()[-1]) as archive:
        archive.extractall(tmp_path, filter="data")
    unpacked, modules = tmp_path / "package", tmp_path / "node_modules"
    assert {path.name for path in unpacked.iterdir()} == {"dist", "package.json"}
    (modules / NAMED).parent.mkdir(parents=True)
    unpacked.rename(modules / NAMED)
    for library in ("openapi-fetch", "openapi-typescript-helpers"):
        (modules / library).symlink_to(package / "node_modules" / library)
    (tmp_path / "package.json").write_text('{"type": "module"}')
    (tmp_path / "snippet.ts").write_text(at(served, SNIPPETS[0][1]))
    types = ("--typeRoots", str(package / "node_modules" / "@types"), "--types", "node")
    strict = ("--strict", "--noEmit", "--skipLibCheck", "--module", "nodenext")
    compiled = run(
        NODE, str(package.joinpath(*TSC)), *strict, *types, "--target", "es2022", "snippet.ts",
        cwd=tmp_path,
    )  # fmt: skip
    assert compiled.returncode == 0, compiled.stdout
    done = run(NODE, "snippet.ts", cwd=tmp_path)
    assert said_right(done.stdout), done.stdout + done.stderr
