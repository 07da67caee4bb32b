"""An import that is killed again and again ends like one that was left in peace."""

import time
from pathlib import Path

import pytest
from sqlalchemy import func, select

from models import Database, Question
from tests.operations.test_import_many import contents, many, undisturbed
from tests.torture.crash import plants
from tests.torture.crash.engines import engines
from tests.torture.crash.nursery import start
from tests.torture.crash.ordeal import SETTINGS
from tests.torture.crash.snapshot import Snapshot, orphans
from tests.torture.crash.tuning import PIECE, small_pieces
from tests.torture.effort import effort
from tests.torture.journal import Journal
from tests.torture.planting import Plant

FILES = effort(4 * PIECE, 30 * PIECE, 100 * PIECE)
KILLS = effort(1, 10, 50)
LONGEST_PAUSE = 0.1  # seconds from a new chunk to the kill

pytestmark = pytest.mark.usefixtures("nursery")


def importing(
    url: str, database: Database, folder: Path, kills: int, plant: Plant = small_pieces
) -> list[str]:
    """``questions seed FOLDER`` killed while it writes; it ends with a whole run."""
    files, journal = many(FILES), Journal("import-kills")
    expected = undisturbed(database, files)
    (folder / "questions").mkdir()
    for name, data in files.items():
        (folder / "questions" / name).write_bytes(data)
    settings, command = {**SETTINGS, "DATABASE_URL": url}, ("seed", str(folder / "questions"))
    there, found = 0, list[str]()
    for _ in range(kills):
        process = start(folder, *command, settings=settings, plant=plant)
        while process.is_running and _questions(database) == there:
            time.sleep(0.002)
        time.sleep(journal.random.uniform(0, LONGEST_PAUSE))
        process.kill()
        rows = Snapshot(database)
        there = len(rows["question"])
        found += [*orphans(rows), *([] if there % PIECE == 0 else [f"half-written: {there} files"])]
        journal.note("killed", questions=there, found=found, code=process.process.exitcode)
    if found:
        return found
    assert start(folder, *command, settings=settings, plant=plant).end() == 0
    made = contents(database)
    return [f"differs: {name}" for name in expected if made[name] != expected[name]]


def _questions(database: Database) -> int:
    with database.read() as session:
        return session.scalars(select(func.count()).select_from(Question)).one()


def test_a_killed_import_is_made_good_by_the_next(
    own_url: str, own_database: Database, tmp_path: Path
) -> None:
    assert importing(own_url, own_database, tmp_path, KILLS) == []


@pytest.mark.parametrize("own_url", engines(1), indirect=True)
def test_it_would_be_noticed_that_a_chunk_is_written_in_parts(
    own_url: str, own_database: Database, tmp_path: Path
) -> None:
    plant = plants.chunks_are_imported_file_by_file
    found = importing(own_url, own_database, tmp_path, 1, plant)
    assert found
    assert found[0].startswith("half-written"), found
