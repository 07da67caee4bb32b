"""The fields of a question's form, from what a version says."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from api.admin.forms import Fields
from api.admin.question_forms import (
    BOUNDS,
    FLAGS,
    MARGINS,
    NONE,
    USUAL_FLAGS,
    filled,
    fitting,
)
from api.schemas.contents import ContentOut
from domain.errors import UnknownRule
from domain.grading.matching import TARGETS
from domain.grading.parameters import parse_text


def fields_of(content: ContentOut) -> Fields:
    """The fields of what a version says."""
    name, parameters = _rule(content.scoring.rule)
    plain = content.model_dump(mode="json", include={"combinations", "tests", "extra"})
    said: dict[str, list[str]] = {
        "title": [content.title],
        "kind": [content.kind],
        "prompt": [content.prompt],
        "explanation": [content.explanation],
        "tags": ["\n".join(content.tags)],
        "difficulty": [_number(content.difficulty)],
        "language": [content.language],
        "date": [content.date.isoformat() if content.date else ""],
        "release": [content.release],
        "external_id": [content.external_id or ""],
        "rule": [name],
        "max_points": [_number(content.scoring.max_points)],
        "oracle_budget": [_number(content.oracle_budget)],
        "hint": list(content.hints),
        **{parameter: [value] for parameter, value in parameters.items()},
        **_of_options(content),
        **{
            f"reference-{column}": [getattr(one, column) or "" for one in content.references]
            for column in ("title", "url", "lead", "note")
        },
        **{name: [_json(plain[name])] for name in ("combinations", "tests", "extra")},
    }
    said |= {"shuffle": ["on"]} if content.shuffle else {}
    return fitting(said | dict(_of_answer(content)))


def _of_options(content: ContentOut) -> dict[str, list[str]]:
    values = (content.scoring.values or {}).get("options", [])
    bounds = {f"bound-{name}": _bound(content.scoring.values or {}, name) for name in BOUNDS}
    rows = {one.id: f"r{n}" for n, one in enumerate(content.options)}
    return {
        "row": list(rows.values()),
        "option-id": list(rows),
        "option-part": [one.part for one in content.options],
        "option-text": [one.text for one in content.options],
        "option-feedback": [one.feedback or "" for one in content.options],
        "option-value": filled([_number(value) for value in values], len(rows)),
        "key": [rows[id_] for id_ in content.key],
        "pinned": [rows[one.id] for one in content.options if one.pinned],
        **bounds,
    }


def _bound(values: Mapping[str, Any], name: str) -> list[str]:
    if name not in values:
        return [""]
    return [NONE if values[name] is None else _number(values[name])]


def _of_answer(content: ContentOut) -> Iterator[tuple[str, list[str]]]:
    """The fields of what is right, in kinds where nothing is picked."""
    said = content.answer or {}
    if content.kind == "numeric":
        margin = next((name for name in MARGINS if said.get(name) is not None), "")
        yield "value", [_number(said.get("value"))]
        yield "margin", [margin]
        yield "margin-size", [_number(said.get(margin))]
        yield "unit-name", list(said.get("units", {}))
        yield "unit-size", [_number(size) for size in said.get("units", {}).values()]
    elif content.kind == "short_text":
        yield from _of_texts(said)
    elif content.kind == "ordering":
        groups = said.get("alike", [])
        yield "alike", [", ".join(f"{group[0]}-{group[-1]}" for group in groups)]
    elif content.kind == "matching":
        targets = [f"r{n}" for n, one in enumerate(content.options) if one.part == TARGETS]
        for n, place in enumerate(said.get("pairs", [])):
            yield f"pair-r{n}", [targets[place - 1] if place and place <= len(targets) else ""]
    elif content.kind == "cloze":
        yield "answer", [_json(content.answer)]


def _of_texts(said: Mapping[str, Any]) -> Iterator[tuple[str, list[str]]]:
    accept = [{"text": one} if isinstance(one, str) else one for one in said.get("accept", [])]
    yield "accept-text", [one["text"] for one in accept]
    yield "accept-score", [_number(one.get("score", "")) for one in accept]
    yield "patterns", ["\n".join(said.get("patterns", []))]
    yield "form", [said.get("form", "NFC")]
    yield "stated", [name for name in said if name != "accept"]  # though it be as usual
    for flag in FLAGS:
        if said.get(flag, flag in USUAL_FLAGS):
            yield flag, ["on"]


def _rule(rule: str) -> tuple[str, dict[str, str]]:
    try:
        name, parameters = parse_text(rule)
    except UnknownRule:
        return rule, {}
    return name, {parameter: str(value) for parameter, value in parameters.items()}


def _number(value: object) -> str:
    if value is None:
        return ""
    return str(value).removesuffix(".0") if isinstance(value, float) else str(value)


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2) if value else ""
