"""Write what an author says now as the next version of a question."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.identity import keep_ids
from domain.questions import Draft
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
from operations.draft_rows import draft_rows, first_ids, stated_ids


def revise_question(session: Session, *, question: Question, draft: Draft) -> QuestionVersion:
    """Append an unpublished version that says what the draft says, its texts rendered.

    Options keep the ids they had in the last version. Raises
    :class:`~domain.errors.AmbiguousRevision` where it is unclear which is which.
    """
    last = question.versions[-1] if question.versions else None
    rows = draft_rows(draft, _option_ids(session, question.id, last, draft))
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
    return version


def _option_ids(
    session: Session, question_id: UUID, last: QuestionVersion | None, draft: Draft
) -> tuple[str, ...]:
    """The ids that the draft states, else those that its texts had before in their part."""
    if last is None:
        return first_ids(draft)
    if stated := stated_ids(draft):
        return stated
    ever = select(OptionRow.option_id).join(QuestionVersion)
    taken = set(session.scalars(ever.where(QuestionVersion.question_id == question_id)))
    ids: list[str] = []
    for part in dict.fromkeys(option.part for option in draft.options):
        before = {row.option_id: row.text for row in last.options if row.part == part}
        texts = [option.text for option in draft.options if option.part == part]
        ids += keep_ids(before, texts, {*taken, *ids})
    return tuple(ids)
