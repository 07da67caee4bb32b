"""Write what an author says now as the next version of a question."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.identity import keep_ids, new_ids
from domain.questions import Draft, Option
from models import (
    CorrectOption,
    ExplanationText,
    Hint,
    MarkScheme,
    OptionRow,
    Question,
    QuestionVersion,
    ReferenceRow,
    Tag,
)
from models.likeness import index_likeness, unindex_likeness
from operations.draft_rows import draft_rows
from operations.show_pictures import show_pictures


def revise_question(
    session: Session, *, question: Question, draft: Draft, files: Mapping[str, str] | None = None
) -> QuestionVersion:
    """Append an unpublished version that says what the draft says, its texts rendered.

    Options keep the ids they had in the last version. Raises
    :class:`~domain.errors.AmbiguousRevision` where it is unclear which is which. ``files`` are
    what the pictures that it shows were called, by their names.
    """
    last = question.versions[-1] if question.versions else None
    ids = option_ids(session, question=question, options=draft.options)
    rows = draft_rows(draft, ids, files)
    version = QuestionVersion(
        question=question,
        number=last.number + 1 if last else 1,
        options=[OptionRow(**row) for row in rows.options],
        tags=[Tag(**row) for row in rows.tags],
        **rows.version,
    )
    session.add(version)
    session.flush()  # the right options refer to option rows, which must be there first
    version.correct = [CorrectOption(**row) for row in rows.correct]
    version.explanation = ExplanationText(**rows.explanation) if rows.explanation else None
    version.references = [ReferenceRow(**row) for row in rows.references]
    version.hints = [Hint(**row) for row in rows.hints]
    version.mark_scheme = MarkScheme(**rows.mark_scheme) if rows.mark_scheme else None
    session.flush()
    show_pictures(session, media={version.id: rows.media})
    unindex_likeness(session, [question.id])
    index_likeness(session, {question.id: rows.said})
    return version


def option_ids(
    session: Session, *, question: Question | None, options: Sequence[Option]
) -> tuple[str, ...]:
    """The ids that options have as the next version of a question, or of a new one.

    Without stated ids, those that their texts had before in their part. Where some state one,
    the others are new options: that is how an author settles what is ambiguous.
    """
    stated = {option.id for option in options if option.id}
    last = question.versions[-1] if question is not None and question.versions else None
    if len(stated) == len(options):
        return tuple(option.id for option in options if option.id)
    if stated or last is None:
        taken = stated | (_ever_given(session, last.question_id) if last else set())
        fresh = iter(new_ids([option.text for option in options if not option.id], taken))
        return tuple(option.id or next(fresh) for option in options)
    taken = _ever_given(session, last.question_id)
    ids: list[str] = []
    for part in dict.fromkeys(option.part for option in options):
        before = {row.option_id: row.text for row in last.options if row.part == part}
        texts = [option.text for option in options if option.part == part]
        ids += keep_ids(before, texts, {*taken, *ids})
    return tuple(ids)


def _ever_given(session: Session, question_id: UUID) -> set[str]:
    """The ids of all options that the question ever had."""
    ever = select(OptionRow.option_id).join(QuestionVersion)
    return set(session.scalars(ever.where(QuestionVersion.question_id == question_id)))
