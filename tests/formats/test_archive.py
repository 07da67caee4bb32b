"""Zip files: what is taken of them, and every way in which one can be refused."""

import io
import stat
import tracemalloc
import zipfile
from collections.abc import Callable

import pytest

from domain.problems import Problem
from formats import archive, is_question_file
from formats.archive import Archive, is_archive, open_archive
from operations.find_sources import find_sources
from tests.cpu import soon

Build = Callable[[zipfile.ZipFile], object]


def packed(*builds: Build) -> bytes:
    """A zip made by these steps."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as target:
        for build in builds:
            build(target)
    return buffer.getvalue()


def put(name: str, data: bytes = b"x", **attributes: object) -> Build:
    """A step that writes a member."""

    def build(target: zipfile.ZipFile) -> None:
        info = zipfile.ZipInfo(name)
        info.compress_type = zipfile.ZIP_DEFLATED
        for attribute, value in attributes.items():
            setattr(info, attribute, value)
        target.writestr(info, data)

    return build


def read(data: bytes) -> Archive:
    return open_archive("all.zip", data, is_question_file)


def codes(data: bytes) -> dict[str, str]:
    """What became of each member: the code of its refusal, or ``taken``."""
    return {
        member.name: member.content.code if isinstance(member.content, Problem) else "taken"
        for member in read(data)
    }


def test_question_files_are_taken_in_the_order_of_their_paths() -> None:
    data = packed(
        put("b.qmd", b"2"), put("a/z.md", b"1"), put("a/", b""), put("notes.rtf"),
        put("__MACOSX/._b.qmd"), put("inner.zip"), put("a/.DS_Store"), put("a/._z.md"),
    )  # fmt: skip
    found = read(data)
    assert found.others == ("inner.zip", "notes.rtf")
    assert len(found) == 2
    assert [(member.name, member.content) for member in found] == [
        ("a/z.md", b"1"),
        ("b.qmd", b"2"),
    ]
    assert is_archive(data)
    assert is_archive(packed())
    assert not is_archive(b"---\ntitle: x\n---\n")


REFUSED: dict[str, tuple[Build, str]] = {
    "../out.qmd": (put("../out.qmd"), "unsafe_path"),
    "a/../../out.qmd": (put("a/../../out.qmd"), "unsafe_path"),
    "/etc/out.qmd": (put("/etc/out.qmd"), "unsafe_path"),
    "..\\out.qmd": (put("..\\out.qmd"), "unsafe_path"),
    "C:out.qmd": (put("C:out.qmd"), "unsafe_path"),
    "link.qmd": (put("link.qmd", external_attr=(stat.S_IFLNK | 0o777) << 16), "not_a_file"),
    "pipe.qmd": (put("pipe.qmd", external_attr=(stat.S_IFIFO | 0o644) << 16), "not_a_file"),
    "d/" * 16 + "deep.qmd": (put("d/" * 16 + "deep.qmd"), "deep_path"),
    "n" * 500 + ".qmd": (put("n" * 500 + ".qmd"), "deep_path"),
    "bomb.qmd": (put("bomb.qmd", b"0" * 1_000_000), "dense_member"),
    "bzip.qmd": (put("bzip.qmd", compress_type=zipfile.ZIP_BZIP2), "locked_member"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_refused_member_is_a_problem_and_the_others_are_taken(name: str) -> None:
    build, code = REFUSED[name]
    assert codes(packed(put("good.qmd"), build)) == {"good.qmd": "taken", name: code}


def test_a_member_without_a_name_is_none_of_ours() -> None:
    data = packed(put("a.qmd"), put("b.qmd"))
    nameless = data.replace(b"b.qmd", b"\0.qmd")
    assert [member.name for member in read(nameless)] == ["a.qmd"]


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_path_that_is_there_twice_is_taken_once() -> None:
    found = read(packed(put("a.qmd", b"1"), put("a.qmd", b"2")))
    first, second = (member.content for member in found)
    assert first == b"1"
    assert isinstance(second, Problem)
    assert second.code == "duplicate_member"


def test_an_encrypted_or_damaged_member_is_refused() -> None:
    data = bytearray(packed(put("a.qmd", b"abc" * 50), put("good.qmd")))
    start = data.index(b"a.qmd") + len(b"a.qmd")
    data[start : start + 4] = b"\xff\xff\xff\xff"
    assert codes(bytes(data)) == {"a.qmd": "damaged_member", "good.qmd": "taken"}
    locked = bytearray(packed(put("a.qmd")))
    locked[locked.index(b"PK\x01\x02") + 8] |= 1
    assert codes(bytes(locked)) == {"a.qmd": "locked_member"}


@pytest.mark.parametrize(
    ("limit", "value", "code"),
    [("LARGEST_MEMBER", 3, "large_member"), ("LARGEST_TOTAL", 5, "large_archive")],
)
def test_sizes_have_limits(
    monkeypatch: pytest.MonkeyPatch, limit: str, value: int, code: str
) -> None:
    monkeypatch.setattr(archive, limit, value)
    assert codes(packed(put("a.qmd", b"123"), put("b.qmd", b"4567")))["b.qmd"] == code


def test_a_crowded_archive_is_not_even_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    data = packed(*(put(f"{n}.qmd") for n in range(4)))
    monkeypatch.setattr(archive, "MOST_MEMBERS", 3)
    assert codes(data) == {"all.zip": "crowded_archive"}
    assert len(read(data)) == 1


@pytest.mark.parametrize("data", [b"PK\x03\x04", b"PK\x05\x06" + b"\xff" * 30, b"no zip at all"])
def test_what_is_no_zip_is_a_problem_of_the_whole(data: bytes) -> None:
    assert codes(data) == {"all.zip": "bad_archive"}


@pytest.mark.parametrize("declared", [None, 10, archive.SMALL, archive.LARGEST_MEMBER * 4])
def test_a_bomb_costs_no_more_than_a_file_may_have_whatever_it_declares(
    declared: int | None,
) -> None:
    size = 4 * archive.LARGEST_MEMBER
    data = bytearray(packed(put("a.txt", bytes(size)), put("good.qmd")))
    if declared is not None:
        place = data.index(b"PK\x01\x02") + 24
        data[place : place + 4] = declared.to_bytes(4, "little")
    tracemalloc.start()
    try:
        with soon(2):
            sources = find_sources("all.zip", bytes(data))
            found = [one.name for one in sources if one.content == b"x"]
        assert tracemalloc.get_traced_memory()[1] < 3 * archive.LARGEST_MEMBER
    finally:
        tracemalloc.stop()
    assert found == ["good.qmd"]
