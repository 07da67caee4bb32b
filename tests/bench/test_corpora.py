"""The table of question files that others wrote: what is counted, and in which column."""

from pathlib import Path

import pytest

from bench import __main__ as bench
from bench.corpora import figures, tables_of

GIFT = """::Sums:: What is 1 + 1? {=2 ~3}

::Essay:: Tell all. {}

::Case:: Which is a number? {=1 ~1}
"""


def test_questions_are_counted_by_signs_and_by_what_became_of_them(tmp_path: Path) -> None:
    (tmp_path / "quiz.gift").write_text(GIFT)
    (tmp_path / "program.txt").write_text("fn main() {}\n")
    (found,) = tables_of(tmp_path).items()
    name, table = found
    assert name == "gift"
    assert (table.files, table.signs, table.read) == (1, 3, 2)
    assert table.refused == {"essay": 1}
    assert table.incomplete == {"duplicate_option": 1}
    assert table.right == {1: 2}
    head, *lines = figures([tmp_path])
    assert "3 signs" in head
    assert "2 read" in head
    assert len(lines) == 3


def test_without_a_folder_it_says_what_to_get() -> None:
    (line,) = figures()
    assert "skipped" in line


def test_a_name_that_is_no_figure_and_no_folder_is_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("sys.argv", ["bench", "corpora", str(tmp_path / "absent")])
    with pytest.raises(SystemExit, match="absent"):
        bench.main()
