"""Write published questions as a file of a format, and tell what the file cannot say."""

from collections.abc import Iterator, Sequence
from typing import BinaryIO

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.errors import QuestionNotFound
from domain.questions import Draft
from formats import Format
from formats.writing import Written, write_file, write_package
from models import Question, QuestionVersion
from models.authoring import versions_for_authors
from operations.read_draft import read_draft
from operations.tell_translations import tell_translations

AT_ONCE = 200  # questions in memory


def export_questions(
    session: Session,
    *,
    form: Format,
    out: BinaryIO,
    tags: Sequence[str] = (),
    slugs: Sequence[str] = (),
) -> Iterator[Written]:
    """Write the published questions with all of the tags and one of the slugs, if any are named.

    They come in the order of their slugs; each is told when it is written. The file is a zip where
    :func:`is_packed` says so. Raises :class:`QuestionNotFound` for a slug that is not published.
    """
    _require(session, slugs)
    write = write_package if is_packed(form, slugs) else write_file
    written = write(form, drafts_for_export(session, tags, slugs), out)
    return tell_translations(session, written)


def is_packed(form: Format, slugs: Sequence[str]) -> bool:
    """Whether the file is a zip: for packages, and many questions that share no file."""
    return form.package is not None or (form.book is None and len(slugs) != 1)


def drafts_for_export(
    session: Session, tags: Sequence[str], slugs: Sequence[str]
) -> Iterator[Draft]:
    """The published questions with all of the tags and one of the slugs, a few at a time."""
    found = versions_for_authors().where(
        Question.is_listed(), Question.published_id == QuestionVersion.id
    )
    if slugs:
        found = found.where(Question.slug.in_(slugs))
    for tag in tags:
        found = found.where(QuestionVersion.has_tag(tag))
    in_order = found.order_by(Question.slug).execution_options(yield_per=AT_ONCE)
    for version in session.scalars(in_order):
        yield read_draft(version)


def _require(session: Session, slugs: Sequence[str]) -> None:
    """Raise for the first slug that names no published question."""
    named = select(Question.slug).where(Question.slug.in_(slugs), Question.is_listed())
    missing = set(slugs) - set(session.scalars(named))
    for slug in slugs:
        if slug in missing:
            raise QuestionNotFound(f"There is no published question {slug!r}.")
