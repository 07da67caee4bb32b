"""Where a value stands in a line of JSON: found only for what is told to an author."""

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any

_BLANKS = re.compile(r"[ \t\r\n]*")
_DECODER = json.JSONDecoder(strict=False)


def column_of(text: str, path: Sequence[str | int], by_name: bool = False) -> int:
    """The column, from 1, of the value at ``path``, or as near as the line has it.

    ``by_name`` points at the name of the last field, not at its value.
    """
    place = _skip(text, 0)
    for depth, step in enumerate(path, 1):
        found = _step(text, place, step)
        if found is None:
            break
        name, place = found
        if by_name and depth == len(path):
            return name + 1
    return place + 1


def members(text: str, place: int) -> Iterator[tuple[int, int, Any]]:
    """Where each member of the list at ``place`` begins and ends, and what it says."""
    place = _skip(text, place + 1)
    while text[place] != "]":
        said, end = _DECODER.raw_decode(text, place)
        yield place, end, said
        place = _skip(text, end)
        place = _skip(text, place + 1) if text[place] == "," else place


def _step(text: str, place: int, step: str | int) -> tuple[int, int] | None:
    """Where the name and the value of this member of the container at ``place`` begin."""
    if text[place] != ("[" if isinstance(step, int) else "{"):
        return None
    count, place = 0, _skip(text, place + 1)
    while text[place] not in "}]":
        name = place
        label: str | int = count
        if not isinstance(step, int):
            label, place = _DECODER.raw_decode(text, place)
            place = _skip(text, _skip(text, place) + 1)
        if label == step:
            return name, place
        place = _next(text, place)
        count += 1
    return None


def _next(text: str, place: int) -> int:
    """Where the member after the value at ``place`` begins, or its container ends."""
    place = _skip(text, _DECODER.raw_decode(text, place)[1])
    return _skip(text, place + 1) if text[place] == "," else place


def _skip(text: str, place: int) -> int:
    found = _BLANKS.match(text, place)
    assert found is not None  # it matches nothing at all, too
    return found.end()
