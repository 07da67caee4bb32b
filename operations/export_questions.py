"""Write published questions as a file of a format, and tell what the file cannot say."""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import BinaryIO

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from domain.errors import QuestionNotFound
from domain.questions import Draft
from formats import Format
from formats.writing import Written, write_file, write_package
from models import Question, QuestionVersion, VersionMedia
from models.authoring import versions_for_authors
from operations.find_picture import find_stored
from operations.read_draft import read_draft
from operations.tell_translations import tell_translations

AT_ONCE = 200  # questions in memory


def export_questions(
    session: Session,
    *,
    form: Format,
    out: BinaryIO,
    packed: bool,
    tags: Sequence[str] = (),
    slugs: Sequence[str] = (),
) -> Iterator[Written]:
    """Write the published questions with all of the tags and one of the slugs, if any are named.

    They come in the order of their slugs; each is told when it is written. The file is a zip if
    ``packed``, as :func:`is_packed` says. Raises :class:`QuestionNotFound` for a slug that is not
    published.
    """
    _require(session, slugs)
    write = write_package if packed else write_file
    drafts, find = drafts_for_export(session, tags, slugs), partial(find_stored, session)
    return tell_translations(session, write(form, drafts, out, find))


def is_packed(
    session: Session,
    form: Format,
    tags: Sequence[str],
    slugs: Sequence[str],
    with_pictures: bool = True,
) -> bool:
    """Whether the file is to be a zip: for packages, for many questions that share no file, and
    for those whose pictures go beside them, if they are wanted.
    """
    if form.package is not None or (form.book is None and len(slugs) != 1):
        return True
    if not with_pictures or form.shows is None or form.embed is not None:
        return False
    shown = _chosen(tags, slugs).join(VersionMedia, VersionMedia.version_id == QuestionVersion.id)
    return session.scalar(shown.with_only_columns(VersionMedia.sha256).limit(1)) is not None


def drafts_for_export(
    session: Session, tags: Sequence[str], slugs: Sequence[str]
) -> Iterator[Draft]:
    """The published questions with all of the tags and one of the slugs, a few at a time."""
    in_order = _chosen(tags, slugs).order_by(Question.slug)
    with session.scalars(in_order.execution_options(yield_per=AT_ONCE)) as versions:
        yield from map(read_draft, versions)


def _chosen(tags: Sequence[str], slugs: Sequence[str]) -> Select[QuestionVersion]:
    found = versions_for_authors().where(
        Question.is_listed(), Question.published_id == QuestionVersion.id
    )
    if slugs:
        found = found.where(Question.slug.in_(slugs))
    for tag in tags:
        found = found.where(QuestionVersion.has_tag(tag))
    return found


def _require(session: Session, slugs: Sequence[str]) -> None:
    """Raise for the first slug that names no published question."""
    named = select(Question.slug).where(Question.slug.in_(slugs), Question.is_listed())
    missing = set(slugs) - set(session.scalars(named))
    for slug in slugs:
        if slug in missing:
            raise QuestionNotFound(f"There is no published question {slug!r}.")
