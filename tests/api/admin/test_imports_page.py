"""Imports as pages: checked first, then imported as checked, followed, and told of in pages."""

import io
import re
import zipfile
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response
from sqlalchemy import func, select, update

from api.admin import imports as pages
from api.import_worker import ImportWorker
from domain.access import Role
from models import AuditEntry, Database, ImportJob, ImportPart, Question, now
from models.ids import uuid7
from models.import_job import CHECKED_IS_KEPT
from operations.reader_process import Limits
from operations.run_import_job import claim_job, run_job
from tests.api.admin.desk import ORIGIN, Desk, desk
from tests.api.conftest import CountStatements
from tests.factories import SEED_FILE, Bank

PATH = "/admin/imports"
SEED = SEED_FILE.read_bytes()
MARKUP = "<img src=x onerror=alert(1)>"
MakeClient = Callable[..., TestClient]


def zipped(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as target:
        for name, data in files.items():
            target.writestr(name, data)
    return buffer.getvalue()


def broken(count: int) -> dict[str, bytes]:
    """Files that are refused at once, but for the last."""
    files = {f"q{n:04}.gift": b"no question" for n in range(count - 1)}
    return files | {"zz.qmd": SEED}


def upload(one: Desk, data: bytes, name: str = "vanishing.qmd", **fields: Any) -> Response:
    return one.post(PATH, files={"file": (name, data)}, **fields)


def checked(one: Desk, data: bytes, name: str = "vanishing.qmd", **fields: Any) -> str:
    """The address of the report on an upload."""
    answer = upload(one, data, name, **fields)
    assert answer.status_code == 303
    return str(answer.headers["Location"])


def count(database: Database, table: Any = Question) -> int:
    with database.read() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def tabs(page: str) -> dict[str, str]:
    """The numbers of a report, by their names."""
    nav = page.partition('class="tabs"')[2].partition("</nav>")[0]
    plain = re.sub(r"<[^>]+>", " ", nav.replace('aria-hidden="true">', "><!"))
    return dict(re.findall(r"([A-Z][a-z ]*[a-z]) +([\d,]+)", plain))


def test_a_file_is_checked_and_then_imported_as_it_was(
    client: TestClient, bank: Bank, database: Database
) -> None:
    one = desk(client, bank, "author")
    report = checked(one, SEED)
    page = one.get(report).text
    assert "Nothing was written yet." in page
    assert tabs(page) == {"All": "1", "New": "1"}
    assert count(database) == 0
    for _ in range(2):  # a second click changes nothing
        answer = one.post(report)
        assert (answer.status_code, answer.headers["Location"]) == (303, report)
    page = one.get(report).text
    assert "Imported" in page
    assert "Nothing was written" not in page
    assert client.get(f"{ORIGIN}/v1/questions/vanishing").status_code == 200
    with database.read() as session:
        job = session.scalars(select(ImportJob)).one()
        assert (job.dry_run, job.data, len(job.parts)) == (False, None, 1)
        entries = session.scalars(select(AuditEntry).where(AuditEntry.subject_type == "bank"))
        assert [(entry.action, entry.actor) for entry in entries] == [
            ("questions.imported", job.caller)
        ]


def test_what_changed_is_shown_by_its_words(client: TestClient, bank: Bank) -> None:
    one = desk(client, bank, "author")
    one.post(checked(one, SEED))
    edited = SEED.replace(b"doing great", b"doing <script>well</script>")
    page = one.get(checked(one, edited)).text
    assert tabs(page) == {"All": "1", "Updated": "1"}
    assert "doing <del>great</del>" in page
    assert "<ins>&lt;script&gt;well&lt;/script&gt;</ins>" in page
    page = one.get(checked(one, SEED)).text
    assert "there is nothing to write" in page
    assert ">Import</button>" not in page


def test_each_file_is_told_with_its_place_and_cure(client: TestClient, bank: Bank) -> None:
    one = desk(client, bank, "author")
    files = {
        "a.qmd": SEED,
        "b.qmd": b"---\ntitle: x\n",
        "like.qmd": SEED.replace(b"Kaylee", b"Zoe"),
        "notes.rtf": b"no",
    }
    page = one.get(checked(one, zipped(files), "week.zip")).text
    assert tabs(page) == {"All": "3", "New": "2", "Failed": "1", "With remarks": "2"}
    assert "<strong>Error, line 1, column 1:</strong>" in page
    assert "Add a line <code>---</code> after the last key." in page
    assert "say nearly the same as those of &#39;a&#39;" in page
    assert "notes.rtf" in page
    failed = one.get(f"{checked(one, zipped(files), 'week.zip')}", shown="failed").text
    assert "b.qmd" in failed
    assert "like.qmd" not in failed


def test_what_files_say_stays_text(client: TestClient, bank: Bank) -> None:
    one = desk(client, bank, "author")
    files = {
        f"{MARKUP}.qmd": b"---\n" + MARKUP.encode() + b": 1\n---\n" + MARKUP.encode(),
        "slug.qmd": SEED.replace(b"---\n", f"---\nslug: '{MARKUP}'\n".encode(), 1),
        f"{MARKUP}.rtf": b"",
    }
    report = checked(one, zipped(files), f"{MARKUP}.zip")
    for page in (one.get(report).text, one.get(PATH).text):
        assert "alert(1)" in page
        assert MARKUP not in page


def test_only_who_may_write_sees_and_sends(
    make_client: MakeClient, bank: Bank, database: Database
) -> None:
    author, reviewer = desk(make_client(), bank, "author"), desk(make_client(), bank, "reviewer")
    report = checked(author, SEED)
    for path in (PATH, report, f"{report}/progress"):
        assert reviewer.get(path).status_code == 403
        stranger = Desk(make_client(), "").get(path)
        assert stranger.headers["Location"] == f"/admin/sign-in?next={path}"
    assert upload(reviewer, SEED).status_code == 403
    assert reviewer.post(report).status_code == 403
    assert count(database) == 0


def test_an_import_belongs_to_who_uploaded(
    make_client: MakeClient, bank: Bank, database: Database
) -> None:
    author = desk(make_client(), bank, "author")
    report = checked(author, SEED)
    others: dict[Role, int] = {"author": 404, "admin": 200}
    for role, status in others.items():
        other = desk(make_client(), bank, role)
        assert other.get(report).status_code == status
        assert (report in other.get(PATH).text) == (status == 200)
        assert other.post(report).status_code == 404
    assert "Whoever uploaded the file can import it." in other.get(report).text
    assert "a author</td>" in other.get(PATH).text
    assert count(database) == 0
    assert author.get(f"{PATH}/{uuid7()}").status_code == 404


ROLES: tuple[Role, Role] = ("author", "reviewer")


def test_an_upload_is_not_read_before_its_sender_is_known(
    make_client: MakeClient, bank: Bank
) -> None:
    large, limit = b"x" * 100_000, {"max_import_bytes": 1024}
    author, reviewer = (desk(make_client(**limit), bank, role) for role in ROLES)
    answer = upload(author, large)
    assert answer.status_code == 413
    assert "Up to 17,408 bytes are read here." in answer.text
    assert answer.headers["content-type"].startswith("text/html")
    assert upload(reviewer, large).status_code == 403
    stranger = upload(Desk(make_client(**limit), ""), large)
    assert (stranger.status_code, stranger.headers["Location"][:14]) == (303, "/admin/sign-in")


@pytest.mark.parametrize(
    ("fields", "told"), [({}, "Choose a file."), ({"format": "word"}, "Choose one of the list.")]
)
def test_what_is_missing_is_told(
    client: TestClient, bank: Bank, fields: dict[str, str], told: str
) -> None:
    one = desk(client, bank, "author")
    answer = one.post(PATH, files={"file": ("", b"")}, **fields)
    assert answer.status_code == 422
    assert told in answer.text


def test_a_format_may_be_named(client: TestClient, bank: Bank) -> None:
    one = desk(client, bank, "author")
    page = one.get(checked(one, b"What?\nA) a\nB) b\nANSWER: B\n", "x.dat", format="aiken")).text
    assert "· Aiken" in page
    assert tabs(page) == {"All": "1", "New": "1"}


def test_many_files_are_followed_and_told_page_by_page(
    make_client: MakeClient, bank: Bank, database: Database, statements: CountStatements
) -> None:
    one = desk(make_client(), bank, "author")
    report = checked(one, zipped(broken(2000)), "many.zip")
    waiting = one.get(report).text
    assert "0 of 2,000" in waiting
    assert f'href="{report}">Refresh</a>' in waiting
    worker = uuid7()
    job = database.write(lambda session: claim_job(session, worker=worker, at=now()))
    assert job is not None
    run_job(
        database.write,
        job=job,
        worker=worker,
        limits=Limits(),
        is_stopping=lambda: count(database, ImportPart) == 3,
    )
    part = one.part(f"{report}/progress")
    assert "300 of 2,000" in part.text
    assert 'max="2000" value="300"' in part.text
    assert "<html" not in part.text
    assert ImportWorker(database).work_off()
    assert one.part(f"{report}/progress").headers["HX-Refresh"] == "true"
    with statements() as sent:
        page = one.get(report).text
    assert len(sent) <= 9, sent
    assert tabs(page) == {"All": "2,000", "New": "1", "Failed": "1,999"}
    last = one.get(report, shown="created").text
    assert "zz.qmd" in last
    found = []
    for _ in range(3):
        found += re.findall(r'<span class="soft">(q\d+\.gift)</span>', page)
        page = one.get(f"{report}?{_next(page)}").text
    assert found == [f"q{n:04}.gift" for n in range(150)]


def _next(page: str) -> str:
    """The query of the next page."""
    found = re.search(r'href="\?([^"]*)">Next page', page)
    assert found
    return found[1].replace("&amp;", "&")


def test_past_imports_come_in_pages_with_few_statements(
    client: TestClient, bank: Bank, statements: CountStatements, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "PAGE", 2)
    one = desk(client, bank)
    reports = [checked(one, SEED, f"{n}.qmd") for n in range(5)][::-1]
    found, query = [], ""
    for _ in range(3):
        with statements() as sent:
            page = one.get(f"{PATH}{query}").text
        assert len(sent) <= 8, sent
        found += re.findall(r'href="(/admin/imports/[^"]+)"', page)
        query = f"?{_next(page)}" if len(found) < 5 else ""
    assert found == reports
    assert one.get(PATH, cursor="forged").status_code == 400


def test_an_upload_is_kept_for_a_day(client: TestClient, bank: Bank, database: Database) -> None:
    one = desk(client, bank, "author")
    report = checked(one, SEED)
    old = update(ImportJob).values(finished_at=now() - CHECKED_IS_KEPT - timedelta(seconds=1))
    database.write(lambda session: session.execute(old).close())
    young = checked(one, SEED)
    assert "is not kept any more" in one.get(report).text
    assert one.post(report).status_code == 409
    assert one.post(young).status_code == 303
    assert count(database) == 1


def test_an_import_that_failed_says_so(client: TestClient, bank: Bank, database: Database) -> None:
    one = desk(client, bank, "author")
    report = checked(one, SEED)
    ended = update(ImportJob).values(failure="It was begun several times.")
    database.write(lambda session: session.execute(ended).close())
    page = one.get(report).text
    assert "It was begun several times." in page
    assert one.post(report).status_code == 409


def test_a_large_upload_of_few_files_does_not_keep_its_sender_waiting(
    client: TestClient, bank: Bank, database: Database
) -> None:
    one = desk(client, bank, "author")
    files = {"a.qmd": SEED, "unused.png": b"x" * 1024 * 1024}
    report = checked(one, zipped(files), "large.zip")
    assert "0 of 1" in one.get(report).text
    assert ImportWorker(database).work_off()
    assert one.post(report).status_code == 303
    assert "Waiting for its turn" in one.get(report).text
    assert ImportWorker(database).work_off()
    assert count(database) == 1
