"""Question files by HTTP: reports, dry runs, zips, refusals, and imports in the background."""

import io
import time
import zipfile
from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select, update

from api.app import create_app
from api.import_worker import ImportWorker
from domain.access import Role
from models import Database, ImportJob, ImportPart, Question, QuestionVersion, now
from models.ids import uuid7
from operations import run_import_job
from operations.reader_process import Limits
from operations.run_import_job import MOST_ATTEMPTS, JobLostError, claim_job, run_job
from settings import Settings
from tests.api.conftest import MakeClient
from tests.factories import SEED_FILE, Bank

SEED = SEED_FILE.read_bytes()
PATH = "/v1/bank/imports"
FILE = {"Content-Type": "text/markdown"}
ZIP = {"Content-Type": "application/zip"}


def zipped(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as target:
        for name, data in files.items():
            target.writestr(name, data)
    return buffer.getvalue()


def many(count: int) -> dict[str, bytes]:
    return {f"q{n:03}.qmd": SEED.replace(b"Kaylee's model", b"Model %d" % n) for n in range(count)}


@pytest.fixture
def author(bank: Bank) -> dict[str, str]:
    _, header = bank.key("author")
    return header


def count(database: Database, table: Any) -> int:
    with database.read() as session:
        return len(session.scalars(select(table)).all())


def test_a_file_is_imported_revised_and_left_alone(
    client: TestClient, author: dict[str, str]
) -> None:
    address = f"{PATH}?filename=vanishing.qmd"
    first = client.post(address, content=SEED, headers=FILE | author)
    assert first.status_code == 200
    assert first.headers["cache-control"] == "private, no-store"
    assert first.json() == {
        "created": 1, "updated": 0, "unchanged": 0, "failed": 0,
        "items": [{"source": "vanishing.qmd", "slug": "vanishing", "outcome": "created",
                   "problems": [], "changes": [], "losses": []}],
    }  # fmt: skip
    assert client.get("/v1/questions/vanishing").status_code == 200
    assert client.post(address, content=SEED, headers=FILE | author).json()["unchanged"] == 1
    edited = SEED.replace(b"doing great", b"doing well")
    changed = client.post(address, content=edited, headers=FILE | author).json()
    assert changed["updated"] == 1
    assert changed["items"][0]["changes"] == [
        "prompt: - Kaylee's model is not doing great.",
        "prompt: + Kaylee's model is not doing well.",
    ]


def test_a_dry_run_says_the_same_and_writes_nothing(
    client: TestClient, author: dict[str, str], database: Database
) -> None:
    files = zipped({"a.qmd": SEED, "b.qmd": b"---\n", "../c.qmd": SEED, "d.rtf": b"no"})
    dry = client.post(f"{PATH}?dry_run=true", content=files, headers=ZIP | author)
    assert count(database, Question) == 0
    real = client.post(PATH, content=files, headers=ZIP | author)
    assert real.json() == dry.json()
    assert [item["outcome"] for item in real.json()["items"]] == ["failed", "created", "failed"]
    assert real.json()["items"][0]["problems"][0]["code"] == "unsafe_path"
    finding = real.json()["items"][2]["problems"][0]
    assert list(finding) == ["line", "column", "code", "message", "hint", "severity"]
    assert (finding["line"], finding["severity"]) == (1, "error")
    assert count(database, Question) == 1


@pytest.mark.parametrize(
    ("query", "disposition", "slug"),
    [
        ("?filename=deep/one.qmd", "", "one"),
        ("", 'attachment; filename="two.qmd"', "two"),
        ("", "attachment; filename*=UTF-8''dr%C3%A9i.md", "drei"),
        ("", "", "vanishing-gradients"),
        ("", "nonsense; ;;", "vanishing-gradients"),
        ("?filename=%01", "", "vanishing-gradients"),
    ],
)
def test_the_name_of_a_file_names_its_question(
    client: TestClient, author: dict[str, str], query: str, disposition: str, slug: str
) -> None:
    headers = FILE | author | {"Content-Disposition": disposition}
    (item,) = client.post(PATH + query, content=SEED, headers=headers).json()["items"]
    assert item["slug"] == slug


@pytest.mark.parametrize(
    ("query", "headers", "body", "status", "code"),
    [
        ("", {"Content-Type": "application/json"}, b"{}", 415, "unsupported_media_type"),
        ("", FILE | {"Content-Encoding": "gzip"}, b"x", 415, "unsupported_media_type"),
        ("?format=word", FILE, b"x", 422, "invalid_request"),
        ("?dryrun=true", FILE, b"x", 422, "unknown_parameter"),
        ("?dry_run=maybe", FILE, b"x", 422, "invalid_request"),
        ("", ZIP, b"x" * 2000, 413, "payload_too_large"),
    ],
)
def test_requests_that_are_refused(
    make_client: MakeClient, author: dict[str, str], query: str, headers: dict[str, str],
    body: bytes, status: int, code: str,
) -> None:  # fmt: skip
    client = make_client(max_import_bytes=1024)
    answer = client.post(PATH + query, content=body, headers=headers | author)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_an_import_has_a_limit_of_its_own(make_client: MakeClient, author: dict[str, str]) -> None:
    client = make_client(max_body_bytes=1024)
    assert len(SEED) > 1024
    assert client.post(PATH, content=SEED, headers=FILE | author).status_code == 200
    answer = client.post("/v1/submissions", content=b" " * 2000, headers=author)
    assert answer.status_code in {413, 415}


@pytest.mark.parametrize("at_once", [0, 50])
def test_a_repeated_request_has_one_effect(
    make_client: MakeClient, author: dict[str, str], database: Database, at_once: int
) -> None:
    client = make_client(import_at_once=at_once)
    headers = FILE | author | {"Idempotency-Key": "once"}
    first = client.post(PATH, content=SEED, headers=headers)
    again = client.post(PATH, content=SEED, headers=headers)
    assert (again.status_code, again.json()) == (first.status_code, first.json())
    assert again.headers["idempotency-replayed"] == "true"
    assert again.headers.get("location") == first.headers.get("location")
    assert count(database, ImportJob) == (at_once == 0)
    other = client.post(PATH, content=SEED + b"\n", headers=headers)
    assert other.json()["code"] == "idempotency_key_reused"


def test_a_large_import_is_followed_to_its_end(
    make_client: MakeClient, author: dict[str, str], database: Database, bank: Bank
) -> None:
    client = make_client(import_at_once=2)
    answer = client.post(PATH, content=zipped(many(3)), headers=ZIP | author)
    assert answer.status_code == 202
    where = answer.headers["location"]
    assert where == f"{PATH}/{answer.json()['id']}"
    waiting = client.get(where, headers=author).json()
    assert waiting == answer.json()
    assert waiting == {
        "id": answer.json()["id"], "state": "waiting", "progress": {"done": 0, "total": 3},
        "report": None,
    }  # fmt: skip
    worker = ImportWorker(database)
    assert worker.work_off()
    assert not worker.work_off()
    done = client.get(where, headers=author).json()
    assert (done["state"], done["progress"]) == ("done", {"done": 3, "total": 3})
    assert done["report"]["created"] == 3
    assert count(database, Question) == 3
    with database.read() as session:
        assert session.scalar(select(ImportJob.data)) is None
    others: dict[Role, int] = {"author": 404, "admin": 200}
    for role, status in others.items():
        _, other = bank.key(role)
        assert client.get(where, headers=other).status_code == status
    assert client.get(f"{PATH}/{uuid7()}", headers=author).json()["code"] == "import_not_found"


def queue(client: TestClient, author: dict[str, str], files: int, query: str = "") -> str:
    answer = client.post(PATH + query, content=zipped(many(files)), headers=ZIP | author)
    return str(answer.headers["location"])


def claim(database: Database, later: timedelta = timedelta()) -> tuple[ImportJob | None, Any]:
    worker = uuid7()
    return database.write(lambda s: claim_job(s, worker=worker, at=now() + later)), worker


@pytest.mark.parametrize("query", ["", "?dry_run=true"])
def test_an_interrupted_import_goes_on_where_it_was(
    make_client: MakeClient, author: dict[str, str], database: Database,
    monkeypatch: pytest.MonkeyPatch, query: str,
) -> None:  # fmt: skip
    monkeypatch.setattr(run_import_job, "CHUNK", 2)
    client = make_client(import_at_once=2)
    where = queue(client, author, 5, query)
    job, first = claim(database)
    assert job is not None
    run_job(
        database.write,
        job=job,
        worker=first,
        limits=Limits(),
        is_stopping=lambda: count(database, ImportPart) == 2,
    )
    told = client.get(where, headers=author).json()
    assert (told["state"], told["progress"]) == ("waiting", {"done": 4, "total": 5})
    assert ImportWorker(database).work_off()
    told = client.get(where, headers=author).json()
    assert (told["state"], told["report"]["created"]) == ("done", 5)
    assert count(database, Question) == count(database, QuestionVersion) == (0 if query else 5)


def test_a_job_belongs_to_one_worker_until_that_is_silent(
    make_client: MakeClient, author: dict[str, str], database: Database,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(run_import_job, "CHUNK", 2)
    where = queue(make_client(import_at_once=0), author, 3)
    job, first = claim(database)
    assert job is not None
    assert claim(database)[0] is None
    taken, second = claim(database, timedelta(minutes=5))
    assert taken is not None
    with pytest.raises(JobLostError):
        run_job(database.write, job=job, worker=first, limits=Limits(), is_stopping=lambda: False)
    assert count(database, Question) == count(database, ImportPart) == 0
    run_job(database.write, job=taken, worker=second, limits=Limits(), is_stopping=lambda: False)
    client = make_client()
    assert client.get(where, headers=author).json()["report"]["created"] == 3


def test_a_job_that_takes_its_workers_down_is_given_up(
    make_client: MakeClient, author: dict[str, str], database: Database
) -> None:
    client = make_client(import_at_once=0)
    where = queue(client, author, 1)
    database.write(lambda s: s.execute(update(ImportJob).values(attempts=5)))
    assert ImportWorker(database).work_off()
    told = client.get(where, headers=author).json()
    assert (told["state"], told["report"]) == ("failed", None)
    assert not ImportWorker(database).work_off()


def test_a_job_that_comes_further_each_time_is_not_given_up(
    make_client: MakeClient, author: dict[str, str], database: Database,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """Its workers are killed after a part each, more often than one without progress may be."""
    monkeypatch.setattr(run_import_job, "CHUNK", 1)
    client, parts = make_client(import_at_once=0), MOST_ATTEMPTS + 2
    where = queue(client, author, parts)
    monkeypatch.setattr(run_import_job, "_give_back", lambda *_: None)
    for number in range(1, parts):
        job, worker = claim(database, timedelta(hours=number))
        assert job is not None
        kept = iter([False] * (number - 1) + [True])
        run_job(database.write, job=job, worker=worker, limits=Limits(), is_stopping=kept.__next__)
    last, worker = claim(database, timedelta(hours=parts))
    assert last is not None
    run_job(database.write, job=last, worker=worker, limits=Limits(), is_stopping=lambda: False)
    told = client.get(where, headers=author).json()
    assert (told["state"], told["report"]["created"]) == ("done", parts)


def test_a_mistake_of_ours_ends_the_job(
    make_client: MakeClient, author: dict[str, str], database: Database,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    client = make_client(import_at_once=0)
    where = queue(client, author, 1)
    monkeypatch.setattr(run_import_job, "processes_for", lambda files: 1 / 0)
    assert ImportWorker(database).work_off()
    assert client.get(where, headers=author).json()["state"] == "failed"


def test_a_running_service_works_off_what_is_posted(own_database: Database) -> None:
    _, author = Bank(own_database).key("author")
    app = create_app(Settings.load(import_at_once=1), own_database)
    with TestClient(app) as client:
        where = queue(client, author, 120)
        deadline = time.monotonic() + 60
        while client.get(where, headers=author).json()["state"] != "done":
            assert time.monotonic() < deadline
            time.sleep(0.05)
        assert client.get(where, headers=author).json()["report"]["created"] == 120
        assert len(client.get("/v1/questions?limit=200").json()["items"]) == 120
