"""``python -m seed [FILE|FOLDER ...] [--dry-run]``: load question files into the bank.

Without a name, the questions that come with the service. Exit code 1 if any question failed;
the others are loaded all the same.
"""

import argparse
import sys
from pathlib import Path

from migrations import UnusableDatabaseError, open_bank
from operations.import_sources import Terms
from seed.load import CONTENT, question_files
from seed.report import load_and_report
from settings import BadSettingError, Settings


def main() -> int:
    """Run the command; returns its exit code."""
    parser = argparse.ArgumentParser(prog="python -m seed", description=__doc__)
    parser.add_argument("places", nargs="*", type=Path, metavar="FILE|FOLDER")
    parser.add_argument("--dry-run", action="store_true", help="show what would change")
    stated = parser.parse_args()
    try:
        database = open_bank(Settings.load())
    except (BadSettingError, UnusableDatabaseError) as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 1
    files = list(question_files(stated.places or [CONTENT]))
    terms = Terms(dry_run=stated.dry_run)
    return int(load_and_report(database, files, terms=terms).failed)


if __name__ == "__main__":
    sys.exit(main())
