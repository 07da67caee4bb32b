"""The ``questions`` command as a newcomer, an operator and a careless person use it."""

import json
import re
import shutil
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from zipfile import ZipFile

import httpx
import pytest
from sqlalchemy import text
from typer.testing import Result

from models import open_engine
from tests.factories import SEED_FILE
from tests.processes import free_port, questions, serving

ADMIN_KEY = "qs_tests_0123456789abcdef"


def test_run_sets_up_seeds_serves_and_tells_how_to_go_on(tmp_path: Path) -> None:
    with serving(tmp_path, "run") as service:
        printed = service.printed()
        assert "1 created" in printed
        assert f"Playground  {service.url}/" in printed
        assert f"Admin       {service.url}/admin" in printed
        assert f"API docs    {service.url}/docs" in printed
        key = _admin_key(printed)
        assert httpx.get(f"{service.url}/v1/submissions", headers=_bearer(key)).status_code == 200
        line = re.search(r"^  (curl .*)$", printed, re.M)
        assert line
        pasted = subprocess.run(line[1], shell=True, capture_output=True, check=True)  # noqa: S602
        assert b'"score":1.0' in pasted.stdout
    assert (tmp_path / "data" / "questions.db").exists()


def test_a_second_run_changes_nothing_and_shows_no_key(tmp_path: Path) -> None:
    with serving(tmp_path, "run"):
        pass
    before = _rows(tmp_path)
    with serving(tmp_path, "run") as service:
        assert "1 unchanged" in service.printed()
        assert "Admin key" not in service.printed()
    assert _rows(tmp_path) == before


def test_a_second_run_does_not_undo_an_edit(tmp_path: Path) -> None:
    edited = tmp_path / "vanishing-gradients.qmd"
    edited.write_text(SEED_FILE.read_text().replace("not doing great", "doing badly"))
    with serving(tmp_path, "run"):
        assert questions("seed", str(edited), cwd=tmp_path).exit_code == 0
    with serving(tmp_path, "run") as service:
        served = httpx.get(f"{service.url}/v1/questions/vanishing-gradients").json()
        assert "differs from seed/content" in service.printed()
    assert served["version"] == 2
    assert "doing badly" in served["prompt"]["markdown"]


def test_the_admin_key_of_an_empty_service_may_be_stated(tmp_path: Path) -> None:
    with serving(tmp_path, "run", settings={"QUESTIONS_ADMIN_KEY": ADMIN_KEY}) as service:
        answer = httpx.get(f"{service.url}/v1/submissions", headers=_bearer(ADMIN_KEY))
        assert answer.status_code == 200
        assert ADMIN_KEY not in service.printed()
    other = {"QUESTIONS_ADMIN_KEY": "qs_other_0123456789abcdef"}
    with serving(tmp_path, "run", settings=other) as service:
        answer = httpx.get(
            f"{service.url}/v1/submissions", headers=_bearer(other["QUESTIONS_ADMIN_KEY"])
        )
        assert answer.status_code == 401, "only an empty service takes its key from outside"


def test_run_serves_on_both_engines(tmp_path: Path, empty_url: str) -> None:
    with serving(tmp_path, "run", settings={"DATABASE_URL": empty_url}) as service:
        served = httpx.get(f"{service.url}/v1/questions/vanishing-gradients").json()
    assert [option["id"] for option in served["options"]] == ["senv", "dapz", "gpnu", "3swy"]
    assert not (tmp_path / "data").exists()


def test_serve_refuses_a_database_that_is_not_set_up(tmp_path: Path) -> None:
    _fails(questions("serve", "--port", str(free_port()), cwd=tmp_path), "questions migrate")
    assert questions("migrate", cwd=tmp_path).exit_code == 0
    with serving(tmp_path, "serve") as service:
        assert httpx.get(f"{service.url}/v1/questions").json()["items"] == []


@pytest.mark.parametrize("command", ["run", "serve"])
def test_a_taken_port_is_one_line(tmp_path: Path, command: str) -> None:
    with taken_port() as port:
        _fails(questions(command, "--port", port, cwd=tmp_path), port, "PORT=")
    assert not (tmp_path / "data").exists()


def test_a_folder_that_cannot_be_made_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file in the way")
    _fails(questions("run", "--port", str(free_port()), cwd=tmp_path), "data", "DATABASE_URL")


def test_a_database_of_a_newer_version_is_one_line(tmp_path: Path) -> None:
    assert questions("migrate", cwd=tmp_path).exit_code == 0
    with sqlite3.connect(tmp_path / "data" / "questions.db") as database:
        database.execute("UPDATE alembic_version SET version_num = '2999_01_01_1'")
        database.execute("UPDATE bank SET serves_since = '2999_01_01_1'")
    for command in (["run", "--port", str(free_port())], ["seed"], ["migrate"]):
        _fails(questions(*command, cwd=tmp_path), "2999_01_01_1", "newer version")


@pytest.mark.parametrize(
    ("variable", "value", "told"),
    [
        ("PORT", "eighty", "integer"),
        ("QUESTIONS_PORT", "70000", "65535"),
        ("QUESTIONS_PUBLIC", "perhaps", "boolean"),
        ("QUESTIONS_ADMIN_KEY", "short", "12 to 200"),
        ("QUESTIONS_BASE_URL", "example.org", "http://"),
        ("QUESTIONS_LOG_LEVEL", "LOUD", "'DEBUG'"),
        ("DATABASE_URL", "mysql://localhost/questions", "postgresql://"),
        ("DATABASE_URL", "questions.db", "sqlite:///"),
        ("DATABASE_URL", "sqlite://", "file"),
        ("QUESTIONS_PUBLICK", "false", "QUESTIONS_PUBLIC?"),
    ],
)
def test_a_bad_setting_is_one_line(tmp_path: Path, variable: str, value: str, told: str) -> None:
    done = questions("run", cwd=tmp_path, **{variable: value})
    _fails(done, told)
    assert value not in done.stderr or variable != "QUESTIONS_ADMIN_KEY"
    assert variable.removeprefix("QUESTIONS_") in done.stderr


def test_an_unreachable_server_is_one_line_without_the_password(tmp_path: Path) -> None:
    url = f"postgresql://someone:s3cret@127.0.0.1:{free_port()}/questions"
    done = questions("migrate", cwd=tmp_path, DATABASE_URL=url)
    _fails(done, "127.0.0.1", "DATABASE_URL")
    assert "s3cret" not in done.stderr


def test_seeding_tells_every_outcome_and_loads_the_good_files(tmp_path: Path) -> None:
    folder = tmp_path / "two words"
    folder.mkdir()
    shutil.copy(SEED_FILE, folder / "good.qmd")
    (folder / "bad.qmd").write_text('---\ntitle: "No answer"\n---\n\nStem\n\n1. a\n\n2. b\n')
    first = questions("seed", str(folder), cwd=tmp_path)
    assert first.exit_code == 1
    assert "created   good" in first.stdout
    assert re.search(r"bad\.qmd:\d+:\d+: ", first.stdout), "a problem names file, line, column"
    (folder / "bad.qmd").unlink()
    second = questions("seed", str(folder), cwd=tmp_path)
    assert (second.exit_code, second.stdout.splitlines()[-1]) == (0, "1 unchanged")
    assert "\x1b" not in first.stdout + second.stdout


def test_importing_tells_what_there_is_to_say_and_writes_a_report(tmp_path: Path) -> None:
    with ZipFile(tmp_path / "all.zip", "w") as packed:
        packed.write(SEED_FILE, "week 1/good.qmd")
        packed.writestr("../out.qmd", "x")
    dry = questions("import", "all.zip", "--dry-run", cwd=tmp_path)
    report = str(tmp_path / "report.json")
    real = questions("import", "all.zip", "--tag", "cnn", "--report", report, cwd=tmp_path)
    assert (dry.exit_code, real.exit_code) == (1, 1)
    assert real.stdout.splitlines()[-1] == "1 created, 1 failed"
    assert "failed    -  (all.zip/../out.qmd)" in real.stdout
    assert "good" not in real.stdout, "of what went well only the number is told"
    told = json.loads(Path(report).read_text())
    assert [told[name] for name in ("created", "updated", "unchanged", "failed")] == [1, 0, 0, 1]
    assert [item["source"] for item in told["items"]] == [
        "all.zip/../out.qmd", "all.zip/week 1/good.qmd",
    ]  # fmt: skip
    again = questions("import", str(SEED_FILE), "--format", "quarto", cwd=tmp_path)
    assert (again.exit_code, again.stdout.splitlines()[-1]) == (0, "1 created")
    assert "nearly the same as those of 'good': 100% alike" in again.stdout
    _fails(
        questions("import", str(SEED_FILE), "--report", "no/such/place", cwd=tmp_path), "no/such"
    )
    assert questions("import", str(SEED_FILE), "--format", "word", cwd=tmp_path).exit_code == 2


def test_keys_are_shown_once_listed_without_secret_and_revoked(tmp_path: Path) -> None:
    _fails(questions("keys", "list", cwd=tmp_path), "questions migrate")
    assert questions("migrate", cwd=tmp_path).exit_code == 0
    made = questions("keys", "create", "--name", "The LMS", "--role", "integration", cwd=tmp_path)
    token = made.stdout.strip()
    assert re.fullmatch(r"qs_[0-9a-f]+_[0-9a-f]{48}", token)
    _, public_part, secret = token.split("_")
    listed = questions("keys", "list", cwd=tmp_path).stdout
    assert public_part in listed
    assert "The LMS" in listed
    assert secret not in listed
    with serving(tmp_path, "serve") as service:
        address = f"{service.url}/v1/submissions"
        assert httpx.get(address, headers=_bearer(token)).status_code == 200
        revoked = questions("keys", "revoke", token, cwd=tmp_path)
        assert (revoked.exit_code, secret in revoked.output) == (0, False)
        assert httpx.get(address, headers=_bearer(token)).status_code == 401
    _fails(questions("keys", "revoke", "nobody", cwd=tmp_path), "nobody")


def test_receipts_are_signed_with_a_new_key_from_the_next_request_on(tmp_path: Path) -> None:
    assert questions("migrate", cwd=tmp_path).exit_code == 0
    with serving(tmp_path, "serve") as service:
        address = f"{service.url}/.well-known/jwks.json"
        (first,) = httpx.get(address).json()["keys"]
        rotated = questions("keys", "rotate-signing", cwd=tmp_path)
        second = httpx.get(address).json()["keys"][0]
        assert [key["kid"] for key in httpx.get(address).json()["keys"][1:]] == [first["kid"]]
    assert rotated.exit_code == 0
    assert second["kid"] in rotated.stdout


def test_the_doctor_finds_nothing_wrong_after_a_run(tmp_path: Path) -> None:
    assert questions("migrate", cwd=tmp_path).exit_code == 0
    done = questions("doctor", cwd=tmp_path, PORT=str(free_port()))
    assert (done.exit_code, "FAULT" in done.stdout) == (0, False)
    for subject in ("python", "settings", "database", "migrations", "clock", "port"):
        assert f"ok     {subject}" in done.stdout


def test_the_doctor_says_the_cure_of_each_fault(tmp_path: Path) -> None:
    with taken_port() as taken:
        done = questions("doctor", cwd=tmp_path, PORT=taken)
    assert done.exit_code == 1
    assert "questions migrate" in done.stdout
    assert re.search(r"FAULT +port", done.stdout)
    assert not (tmp_path / "data").exists(), "it only looks"
    typo = questions("doctor", cwd=tmp_path, QUESTIONS_PUBIC="true")
    assert (typo.exit_code, "Did you mean QUESTIONS_PUBLIC?" in typo.stdout) == (1, True)
    bad = questions("doctor", cwd=tmp_path, QUESTIONS_PORT="x")
    assert (bad.exit_code, "QUESTIONS_PORT" in bad.stdout) == (1, True)


def test_the_doctor_looks_at_the_replica(own_url: str, replica_url: str, tmp_path: Path) -> None:
    def examined(replica: str) -> Result:
        addresses = {"DATABASE_URL": own_url, "DATABASE_READ_URL": replica}
        return questions("doctor", cwd=tmp_path, PORT=str(free_port()), **addresses)

    assert "ok     replica     answers, at " in examined(replica_url).stdout
    gone = examined(replica_url.replace("/own", "/gone").replace("replica.db", "gone.db"))
    assert re.search(
        r"FAULT +replica .*(no replica|cannot be read).*DATABASE_READ_URL", gone.stdout
    )
    assert not (tmp_path / "gone.db").exists(), "it only looks"
    engine = open_engine(replica_url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = 'another'"))
    engine.dispose()
    behind = examined(replica_url)
    assert "The replica is at migration another" in behind.stdout
    assert behind.exit_code == gone.exit_code == 1


def test_the_doctor_notices_a_clock_that_was_set_back(tmp_path: Path) -> None:
    with serving(tmp_path, "run") as service:
        address = f"{service.url}/v1/questions/vanishing-gradients/submissions"
        assert httpx.post(address, json={"selected": []}).status_code == 201
    with sqlite3.connect(tmp_path / "data" / "questions.db") as database:
        database.execute("DROP TRIGGER guard_submission_update")
        database.execute("UPDATE submission SET submitted_at = '2999-01-01 00:00:00.000000'")
    done = questions("doctor", cwd=tmp_path)
    assert re.search(r"FAULT +clock .*Set the clock", done.stdout)


def test_the_command_is_installed() -> None:
    command = Path(sys.executable).with_name("questions")
    told = subprocess.run([command, "--help"], capture_output=True, text=True, check=True).stdout
    for name in ("run", "serve", "migrate", "seed", "import", "keys", "doctor"):
        assert name in told


@contextmanager
def taken_port() -> Iterator[str]:
    """A port that another program listens on."""
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", free_port()))
        holder.listen()
        yield str(holder.getsockname()[1])


def _fails(done: Result, *told: str) -> None:
    """The command ended with one line that says what is wrong, and not with success."""
    assert done.exit_code == 1, done.stdout + done.stderr
    assert len(done.stderr.strip().splitlines()) == 1, done.stderr
    for part in told:
        assert part in done.stderr


def _admin_key(printed: str) -> str:
    found = re.search(r"^Admin key +(\S+) ", printed, re.M)
    assert found
    return found[1]


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def _rows(folder: Path) -> list[str]:
    """The whole content of the folder's database."""
    with sqlite3.connect(folder / "data" / "questions.db") as database:
        return list(database.iterdump())
