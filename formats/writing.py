"""Many questions as one file of a format: a book of them, or a zip with a file for each."""

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from datetime import datetime
from typing import Any, BinaryIO, NamedTuple
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from domain.losses import Loss
from domain.questions import Draft
from formats.format import Book, File, Format
from formats.illustrating import Find, Illustrator

EARLIEST = datetime(1980, 1, 1)  # noqa: DTZ001 -- zips know no zone; equal banks give equal zips

SECOND = Loss(
    "", "one_question_a_file", "A file of this format holds one.", "It was left out: write a zip."
)


def nowhere(name: str) -> None:
    """Where the pictures of questions are that have none."""


class Written(NamedTuple):
    """What became of one question: whether it is in the file, and what of it is not."""

    slug: str
    is_in: bool
    losses: tuple[Loss, ...]

    def as_document(self) -> dict[str, Any]:
        """The same as plain values."""
        return {**self._asdict(), "losses": [asdict(loss) for loss in self.losses]}


def write_file(
    form: Format, drafts: Iterable[Draft], out: BinaryIO, find: Find = nowhere
) -> Iterator[Written]:
    """Write the questions as one plain file, each told when it is written.

    A format without a book takes one question; the others are left out, and told. Pictures are
    in the file where the format puts them there.
    """
    book, first = form.book or Book(), True
    out.write(book.head)
    for written, files in render_each(form, drafts, find, is_packed=False):
        if not files:
            yield written
        elif first or form.book:
            content = files[-1].content
            out.write(content if first else book.between + content)
            first = False
            yield written
        else:
            yield Written(written.slug, False, (SECOND,))
    out.write(book.tail)


def write_package(
    form: Format, drafts: Iterable[Draft], out: BinaryIO, find: Find = nowhere
) -> Iterator[Written]:
    """Write the questions as a zip with a file for each, each told when it is written.

    Their pictures are beside them, each once.
    """
    told: list[Written] = []

    def files() -> Iterator[File]:
        for written, made in render_each(form, drafts, find, is_packed=True):
            told.append(written)
            yield from made

    with ZipFile(out, "w", ZIP_DEFLATED) as packed:
        for file in form.package(files()) if form.package else files():
            info = ZipInfo(file.name, EARLIEST.timetuple()[:6])
            info.compress_type = ZIP_STORED if file.is_picture else ZIP_DEFLATED
            packed.writestr(info, file.content)
            yield from told
            told.clear()
    yield from told


def render_each(
    form: Format, drafts: Iterable[Draft], find: Find, *, is_packed: bool
) -> Iterator[tuple[Written, tuple[File, ...]]]:
    """What becomes of each question, and its files; none where the format cannot say it.

    Its own is the last: before it are the pictures that no question before it showed.
    """
    illustrator = Illustrator(form, find, is_packed=is_packed)
    for draft in drafts:
        rendered, shows, pictures = illustrator.write(draft)
        written = Written(draft.slug or "", rendered.content is not None, rendered.losses)
        if rendered.content is None:
            yield written, ()
        else:
            own = File(f"{draft.slug}{form.suffixes[0]}", rendered.content, shows)
            yield written, (*pictures, own)
