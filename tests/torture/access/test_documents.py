"""The answers to OWASP's lists are complete, and each test that they name is there."""

import re
from collections import Counter
from collections.abc import Iterator

import pytest

from tests.processes import ROOT

ASVS, SECURITY = ((ROOT / "docs" / name).read_text() for name in ("asvs.md", "security.md"))
# How many requirements of level 1 and of level 2 each chapter of ASVS 5.0.0 has.
CHAPTERS = {
    "V1": (8, 19), "V2": (4, 7), "V3": (8, 11), "V4": (2, 8), "V5": (4, 5), "V6": (13, 22),
    "V7": (6, 12), "V8": (4, 3), "V9": (4, 3), "V10": (5, 24), "V11": (3, 11), "V12": (3, 6),
    "V13": (1, 12), "V14": (2, 7), "V15": (3, 10), "V16": (0, 16), "V17": (0, 7),
}  # fmt: skip
ROW = re.compile(r"^\| (V\d[\d., V]*) \| ([12]) \| (.+) \|$", re.M)
TEST = re.compile(r"`(tests/[\w/]+\.py)(?:::(\w+))?`")
OTHERS = re.compile(r"By the operator|[Nn]ot met")


def requirements(text: str) -> Iterator[tuple[str, int]]:
    """The number and the level of each requirement that is answered, as often as it is."""
    for numbers, level, _ in ROW.findall(text):
        for number in numbers.split(", "):
            yield number, int(level)


def gaps(text: str) -> list[str]:
    """What the answers lack or say twice, chapter by chapter."""
    answered = [*requirements(text)]
    counted = Counter((number.partition(".")[0], level) for number, level in answered)
    twice = [number for number, times in Counter(n for n, _ in answered).items() if times > 1]
    found = [f"{number} is answered twice" for number in twice]
    for chapter, expected in CHAPTERS.items():
        if (told := (counted[chapter, 1], counted[chapter, 2])) != expected:
            found.append(f"{chapter} has {told} answers, not {expected}")
    return found + [f"{c} is no chapter" for c in {c for c, _ in counted} - CHAPTERS.keys()]


def lost_tests(text: str) -> list[str]:
    """Tests that are named and are not there."""
    return [
        f"{path}::{name}"
        for path, name in TEST.findall(text)
        if not (ROOT / path).exists() or f"def {name}" not in (ROOT / path).read_text()
    ]


def test_every_requirement_of_levels_1_and_2_is_answered_once() -> None:
    assert gaps(ASVS) == []


def test_every_answer_names_a_test_or_says_why_not() -> None:
    rows = [row for _, _, row in ROW.findall(ASVS.partition("## What does not apply")[0])]
    assert len(rows) > 150
    assert [row for row in rows if not TEST.search(row) and not OTHERS.search(row)] == []


@pytest.mark.parametrize("text", [ASVS, SECURITY], ids=["asvs", "security"])
def test_every_test_that_is_named_is_there(text: str) -> None:
    assert lost_tests(text) == []


def test_every_risk_of_the_top_10_is_answered() -> None:
    rows = re.findall(r"^\| API(\d+) .* \| (.+) \| (.+) \|$", SECURITY, re.M)
    assert [int(number) for number, _, _ in rows] == [*range(1, 11)]
    assert all(TEST.search(shown) for _, _, shown in rows)


def test_what_lacks_would_be_found() -> None:
    line = next(row for row in ASVS.splitlines() if row.startswith("| V8.2.1 "))
    assert gaps(ASVS.replace(line, "")) == ["V8 has (3, 3) answers, not (4, 3)"]
    assert "V8.2.1 is answered twice" in gaps(f"{ASVS}\n{line}\n")
    assert gaps(ASVS.replace("| V8.2.1 | 1 |", "| V8.2.1 | 2 |"))
    assert lost_tests("`tests/nowhere.py`") == ["tests/nowhere.py::"]
    assert lost_tests("`tests/processes.py::test_nothing`") == ["tests/processes.py::test_nothing"]
