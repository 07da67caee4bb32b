"""Write what an author says now as the next version of a question."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.grading import KINDS
from domain.identity import keep_ids, new_ids
from domain.option_references import name_by_id
from domain.questions import LONGEST_TITLE, Draft, Option, content_hash, document
from formats.rendering import to_html
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


def revise_question(session: Session, *, question: Question, draft: Draft) -> QuestionVersion:
    """Append an unpublished version that says what the draft says, its texts rendered.

    Options keep the ids they had in the last version. Raises
    :class:`~domain.errors.AmbiguousRevision` where it is unclear which is which.
    """
    last = question.versions[-1] if question.versions else None
    ids = option_ids(session, question=question, options=draft.options)
    version = QuestionVersion(
        question=question,
        number=last.number + 1 if last else 1,
        options=[
            _option_row(place, option, ids) for place, option in enumerate(draft.options, start=1)
        ],
        tags=[Tag(tag=tag, position=place) for place, tag in enumerate(draft.tags)],
        **_own_columns(draft),
    )
    session.add(version)
    session.flush()  # the right options refer to option rows, which must be there first
    version.correct = [
        CorrectOption(option_id=ids[position - 1]) for position in sorted(draft.key.positions)
    ]
    _add_explanation(version, draft, ids)
    version.hints = [
        Hint(level=level, **_told(hint, ids)) for level, hint in enumerate(draft.hints, start=1)
    ]
    version.mark_scheme = _mark_scheme(draft, ids)
    session.flush()
    return version


def _told(text: str, ids: Sequence[str]) -> dict[str, str]:
    """A text for learners who saw the options in some order: it names them by id."""
    named = name_by_id(text, ids)
    return {"text": named, "html": to_html(named)}


def _option_row(place: int, option: Option, ids: Sequence[str]) -> OptionRow:
    feedback = _told(option.feedback, ids) if option.feedback else {"text": None, "html": None}
    return OptionRow(
        option_id=ids[place - 1],
        position=place,
        part=option.part,
        text=option.text,
        html=to_html(option.text),
        pinned=option.pinned,
        feedback=feedback["text"],
        feedback_html=feedback["html"],
    )


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
        "interaction": KINDS[draft.kind].interaction(draft.answer) if draft.answer else None,
        "hint_count": len(draft.hints),
        "extra": dict(draft.extra),
        "content_hash": content_hash(draft),
    }


def _mark_scheme(draft: Draft, ids: Sequence[str]) -> MarkScheme | None:
    """What there is to say beside the right options; nothing for most questions."""
    values = draft.scoring.values
    scheme = MarkScheme(
        answer=document(draft.answer) if draft.answer else None,
        option_values=document(values) if values else None,
        combinations=[
            {"picked": sorted(ids[place - 1] for place in one.positions), **_told(one.text, ids)}
            for one in draft.combinations
        ],
        tests=[{"response": dict(test.response), "score": str(test.score)} for test in draft.tests],
        oracle_budget=draft.oracle_budget,
    )
    said = (draft.answer, values, draft.combinations, draft.tests, draft.oracle_budget)
    return scheme if any(part not in (None, ()) for part in said) else None


def _add_explanation(version: QuestionVersion, draft: Draft, ids: Sequence[str]) -> None:
    if text := draft.explanation.text:
        version.explanation = ExplanationText(**_told(text, ids))
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
