"""Files as other programs write them, and all that is read from each and said of it.

``python -m tests.formats.test_foreign`` writes anew what is expected, to be looked through.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from formats import FORMATS
from formats.format import Parsed

FOLDER = Path(__file__).parent / "foreign"
EXPECTED = FOLDER / "expected"
FILES = sorted(path for path in FOLDER.iterdir() if path.is_file())


def read(path: Path) -> list[dict[str, Any]]:
    """The questions of a file with their problems and losses, as plain values."""
    form = FORMATS[path.stem.partition("-")[0]]
    return [_told(parsed) for parsed in form.read(path.read_bytes())]


def _told(parsed: Parsed) -> dict[str, Any]:
    line = parsed.draft and FORMATS["jsonl"].render(parsed.draft).content
    said = {
        "question": line and json.loads(line),
        "problems": [[one.code, one.line, one.column] for one in parsed.problems],
        "losses": [[one.path, one.code, one.what, one.instead] for one in parsed.losses],
        "media": sorted(parsed.media),
    }
    return {name: value for name, value in said.items() if value}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_foreign_file_is_read_whole(path: Path) -> None:
    assert read(path) == json.loads((EXPECTED / f"{path.stem}.json").read_text())


if __name__ == "__main__":
    EXPECTED.mkdir(exist_ok=True)
    for each in FILES:
        text = json.dumps(read(each), indent=1, ensure_ascii=False)
        (EXPECTED / f"{each.stem}.json").write_text(text + "\n")
