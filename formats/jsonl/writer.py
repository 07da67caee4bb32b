"""From a draft to one line, proved by reading it back."""

import json
from dataclasses import fields
from fractions import Fraction
from io import BytesIO
from typing import Any

from domain.grading import CHOICE_KINDS
from domain.grading.numbers import spell_number
from domain.questions import Draft, Option, Scoring, document
from formats.format import Rendered, not_expressible
from formats.jsonl.assembly import MEANT_AS_THEY_ARE
from formats.jsonl.reader import parse
from formats.jsonl.schema import QuestionLine


def render(draft: Draft) -> Rendered:
    """The line of a draft: reading it gives exactly this draft."""
    try:
        content = (json.dumps(_said(draft), ensure_ascii=False, allow_nan=False) + "\n").encode()
    except (ValueError, TypeError, RecursionError) as error:
        return _not_expressible(f"It cannot be written as JSON ({error}).")
    (parsed,) = parse(BytesIO(content))
    if parsed.draft is None:
        reasons = " ".join(map(str, parsed.problems))
        return _not_expressible(f"The line would not be read: {reasons}")
    changed = [one.name for one in fields(Draft) if _differs(draft, parsed.draft, one.name)]
    if changed:
        return _not_expressible(f"These would be read differently: {', '.join(changed)}.")
    return Rendered(content)


def _not_expressible(what: str) -> Rendered:
    return not_expressible(what)


def _differs(one: Draft, other: Draft, name: str) -> bool:
    return bool(getattr(one, name) != getattr(other, name))


def _said(draft: Draft) -> dict[str, Any]:
    """The fields that say more than a new question does, in the order of the schema."""
    said = {name: getattr(draft, name) for name in MEANT_AS_THEY_ARE}
    said |= {
        "prompt": draft.prompt,
        "date": draft.date and draft.date.isoformat(),
        "options": [_option(one) for one in draft.options],
        "answer": draft.answer and document(draft.answer),
        "explanation": draft.explanation.text,
        "references": [
            {"title": one.title, "url": one.url, "note": one.note, "lead": one.lead}
            for one in draft.explanation.references
        ],
        "hints": list(draft.hints),
        "combinations": [
            {"picked": sorted(one.positions), "text": one.text} for one in draft.combinations
        ],
        "tests": [
            {"response": dict(one.response), "score": _number(one.score)} for one in draft.tests
        ],
        "tags": list(draft.tags),
        "extra": dict(draft.extra),
    }
    usual = {name: field.default for name, field in QuestionLine.model_fields.items()}
    told = {name: said[name] for name in usual if name in said and said[name] != usual[name]}
    always: dict[str, Any] = {"title": draft.title, "kind": draft.kind, "prompt": draft.prompt}
    if draft.kind in CHOICE_KINDS:
        always["key"] = sorted(draft.key.positions)
    if draft.scoring != Scoring():
        told["scoring"] = _scoring(draft.scoring)
    told |= always
    return {name: told[name] for name in usual if name in told}


def _option(option: Option) -> dict[str, Any]:
    said = {
        "id": option.id,
        "text": option.text,
        "feedback": option.feedback,
        "pinned": option.pinned or None,
        "part": option.part or None,
    }
    return {name: value for name, value in said.items() if value is not None}


def _scoring(scoring: Scoring) -> dict[str, Any]:
    said: dict[str, Any] = {"rule": scoring.rule, "max_points": _number(scoring.max_points)}
    return said | ({} if scoring.values is None else {"values": document(scoring.values)})


def _number(number: Fraction) -> int | str:
    """Whole numbers as such, others as text, which is exact in every program."""
    return number.numerator if number.denominator == 1 else spell_number(number)
