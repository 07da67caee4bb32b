"""Each promise of the page names something that shows it."""

import re

from bench.__main__ import FIGURES
from tests.processes import ROOT

PROMISES = (ROOT / "docs" / "reliability.md").read_text().partition("## Overload")[0]
ROW = re.compile(r"^\| [^|]+ \| `([^`|]+)` \| [^|]", re.MULTILINE)
ORDEALS = ROOT / "tests" / "torture"


def names() -> set[str]:
    """The names that ``-k`` compares: of files and of tests."""
    found = set()
    for file in ORDEALS.rglob("test_*.py"):
        found |= {file.stem, *re.findall(r"^def (test_\w+)", file.read_text(), re.MULTILINE)}
    return found


def shows_nothing(command: str, known: set[str]) -> bool:
    """Whether a command of the page would run nothing."""
    kind, _, what = command.strip('"').removeprefix("-s ").partition(" ")
    if kind == "-k":
        return not all(any(word in name for name in known) for word in what.split(" or "))
    if kind == "pytest":
        return not (ROOT / what).exists()
    return command.removeprefix("python -m bench ") not in FIGURES


def test_every_command_of_the_page_runs_something() -> None:
    commands, known = ROW.findall(PROMISES), names()
    rows = re.findall(r"^\| (?!Promise)[A-Z]", PROMISES, re.MULTILINE)
    assert len(commands) == len(rows), "a row is amiss"
    assert [each for each in commands if shows_nothing(each, known)] == []


def test_one_that_runs_nothing_would_be_noticed() -> None:
    planted = ('"-k nothing_of_the_kind"', "pytest tests/absent.py", "python -m bench absent")
    assert all(shows_nothing(each, names()) for each in planted)
