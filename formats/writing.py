"""Many questions as one file of a format: a book of them, or a zip with a file for each."""

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from datetime import datetime
from typing import Any, BinaryIO, NamedTuple
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from domain.losses import Loss
from domain.questions import Draft
from formats.format import Book, File, Format

EARLIEST = datetime(1980, 1, 1)  # noqa: DTZ001 -- zips know no zone; equal banks give equal zips

SECOND = Loss(
    "", "one_question_a_file", "A file of this format holds one.", "It was left out: write a zip."
)


class Written(NamedTuple):
    """What became of one question: whether it is in the file, and what of it is not."""

    slug: str
    is_in: bool
    losses: tuple[Loss, ...]

    def as_document(self) -> dict[str, Any]:
        """The same as plain values."""
        return {**self._asdict(), "losses": [asdict(loss) for loss in self.losses]}


def write_file(form: Format, drafts: Iterable[Draft], out: BinaryIO) -> Iterator[Written]:
    """Write the questions as one plain file, each told when it is written.

    A format without a book takes one question; the others are left out, and told.
    """
    book, first = form.book or Book(), True
    out.write(book.head)
    for written, content in render_each(form, drafts):
        if content is None:
            yield written
        elif first or form.book:
            out.write(content if first else book.between + content)
            first = False
            yield written
        else:
            yield Written(written.slug, False, (SECOND,))
    out.write(book.tail)


def write_package(form: Format, drafts: Iterable[Draft], out: BinaryIO) -> Iterator[Written]:
    """Write the questions as a zip with a file for each, each told when it is written."""
    told: list[Written] = []

    def files() -> Iterator[File]:
        for written, content in render_each(form, drafts):
            told.append(written)
            if content is not None:
                yield File(f"{written.slug}{form.suffixes[0]}", content)

    with ZipFile(out, "w", ZIP_DEFLATED) as packed:
        for file in form.package(files()) if form.package else files():
            info = ZipInfo(file.name, EARLIEST.timetuple()[:6])
            info.compress_type = ZIP_DEFLATED
            packed.writestr(info, file.content)
            yield from told
            told.clear()
    yield from told


def render_each(form: Format, drafts: Iterable[Draft]) -> Iterator[tuple[Written, bytes | None]]:
    """What becomes of each question, and its file; ``None`` where the format cannot say it."""
    for draft in drafts:
        rendered = form.render(draft)
        written = Written(draft.slug or "", rendered.content is not None, rendered.losses)
        yield written, rendered.content
