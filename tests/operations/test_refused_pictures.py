"""Pictures that are not taken: nothing is read from outside, and the question says why."""

import os
import zipfile
from io import BytesIO
from pathlib import Path

import pytest
from sqlalchemy import func, select

from formats import FORMATS
from models import Database, Media, QuestionVersion, VersionMedia, now
from operations.find_sources import find_sources
from operations.import_item import ImportItem
from operations.import_questions import import_questions
from operations.prepare_import import Prepared, Source, prepare_source
from seed.load import load_files
from tests.bringing import bring_zip, codes
from tests.pictures import png, question, svg, zipped


def counts(database: Database) -> list[int | None]:
    """Pictures, and uses of them."""
    tables = (Media, VersionMedia)
    with database.read() as session:
        return [session.scalar(select(func.count()).select_from(table)) for table in tables]


def read(data: bytes) -> Prepared:
    """The one question of a zip."""
    (prepared,) = prepare_source(next(iter(find_sources("a.zip", data))))
    return prepared


REFUSED: dict[str, tuple[str, str, dict[str, bytes]]] = {
    "html by the ending of a picture": (
        "unknown_media_type", "plot.png", {"plot.png": b"<html><script>alert(1)</script></html>"}
    ),
    "two kinds in one": ("trailing_bytes", "plot.png", {"plot.png": png() + b"<script>"}),
    "pixels": ("too_many_pixels", "plot.png", {"plot.png": png(60_000, 60_000)}),
    "entities": ("svg_entities", "a.svg", {"a.svg": b"<!DOCTYPE svg [<!ENTITY a 'b'>]>" + svg()}),
    "bad data": ("broken_picture", "data:image/png;base64,AAA=A", {}),
    "data of another kind": ("unknown_media_type", "data:image/png;base64,AAAA", {}),
}  # fmt: skip


UNREACHED: dict[str, tuple[str, str, dict[str, bytes]]] = {
    "missing": ("missing_media", "plot.png", {}),
    "a folder": ("missing_media", "plot", {"plot/a.png": png()}),
    "another case": ("missing_media", "Plot.png", {"plot.png": png()}),
    "out of the zip": ("unsafe_path", "../../etc/passwd", {}),
    "out of the zip, quoted": ("unsafe_path", "%2e%2e/%2e%2e/etc/passwd", {}),
    "out of the zip, the other way": ("unsafe_path", "..\\\\..\\\\passwd", {}),
    "a drive": ("missing_media", "/etc/passwd", {}),
    "an address of ours that names nothing": ("missing_media", "/v1/media/plot.png", {}),
    "nul": ("unsafe_path", "a%00.png", {}),
    "long": ("unsafe_path", "a" * 1000 + ".png", {}),
    "a name that the bank does not know": ("missing_media", f"media/{'ab' * 32}.png", {}),
}  # fmt: skip


def bring_two(database: Database, address: str, files: dict[str, bytes]) -> tuple[ImportItem, ...]:
    """A question that shows this picture, with files beside it; and one that shows a sound one."""
    beside = {f"a/{path}": content for path, content in files.items()}
    sound = {"b.qmd": question("c.png", title="B"), "c.png": png()}
    return bring_zip(database, {"a/a.qmd": question(address)} | sound | beside)


@pytest.mark.parametrize("name", REFUSED)
def test_a_question_whose_picture_is_refused_fails_and_says_why(
    database: Database, name: str
) -> None:
    code, address, files = REFUSED[name]
    first, second = bring_two(database, address, files)
    assert (first.outcome, codes(first)) == ("failed", [code])
    assert second.outcome == "created"
    problem = next(one for one in first.problems if one.severity == "error")
    assert (problem.line, bool(problem.hint)) == (7, True)
    assert counts(database) == [1, 1]


@pytest.mark.parametrize("name", UNREACHED)
def test_a_question_whose_picture_is_not_reached_is_taken_as_it_is_and_says_so(
    database: Database, name: str
) -> None:
    code, address, files = UNREACHED[name]
    first, second = bring_two(database, address, files)
    assert (first.outcome, codes(first), codes(first, "warning")) == ("created", [], [code])
    assert second.outcome == "created"
    assert (first.problems[0].line, bool(first.problems[0].hint)) == (7, True)
    with database.read() as session:
        prompt = select(QuestionVersion.prompt).where(QuestionVersion.title != "B")
        assert f"![a plot]({address})" in (session.scalar(prompt) or "")
    assert counts(database) == [1, 1]


def test_a_question_shows_so_many_pictures_and_no_more() -> None:
    files = {f"{n}.png": png(shade=n) for n in range(101)}
    assert codes(read(zipped({"a.qmd": question(*files), **files}))) == ["too_many_pictures"]
    files.popitem()
    assert codes(read(zipped({"a.qmd": question(*files), **files}))) == []


def test_pictures_of_an_import_are_limited_together() -> None:
    files = {f"{n}.png": png(shade=n) for n in range(3)}
    source = next(iter(find_sources("a.zip", zipped({"a.qmd": question(*files), **files}))))
    assert source.shelf is not None
    source.shelf.left = len(files["0.png"]) + len(files["1.png"])
    (prepared,) = prepare_source(source)
    assert codes(prepared) == ["too_many_pictures"]


def test_one_file_by_itself_has_no_pictures_beside_it(database: Database) -> None:
    def work(session: object) -> tuple[ImportItem, ...]:
        data, form = question("plot.png"), FORMATS["quarto"]
        return import_questions(session, source="a.qmd", data=data, form=form, at=now())  # type: ignore[arg-type]

    (item,) = database.write(work)
    assert (item.outcome, codes(item, "warning")) == ("created", ["missing_media"])


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
        assert bool(prepared.pictures) == (not prepared.problems)
        assert all(one.line == 7 for one in prepared.problems)
        return [one.code for one in prepared.problems]

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


def test_links_in_a_zip_are_refused() -> None:
    data = bytearray(zipped({"a.qmd": question("link.png"), "link.png": b"../outside.png"}))
    entry = data.rindex(b"PK\x01\x02")
    data[entry + 5] = 3  # made on Unix
    data[entry + 38 : entry + 42] = (0o120777 << 16).to_bytes(4, "little")
    assert codes(read(bytes(data))) == ["not_a_file"]


def test_a_dense_picture_of_a_zip_is_not_unpacked() -> None:
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as target:
        target.writestr("a.qmd", question("bomb.png"))
        target.writestr("bomb.png", bytes(15 * 1024 * 1024))
    assert codes(read(packed.getvalue())) == ["dense_member"]
