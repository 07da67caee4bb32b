"""From a draft to a row, proved by reading it back; what no column holds is a loss."""

from collections.abc import Iterator
from dataclasses import fields, replace
from io import BytesIO

from domain.grading import CHOICE_KINDS
from domain.grading.numbers import spell_number
from domain.losses import Loss
from domain.questions import Draft, Explanation, Scoring
from formats.csv_table.answers import write_answer
from formats.csv_table.columns import FEEDBACK, HEADER, OPTIONS, WRITTEN_OPTIONS
from formats.csv_table.reader import parse
from formats.csv_table.rows import write_row
from formats.format import Rendered, not_expressible

NOT_CARRIED = ("hints", "combinations", "tests", "oracle_budget", "extra")
GONE = "It was left out."


def render(draft: Draft) -> Rendered:
    """The row of a draft, as far as the columns go."""
    if reason := _why_not(draft):
        return not_expressible(reason)
    losses, carried = tuple(_losses(draft)), _carried(draft)
    row = write_row(_cells(carried))
    (parsed,) = parse(BytesIO(write_row(HEADER) + row))
    changed = [
        one.name
        for one in fields(Draft)
        if parsed.draft and getattr(parsed.draft, one.name) != getattr(carried, one.name)
    ]
    if parsed.draft is None or changed:
        told = ", ".join(changed) or " ".join(map(str, parsed.problems))
        what = f"The row would be read differently: {told}."
        return not_expressible(what)
    return Rendered(row, losses)


def _why_not(draft: Draft) -> str | None:
    if any(option.part for option in draft.options):
        return f"A question of the kind {draft.kind} with options in parts has no columns."
    if len(draft.options) > WRITTEN_OPTIONS:
        return f"It has {len(draft.options)} options; the table has {WRITTEN_OPTIONS} columns."
    return None


def _losses(draft: Draft) -> Iterator[Loss]:
    for name in NOT_CARRIED:
        if getattr(draft, name):
            yield Loss(f"/{name}", f"{name}_not_carried", f"The question has {name}.", GONE)
    if draft.explanation.references:
        what = f"The explanation has {len(draft.explanation.references)} references."
        yield Loss("/explanation/references", "references_not_carried", what, GONE)
    if draft.scoring.values is not None:
        what = f"Each option has a value of its own under {draft.scoring.rule}."
        instead = f"The rule is {Scoring().rule}."
        yield Loss("/scoring/values", "values_not_carried", what, instead)
    if any(option.id for option in draft.options):
        yield Loss("/options", "ids_not_carried", "The options have ids.", "New ones are made.")
    yield from _tag_losses(draft)


def _tag_losses(draft: Draft) -> Iterator[Loss]:
    for place, tag in enumerate(draft.tags, 1):
        if not _is_plain(tag):
            yield Loss(f"/tags/{place}", "tag_not_carried", f"The tag {tag!r}.", GONE)


def _is_plain(tag: str) -> bool:
    return tag == tag.strip() != "" and not set(";\r\n") & set(tag)


def _carried(draft: Draft) -> Draft:
    """The draft without what the losses tell."""
    scoring = draft.scoring
    if scoring.values is not None:
        scoring = Scoring(max_points=scoring.max_points)
    return replace(
        draft,
        explanation=Explanation(draft.explanation.text),
        scoring=scoring,
        options=tuple(replace(option, id=None) for option in draft.options),
        tags=tuple(filter(_is_plain, draft.tags)),
        hints=(),
        combinations=(),
        tests=(),
        oracle_budget=None,
        extra={},
    )


def _cells(draft: Draft) -> list[str]:
    said = {name: getattr(draft, name) for name in ("slug", "external_id", "title", "kind")}
    said |= {name: getattr(draft, name) for name in ("language", "prompt", "release")}
    said |= {
        "date": draft.date and draft.date.isoformat(),
        "tags": ";".join(draft.tags),
        "difficulty": None if draft.difficulty is None else repr(float(draft.difficulty)),
        "rule": draft.scoring.rule,
        "points": spell_number(draft.scoring.max_points),
        "shuffle": "true" if draft.shuffle else "false",
        "key": _key(draft),
        "answer": draft.answer and write_answer(draft.kind, draft.answer),
        "explanation": draft.explanation.text,
        "pinned": ";".join(str(n) for n, one in enumerate(draft.options, 1) if one.pinned),
    }
    said |= {name: one.text for name, one in zip(OPTIONS, draft.options, strict=False)}
    said |= {name: one.feedback for name, one in zip(FEEDBACK, draft.options, strict=False)}
    return [said.get(name) or "" for name in HEADER]


def _key(draft: Draft) -> str:
    if draft.kind not in CHOICE_KINDS:
        return ""
    return ";".join(map(str, sorted(draft.key.positions))) or "none"
