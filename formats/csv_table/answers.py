"""The column ``answer``: a number, a text, or the JSON object that docs/kinds.md describes."""

import json
from typing import Any

from pydantic import ValidationError

from domain.grading import Kind, Stated
from domain.questions import document

# What a plain cell is in the documents of these kinds.
PLAIN = {"numeric": ("value", False), "short_text": ("accept", True)}


def read_answer(kind: Kind[Any, Any], said: str) -> Stated:
    """The answer of a kind, or a ``ValueError`` that says where it is wrong."""
    try:
        stated: Stated = kind.stated.read(_document(kind.name, said))
    except ValidationError as error:
        fault = error.errors()[0]
        place = ".".join(map(str, fault["loc"]))
        told = fault["msg"].removeprefix("Value error, ")
        raise ValueError(f"{place}: {told}" if place else told) from None
    return stated


def _document(kind: str, said: str) -> dict[str, Any]:
    if said.lstrip().startswith("{"):
        return _object(said)
    if not said.strip():
        return {}
    if kind not in PLAIN:
        raise ValueError("should be a JSON object")
    name, is_list = PLAIN[kind]
    return {name: [said] if is_list else said.strip()}


def _object(said: str) -> dict[str, Any]:
    try:
        return dict(json.loads(said))
    except (ValueError, RecursionError):
        raise ValueError("the JSON object cannot be read") from None


def write_answer(kind: str, answer: Stated) -> str:
    """The shortest cell that says this answer."""
    said = document(answer)
    if kind in PLAIN and len(said) == 1:
        name, is_list = PLAIN[kind]
        value = said.get(name)
        value = value[0] if is_list and value and len(value) == 1 else value
        if isinstance(value, str) and value.strip() and not value.lstrip().startswith("{"):
            return value
    return json.dumps(said, ensure_ascii=False) if said else ""
