"""A disk that fails on purpose under SQLite, in this process and by the service's own driver.

A VFS is what SQLite calls for every access to a file. Here is one that stands before the usual one
and answers in its place once an access is to fail. It becomes the default: whoever connects while
it is installed gets it.
"""

import _sqlite3
import ctypes
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from ctypes import CFUNCTYPE, POINTER, Structure, c_char_p, c_int, c_int64, c_void_p
from ctypes.util import find_library
from dataclasses import dataclass
from typing import Any

READONLY, READWRITE, CREATE = 0x1, 0x2, 0x4  # flags of an open
OK = sqlite3.SQLITE_OK
ERRORS = {
    "open": sqlite3.SQLITE_CANTOPEN,
    "read": sqlite3.SQLITE_IOERR_READ,
    "write": sqlite3.SQLITE_IOERR_WRITE,
    "truncate": sqlite3.SQLITE_IOERR_TRUNCATE,
    "sync": sqlite3.SQLITE_IOERR_FSYNC,
}
# The path is a pointer that SQLite keeps, and reads on behind: a copy would not do.
Open = CFUNCTYPE(c_int, c_void_p, c_void_p, c_void_p, c_int, POINTER(c_int))
Transfer = CFUNCTYPE(c_int, c_void_p, c_void_p, c_int, c_int64)
Truncate = CFUNCTYPE(c_int, c_void_p, c_int64)
Sync = CFUNCTYPE(c_int, c_void_p, c_int)


class Vfs(Structure):
    """The head of ``sqlite3_vfs``; what comes behind is copied and not looked at."""

    _fields_ = (
        ("version", c_int),
        ("size_of_file", c_int),
        ("longest_path", c_int),
        ("next", c_void_p),
        ("name", c_char_p),
        ("data", c_void_p),
        ("open", Open),
        ("rest", c_void_p * 15),
    )


class Methods(Structure):
    """``sqlite3_io_methods``, as far as it is of interest."""

    _fields_ = (
        ("version", c_int),
        ("close", c_void_p),
        ("read", Transfer),
        ("write", Transfer),
        ("truncate", Truncate),
        ("sync", Sync),
        ("rest", c_void_p * 13),
    )


@dataclass(slots=True)
class Disk:
    """What is to fail, and how many accesses there were.

    The ``failing``-th fails, and all that follow where it is then ``broken``. Where it is ``full``,
    writing fails; where it is ``read_only``, files are only opened to be read as well.
    """

    calls: int = 0  # in the last block
    failing: int = 0
    broken: bool = False
    full: bool = False
    read_only: bool = False
    only: str = ""  # the sort of access that is counted and fails; all, where none is said
    _count: int = 0

    @contextmanager
    def fails_at(self, number: int, *, broken: bool) -> Iterator[None]:
        """Fail at that access of the block, and at all that follow if it is then broken."""
        self._count, self.failing, self.broken = 0, number, broken
        try:
            yield
        finally:
            self.calls, self.failing = self._count, 0

    def error(self, access: str) -> int:
        """What this access gives in place of being done, if not ``OK``."""
        self._count += self.only in {"", access}
        if self.full and access == "write":
            return sqlite3.SQLITE_FULL
        is_refused = self.read_only and access in {"write", "truncate"}
        is_meant = self.failing and self.only in {"", access}
        is_next = self._count >= self.failing if self.broken else self._count == self.failing
        return ERRORS[access] if is_refused or (is_meant and is_next) else OK


@contextmanager
def failing_disk() -> Iterator[Disk]:
    """Put the disk under every connection that is made in the block; it fails when it is told."""
    library = _library()
    usual = Vfs.from_address(library.sqlite3_vfs_find(None))
    shim = _Shim(Disk(), usual)
    library.sqlite3_vfs_register(ctypes.byref(shim.vfs), 1)
    _KEPT.append(shim)  # connections that are still open call it
    try:
        yield shim.disk
    finally:
        shim.disk.failing, shim.disk.full, shim.disk.read_only = 0, False, False
        library.sqlite3_vfs_register(ctypes.byref(usual), 1)
        library.sqlite3_vfs_unregister(ctypes.byref(shim.vfs))


def why_not() -> str:
    """Why a disk cannot be made to fail here; empty if it can."""
    try:
        _library()
    except (OSError, AttributeError):
        return "This Python has an SQLite of its own inside, whose files cannot be reached."
    return ""


def _library() -> Any:
    """The library that the driver has loaded, not another one."""
    with suppress(OSError, AttributeError):
        loaded = ctypes.CDLL(_sqlite3.__file__)  # where it is built in, or what it is linked to
        loaded.sqlite3_vfs_find.restype = c_void_p
        return loaded
    loaded = ctypes.CDLL(find_library("sqlite3"))
    loaded.sqlite3_vfs_find.restype = c_void_p
    return loaded


class _Shim:
    """The functions that SQLite calls; they live as long as this object."""

    def __init__(self, disk: Disk, usual: Vfs) -> None:
        self.disk = disk
        self._usual = usual
        self._methods: dict[int, Methods] = {}
        self._kept: list[Any] = []
        self.vfs = Vfs.from_buffer_copy(usual)
        self.vfs.name = b"failing"
        self.vfs.open = Open(self._open)
        self._kept.append(self.vfs.open)

    def _open(self, _: int, path: int, file: int, flags: int, told: Any) -> int:
        if error := self.disk.error("open"):
            ctypes.cast(file, POINTER(c_void_p))[0] = None  # nothing to close
            return error
        if self.disk.read_only and flags & READWRITE:
            flags = flags & ~(READWRITE | CREATE) | READONLY
        done: int = self._usual.open(ctypes.addressof(self._usual), path, file, flags, told)
        place = ctypes.cast(file, POINTER(c_void_p))
        if done == OK and place[0]:
            place[0] = ctypes.addressof(self._methods_over(place[0]))
        return done

    def _methods_over(self, address: int) -> Methods:
        """The methods of a kind of file, with ours in front; each kind once."""
        if address not in self._methods:
            usual = Methods.from_address(address)
            ours = Methods.from_buffer_copy(usual)
            ours.read = Transfer(self._before("read", usual.read))
            ours.write = Transfer(self._write_before(usual.write))
            ours.truncate = Truncate(self._before("truncate", usual.truncate))
            ours.sync = Sync(self._before("sync", usual.sync))
            self._kept += [ours.read, ours.write, ours.truncate, ours.sync]
            self._methods[address] = ours
        return self._methods[address]

    def _before(self, access: str, usual: Callable[..., int]) -> Callable[..., int]:
        return lambda *arguments: self.disk.error(access) or usual(*arguments)

    def _write_before(self, usual: Callable[..., int]) -> Callable[..., int]:
        """A write that fails has written half, as one does that is cut."""

        def write(file: int, content: int, length: int, at: int) -> int:
            if error := self.disk.error("write"):
                if not self.disk.read_only:
                    usual(file, content, length // 2, at)
                return error
            return usual(file, content, length, at)

        return write


_KEPT: list[_Shim] = []
