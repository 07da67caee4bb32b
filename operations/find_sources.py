"""What an upload or a named file holds: itself, or the files of a zip that hold questions."""

import posixpath
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import PurePath

from domain.losses import Loss
from formats import AUTO, INDEXES, SNIFFED, is_question_file, may_hold_questions
from formats.archive import Archive, is_archive, open_archive
from formats.pictures.shelf import Packed, Shelf, is_picture_file
from formats.strays import loss_of, loss_of_others
from operations.prepare_import import Source


@dataclass(frozen=True, slots=True)
class Sources:
    """Files to import, counted before they are read; the first tells ``losses`` of the others."""

    files: Archive | Source
    folder: str = ""
    losses: tuple[Loss, ...] = ()

    def __len__(self) -> int:
        return len(self.files) if isinstance(self.files, Archive) else 1

    def __iter__(self) -> Iterator[Source]:
        """Each file in turn, under the name of its ``folder``."""
        return (source for _, source in self.numbered(lambda _: True))

    def numbered(self, is_wanted: Callable[[int], bool]) -> Iterator[tuple[int, Source]]:
        """The files with the numbers wanted, from 0; the others are not unpacked."""
        if isinstance(self.files, Source):
            yield from [(0, self.files)] * is_wanted(0)
            return
        # What a zip without pictures has goes to other processes, where an open zip cannot.
        shelf = None if self.may_be_divided else Shelf(Packed(self.files))
        for number, member in self.files.numbered(is_wanted):
            losses = self.losses if number == 0 else ()
            name, folder = f"{self.folder}{member.name}", posixpath.dirname(member.name)
            yield number, Source(name, member.content, losses, folder, shelf)

    @property
    def may_be_divided(self) -> bool:
        """Whether other processes can read the files: not the pictures that a zip has for all."""
        return isinstance(self.files, Source) or not self.files.holds(is_picture_file)


def find_sources(name: str, data: bytes, folder: str = "", form: str = AUTO) -> Sources:
    """The files of a zip that are named like question files; else the one file itself.

    If their format is to be found out, those are left out that share no more than a suffix with
    question files; with nothing else in the zip, they stay and will be refused.
    """
    if not is_archive(data) and not name.lower().endswith(".zip"):
        return Sources(Source(name, data))
    archive = open_archive(name, data, is_question_file)
    others = tuple(_others(archive))
    if form != AUTO:
        return Sources(archive, folder, others)
    kept, strays = archive.parted(may_hold_questions, SNIFFED)
    if not len(kept):
        return Sources(archive, folder, others)
    losses = (loss_of(f"{folder}{stray.name}", stray.content or b"") for stray in strays)
    return Sources(kept, folder, (*losses, *others))


def _others(archive: Archive) -> Iterator[Loss]:
    """The files that are named like none with questions, nor pictures of these or an index."""
    named = [one for one in archive.others if not is_picture_file(one) and not _is_index(one)]
    if named:
        yield loss_of_others(named)


def _is_index(name: str) -> bool:
    return PurePath(name).name.lower() in INDEXES
