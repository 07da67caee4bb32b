"""Zip files as a stranger may send them: read in memory, within limits, never unpacked to disk."""

import re
import stat
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from io import BytesIO
from itertools import compress
from typing import NamedTuple, Self
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from domain.problems import Problem
from domain.questions import is_storable

MOST_MEMBERS = 150_000
LARGEST_MEMBER = 16 * 1024 * 1024  # bytes, unpacked
LARGEST_TOTAL = 1024 * 1024 * 1024  # bytes of all members, unpacked
HIGHEST_RATIO = 200  # of unpacked to packed size, of members that are not small
SMALL = 100 * 1024  # bytes, unpacked
DEEPEST = 16  # folders
LONGEST_NAME = 500

_ENTRY = b"PK\x01\x02"  # stands before each entry of the directory: counted before it is read
_BEGINNINGS = (b"PK\x03\x04", b"PK\x05\x06")
_SEPARATOR = re.compile(r"[/\\]")
_ROOTED = re.compile(r"[/\\]|[A-Za-z]:")
_ENCRYPTED = 0x1
_UNREADABLE = (BadZipFile, EOFError, NotImplementedError, RuntimeError, ValueError, zlib.error)

_BAD = Problem("bad_archive", "The zip file cannot be read.", "Pack the files anew.")
_CROWDED = Problem(
    "crowded_archive", f"The zip file has over {MOST_MEMBERS:,} entries.", "Divide it."
)


@dataclass(frozen=True, slots=True)
class Member:
    """A file of an archive: its path inside, and its bytes or why they are not taken."""

    name: str
    content: bytes | Problem


class Head(NamedTuple):
    """How a file of an archive begins; ``None`` for one that cannot be read."""

    name: str
    content: bytes | None


@dataclass(frozen=True, slots=True)
class Archive:
    """The files of a zip in the order of their paths; the bytes of one at a time are unpacked.

    ``others`` are the paths of those that are not wanted by their names.
    """

    name: str
    packed: ZipFile | Problem
    infos: tuple[ZipInfo, ...] = ()
    others: tuple[str, ...] = ()

    def __len__(self) -> int:
        return 1 if isinstance(self.packed, Problem) else len(self.infos)

    def parted(self, is_wanted: Callable[[str, bytes], bool], size: int) -> tuple[Self, list[Head]]:
        """The archive of the files wanted by path and first bytes, and the others' first bytes.

        What cannot be opened is wanted, so that it is told.
        """
        if isinstance(self.packed, Problem):
            return self, []
        heads = [Head(info.filename, _beginning(self.packed, info, size)) for info in self.infos]
        are_wanted = [one.content is None or is_wanted(one.name, one.content) for one in heads]
        infos = tuple(compress(self.infos, are_wanted))
        others = [one for one, is_one in zip(heads, are_wanted, strict=True) if not is_one]
        return replace(self, infos=infos), others

    def holds(self, is_one: Callable[[str], bool]) -> bool:
        """Whether any file of the zip, wanted or not, is named so."""
        return not isinstance(self.packed, Problem) and any(map(is_one, self.packed.NameToInfo))

    def open(self, name: str, most: int) -> bytes | Problem | None:
        """A file by its path, one byte more than ``most`` at most; ``None`` if there is none."""
        if isinstance(self.packed, Problem) or name not in self.packed.NameToInfo:
            return None
        info = self.packed.getinfo(name)
        fault = _name_fault(info, set()) or _size_fault(info, 0)
        return fault or _unpacked(self.packed, info, most + 1)

    def __iter__(self) -> Iterator[Member]:
        """Every member; a refused archive is one that says why."""
        return (member for _, member in self.numbered(lambda _: True))

    def numbered(self, is_wanted: Callable[[int], bool]) -> Iterator[tuple[int, Member]]:
        """The members with the numbers wanted, from 0; the others are not unpacked."""
        if isinstance(self.packed, Problem):
            yield from [(0, Member(self.name, self.packed))] * is_wanted(0)
            return
        total, seen = 0, set[str]()
        for number, info in enumerate(self.infos):
            name = info.filename
            total += info.file_size
            fault = _name_fault(info, seen) or _size_fault(info, total)
            seen.add(name)
            if is_wanted(number):
                yield number, Member(name, fault or _unpacked(self.packed, info))


def is_archive(data: bytes) -> bool:
    """Whether the bytes begin like a zip file."""
    return data.startswith(_BEGINNINGS)


def open_archive(name: str, data: bytes, is_wanted: Callable[[str], bool]) -> Archive:
    """The archive of that name; of its files those that ``is_wanted``, by their path inside."""
    if data.count(_ENTRY) > MOST_MEMBERS:
        return Archive(name, _CROWDED)
    try:
        packed = ZipFile(BytesIO(data))
    except _UNREADABLE:
        return Archive(name, _BAD)
    files = (info for info in packed.infolist() if not _is_folder(info))
    infos = sorted((one for one in files if not is_shadow(one.filename)), key=_path)
    kept = tuple(info for info in infos if is_wanted(info.filename))
    others = tuple(info.filename for info in infos if not is_wanted(info.filename))
    return Archive(name, packed, kept, others)


def _is_folder(info: ZipInfo) -> bool:
    """The same as ``is_dir``, which fails on Python 3.11 where a member has no name."""
    return info.filename.endswith("/")


def _path(info: ZipInfo) -> str:
    return info.filename


def is_shadow(path: str) -> bool:
    """Whether it is what macOS leaves beside files and in folders: nobody's work."""
    *folders, name = _SEPARATOR.split(path)
    return "__MACOSX" in folders or name.startswith("._") or name == ".DS_Store"


def _name_fault(info: ZipInfo, seen: set[str]) -> Problem | None:
    name = info.filename
    parts = _SEPARATOR.split(name)
    if _ROOTED.match(name) or ".." in parts or "\0" in info.orig_filename or not is_storable(name):
        return Problem(
            "unsafe_path", "The path leads out of the zip file.", "Pack the folder from inside."
        )
    if len(parts) > DEEPEST or len(name) > LONGEST_NAME:
        return Problem("deep_path", "The path is too long or too deep.", "Pack flatter folders.")
    kind = stat.S_IFMT(info.external_attr >> 16)
    if kind not in (0, stat.S_IFREG):
        return Problem("not_a_file", "It is a link, not a file.", "Pack the file that it names.")
    if name in seen:
        return Problem("duplicate_member", "The zip file has this path twice.", "Delete one.")
    return None


def _size_fault(info: ZipInfo, total: int) -> Problem | None:
    if info.file_size > LARGEST_MEMBER:
        return Problem("large_member", f"It has {info.file_size:,} bytes.", "Divide the file.")
    if total > LARGEST_TOTAL:
        return Problem(
            "large_archive", f"The files before it have {LARGEST_TOTAL:,} bytes.", "Divide the zip."
        )
    if info.file_size > SMALL and info.file_size > HIGHEST_RATIO * info.compress_size:
        return Problem(
            "dense_member", "It is packed too densely to be a text.", "Send the file by itself."
        )
    return None


def _beginning(packed: ZipFile, info: ZipInfo, size: int) -> bytes | None:
    if _name_fault(info, set()) or _size_fault(info, 0) or _is_locked(info):
        return None
    try:
        with packed.open(info) as stream:
            return stream.read(size)
    except _UNREADABLE:
        return None


def _is_locked(info: ZipInfo) -> bool:
    is_unusual = info.compress_type not in (ZIP_STORED, ZIP_DEFLATED)
    return bool(info.flag_bits & _ENCRYPTED) or is_unusual


def _unpacked(packed: ZipFile, info: ZipInfo, most: int = LARGEST_MEMBER) -> bytes | Problem:
    if _is_locked(info):
        return Problem(
            "locked_member", "It is encrypted, or packed in an unusual way.", "Pack it plainly."
        )
    try:
        with packed.open(info) as stream:
            return stream.read(most)
    except _UNREADABLE:
        return Problem("damaged_member", "It is damaged in the zip file.", "Pack it anew.")
