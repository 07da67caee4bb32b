"""A service whose plug is pulled at any call of its disk, again and again."""

import asyncio
import secrets
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
from structlog.testing import capture_logs

from api.app import create_app
from models import Database, open_engine
from models.durability import weaknesses
from settings import Settings
from tests.factories import Bank
from tests.torture.crash.snapshot import Snapshot, broken
from tests.torture.journal import Journal
from tests.torture.power.disk import KEPT, Disk
from tests.torture.power.driver import run_on

LEARNERS = 4
MOST_CALLS = 8000  # until the power is cut; a checkpoint comes after some 3,000
ADDRESS = "/v1/questions/rivers/submissions"


class Ordeal:
    """Answers that are stored on a disk which forgets. ``lost`` are those that were confirmed."""

    def __init__(self, folder: Path, url: str, journal: Journal, **settings: Any) -> None:
        self.folder, self.journal, self.settings = folder, journal, settings
        self.path = Path(url.removeprefix("sqlite:///"))
        with closing(Database(open_engine(url))) as database:
            Bank(database).publish()
        self.confirmed: set[str] = set()
        self.lost: set[str] = set()
        self.weak: list[str] = []  # what the service thinks of the settings
        self.cuts = self.commits = 0

    def run(self, commits: int) -> list[str]:
        """Commit so often; what was wrong on the disk after any cut."""
        found: list[str] = []
        while self.commits < commits and not found:
            self.cuts += 1
            confirmed, disk = self._answer_until_the_cut()
            self.confirmed |= confirmed
            self.commits += disk.commits
            kept = self.journal.random.choice(KEPT)
            self.path = self._after_the_cut(disk, kept)
            found = [f"{each} (kept: {kept})" for each in self._wrong()]
            self.journal.note("cut", kept=kept, confirmed=len(confirmed), found=found)
        return found

    def _answer_until_the_cut(self) -> tuple[set[str], Disk]:
        disk = Disk(f"disk-{secrets.token_hex(4)}")
        settings = Settings.load(
            database_url=f"sqlite:///{self.path}", rate_limit_public="off", **self.settings
        )
        engine = open_engine(settings.database_url, **settings.engine_options)
        run_on(engine, str(self.path), disk)
        disk.calls_left = MOST_CALLS
        with engine.connect() as connection:
            self.weak = weaknesses(connection)
        disk.calls_left = self.journal.random.randint(1, MOST_CALLS)
        with capture_logs(), closing(Database(engine)) as database:
            app = create_app(settings, database)
            confirmed = asyncio.run(_answer(app))
            app.state.submission_writer.stop()
        return confirmed, disk

    def _after_the_cut(self, disk: Disk, kept: Any) -> Path:
        """The file as the next start finds it."""
        folder = self.folder / f"after-{self.cuts}"
        folder.mkdir()
        disk.leave(folder, kept, self.journal.random)
        return folder / self.path.name

    def _wrong(self) -> list[str]:
        """Looked at by the driver and the settings of the service, which recover the file."""
        with closing(Database(open_engine(f"sqlite:///{self.path}"))) as database:
            with database.read() as session:
                told = session.connection().exec_driver_sql("PRAGMA integrity_check").scalars()
                damage = [line for line in told if line != "ok"]
            rows = Snapshot(database)
        self.lost = self.confirmed - {str(row["id"]) for row in rows["submission"]}
        missing = [f"missing: {len(self.lost)} of {len(self.confirmed)}"] if self.lost else []
        return damage + broken(rows) + missing


async def _answer(app: Any) -> set[str]:
    """The ids that learners were told until one of them was told of a failure."""
    confirmed: set[str] = set()
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:

        async def answer_on() -> None:
            while (told := await client.post(ADDRESS, json={"selected": []})).status_code == 201:
                confirmed.add(told.json()["id"])

        await asyncio.gather(*(answer_on() for _ in range(LEARNERS)))
    return confirmed
