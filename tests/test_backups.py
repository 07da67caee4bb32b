"""Backups: the drill from a busy service to an empty machine, and files that must be refused."""

import os
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import create_engine, func, select, text

from backups import BackupError, back_up, restore
from formats import FORMATS
from models import Database, Question, Submission, open_engine
from operations.hash_bank import hash_bank
from operations.verify_audit import verify_audit
from tests.api.posting import Sent, Told, numbered, post_all
from tests.factories import SEED_FILE, Bank
from tests.postgres import installed_binaries
from tests.processes import questions, serving

UNLIMITED = {"QUESTIONS_RATE_LIMIT_PUBLIC": "off", "QUESTIONS_LOG_LEVEL": "WARNING"}


@pytest.fixture(autouse=True)
def _programs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", f"{installed_binaries()}{os.pathsep}{os.environ['PATH']}")


@pytest.fixture
def bank(own_database: Database) -> Bank:
    bank = Bank(own_database)
    bank.publish()
    return bank


def destroy(url: str) -> None:
    """What is left when the disk has died: a place without a bank."""
    engine = create_engine(url)
    if engine.dialect.name == "sqlite":
        path = Path(engine.url.database or "")
        for each in path.parent.glob(f"{path.name}*"):
            each.unlink()
    else:
        with engine.begin() as connection:
            connection.execute(text("DROP SCHEMA public CASCADE"))
            connection.execute(text("CREATE SCHEMA public"))
    engine.dispose()


def drill(url: str, folder: Path, copy: Callable[[Path], object]) -> None:
    """Copy a busy bank, lose it, put it back: what was confirmed before is there, byte by byte."""
    file, settings = folder / "bank.backup", {**UNLIMITED, "DATABASE_URL": url}
    kept = [*numbered("before", 200, keyed=True)]
    with serving(folder, "serve", settings=settings) as service:
        before = post_all([service.url], kept)
        assert {each.status for each in before} == {201}
        load = threading.Thread(
            target=post_all, args=([service.url], numbered("while", 10_000, keyed=True))
        )
        load.start()
        copy(file)
        assert load.is_alive(), "the bank was not busy"
        service.process.kill()
        load.join()
    destroy(url)
    restored = questions("restore", str(file), cwd=folder, DATABASE_URL=url)
    assert restored.exit_code == 0, restored.output
    with serving(folder, "serve", settings=settings) as service:
        again = post_all([service.url], kept)
    assert told(before) == told(again), "answers are lost"
    assert all(each.replayed for each in again)


def told(all_of: list[Told]) -> dict[Sent, bytes]:
    return {each.sent: each.body for each in all_of}


def test_a_busy_bank_comes_back_from_its_backup(
    own_url: str, own_database: Database, bank: Bank, tmp_path: Path
) -> None:
    with own_database.read() as session:
        content = hash_bank(session)
    own_database.close()
    drill(own_url, tmp_path, lambda file: assert_backed_up(own_url, file))
    with closing(Database(open_engine(own_url))) as restored, restored.read() as session:
        assert hash_bank(session) == content
        assert verify_audit(session).fault is None


def assert_backed_up(url: str, file: Path) -> None:
    made = questions("backup", str(file), cwd=file.parent, DATABASE_URL=url)
    assert made.exit_code == 0, made.output
    assert file.stat().st_mode & 0o777 == 0o600


def test_the_drill_would_notice_a_file_that_is_merely_copied(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'own.db'}"
    assert questions("migrate", cwd=tmp_path, DATABASE_URL=url).exit_code == 0
    database = Database(open_engine(url))
    Bank(database).publish()
    database.close()
    with pytest.raises(AssertionError, match=r"lost|damaged"):
        drill(url, tmp_path, lambda file: file.write_bytes((tmp_path / "own.db").read_bytes()))


@pytest.fixture
def backup(own_url: str, own_database: Database, bank: Bank, tmp_path: Path) -> Path:
    """A backup of a bank with one question and one answer."""
    bank.submit()
    own_database.close()
    return back_up(own_url, tmp_path / "bank.backup").path


def assert_refused(url: str, file: Path, words: str, **options: bool) -> None:
    """The reason is said, and nothing has changed."""
    before = counts(url)
    with pytest.raises(BackupError, match=words):
        restore(url, file, **options)
    assert counts(url) == before


def counts(url: str) -> list[int]:
    with closing(Database(open_engine(url))) as database, database.read() as session:
        return [
            session.scalar(select(func.count()).select_from(table)) or 0
            for table in (Question, Submission)
        ]


def damage(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0xFF
    path.write_bytes(content)


def test_a_damaged_backup_is_refused(backup: Path, own_url: str) -> None:
    whole = backup.read_bytes()
    damage(backup)
    assert_refused(own_url, backup, "not as it was written", replace=True)
    backup.with_name(f"{backup.name}.sha256").unlink()
    backup.write_bytes(whole[: len(whole) // 2])
    assert_refused(own_url, backup, "damaged|failed", replace=True)
    backup.write_bytes(b"Not a bank.")
    assert_refused(own_url, backup, "is no backup")
    backup.unlink()
    assert_refused(own_url, backup, "cannot be read")


def test_a_backup_of_the_other_engine_is_refused(backup: Path, tmp_path: Path) -> None:
    is_file = backup.read_bytes().startswith(b"SQLite")
    other = "postgresql+psycopg://127.0.0.1/x" if is_file else f"sqlite:///{tmp_path / 'x.db'}"
    with pytest.raises(BackupError, match="export-all"):
        restore(other, backup)


def test_a_bank_in_use_is_kept(
    backup: Path, own_url: str, own_database: Database, bank: Bank, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    bank.submit()
    own_database.close()
    assert_refused(own_url, backup, "--replace")
    with own_database.bind.engine.connect() as connection:
        connection.exec_driver_sql("SELECT 1")
        connection.commit()
        with pytest.raises(BackupError, match="Stop the service"):
            restore(own_url, backup, replace=True)
    own_database.close()
    assert restore(own_url, backup, replace=True).rows == {
        "questions": 1,
        "answers": 1,
        "grades": 1,
    }
    assert counts(own_url) == [1, 1]
    (kept,) = tmp_path.glob("*.before-restore-*")
    if not own_database.is_file:  # an archive, which nobody else may read either
        assert kept.stat().st_mode & 0o777 == 0o600
    assert restore(own_url, kept, replace=True).rows["answers"] == 2


@pytest.mark.parametrize("own_url", ["postgresql"], indirect=True)
def test_who_leaves_just_now_is_waited_for(
    backup: Path, own_url: str, own_database: Database, bank: Bank, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    connection = own_database.bind.engine.connect()
    connection.exec_driver_sql("SELECT 1")

    def leave() -> None:
        connection.close()
        own_database.close()

    leaving = threading.Timer(0.5, leave)
    leaving.start()
    assert restore(own_url, backup, replace=True).rows["answers"] == 1
    leaving.join()


def test_a_restore_that_fails_or_was_killed_leaves_the_old_bank(
    backup: Path, own_url: str, own_database: Database, monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)

    def fail(*_: object) -> None:
        raise BackupError("It broke.")

    with monkeypatch.context() as patched:
        for module in ("of_sqlite", "of_postgres"):
            patched.setattr(f"backups.{module}.migrate", fail)
        assert_refused(own_url, backup, "It broke", replace=True)
    if not own_database.is_file:  # what SIGKILL leaves behind between the two transactions
        with own_database.bind.engine.begin() as connection:
            connection.exec_driver_sql("ALTER SCHEMA public RENAME TO before_restore_1")
            connection.exec_driver_sql("CREATE SCHEMA public")
        own_database.close()
        with pytest.raises(BackupError, match="--replace"):
            restore(own_url, backup)
        assert counts(own_url) == [1, 1]


def test_a_backup_of_a_newer_version_is_refused(
    own_url: str, own_database: Database, bank: Bank, tmp_path: Path
) -> None:
    with own_database.bind.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '2999_01_01_1'")
    own_database.close()
    if own_database.is_file:
        with pytest.raises(BackupError, match="does not know"):
            back_up(own_url, tmp_path / "bank.backup")
        return
    file = back_up(own_url, tmp_path / "bank.backup").path
    destroy(own_url)
    with pytest.raises(BackupError, match="does not know"):
        restore(own_url, file)


def test_a_backup_is_not_written_over(backup: Path, own_url: str, tmp_path: Path) -> None:
    before = backup.read_bytes()
    with pytest.raises(BackupError, match="--force"):
        back_up(own_url, backup)
    assert backup.read_bytes() == before
    assert back_up(own_url, backup, force=True).size > 0
    with pytest.raises(BackupError, match="no folder"):
        back_up(own_url, tmp_path / "no" / "x")
    assert [path.name for path in tmp_path.glob("*.part")] == []


def test_passwords_stand_in_no_command(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    program = tmp_path / "pg_dump"
    program.write_text('#!/bin/sh\necho "$@" > "$OUT"; echo "$PGPASSWORD" >> "$OUT"; exit 1\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("OUT", str(tmp_path / "out"))
    with pytest.raises(BackupError, match="pg_dump failed: it does not say why"):
        back_up("postgresql+psycopg://me:secret@db.example/bank", tmp_path / "x")
    command, shown = (tmp_path / "out").read_text().splitlines()
    assert "host=db.example" in command
    assert "secret" not in command
    assert shown == "secret"
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(BackupError, match="apt-get install"):
        back_up("postgresql+psycopg://me:secret@db.example/bank", tmp_path / "x")


SAMPLES = sorted((Path(__file__).parent / "formats" / "samples").iterdir())


def test_all_questions_exported_seed_an_empty_bank_alike(
    own_url: str, own_database: Database, bank: Bank, tmp_path: Path
) -> None:
    for path in (SEED_FILE, *SAMPLES):
        (parsed,) = FORMATS["quarto"].read(path.read_bytes())
        assert parsed.draft is not None
        bank.publish(parsed.draft, slug=path.stem)
    bank.revise(slug="unpublished")
    told = questions("export-all", "out", cwd=tmp_path, DATABASE_URL=own_url)
    assert told.exit_code == 0, told.output
    assert told.stdout.startswith("out: 0 losses, 0 left out, 1 drafts and retired ones\n")
    empty = {"DATABASE_URL": f"sqlite:///{tmp_path / 'empty.db'}"}
    assert questions("seed", "out", cwd=tmp_path, **empty).exit_code == 0
    again = questions("export-all", "again", cwd=tmp_path, **empty)
    assert again.stdout.splitlines()[-1] == told.stdout.splitlines()[-1]
    files = [{path.name: path.read_bytes() for path in (tmp_path / name).iterdir()}
             for name in ("out", "again")]  # fmt: skip
    assert files[0] == files[1]
    assert len(files[0]) == len(SAMPLES) + 2
    refused = questions("export-all", "out", cwd=tmp_path, DATABASE_URL=own_url)
    assert (refused.exit_code, "not empty" in refused.stderr) == (1, True)
