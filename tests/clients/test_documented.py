"""What the documentation of the clients says to write works; test_typescript.py tries its part."""

import re
import sys
from pathlib import Path

import pytest

from tests.clients.conftest import Served
from tests.clients.tools import CLIENTS, run
from tests.processes import ROOT

DOCUMENTED = (ROOT / "docs" / "clients.md").read_text()
SNIPPETS = re.findall(r"^```(ts|python)\n(.*?)^```", DOCUMENTED, re.M | re.S)


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
