"""An author who edits and publishes without end: ``python -m bench.author FOLDER``.

Edits the files of the folder in turn, one each half second, and loads them as they are.
"""

import sys
import time
from itertools import cycle
from pathlib import Path

from migrations import open_bank
from operations.import_sources import Terms
from seed.load import load_files
from settings import Settings

END_OF_HEAD = "\n---\n"
PAUSE = 0.5  # seconds between two edits


def main() -> None:
    """Edit until somebody ends it."""
    database = open_bank(Settings.load())
    for number, path in enumerate(cycle(sorted(Path(sys.argv[1]).iterdir()))):
        head, rest = path.read_text().split(END_OF_HEAD, 1)
        path.write_text(f"{head}{END_OF_HEAD}\nEdited {number}.\n{rest}")
        assert not load_files(database, [path], terms=Terms()).counts["failed"]
        time.sleep(PAUSE)


if __name__ == "__main__":
    main()
