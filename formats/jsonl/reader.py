"""From a stream of lines to questions, in memory that does not grow with the file."""

import json
from collections.abc import Iterator, Sequence
from typing import Any, BinaryIO

from pydantic import ValidationError

from domain.problems import Problem
from formats.format import Parsed
from formats.jsonl.assembly import assemble
from formats.jsonl.places import column_of
from formats.jsonl.schema import QuestionLine
from formats.refusals import Refused, did_you_mean, quote, refuse

LONGEST_LINE = 4 * 1024 * 1024
MOST_LEVELS = 64
MOST_PROBLEMS = 20  # of one line: each is looked up in it
SHAPE = "docs/formats/jsonl.md lists the fields and what they hold."


def parse(stream: BinaryIO) -> Iterator[Parsed]:
    """The question of each line that is not empty; a bad one is told, and the others go on."""
    number = 0
    while data := stream.readline(LONGEST_LINE + 1):
        number += 1
        if len(data) > LONGEST_LINE:
            _skip_line(stream, data)
            yield Parsed(None, (_too_long(number),))
        elif data.strip():
            yield _parse_line(data.removeprefix(b"\xef\xbb\xbf") if number == 1 else data, number)


def _skip_line(stream: BinaryIO, data: bytes) -> None:
    while data and not data.endswith(b"\n"):
        data = stream.readline(LONGEST_LINE)


def _too_long(number: int) -> Problem:
    return Problem(
        "line_too_long",
        "The line has more than 4,194,304 bytes (4 MiB).",
        "Keep pictures in files of their own and link to them.",
        number,
        1,
    )


def _parse_line(data: bytes, number: int) -> Parsed:
    try:
        text = _decode(data, number)
        return Parsed(assemble(_validate(_load(text, number), text, number), text, number))
    except Refused as refused:
        return Parsed(None, refused.problems)


def _decode(data: bytes, number: int) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        column = len(data[: error.start].decode()) + 1
        told = f"The byte 0x{data[error.start]:02X} is not part of any UTF-8 character."
        refuse("not_utf8", told, "Save the file with the encoding UTF-8.", number, column)


def _load(text: str, number: int) -> dict[str, Any]:
    try:
        said = _DECODER.decode(text)
    except json.JSONDecodeError as error:
        hint = "Write one question as one JSON object on one line."
        refuse("bad_json", f"This is not JSON: {error.msg}.", hint, number, error.colno)
    except (ValueError, RecursionError) as error:
        told = str(error) if isinstance(error, _Told) else "A number is huge, or it nests too deep."
        refuse("bad_json", told, "Write plain JSON with each name once.", number)
    if not isinstance(said, dict):
        hint = "Write each question as `{...}` on its own line, without a list around them."
        refuse("not_an_object", "The line is no JSON object.", hint, number)
    if text.count("[") + text.count("{") > MOST_LEVELS and _is_deep(said):
        refuse("too_deep", f"It nests over {MOST_LEVELS} levels deep.", "Write it flatter.", number)
    return said


class _Told(ValueError):
    """A fault of JSON that is told in its own words."""


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    said = dict(pairs)
    if len(said) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for place, name in enumerate(names) if name in names[:place])
        raise _Told(f"The name {quote(twice)} stands twice in one object.")
    return said


def _no_constant(name: str) -> None:
    raise _Told(f"{name} is no JSON number.")


_DECODER = json.JSONDecoder(object_pairs_hook=_once, parse_constant=_no_constant)


def _is_deep(said: Any) -> bool:
    level = [said]
    for _ in range(MOST_LEVELS):
        level = [part for value in level for part in _inside(value)]
        if not level:
            return False
    return True


def _inside(value: Any) -> Sequence[Any]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else ()


def _validate(said: dict[str, Any], text: str, number: int) -> QuestionLine:
    try:
        return QuestionLine.model_validate(said)
    except ValidationError as error:
        faults = error.errors(include_url=False)[:MOST_PROBLEMS]
    raise Refused(*(_problem(fault["loc"], fault, text, number) for fault in faults))


def _problem(loc: Sequence[str | int], fault: Any, text: str, number: int) -> Problem:
    if fault["type"] == "extra_forbidden":
        name = str(loc[-1])
        column, hint = column_of(text, loc, by_name=True), did_you_mean(name, _fields_at(loc))
        return Problem("unknown_field", f"Nothing reads {quote(name)}.", hint, number, column)
    if fault["type"] == "missing":
        told = f"There is no `{loc[-1]}`."
        return Problem("missing_field", told, "Write it.", number, column_of(text, loc[:-1]))
    where = ".".join(map(str, loc))
    told = f"`{where}`: {fault['msg'].removeprefix('Value error, ').rstrip('.')}."
    return Problem("bad_value", told, SHAPE, number, column_of(text, loc))


def _fields_at(loc: Sequence[str | int]) -> tuple[str, ...]:
    """The fields that are known beside an unknown one."""
    if len(loc) == 1:
        return tuple(QuestionLine.model_fields)
    (shape,) = _shapes(str(loc[0]))
    return tuple(shape.model_fields)


def _shapes(field: str) -> Iterator[Any]:
    """The model of the parts of a field: of a list of models, or of a model."""
    annotation: Any = QuestionLine.model_fields[field].annotation
    yield getattr(annotation, "__args__", (annotation,))[0]
