"""Files with several questions: each is named by what it says, not by the file."""

from collections.abc import Iterator
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

from domain.losses import Loss
from formats import FORMATS
from operations.find_sources import find_sources
from operations.prepare_import import Source, prepare_source
from tests.factories import DRAFT


def zipped(files: dict[str, bytes]) -> bytes:
    buffer = BytesIO()
    with ZipFile(buffer, "w", ZIP_DEFLATED) as target:
        for name, data in files.items():
            target.writestr(name, data)
    return buffer.getvalue()


GIFT = b"::North Sea::Which?{=a ~b}\n\n::Black Sea::Which?{=a ~b}\n\n// [slug:own]\nWhich?{=a ~b}\n"


def test_each_question_of_a_file_has_a_slug_of_its_own() -> None:
    found = list(prepare_source(Source("rivers.txt", GIFT)))
    assert [one.slug for one in found] == ["north-sea", "black-sea", "own"]
    assert all(one.fits for one in found)


def test_the_only_question_of_a_file_is_named_by_the_file() -> None:
    (found,) = prepare_source(Source("rivers.txt", GIFT.partition(b"\n\n")[0]))
    assert found.slug == "rivers"


def book(*titles: str) -> bytes:
    """A file of questions with these titles and with stems that differ."""
    return b"\n".join(f"::{one}::Which {n}?{{=a ~b}}\n".encode() for n, one in enumerate(titles))


def slugs_of(data: bytes) -> list[str | None]:
    return [one.slug for one in prepare_source(Source("rivers.txt", data))]


def test_questions_with_one_title_are_told_apart_in_their_order() -> None:
    data = book("A", "B", "A", "A", "A 2", "A 3", "a 4")
    assert slugs_of(data) == ["a", "b", "a-2", "a-3", "a-2-2", "a-3-2", "a-4"]
    assert slugs_of(book("A 2", "A", "A")) == ["a-2", "a", "a-3"]
    assert slugs_of(data) == slugs_of(data)


def test_long_titles_leave_room_for_the_number() -> None:
    first, second = slugs_of(book("a" * 200, "a" * 200))
    assert (first, second) == ("a" * 120, "a" * 118 + "-2")


def test_a_question_that_is_there_twice_has_one_slug() -> None:
    assert slugs_of(GIFT + b"\n::Black Sea::Which?{=a ~b}\n")[1::2] == ["black-sea", "black-sea"]


TEST = b'<assessmentTest xmlns="http://www.imsglobal.org/xsd/imsqti_v2p1" identifier="t"/>'
NEWER_TEST = b'<?xml version="1.0"?><qti-assessment-test identifier="t"/>'


def prepared(form: str = "auto", **files: bytes) -> Iterator[tuple[str, list[str], list[Loss]]]:
    """Each item of a zip with these files (two underscores for a dot): codes and losses."""
    members = {name.replace("__", "."): data for name, data in files.items()}
    found = find_sources("all.zip", zipped(members), "all.zip/", form)
    items = [one for source in found for one in prepare_source(source, form)]
    assert len(found) == len(list(found))
    for one in items:
        yield one.source, [problem.code for problem in one.problems], list(one.losses)


def test_files_of_a_zip_that_hold_no_questions_are_skipped_and_named() -> None:
    first, second = prepared(
        a__qmd=b"nothing",
        b__txt=GIFT.partition(b"\n\n")[0],
        notes__txt=b"Buy milk.",
        x__xml=b"<x/>",
    )
    assert first[:2] == ("all.zip/a.qmd", ["missing_title", "no_callout"])
    assert [(loss.code, loss.what) for loss in first[2]] == [
        ("stray_file", "The file 'all.zip/notes.txt' holds no questions."),
        ("stray_file", "The file 'all.zip/x.xml' holds no questions."),
    ]
    assert second == ("all.zip/b.txt", [], [])


def test_files_of_other_kinds_in_a_zip_are_named_and_no_index_is() -> None:
    names = ("a__png", "LICENSE", "__gitignore", "b__png", "c__png", "d__png")
    files = dict.fromkeys(names, b"x") | {"README__md": b"# Notes\n\nNothing to answer.\n"}
    first = GIFT.partition(b"\n\n")[0]
    (only,) = prepared("auto", **files, q__gift=first, imsmanifest__xml=b"<manifest/>")
    assert only[1] == []
    assert [(loss.code, loss.what) for loss in only[2]] == [
        ("stray_file", "The file 'all.zip/README.md' holds no questions."),
        (
            "other_files",
            "Of a kind that holds no questions: "
            "'.gitignore', 'LICENSE', 'a.png', 'b.png', 'c.png' and 1 more.",
        ),
    ]


def test_the_test_of_a_package_is_told_and_its_items_are_taken() -> None:
    item = FORMATS["qti21"].render(DRAFT).content or b""
    for test in (TEST, NEWER_TEST, TEST.decode().encode("utf-16")):
        (only,) = prepared(item__xml=item, test__xml=test)
        assert only[:2] == ("all.zip/item.xml", [])
        assert only[2][0].code == "test_structure"
        assert "test.xml" in only[2][0].what


def test_a_zip_of_nothing_but_strays_says_why() -> None:
    (only,) = prepared(notes__txt=b"Buy milk.")
    assert only[0] == "all.zip/notes.txt"
    assert only[1] != []


def test_no_file_is_stray_where_the_format_is_said() -> None:
    items = list(prepared("gift", a__txt=GIFT.partition(b"\n\n")[0], notes__txt=b"Buy milk."))
    assert [item[1] for item in items] == [[], ["description"]]


def test_a_damaged_file_is_no_stray() -> None:
    data = bytearray(zipped({"a.xml": b"<x/>" * 50, "b.txt": GIFT}))
    start = data.index(b"a.xml") + len(b"a.xml")
    data[start : start + 4] = b"\xff\xff\xff\xff"
    first, *_ = find_sources("all.zip", bytes(data))
    assert getattr(first.content, "code", None) == "damaged_member"
