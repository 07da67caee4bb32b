"""Where a power cut may take confirmed answers away: refused, unless somebody says it may."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text

from migrations import UnusableDatabaseError, open_bank, open_database
from models import open_engine
from models.durability import weaknesses
from settings import Settings
from tests.processes import questions

KEEPS, MAY_LOSE = "keeps-answers", "may-lose-answers"


def weak(url: str, *before: str, **options: Any) -> list[str]:
    """What is told of a connection, after statements that change it."""
    engine = open_engine(url, **options)
    with engine.connect() as connection:
        for statement in before:
            connection.execute(text(statement))
        found = weaknesses(connection)
    engine.dispose()
    return found


def without_wal(url: str) -> str:
    """The same file by a file layer without shared memory, as some network disks are: no WAL."""
    return f"sqlite:///file:{url.removeprefix('sqlite:///')}?vfs=unix-dotfile&uri=true"


@pytest.fixture
def reconfigured(postgres_url: str) -> Iterator[str]:
    """A server that writes no full pages."""
    engine = create_engine(postgres_url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text("ALTER SYSTEM SET full_page_writes = off"))
        connection.execute(text("SELECT pg_reload_conf()"))
        while connection.scalar(text("SHOW full_page_writes")) != "off":
            pass
        yield postgres_url
        connection.execute(text("ALTER SYSTEM RESET full_page_writes"))
        connection.execute(text("SELECT pg_reload_conf()"))
    engine.dispose()


@pytest.mark.parametrize("level", ["OFF", "NORMAL", "FULL", "EXTRA"])
def test_sqlite_is_asked_how_it_commits(tmp_path: Path, level: str) -> None:
    told = weak(f"sqlite:///{tmp_path / 'bank.db'}", synchronous=level)
    assert told == ([f"synchronous is {level}"] if level in {"OFF", "NORMAL"} else [])


def test_sqlite_is_asked_for_its_journal(tmp_path: Path) -> None:
    assert weak(without_wal(f"sqlite:///{tmp_path / 'bank.db'}")) == ["journal_mode is delete"]


def test_postgresql_is_asked_how_it_commits(postgres_url: str) -> None:
    off = "SET synchronous_commit = off"
    assert weak(postgres_url) == ["fsync is off"]
    assert weak(postgres_url, off) == ["fsync is off", "synchronous_commit is off"]


def test_postgresql_is_asked_for_full_pages(reconfigured: str) -> None:
    assert weak(reconfigured) == ["fsync is off", "full_page_writes is off"]


def settings_of(own_url: str, durability: str) -> dict[str, str]:
    """A bank that is weak, and what is said of it."""
    weakness = {"QUESTIONS_SQLITE_SYNCHRONOUS": "NORMAL"} if "sqlite" in own_url else {}
    return {"DATABASE_URL": own_url, "QUESTIONS_DURABILITY": durability, **weakness}


@pytest.mark.parametrize("command", ["run", "serve", "migrate"])
def test_a_weak_database_is_not_served(own_url: str, tmp_path: Path, command: str) -> None:
    done = questions(command, cwd=tmp_path, **settings_of(own_url, KEEPS))
    assert done.exit_code == 1
    (line,) = done.stderr.splitlines()
    name = "synchronous is NORMAL" if "sqlite" in own_url else "fsync is off"
    assert line.startswith(f"A power cut may take confirmed answers away: {name}. Mend that (")
    assert line.endswith("or say QUESTIONS_DURABILITY=may-lose-answers.")


def test_a_file_without_wal_is_not_served(tmp_path: Path) -> None:
    url = without_wal(f"sqlite:///{tmp_path / 'bank.db'}")
    with pytest.raises(UnusableDatabaseError, match="journal_mode is delete"):
        open_bank(Settings.load(database_url=url, durability=KEEPS))
    open_bank(Settings.load(database_url=url, durability=MAY_LOSE)).close()


def test_the_doctor_says_what_may_be_lost(own_url: str, tmp_path: Path) -> None:
    refused = questions("doctor", cwd=tmp_path, **settings_of(own_url, KEEPS))
    assert refused.exit_code == 1
    assert "FAULT  durability  A power cut may take" in refused.output
    stated = questions("doctor", cwd=tmp_path, **settings_of(own_url, MAY_LOSE))
    assert "ok     durability" in stated.output
    assert "QUESTIONS_DURABILITY says that answers may be lost" in stated.output


@pytest.mark.parametrize("own_url", ["sqlite"], indirect=True)
def test_a_strong_one_needs_no_words(own_url: str, tmp_path: Path) -> None:
    settings = Settings.load(database_url=own_url, durability=KEEPS)
    open_bank(settings, migrate=False).close()
    with closing(open_database(settings)) as database, database.read() as session:
        assert weaknesses(session.connection()) == []
    done = questions("doctor", cwd=tmp_path, DATABASE_URL=own_url, QUESTIONS_DURABILITY=KEEPS)
    assert "durability  a power cut takes no confirmed answer" in done.output
