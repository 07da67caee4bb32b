"""A disk that keeps what was synced, and of the rest what it likes, when the power is cut."""

from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Literal, get_args

import apsw

SECTOR = 512  # bytes that are written whole or not at all
# Of what was not synced: nothing, any of the writes, any of the sectors of the writes.
Kept = Literal["nothing", "some writes", "some sectors"]
KEPT: tuple[Kept, ...] = get_args(Kept)


@dataclass(slots=True)
class Change:
    """A write, or with ``data`` of ``None`` the end of the file, which is now at ``offset``."""

    offset: int
    data: bytes | None

    def apply(self, image: bytearray) -> None:
        """Make it."""
        if self.data is None:
            del image[self.offset :]
            return
        image.extend(bytes(max(0, self.offset - len(image))))
        image[self.offset : self.offset + len(self.data)] = self.data

    def sectors(self) -> list["Change"]:
        """The parts of it that a disk may write without the others."""
        if self.data is None:
            return [self]
        first = SECTOR - self.offset % SECTOR
        ends = [0, *range(first, len(self.data), SECTOR), len(self.data)]
        return [Change(self.offset + begin, self.data[begin:end]) for begin, end in pairwise(ends)]


@dataclass(slots=True)
class File:
    """What of a file is on the disk for certain, and what was written since."""

    synced: bytearray | None  # of one that was never synced not even the name is
    pending: list[Change] = field(default_factory=list)

    def sync(self) -> None:
        """Put all on the disk."""
        self.synced = bytearray() if self.synced is None else self.synced
        for change in self.pending:
            change.apply(self.synced)
        self.pending.clear()

    def after_a_cut(self, kept: Kept, chance: Random) -> bytes | None:
        """What is there when the power is back."""
        if kept == "nothing" or (self.synced is None and chance.random() < 0.5):
            return None if self.synced is None else bytes(self.synced)
        image = bytearray(self.synced or b"")
        for change in self.pending:
            for part in change.sectors() if kept == "some sectors" else [change]:
                if chance.random() < 0.5:
                    part.apply(image)
        return bytes(image)


class Disk(apsw.VFS):  # type: ignore[misc, unused-ignore]
    """A file layer of SQLite above the usual one. Its power is cut before any of its calls."""

    def __init__(self, name: str) -> None:
        super().__init__(name, "")
        self.name = name
        self.files: dict[Path, File] = {}
        self.calls_left = 0
        self.commits = 0

    def xOpen(self, name: str | apsw.URIFilename | None, flags: list[int]) -> "DiskFile":
        return DiskFile(self, name, flags)

    def xDelete(self, name: str, sync: bool) -> None:
        self.spend()
        super().xDelete(name, sync)
        self.files.pop(Path(name), None)

    def spend(self) -> None:
        """One more call that changes something; without power it fails."""
        if self.calls_left <= 0:
            raise apsw.IOError("The power is cut.")
        self.calls_left -= 1

    def excepthook(self, *_: object) -> bool:
        """Of a connection that is closed without power nobody needs to hear."""
        return True

    def leave(self, folder: Path, kept: Kept, chance: Random) -> None:
        """Write to that folder what is there when the power is back."""
        for path, file in self.files.items():
            if (image := file.after_a_cut(kept, chance)) is not None:
                (folder / path.name).write_bytes(image)


class DiskFile(apsw.VFSFile):  # type: ignore[misc, unused-ignore]
    """A file that is open there, in as many connections as there are."""

    def __init__(self, disk: Disk, name: str | apsw.URIFilename | None, flags: list[int]) -> None:
        super().__init__("", name, flags)
        self._disk, self._file = disk, File(None)
        if name:  # what has none is for the moment only
            path = Path(name.filename() if isinstance(name, apsw.URIFilename) else name)
            there = bytearray(path.read_bytes()) if path.stat().st_size else None
            self._file = disk.files.setdefault(path, File(there))

    def xWrite(self, data: bytes, offset: int) -> None:
        self._disk.spend()
        super().xWrite(data, offset)
        self._file.pending.append(Change(offset, bytes(data)))

    def xTruncate(self, size: int) -> None:
        self._disk.spend()
        super().xTruncate(size)
        self._file.pending.append(Change(size, None))

    def excepthook(self, *_: object) -> bool:
        """As that of the disk."""
        return True

    def xSync(self, flags: int) -> None:
        self._disk.spend()
        self._file.sync()
