"""A form of a question looked through: its draft as far as it can be read, and what is wrong."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from api.admin.question_reading import Reading, draft_in
from api.schemas.draft_reading import draft_of
from api.schemas.drafts import DraftIn
from domain.completeness import advice, completeness
from domain.errors import Fault, InvalidDraft
from domain.identity import new_ids
from domain.problems import Problem
from domain.questions import Draft, Option


def preview_of(reading: Reading, slug: str) -> tuple[Draft, tuple[Fault, ...]]:
    """The draft of all that can be read, and the faults of the rest."""
    document, faults = dict(reading.document), list(reading.faults)
    for _ in DraftIn.model_fields:  # each time one of them less
        try:
            body = draft_in(document)
            body.check()
            draft = draft_of(body, slug, _ids(body.stated_options))
            return replace(draft, slug=slug or None), tuple(faults)
        except InvalidDraft as error:
            faults += error.faults
            for fault in error.faults:
                document.pop(fault.pointer.split("/")[1], None)
    raise AssertionError("An empty draft can be read.")


def _ids(options: tuple[Option, ...]) -> tuple[str, ...]:
    stated = {option.id for option in options if option.id}
    fresh = iter(new_ids([option.text for option in options if not option.id], stated))
    return tuple(option.id or next(fresh) for option in options)


def problems_of(draft: Draft) -> tuple[Problem, ...]:
    """What keeps the draft from being published; where nothing does, what to look at."""
    return completeness(draft) or advice(draft)


def told_at(
    reading: Reading, faults: tuple[Fault, ...], problems: tuple[Problem, ...]
) -> Mapping[str, list[tuple[str, str, str]]]:
    """What is told at each field by its id: how bad it is, what, and what to do."""
    told: dict[str, list[tuple[str, str, str]]] = {}
    for field_id, *said in (*_of_faults(reading, faults), *_of_problems(reading, problems)):
        told.setdefault(field_id, []).append((said[0], said[1], said[2]))
    return told


def _of_faults(reading: Reading, faults: tuple[Fault, ...]) -> Iterator[tuple[str, str, str, str]]:
    for fault in faults:
        yield reading.field_of(fault.pointer), "fault", fault.detail, ""


def _of_problems(
    reading: Reading, problems: tuple[Problem, ...]
) -> Iterator[tuple[str, str, str, str]]:
    for one in problems:
        yield reading.field_of_problem(one), one.severity, one.message, one.hint
