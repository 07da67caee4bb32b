"""The shape every question file format has."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from types import MappingProxyType
from typing import BinaryIO, NamedTuple

from domain.losses import Loss
from domain.problems import Problem
from domain.questions import Draft

SNIFFED = 64 * 1024  # bytes of a file by which its format is known


@dataclass(frozen=True, slots=True)
class Parsed:
    """One question of a file: the draft, or the reasons why there is none.

    ``draft`` is ``None`` exactly when one of the ``problems`` is an error. ``losses`` are what
    the draft leaves out of what the file said. ``media`` are pictures that came inside of the
    file, by the relative path that the draft's texts name them by.
    """

    draft: Draft | None
    problems: tuple[Problem, ...] = ()
    losses: tuple[Loss, ...] = ()
    media: Mapping[str, bytes] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class Rendered:
    """One question as a format says it, and what it could not say.

    ``content`` is ``None`` where the format cannot say the question at all; a loss tells why.
    """

    content: bytes | None
    losses: tuple[Loss, ...] = ()


def not_expressible(what: str, path: str = "") -> Rendered:
    """A question that the format cannot say, since there is ``what`` at ``path``."""
    return Rendered(None, (Loss(path, "not_expressible", what, "It was left out."),))


class File(NamedTuple):
    """A file of a package: its path inside, its bytes, and the paths of the pictures it shows."""

    name: str
    content: bytes
    shows: tuple[str, ...] = ()
    is_picture: bool = False


@dataclass(frozen=True, slots=True)
class Book:
    """How several questions stand in one file: what comes before, between and after them."""

    head: bytes = b""
    between: bytes = b"\n"
    tail: bytes = b""


def only_read(draft: Draft) -> Rendered:
    """Raise ``LookupError``: what a format that is only read does for :attr:`Format.render`."""
    raise LookupError(f"The format is only read, so {draft.title!r} is not written.")


@dataclass(frozen=True, slots=True)
class Format:
    """A named format; the first of its ``suffixes`` (with the dot) is the one that is written.

    ``sniff`` says of the first ``SNIFFED`` bytes of a file whether it is of this format.
    ``parse`` reads question by question and never raises for what the file says. ``render``
    writes one question and never raises for what a complete draft says. With a ``book``, several
    questions share one file; without, each has one of its own. ``package`` makes the files of a
    zip from those of the questions; ``None`` where they go as they are. ``media_type`` is that of
    a plain file. ``shows`` is how a text names a picture of a zip, ``{}`` standing for its path;
    ``None`` where the format carries none. With ``embed`` they stand in the file itself: it puts
    those whose paths it is given into a written question, and tells which of the paths stand in it.
    """

    name: str
    suffixes: tuple[str, ...]
    sniff: Callable[[bytes], bool]
    parse: Callable[[BinaryIO], Iterator[Parsed]]
    render: Callable[[Draft], Rendered] = only_read
    book: Book | None = None
    package: Callable[[Iterable[File]], Iterator[File]] | None = None
    media_type: str = "text/plain; charset=utf-8"
    shows: str | None = None
    embed: Callable[[bytes, Mapping[str, bytes]], tuple[bytes, set[str]]] | None = None

    @property
    def is_written(self) -> bool:
        """Whether questions can be exported in this format."""
        return self.render is not only_read

    def read(self, data: bytes) -> Sequence[Parsed]:
        """All questions of a file that is in memory."""
        return list(self.parse(BytesIO(data)))
