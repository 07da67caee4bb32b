"""Pictures beside question files: taken once, stored, named by their hashes."""

import pickle
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import Connection, func, select

from models import Database, Media, QuestionVersion, VersionMedia
from operations import keep_pictures
from operations.find_sources import find_sources
from operations.import_item import ImportItem
from tests.bringing import bring_zip, codes
from tests.formats.test_pictures import DATA
from tests.pictures import gif, png, question, svg, zipped

Import = Callable[..., tuple[ImportItem, ...]]


@pytest.fixture(params=["database", "folder"])
def folder(request: pytest.FixtureRequest, tmp_path: Path) -> Path | None:
    return tmp_path / "media" if request.param == "folder" else None


@pytest.fixture
def database(database: Database, folder: Path | None) -> Database:
    assert isinstance(database.bind, Connection)
    return Database(database.bind, media_folder=folder)


@pytest.fixture
def bring(database: Database) -> Import:
    return partial(bring_zip, database)


def counts(database: Database, folder: Path | None) -> tuple[int, int, int]:
    """Pictures, uses of them, and files that lie in the folder."""
    with database.read() as session:
        tables = [
            session.scalar(select(func.count()).select_from(t)) for t in (Media, VersionMedia)
        ]
    files = [path for path in folder.rglob("*") if path.is_file()] if folder else []
    return tables[0] or 0, tables[1] or 0, len(files)


def test_pictures_of_a_zip_are_stored_once_and_named_by_their_hashes(
    bring: Import, database: Database, folder: Path | None
) -> None:
    files = {
        "a/one.qmd": question("img/plot.png", "../why.gif"),
        "a/img/plot.png": png(),
        "b/two.qmd": question("copy%20of.png?raw=1", "/why.gif", title="Two"),
        "b/copy of.png": png(),
        "why.gif": gif(),
    }
    assert [item.outcome for item in bring(files)] == ["created", "created"]
    assert counts(database, folder) == (2, 4, 2 if folder else 0)
    with database.read() as session:
        version = session.scalars(select(QuestionVersion).order_by(QuestionVersion.title)).all()[1]
        shown = session.scalars(select(Media).order_by(Media.type)).all()
        assert f"![a plot](media/{shown[1].name})" in version.prompt
        assert f'<img src="/v1/media/{shown[1].name}" alt="a plot">' in version.prompt_html
        assert version.explanation
        assert f"![why](media/{shown[0].name})" in version.explanation.text
        called = session.scalars(select(VersionMedia.file).order_by(VersionMedia.file)).all()
        assert called == ["copy of.png", "plot.png", "why.gif", "why.gif"]
        assert (shown[1].width, shown[1].height) == (3, 2)
        assert (shown[1].content is None) == (folder is not None)
    assert [item.outcome for item in bring(files)] == ["unchanged", "unchanged"]
    assert counts(database, folder) == (2, 4, 2 if folder else 0)


def test_another_picture_under_the_same_name_is_another_version(
    bring: Import, database: Database, folder: Path | None
) -> None:
    file = question("plot.png")
    bring({"a.qmd": file, "plot.png": png()})
    (item,) = bring({"a.qmd": file, "plot.png": png(shade=9)})
    assert item.outcome == "updated"
    assert counts(database, folder)[:2] == (2, 2)
    (item,) = bring({"a.qmd": question("renamed.png"), "renamed.png": png(shade=9)})
    assert item.outcome == "unchanged"


def test_a_dry_run_says_the_same_and_writes_nothing(
    bring: Import, database: Database, folder: Path | None
) -> None:
    files = {"a.qmd": question("plot.png"), "plot.png": png()}
    told = bring(files, dry_run=True)
    assert counts(database, folder) == (0, 0, 0)
    assert told == bring(files)
    assert counts(database, folder) == (1, 1, 1 if folder else 0)
    changed = {"a.qmd": question("plot.png"), "plot.png": png(shade=5)}
    assert [item.outcome for item in bring(changed, dry_run=True)] == ["updated"]
    assert counts(database, folder) == (1, 1, 1 if folder else 0)


def test_pictures_on_servers_are_left_there(bring: Import, database: Database) -> None:
    (item,) = bring({"a.qmd": question("https://example.org/a.png", "//example.org/b.png")})
    assert item.outcome == "created"
    assert counts(database, None)[0] == 0


def test_a_picture_may_stand_in_the_text(bring: Import, database: Database) -> None:
    assert [item.outcome for item in bring({"a.qmd": question(DATA)})] == ["created"]
    assert counts(database, None)[:2] == (1, 1)


def test_a_question_may_show_what_the_bank_has(bring: Import, database: Database) -> None:
    bring({"a.qmd": question("plot.png"), "plot.png": png()})
    with database.read() as session:
        name = session.scalars(select(Media)).one().name
    (item,) = bring({"b.qmd": question(f"media/{name}", title="B")})
    assert item.outcome == "created"
    assert codes(item, "warning") == []
    assert counts(database, None)[:2] == (1, 2)


def test_a_question_is_taken_without_a_picture_that_is_missing(
    bring: Import, database: Database
) -> None:
    bring({"a.qmd": question("plot.png"), "plot.png": png()})
    with database.read() as session:
        name = session.scalars(select(Media)).one().name
    lost, wrong = f"media/{'ab' * 32}.png", f"media/{name.replace('.png', '.gif')}"
    files = {"b.qmd": question("images/b.png", lost, f"/v1/{wrong}", title="B")}
    for outcome in ("created", "unchanged"):
        (item,) = bring(files)
        assert item.outcome == outcome
        assert codes(item) == []
        told = [(one.code, one.line, bool(one.hint)) for one in item.problems if one.line]
        assert told == [("missing_media", line, True) for line in (7, 9, 21)]
    with database.read() as session:
        b = select(QuestionVersion).where(QuestionVersion.title == "B")
        version = session.scalars(b).one()
        assert "![a plot](images/b.png)" in version.prompt
        assert f"![a plot]({lost})" in version.prompt
    assert counts(database, None)[:2] == (1, 1)
    (item,) = bring(files | {"b.qmd": files["b.qmd"] + b"\n", "images/b.png": png()})
    assert (item.outcome, codes(item, "warning")) == ("updated", ["missing_media"] * 2)
    assert counts(database, None)[:2] == (1, 2)


def test_what_is_taken_out_of_a_drawing_is_told(bring: Import, database: Database) -> None:
    hostile = svg(
        '<script>alert(1)</script><image href="https://example.org/a.png"/><g onload="a"/>'
    )
    files = {"a.qmd": question("draw.svg", "same.svg"), "draw.svg": hostile, "same.svg": hostile}
    for outcome in ("created", "unchanged"):
        (item,) = bring(files)
        assert (item.outcome, codes(item)) == (outcome, [])
        told = [one for one in item.problems if one.code == "svg_cleaned"]
        assert [one.line for one in told] == [7, 19]
        assert "'draw.svg'" in told[0].message
        things = "`<script>`, `href` of `<image>`, `onload` of `<g>`"
        assert all(f" draw: {things}." in one.message for one in told)
    clean = {
        "a.qmd": files["a.qmd"],
        "draw.svg": svg("<image/><g/>"),
        "same.svg": svg("<image/><g/>"),
    }
    (item,) = bring(clean)
    assert (item.outcome, item.problems) == ("unchanged", ())


def test_a_failed_question_leaves_no_picture(
    bring: Import, database: Database, folder: Path | None
) -> None:
    files = {"a.qmd": question("plot.png").replace(b"1. Up\n2. Down", b"1. Up"), "plot.png": png()}
    (item,) = bring(files)
    assert item.outcome == "failed"
    assert counts(database, folder) == (0, 0, 0)


def test_the_folder_has_the_file_before_the_database_has_the_row(
    bring: Import, database: Database, folder: Path | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    if folder is None:
        pytest.skip("The database writes both.")

    def broken(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(keep_pictures, "write_media", broken)
    with pytest.raises(OSError, match="No space"):
        bring({"a.qmd": question("plot.png"), "plot.png": png()})
    assert counts(database, folder) == (0, 0, 0)


def test_files_of_a_zip_without_pictures_can_go_to_other_processes() -> None:
    plain = find_sources("a.zip", zipped({"a.qmd": question("https://example.org/a.png")}))
    shown = find_sources("a.zip", zipped({"a.qmd": question("a.png"), "a.png": png()}))
    assert (plain.may_be_divided, shown.may_be_divided) == (True, False)
    assert [pickle.loads(pickle.dumps(source)) for source in plain] == list(plain)  # noqa: S301


def test_pictures_are_looked_up_in_portions(
    bring: Import, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("models.media.AT_ONCE", 7)
    pictures = {f"{n}.png": png(shade=n) for n in range(20)}
    files = {"a.qmd": question(*pictures), **pictures}
    assert {item.outcome for item in bring(files)} == {"created"}
    assert counts(database, None)[:2] == (20, 20)
    with database.read() as session:
        hashes = session.scalars(select(Media.sha256)).all()
        assert len(Media.known(session, [*hashes, "ab" * 32])) == 20
