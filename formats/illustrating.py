"""Written questions with their pictures: beside them in a zip, or in the file itself."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from domain.losses import Loss
from domain.pictures import FOLDER, REFERENCE, map_pictures, pictures_of
from domain.questions import Draft
from formats.format import File, Format, Rendered

LEFT = "Its address stands there; the file is left out."
LONGEST_STEM = 60
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")
_MARKED = re.compile(r"\A[0-9a-f]{12}-")


class Stored(NamedTuple):
    """A picture's bytes and what its file was called."""

    content: bytes
    file: str


# The picture of a name; ``None`` if its bytes are gone.
Find = Callable[[str], Stored | None]


@dataclass(slots=True)
class Illustrator:
    """Writes questions of a run in one format; each picture goes into its zip once."""

    form: Format
    find: Find
    is_packed: bool
    _paths: dict[str, str | None] = field(default_factory=dict)

    def write(self, draft: Draft) -> tuple[Rendered, tuple[str, ...], tuple[File, ...]]:
        """The written question, the paths that it shows, and the pictures not yet in the zip."""
        names = pictures_of(draft)
        if not names:
            return self.form.render(draft), (), ()
        if self.form.shows is None or not (self.is_packed or self.form.embed):
            rendered = self.form.render(draft)
            told = tuple(_lost(place, name, LEFT) for name, place in names.items())
            return replace(rendered, losses=(*rendered.losses, *told)), (), ()
        return self._illustrated(draft, names)

    def _illustrated(
        self, draft: Draft, names: dict[str, str]
    ) -> tuple[Rendered, tuple[str, ...], tuple[File, ...]]:
        files = tuple(self._new_files(names))
        paths = {name: path for name in names if (path := self._paths[name]) is not None}
        gone = (_lost(names[name], name, "Its file is gone.") for name in names.keys() - paths)
        rendered = self.form.render(self._renamed(draft, paths))
        losses = [*rendered.losses, *gone]
        if self.form.embed and rendered.content is not None:
            contents = {file.name: file.content for file in files}
            content, placed = self.form.embed(rendered.content, contents)
            # Some texts have no room for pictures, such as a gap.
            lost = (name for name, path in paths.items() if path not in placed)
            losses += (_lost(names[name], name, LEFT) for name in lost)
            return Rendered(content, tuple(losses)), (), ()
        return replace(rendered, losses=tuple(losses)), tuple(paths.values()), files

    def _renamed(self, draft: Draft, paths: dict[str, str]) -> Draft:
        form = self.form.shows or "{}"

        def path_of(_: str, address: str) -> str | None:
            stored = REFERENCE.fullmatch(address)
            path = stored and paths.get(stored[1])
            return form.format(path) if path else None

        return map_pictures(draft, path_of)

    def _new_files(self, names: dict[str, str]) -> Iterator[File]:
        """The pictures that are to be written; those that stand in files, for each question."""
        for name in names:
            if name in self._paths and not self.form.embed:
                continue
            found = self.find(name)
            path = self._paths[name] = found and _path(name, found.file)
            if found and path:
                yield File(path, found.content, is_picture=True)


def _path(name: str, file: str) -> str:
    """Where a picture lies: its old name behind the beginning of its hash, which no two share."""
    ending = name.partition(".")[2]
    stem = _UNSAFE.sub("-", _MARKED.sub("", file.rpartition(".")[0]))[:LONGEST_STEM].strip("-.")
    return f"{FOLDER}{name[:12]}{f'-{stem}' if stem else ''}.{ending}"


def _lost(place: str, name: str, instead: str) -> Loss:
    return Loss(place, "picture", f"The picture {name[:12]!r}.", instead)
