"""Reading a file needs no more memory the larger it is."""

from pathlib import Path

import pytest

from bench.large_files import peaks_of, write_file
from formats import FORMATS

SIZE = 5 * 10**6  # bytes
GROWTH = 2.5  # MiB; a reader that keeps its questions needs twice that
STREAMED = ("moodle_xml", "gift", "jsonl", "csv")


@pytest.mark.parametrize("name", STREAMED)
def test_memory_is_flat(name: str, tmp_path: Path) -> None:
    path = tmp_path / "questions"
    count = write_file(path, FORMATS[name], SIZE)
    _, first, last = peaks_of("parsed", name, path, count)
    assert last < first + GROWTH
