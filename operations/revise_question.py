"""Write what an author says now as the next version of a question."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.identity import keep_ids, new_ids
from domain.questions import LONGEST_TITLE, Draft, content_hash
from formats.rendering import to_html
from models import (
    CorrectOption,
    ExplanationText,
    OptionRow,
    Question,
    QuestionVersion,
    ReferenceRow,
    Tag,
)


def revise_question(session: Session, *, question: Question, draft: Draft) -> QuestionVersion:
    """Append an unpublished version that says what the draft says, its texts rendered.

    Options keep the ids they had in the last version. Raises
    :class:`~domain.errors.AmbiguousRevision` where it is unclear which is which.
    """
    last = question.versions[-1] if question.versions else None
    option_ids = _option_ids(session, question.id, last, draft)
    version = QuestionVersion(
        question=question,
        number=last.number + 1 if last else 1,
        options=[
            OptionRow(
                option_id=option_id,
                position=place,
                text=option.text,
                html=to_html(option.text),
                pinned=option.pinned,
                feedback=option.feedback,
                feedback_html=to_html(option.feedback) if option.feedback else None,
            )
            for place, (option_id, option) in enumerate(
                zip(option_ids, draft.options, strict=True), start=1
            )
        ],
        tags=[Tag(tag=tag, position=place) for place, tag in enumerate(draft.tags)],
        **_own_columns(draft),
    )
    session.add(version)
    session.flush()  # the right options refer to option rows, which must be there first
    version.correct = [
        CorrectOption(option_id=option_ids[position - 1])
        for position in sorted(draft.key.positions)
    ]
    _add_explanation(version, draft)
    session.flush()
    return version


def _own_columns(draft: Draft) -> dict[str, object]:
    return {
        "kind": draft.kind,
        "language": draft.language,
        "title": draft.title,
        "sort_title": draft.title.casefold()[:LONGEST_TITLE],
        "date": draft.date,
        "difficulty": draft.difficulty,
        "prompt": draft.prompt,
        "prompt_html": to_html(draft.prompt),
        "select_min": 0,
        "select_max": draft.most_picks,
        "scoring_rule": draft.scoring.rule,
        "max_points": str(draft.scoring.max_points),
        "release": draft.release,
        "shuffle": draft.shuffle,
        "extra": dict(draft.extra),
        "content_hash": content_hash(draft),
    }


def _add_explanation(version: QuestionVersion, draft: Draft) -> None:
    if text := draft.explanation.text:
        version.explanation = ExplanationText(text=text, html=to_html(text))
    version.references = [
        ReferenceRow(
            position=place,
            title=reference.title,
            url=reference.url,
            note=reference.note,
            lead=reference.lead,
        )
        for place, reference in enumerate(draft.explanation.references, start=1)
    ]


def _option_ids(
    session: Session, question_id: UUID, last: QuestionVersion | None, draft: Draft
) -> tuple[str, ...]:
    """The ids that the draft states, else those that its texts had before."""
    stated = tuple(option.id for option in draft.options if option.id)
    if len(stated) == len(draft.options):
        return stated
    if last is None:
        return new_ids([option.text for option in draft.options])
    before = {option.option_id: option.text for option in last.options}
    ever = select(OptionRow.option_id).join(QuestionVersion)
    taken = session.scalars(ever.where(QuestionVersion.question_id == question_id)).all()
    return keep_ids(before, [option.text for option in draft.options], set(taken))
