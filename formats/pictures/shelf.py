"""Where the pictures of a question file lie: beside it in a folder or a zip, or in itself."""

import os
import stat
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from domain.pictures import Picture
from domain.problems import Problem
from formats.archive import Archive
from formats.pictures.address import from_data, resolved
from formats.pictures.check import LARGEST, read_picture
from formats.pictures.faults import BadPicture

MOST_BYTES = 256 * 1024 * 1024  # of all pictures of an import, or of a file on a disk
PREFIXES = ("$IMS-CC-FILEBASE$", "%24IMS-CC-FILEBASE%24")
PACKED = ("web_resources", "")  # where a package may keep what the prefix stands for

# The bytes of a path; ``None`` if there is no such file. Raises ``BadPicture`` for what it is.
Open = Callable[[str], bytes | None]


@dataclass(slots=True)
class Shelf:
    """Finds pictures by their addresses, each read and checked once, within a budget."""

    open: Open
    kept: dict[str, Picture | BadPicture] = field(default_factory=dict)
    left: int = MOST_BYTES

    def find(self, folder: str, address: str, inside: Mapping[str, bytes]) -> Picture | None:
        """The picture that a text in a file of this folder shows; ``None`` if it is missing.

        ``inside`` are pictures in the question file itself. Raises :class:`BadPicture`.
        """
        if address in inside:
            return read_picture(inside[address], address)
        if (data := from_data(address)) is not None:
            return read_picture(data)
        for path in _paths(folder, address):
            if found := self._at(path):
                return found
        return None

    def _at(self, path: str) -> Picture | None:
        if path not in self.kept:
            try:
                data = self.open(path)
                if data is None:
                    return None
                self.kept[path] = self._counted(read_picture(data, path))
            except BadPicture as error:
                self.kept[path] = error
        found = self.kept[path]
        if isinstance(found, BadPicture):
            raise found
        return found

    def _counted(self, picture: Picture) -> Picture:
        self.left -= len(picture.content)
        if self.left < 0:
            told = f"The pictures before it have {MOST_BYTES:,} bytes together."
            raise BadPicture("too_many_pictures", told, "Import fewer files at once.")
        return picture


def _paths(folder: str, address: str) -> tuple[str, ...]:
    for prefix in PREFIXES:
        if address.startswith(prefix):
            rest = address.removeprefix(prefix).lstrip("/")
            return tuple(path for place in (folder, *PACKED) for path in resolved(place, rest))
    if address.startswith("/"):
        return resolved("", address)
    return resolved(folder, address)


def nothing(path: str) -> None:
    """What is beside a file that came alone."""


@dataclass(frozen=True, slots=True)
class Beside:
    """Opens what lies in a folder of a disk or below; never through a link that leads out."""

    folder: Path

    def __call__(self, path: str) -> bytes | None:
        """The bytes of a file there; ``None`` if there is none."""
        try:
            root = self.folder.resolve(strict=True)
            found = (self.folder / path).resolve(strict=True)
            if not found.is_relative_to(root):
                raise BadPicture(
                    "unsafe_path", "It is a link out of the folder.", "Put a copy in its place."
                )
            return _bytes_of(found)
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
            return None
        except (OSError, RuntimeError, ValueError) as error:
            told = f"It cannot be read: {getattr(error, 'strerror', None) or 'a link in a circle'}."
            raise BadPicture("unreadable_picture", told, "Check the file.") from None


def _bytes_of(path: Path) -> bytes | None:
    """What a plain file holds, one byte more than is taken at most; of a pipe nothing."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW)
    with open(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            return None
        return file.read(LARGEST + 1)


@dataclass(frozen=True, slots=True)
class Packed:
    """Opens what lies in a zip."""

    archive: Archive

    def __call__(self, path: str) -> bytes | None:
        """The bytes of a file there; ``None`` if there is none."""
        found = self.archive.open(path, LARGEST)
        if isinstance(found, Problem):
            raise BadPicture(found.code, found.message, found.hint)
        return found


def is_picture_file(file: str) -> bool:
    """Whether a file is named like a picture."""
    return file.lower().endswith((".png", ".jpg", ".jpeg", ".gif", ".webp", ".svg"))
