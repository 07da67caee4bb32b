"""Why a database cannot be used is told in one line."""

from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.engine import make_url

import migrations
from migrations import UnusableDatabaseError, open_bank
from settings import Settings
from tests.test_migrations import STEPS


def told_by(url: str, *, migrate: bool = True) -> str:
    """The one line that says why a database cannot be used."""
    with pytest.raises(UnusableDatabaseError) as caught:
        open_bank(Settings.load(database_url=url), migrate=migrate)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_a_database_is_made_with_its_folder(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'new' / 'folder' / 'bank.db'}"
    open_bank(Settings.load(database_url=url)).close()
    open_bank(Settings.load(database_url=url), migrate=False).close()
    assert (tmp_path / "new" / "folder" / "bank.db").exists()


def test_a_later_database_is_refused(engine: Engine, empty_url: str) -> None:
    migrations.upgrade(engine)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '2999_01_01_1'"))
        connection.execute(text("UPDATE bank SET serves_since = '2998_01_01_1'"))
    for migrate in (True, False):
        assert "2999_01_01_1" in told_by(empty_url, migrate=migrate)
    assert "newer version" in told_by(empty_url)


@pytest.mark.parametrize("at", [None, STEPS[0]])
def test_a_database_that_is_behind_is_only_changed_on_request(
    engine: Engine, empty_url: str, at: str | None
) -> None:
    if at:
        migrations.upgrade(engine, at)
    told = told_by(empty_url, migrate=False)
    if at or engine.dialect.name == "postgresql":
        assert f"at migration {at or 'none'}" in told
    else:
        assert "There is no database" in told
        assert not Path(make_url(empty_url).database or "").exists(), "merely looking made a file"
    assert "Run `questions migrate`" in told
    with engine.connect() as connection:
        assert migrations.current(connection) == at


@pytest.mark.parametrize(
    ("place", "told"),
    [
        ("file/bank.db", "File exists"),
        ("file/sub/bank.db", "Not a directory"),
        ("folder", "unable to open database file"),
        ("file", "file is not a database"),
    ],
)
def test_a_file_that_cannot_be_used_is_one_line(tmp_path: Path, place: str, told: str) -> None:
    (tmp_path / "file").write_text("This is no database. " * 100)
    (tmp_path / "folder").mkdir()
    line = told_by(f"sqlite:///{tmp_path / place}")
    assert told in line
    assert str(tmp_path / place) in line
    assert "set DATABASE_URL" in line


def test_a_database_that_may_only_be_read_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "bank.db").touch()
    line = told_by(f"sqlite:///file:{tmp_path / 'bank.db'}?mode=ro&uri=true")
    assert "readonly database" in line


def test_an_unreachable_server_is_one_line_without_the_password() -> None:
    line = told_by("postgresql://someone:hunter2@127.0.0.1:1/bank")
    assert "someone:***@127.0.0.1:1/bank" in line
    assert "refused" in line
    assert "hunter2" not in line


def test_an_unknown_database_is_one_line(postgres_url: str) -> None:
    url = make_url(postgres_url).set(database="nowhere", password="hunter2")  # noqa: S106
    line = told_by(url.render_as_string(hide_password=False))
    assert 'database "nowhere" does not exist' in line
    assert "hunter2" not in line
