"""Files that eat memory, loop, sleep or kill: only they fail, and the service goes on."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from domain.access import Role
from models import Database
from operations import read_apart
from operations.read_apart import NURSERY, Reading
from operations.reader_process import Limits
from settings import Settings
from tests.api.admin.desk import desk
from tests.factories import SEED_FILE, Bank
from tests.pictures import zipped
from tests.torture.effort import LEVEL
from tests.torture.hostile import greedy

SEED = SEED_FILE.read_bytes()
PATH = "/v1/bank/imports"
WORDS = [b"memory", b"loop"] + ([] if LEVEL == "brief" else [b"death"])
LIMITS = Limits(1, 128 * 1024**2)
SLOWEST = 2.0  # seconds of another request meanwhile, on a busy machine
Import = Callable[[TestClient, Bank, bytes], dict[str, list[str]]]


def names(words: Sequence[bytes]) -> list[str]:
    """The files that are to fail, and a good one on each side."""
    greedy = [f"{n:02}-{word.decode()}.qmd" for n, word in enumerate(words)]
    return [*greedy, "00-good.qmd", "99-good.qmd"]


def archive(words: Sequence[bytes]) -> bytes:
    """A zip of these files, each with a question of its own."""
    named = zip(names(words), [*words, b"none", b"none"], strict=True)
    said = {name: b"%s, fault: %s." % (name.encode(), word) for name, word in named}
    return zipped({name: SEED.replace(b"Kaylee", what) for name, what in said.items()})


def told(items: list[dict[str, object]]) -> dict[str, list[str]]:
    """The outcome and the codes of each file of a report."""
    found: dict[str, list[str]] = {}
    for item in items:
        problems = item["problems"]
        assert isinstance(problems, list)
        codes = [str(one["code"]) for one in problems if one["severity"] == "error"]
        found[str(item["source"])] = [str(item["outcome"]), *codes]
    return found


def at_once(client: TestClient, bank: Bank, data: bytes) -> dict[str, list[str]]:
    answer = client.post(PATH, content=data, headers=_headers(bank))
    assert answer.status_code == 200, answer.text
    return told(answer.json()["items"])


def in_the_background(client: TestClient, bank: Bank, data: bytes) -> dict[str, list[str]]:
    headers, worker = _headers(bank), client.app.state.import_worker  # type: ignore[attr-defined]
    where = client.post(f"{PATH}?dry_run=true", content=data, headers=headers).headers["Location"]
    assert worker.work_off()
    return told(client.get(where, headers=headers).json()["report"]["items"])


def by_the_page(client: TestClient, bank: Bank, data: bytes) -> dict[str, list[str]]:
    """The page tells in HTML what the API then tells of the same job."""
    one = desk(client, bank, "author")
    page = one.post("/admin/imports", files={"file": ("a.zip", data)})
    job = page.headers["Location"].rpartition("/")[2]
    headers = {"Authorization": f"Bearer {one.token}"}
    return told(client.get(f"{PATH}/{job}", headers=headers).json()["report"]["items"])


def _headers(bank: Bank, role: Role = "author") -> dict[str, str]:
    return bank.key(role)[1] | {"Content-Type": "application/zip"}


def spoiled(words: Sequence[bytes]) -> list[str]:
    """What is wrong when such files are read among good ones."""
    with Reading("a.zip", archive(words), form="auto", limits=LIMITS) as reading:
        documents = [one.as_document() for one in reading.all()]
    found = {one["source"]: [each["code"] for each in one["problems"]] for one in documents}
    wanted = {name: ["given_up"] if "good" not in name else [] for name in names(words)}
    return [f"{name}: {found.get(name)}" for name in wanted if found.get(name) != wanted[name]]


def told_wrongly(client: TestClient, bank: Bank, bring: Import, words: list[bytes]) -> list[str]:
    """What is wrong with the report, and with other requests meanwhile."""
    with asking(client) as slow:
        found = bring(client, bank, archive(words))
    wanted = {n: ["created"] if "good" in n else ["failed", "given_up"] for n in names(words)}
    wrong = [f"{name}: {found.get(name)}" for name in wanted if found.get(name) != wanted[name]]
    return wrong + [f"another request took {seconds:.1f} s" for seconds in slow]


@contextmanager
def asking(client: TestClient) -> Iterator[list[float]]:
    """Ask for questions all the time; the seconds of those that took too long or went wrong."""
    slow, ended = list[float](), threading.Event()

    def ask() -> None:
        while not ended.is_set():
            begun = time.monotonic()
            status = client.get("/v1/questions/rivers").status_code
            if (taken := time.monotonic() - begun) > SLOWEST or status != 200:
                slow.append(taken)
            time.sleep(0.02)

    thread = threading.Thread(target=ask)
    thread.start()
    try:
        yield slow
    finally:
        ended.set()
        thread.join()


@pytest.fixture(scope="module")
def greedy_nursery() -> Iterator[None]:
    """Have readers from another nursery."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(read_apart, "START", greedy.NURSERY)
        NURSERY.close()
        yield
    NURSERY.close()


@pytest.fixture
def bank(own_database: Database) -> Bank:
    bank = Bank(own_database)
    bank.publish()
    return bank


@pytest.fixture
def tight(own_database: Database) -> Iterator[TestClient]:
    """A client of a service whose readers have a second and 128 MiB."""
    settings = Settings.load(
        import_seconds=LIMITS.seconds, import_memory=LIMITS.memory, import_at_once=8
    )
    app = create_app(settings, own_database)
    yield TestClient(app)
    app.state.submission_writer.stop()


def is_sqlite(database: Database) -> bool:
    return database.bind.dialect.name == "sqlite"


@pytest.mark.usefixtures("greedy_nursery")
class TestFilesThatTakeTooMuch:
    def test_only_they_fail(self) -> None:
        assert spoiled(WORDS) == []

    def test_reading_without_limits_is_noticed(self) -> None:
        assert spoiled([b"unlimited memory"]) == ["00-unlimited memory.qmd: []"]

    def test_a_file_that_spoils_others_is_noticed(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Planted: after one death nothing more is read."""
        monkeypatch.setattr(read_apart, "MOST_GIVEN_UP", 1)
        assert spoiled([b"memory"]) == ["99-good.qmd: ['not_read']"]

    def test_a_large_number_of_them_ends_the_reading(self) -> None:
        named = [f"{n:02}-memory.qmd: ['not_read']" for n in range(10, 14)]
        assert spoiled([b"memory"] * 14) == [*named, "99-good.qmd: ['not_read']"]

    def test_what_holds_more_than_can_be_kept_is_given_up(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(read_apart, "LARGEST_FILE", 3000)
        told = ["00-good.qmd: ['given_up']", "99-good.qmd: ['given_up']"]
        assert spoiled([]) == told

    @pytest.mark.parametrize("bring", [at_once, in_the_background, by_the_page])
    def test_by_every_door(self, tight: TestClient, bank: Bank, bring: Import) -> None:
        if LEVEL == "brief" and (bring is in_the_background) == is_sqlite(bank.database):
            pytest.skip("make torture tries each door on both engines")
        words = [b"memory"] * (9 if bring is in_the_background else 1)  # 8 are imported at once
        assert told_wrongly(tight, bank, bring, words) == []


def test_a_nursery_that_was_killed_is_started_anew_and_knows_no_secrets(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("QUESTIONS_ADMIN_KEY", "a-secret-of-the-service")
    assert spoiled([]) == []
    assert NURSERY.process is not None
    NURSERY.process.kill()
    NURSERY.process.wait()
    assert spoiled([]) == []
    assert b"a-secret" not in Path(f"/proc/{NURSERY.process.pid}/environ").read_bytes()
