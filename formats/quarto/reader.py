"""From the bytes of a file to a draft, or to all the reasons why there is none."""

import re
from collections.abc import Sequence

from domain.questions import AnswerKey, Draft, Option
from formats.format import Parsed
from formats.quarto.answer_line import positions_of_word
from formats.quarto.body import Body, read_body
from formats.quarto.findings import Refused, Report
from formats.quarto.front_matter import FrontMatter, cut_front_matter
from formats.quarto.metadata import Metadata, read_metadata
from formats.quarto.source import read_lines


def parse(data: bytes) -> Sequence[Parsed]:
    """The one question of a file. Never raises: what is wrong is said by the problems."""
    report = Report()
    draft = _read(data, report)
    problems = sorted(report.problems, key=lambda problem: (problem.line, problem.column))
    return (Parsed(None if report.refuses else draft, tuple(problems)),)


def _read(data: bytes, report: Report) -> Draft | None:
    try:
        lines = read_lines(data, report)
        front_matter, end = cut_front_matter(lines, report)
        metadata = read_metadata(front_matter, report)
        # Blank lines in place of the front matter keep the numbers of all lines behind it.
        lines[:end] = [""] * end
        body = read_body(lines, report)
    except Refused:
        return None
    return _assemble(front_matter, metadata, body, lines, report) if body else None


def _assemble(
    front_matter: FrontMatter,
    metadata: Metadata,
    body: Body,
    lines: Sequence[str],
    report: Report,
) -> Draft | None:
    _check_option_numbers(front_matter, metadata, body, report)
    key = _read_key(body, lines[body.answer_line], report)
    if metadata.fields.get("kind") == "single_choice" and len(key.positions) != 1:
        report.add("single_choice_key", body.answer_line + 1, 1, len(key.positions))
    if report.refuses:
        return None
    return Draft(
        prompt=body.prompt,
        options=_options(metadata, body),
        key=key,
        explanation=body.explanation,
        extra=metadata.extra,
        **metadata.fields,
    )


def _options(metadata: Metadata, body: Body) -> tuple[Option, ...]:
    ids = metadata.ids or (None,) * len(body.options)
    return tuple(
        Option(one.text, id_, metadata.feedback.get(one.number), one.number in metadata.pin)
        for one, id_ in zip(body.options, ids, strict=True)
    )


def _check_option_numbers(
    front_matter: FrontMatter, metadata: Metadata, body: Body, report: Report
) -> None:
    numbers = {option.number for option in body.options}
    for key, named in (("pin", metadata.pin), ("feedback", metadata.feedback)):
        for number in named:
            if number not in numbers:
                entry = front_matter[key]
                found = f"`{key}` names {number}"
                report.add("no_such_option", entry.line, entry.column, found)
    if metadata.ids is not None and len(metadata.ids) != len(body.options):
        entry = front_matter["ids"]
        report.add("wrong_number_of_ids", entry.line, entry.column, len(metadata.ids))


def _read_key(body: Body, line: str, report: Report) -> AnswerKey:
    """The positions that the answer line means, from 1, whatever number the list begins with."""
    if body.answer.word:
        texts = [option.text for option in body.options]
        return AnswerKey(positions_of_word(body.answer, texts))
    positions: set[int] = set()
    for number, written in zip(body.answer.numbers, re.finditer(r"[0-9]+", line), strict=True):
        position = number - body.options[0].number + 1
        place = (body.answer_line + 1, written.start() + 1)
        if not 1 <= position <= len(body.options):
            report.add("answer_without_option", *place, number)
        if position in positions:
            report.add("answer_repeated", *place, number)
        positions.add(position)
    return AnswerKey(frozenset(positions))
