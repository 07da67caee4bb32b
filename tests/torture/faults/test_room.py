"""A disk that is really full: writes get 503, reads go on, all is well once there is room."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from sqlalchemy.engine import make_url

from models import Database, open_engine
from tests.conftest import ENGINES, url_of_a_new_bank
from tests.factories import Bank
from tests.postgres import execute
from tests.torture.effort import effort
from tests.torture.faults.acts import unsound
from tests.torture.faults.conftest import longer
from tests.torture.faults.nursery import raised
from tests.torture.faults.plants import errors_are_mistakes
from tests.torture.faults.room import Room, runs_out_of_room, small_disk, why_not
from tests.torture.journal import Journal
from tests.torture.planting import Plant

MEGABYTES = {"sqlite": 4, "postgresql": 32}


@contextmanager
def small_bank(request: pytest.FixtureRequest, engine: str) -> Iterator[tuple[str, Room]]:
    """The URL of a migrated bank on a small disk; on PostgreSQL its tables are, not its log."""
    with small_disk(MEGABYTES[engine]) as room:
        if engine == "sqlite":
            path = room.folder / "bank.db"
            yield url_of_a_new_bank(request, engine, path), room
            return
        migrated = make_url(request.getfixturevalue("migrated_postgres"))
        place = room.folder / "tables"
        place.mkdir(mode=0o700)
        shutil.chown(place, "nobody")
        assert migrated.port
        execute(migrated.port, f"CREATE TABLESPACE small LOCATION '{place}'")
        execute(
            migrated.port, f"CREATE DATABASE small TEMPLATE {migrated.database} TABLESPACE small"
        )
        yield migrated.set(database="small").render_as_string(hide_password=False), room
        execute(migrated.port, "DROP DATABASE small WITH (FORCE)")
        execute(migrated.port, "DROP TABLESPACE small")


def filled(
    request: pytest.FixtureRequest, engine: str, folder: Path, plant: Plant | None = None
) -> list[str]:
    """What is wrong with a service whose disk is full for a while, and is then killed."""
    if reason := why_not():
        pytest.skip(reason)
    with small_bank(request, engine) as (url, room):
        database = Database(open_engine(url))
        Bank(database).publish()
        with (
            raised(folder, settings={"DATABASE_URL": url}, plant=plant) as service,
            httpx.Client(base_url=service.url, timeout=60) as client,
        ):
            found = runs_out_of_room(client, database, room, Journal(f"room-{engine}"))
        found += unsound(database)
        database.close()
    return found


@pytest.mark.parametrize("engine", ENGINES[: effort(1, 2, 2)])
def test_a_full_disk_stops_only_writes(
    request: pytest.FixtureRequest, engine: str, tmp_path: Path
) -> None:
    assert filled(request, engine, tmp_path) == []


@longer
def test_a_full_disk_that_is_no_503_would_be_noticed(
    request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    found = filled(request, "sqlite", tmp_path, errors_are_mistakes)
    assert any("internal_error" in each for each in found), found
