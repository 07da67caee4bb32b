"""Pictures beside question files, on a disk and in zips: taken once, named, never from outside."""

import os
import pickle
import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from sqlalchemy import Connection, func, select

from formats import FORMATS
from models import Database, Media, QuestionVersion, VersionMedia, now
from operations import keep_pictures
from operations.find_sources import find_sources
from operations.import_questions import ImportItem, import_questions
from operations.import_sources import Terms, import_sources
from operations.prepare_import import Source, prepare_source
from seed.load import load_files
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
    def bring(files: dict[str, bytes], **terms: object) -> tuple[ImportItem, ...]:
        sources = find_sources("a.zip", zipped(files))
        parts = import_sources(database.write, sources, terms=Terms(**terms))  # type: ignore[arg-type]
        return tuple(item for part in parts for item in part.items)

    return bring


def codes(item: ImportItem) -> list[str]:
    return [one.code for one in item.problems if one.severity == "error"]


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


REFUSED: dict[str, tuple[str, str, dict[str, bytes]]] = {
    "missing": ("missing_media", "plot.png", {}),
    "a folder": ("missing_media", "plot", {"plot/a.png": png()}),
    "another case": ("missing_media", "Plot.png", {"plot.png": png()}),
    "html by the ending of a picture": (
        "unknown_media_type", "plot.png", {"plot.png": b"<html><script>alert(1)</script></html>"}
    ),
    "two kinds in one": ("trailing_bytes", "plot.png", {"plot.png": png() + b"<script>"}),
    "pixels": ("too_many_pixels", "plot.png", {"plot.png": png(60_000, 60_000)}),
    "entities": ("svg_entities", "a.svg", {"a.svg": b"<!DOCTYPE svg [<!ENTITY a 'b'>]>" + svg()}),
    "out of the zip": ("unsafe_path", "../../etc/passwd", {}),
    "out of the zip, quoted": ("unsafe_path", "%2e%2e/%2e%2e/etc/passwd", {}),
    "out of the zip, the other way": ("unsafe_path", "..\\\\..\\\\passwd", {}),
    "a drive": ("missing_media", "/etc/passwd", {}),
    "nul": ("unsafe_path", "a%00.png", {}),
    "long": ("unsafe_path", "a" * 1000 + ".png", {}),
    "bad data": ("broken_picture", "data:image/png;base64,AAA=A", {}),
    "data of another kind": ("unknown_media_type", "data:image/png;base64,AAAA", {}),
    "a name that the bank does not know": ("missing_media", f"media/{'ab' * 32}.png", {}),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_a_question_whose_picture_is_not_taken_fails_and_says_why(
    bring: Import, database: Database, folder: Path | None, name: str
) -> None:
    code, address, files = REFUSED[name]
    beside = {f"a/{path}": content for path, content in files.items()}
    whole = {"a/a.qmd": question(address), "b.qmd": question("c.png", title="B"), "c.png": png()}
    first, second = bring(whole | beside)
    assert (first.outcome, codes(first)) == ("failed", [code])
    assert second.outcome == "created"
    problem = next(one for one in first.problems if one.severity == "error")
    assert problem.hint
    assert problem.line == 7 or "bank" in problem.message
    assert counts(database, folder)[:2] == (1, 1)


def test_a_question_shows_so_many_pictures_and_no_more(bring: Import) -> None:
    files = {f"{n}.png": png(shade=n) for n in range(101)}
    (item,) = bring({"a.qmd": question(*files), **files})
    assert codes(item) == ["too_many_pictures"]


def test_pictures_of_an_import_are_limited_together() -> None:
    files = {f"{n}.png": png(shade=n) for n in range(3)}
    source = next(iter(find_sources("a.zip", zipped({"a.qmd": question(*files), **files}))))
    assert source.shelf is not None
    source.shelf.left = len(files["0.png"]) + len(files["1.png"])
    (prepared,) = prepare_source(source)
    assert [one.code for one in prepared.problems if one.severity == "error"] == [
        "too_many_pictures"
    ]


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
    wrong = name.replace(".png", ".gif")
    assert codes(bring({"c.qmd": question(f"media/{wrong}", title="C")})[0]) == ["missing_media"]
    assert counts(database, None)[:2] == (1, 2)


def test_one_file_by_itself_has_no_pictures_beside_it(database: Database) -> None:
    def work(session: object) -> tuple[ImportItem, ...]:
        data, form = question("plot.png"), FORMATS["quarto"]
        return import_questions(session, source="a.qmd", data=data, form=form, at=now())  # type: ignore[arg-type]

    (item,) = database.write(work)
    assert codes(item) == ["missing_media"]


def test_a_failed_question_leaves_no_picture(
    bring: Import, database: Database, folder: Path | None
) -> None:
    files = {"a.qmd": question("plot.png").replace(b"1. Up\n2. Down", b"1. Up"), "plot.png": png()}
    (item,) = bring(files)
    assert item.outcome == "failed"
    assert counts(database, folder) == (0, 0, 0)


class TestOnADisk:
    """Files beside a question file: its own folder and what is below, nothing else."""

    @pytest.fixture
    def place(self, tmp_path: Path) -> Path:
        place = tmp_path / "questions" / "own"
        place.mkdir(parents=True)
        (tmp_path / "questions" / "outside.png").write_bytes(png())
        (place / "below").mkdir()
        (place / "below" / "plot.png").write_bytes(png())
        return place

    def problems(self, place: Path, address: str) -> list[str]:
        (place / "a.qmd").write_bytes(question(address))
        (prepared,) = prepare_source(Source("a.qmd", place / "a.qmd"))
        errors = [one for one in prepared.problems if one.severity == "error"]
        assert all(one.line == 7 for one in errors)
        return [one.code for one in errors]

    def test_what_is_below_is_taken(self, place: Path, database: Database) -> None:
        (place / "a.qmd").write_bytes(question("below/plot.png"))
        for outcome in ("created", "unchanged"):
            assert [item.outcome for item in load_files(database, [place / "a.qmd"]).items] == [
                outcome
            ]

    def test_links_inside_are_followed(self, place: Path) -> None:
        (place / "link.png").symlink_to(place / "below" / "plot.png")
        assert self.problems(place, "link.png") == []

    @pytest.mark.parametrize(
        ("address", "code"),
        [
            ("../outside.png", "unsafe_path"),
            ("below/../../outside.png", "unsafe_path"),
            ("%2e%2e/outside.png", "unsafe_path"),
            ("link.png", "unsafe_path"),
            ("linked/outside.png", "unsafe_path"),
            ("/outside.png", "missing_media"),
            ("circle.png", "unreadable_picture"),
            ("gone.png", "missing_media"),
            ("below", "missing_media"),
            ("below/plot.png/x", "missing_media"),
            ("pipe.png", "missing_media"),
            ("a.qmd", "unknown_media_type"),
        ],
    )
    def test_nothing_outside_is_read(self, place: Path, address: str, code: str) -> None:
        (place / "link.png").symlink_to(place.parent / "outside.png")
        (place / "linked").symlink_to(place.parent)
        (place / "circle.png").symlink_to(place / "circle.png")
        (place / "gone.png").symlink_to(place / "nowhere.png")
        os.mkfifo(place / "pipe.png")
        assert self.problems(place, address) == [code]

    def test_a_large_file_is_not_read_to_its_end(self, place: Path) -> None:
        with (place / "large.png").open("wb") as file:
            file.write(png())
            file.truncate(10**12)
        assert self.problems(place, "large.png") == ["large_picture"]


def test_links_in_a_zip_are_refused(tmp_path: Path) -> None:
    data = bytearray(zipped({"a.qmd": question("link.png"), "link.png": b"../outside.png"}))
    entry = data.rindex(b"PK\x01\x02")
    data[entry + 5] = 3  # made on Unix
    data[entry + 38 : entry + 42] = (0o120777 << 16).to_bytes(4, "little")
    (prepared,) = prepare_source(next(iter(find_sources("a.zip", bytes(data)))))
    assert [one.code for one in prepared.problems if one.severity == "error"] == ["not_a_file"]


def test_a_dense_picture_of_a_zip_is_not_unpacked() -> None:

    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as target:
        target.writestr("a.qmd", question("bomb.png"))
        target.writestr("bomb.png", bytes(15 * 1024 * 1024))
    (prepared,) = prepare_source(next(iter(find_sources("a.zip", packed.getvalue()))))
    assert "dense_member" in [one.code for one in prepared.problems]


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
