"""``questions check``: what a file says about itself, before it goes anywhere."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli import app

SAMPLES = Path(__file__).parents[1] / "formats" / "samples"
TESTED = """---
title: Rivers
{}
---

Which rivers reach the North Sea?

1. The Rhine
2. The Danube
3. The Elbe

::: callout-note
1, 3
:::
"""


@pytest.mark.parametrize(
    ("front", "code", "told"),
    [
        ("", 0, ["fine", "(0 tests)"]),
        ("tests: [{selected: [1, 3], score: 1}]", 0, ["fine", "(1 test)"]),
        (
            "tests: [{selected: [1, 3], score: 1/2}]",
            1,
            ["failed", "Test 1 expects 1/2, but all_or_nothing gives 1."],
        ),
        (
            "tests: [{selected: [2], score: 0}]",
            0,
            ["fine", "The tests would pass if option 1 were wrong.", "if option 3 were wrong"],
        ),
        ("kind: essay", 1, ["failed", ":3:7: `kind` says `essay`"]),
        ("scoring: nonsense", 1, ["failed", "There is no rule 'nonsense'"]),
    ],
)
def test_a_file_is_checked(tmp_path: Path, front: str, code: int, told: list[str]) -> None:
    path = tmp_path / "rivers.qmd"
    path.write_text(TESTED.format(front))
    result = CliRunner().invoke(app, ["check", str(path)])
    assert result.exit_code == code
    for part in told:
        assert part in result.output


def test_a_folder_is_checked_whole_and_one_failure_is_enough(tmp_path: Path) -> None:
    (tmp_path / "good.qmd").write_text(TESTED.format(""))
    (tmp_path / "bad.qmd").write_text("no question")
    result = CliRunner().invoke(app, ["check", str(tmp_path), str(tmp_path / "absent.qmd")])
    assert result.exit_code == 1
    outcomes = [line.split()[0] for line in result.output.splitlines() if line[0] != " "]
    assert sorted(outcomes) == ["failed", "failed", "fine"]


def test_what_comes_along_is_sound() -> None:
    result = CliRunner().invoke(app, ["check"])
    assert (result.exit_code, "vanishing-gradients.qmd" in result.output) == (0, True)
