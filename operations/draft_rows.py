"""How a draft becomes column values: the one place that says so, for one version or for many."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from domain.grading import KINDS
from domain.identity import new_ids
from domain.option_references import name_by_id
from domain.pictures import pictures_of
from domain.questions import LONGEST_TITLE, Draft, Option, Reference, content_hash, document
from formats.rendering import to_html
from models.search import searchable

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class DraftRows:
    """The column values of a version and its parts, all texts rendered, without the version's id.

    Plain values: they can be made in another process.
    """

    version: Row
    options: tuple[Row, ...]
    correct: tuple[Row, ...]
    tags: tuple[Row, ...]
    explanation: Row | None
    references: tuple[Row, ...]
    hints: tuple[Row, ...]
    mark_scheme: Row | None
    media: tuple[Row, ...]
    search: Row

    @property
    def said(self) -> list[str]:
        """Stem and options, by which questions are told to be alike."""
        return [self.version["prompt"], *(option["text"] for option in self.options)]


def draft_rows(
    draft: Draft, ids: Sequence[str], files: Mapping[str, str] | None = None
) -> DraftRows:
    """The rows of the draft; ``ids`` are those of its options, in order.

    ``files`` are what pictures were called where they came from, by their names.
    """
    text = draft.explanation.text
    return DraftRows(
        version=_version(draft),
        options=tuple(_option(place, each, ids) for place, each in enumerate(draft.options, 1)),
        correct=tuple({"option_id": ids[place - 1]} for place in sorted(draft.key.positions)),
        tags=tuple({"tag": tag, "position": place} for place, tag in enumerate(draft.tags)),
        explanation=_told(text, ids) if text else None,
        references=tuple(
            _reference(place, each) for place, each in enumerate(draft.explanation.references, 1)
        ),
        hints=tuple(
            {"level": level, **_told(hint, ids)} for level, hint in enumerate(draft.hints, 1)
        ),
        mark_scheme=_mark_scheme(draft, ids),
        media=media_rows(pictures_of(draft), files),
        search=searchable(
            draft.title, draft.prompt, [option.text for option in draft.options], text
        ),
    )


def media_rows(names: Iterable[str], files: Mapping[str, str] | None = None) -> tuple[Row, ...]:
    """That the pictures of these names are shown, and what their files were called."""
    called = files or {}
    return tuple({"name": name, "file": called.get(name) or None} for name in names)


def first_ids(draft: Draft) -> tuple[str, ...]:
    """The option ids of a first version: those that the draft states, else new ones."""
    return stated_ids(draft) or new_ids([option.text for option in draft.options])


def stated_ids(draft: Draft) -> tuple[str, ...] | None:
    """The option ids that the draft states, where it states them all."""
    stated = tuple(option.id for option in draft.options if option.id)
    return stated if len(stated) == len(draft.options) else None


def _told(text: str, ids: Sequence[str]) -> Row:
    """A text for learners who saw the options in some order: it names them by id."""
    named = name_by_id(text, ids)
    return {"text": named, "html": to_html(named)}


def _option(place: int, option: Option, ids: Sequence[str]) -> Row:
    feedback = _told(option.feedback, ids) if option.feedback else {"text": None, "html": None}
    return {
        "option_id": ids[place - 1],
        "position": place,
        "part": option.part,
        "text": option.text,
        "html": to_html(option.text),
        "pinned": option.pinned,
        "feedback": feedback["text"],
        "feedback_html": feedback["html"],
    }


def _version(draft: Draft) -> Row:
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


def _mark_scheme(draft: Draft, ids: Sequence[str]) -> Row | None:
    """What there is to say beside the right options; nothing for most questions."""
    values = draft.scoring.values
    said = (draft.answer, values, draft.combinations, draft.tests, draft.oracle_budget)
    if all(part in (None, ()) for part in said):
        return None
    return {
        "answer": document(draft.answer) if draft.answer else None,
        "option_values": document(values) if values else None,
        "combinations": [
            {"picked": sorted(ids[place - 1] for place in one.positions), **_told(one.text, ids)}
            for one in draft.combinations
        ],
        "tests": [
            {"response": dict(test.response), "score": str(test.score)} for test in draft.tests
        ],
        "oracle_budget": draft.oracle_budget,
    }


def _reference(place: int, reference: Reference) -> Row:
    return {
        "position": place,
        "title": reference.title,
        "url": reference.url,
        "note": reference.note,
        "lead": reference.lead,
    }
