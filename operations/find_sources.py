"""What an upload or a named file holds: itself, or the files of a zip."""

from collections.abc import Iterator
from dataclasses import dataclass

from formats import is_question_file
from formats.archive import Archive, is_archive, open_archive
from operations.prepare_import import Source


@dataclass(frozen=True, slots=True)
class Sources:
    """Files to import, counted before they are read."""

    files: Archive | Source
    folder: str = ""

    def __len__(self) -> int:
        return len(self.files) if isinstance(self.files, Archive) else 1

    def __iter__(self) -> Iterator[Source]:
        """Each file in turn, under the name of its ``folder``."""
        if isinstance(self.files, Source):
            yield self.files
        else:
            for member in self.files:
                yield Source(f"{self.folder}{member.name}", member.content)


def find_sources(name: str, data: bytes, folder: str = "") -> Sources:
    """The files of a zip, those that are named like question files; else the one file itself."""
    if is_archive(data) or name.lower().endswith(".zip"):
        return Sources(open_archive(name, data, is_question_file), folder)
    return Sources(Source(name, data))
