"""From the bytes of a file to a draft, or to all the reasons why there is none."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from domain.grading import KINDS as OTHER_KINDS
from domain.grading import Stated
from domain.questions import SINGLE_KINDS, AnswerKey, Draft, Option
from formats.format import Parsed
from formats.quarto.answer_line import positions_of_word
from formats.quarto.body import Body, read_body
from formats.quarto.findings import Refused, Report
from formats.quarto.front_matter import FrontMatter, cut_front_matter
from formats.quarto.grading_keys import read_answer_of
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
        kind = metadata.fields.get("kind", "multiple_response")
        body = read_body(lines, kind, report)
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
    if metadata.fields.get("kind") in SINGLE_KINDS and len(key.positions) != 1:
        report.add("single_choice_key", body.answer_line + 1, 1, len(key.positions))
    said = {**metadata.fields, **_by_place(metadata, body)}
    said["answer"] = _read_stated(front_matter, metadata, report)
    if report.refuses:
        return None
    return Draft(
        prompt=body.prompt,
        options=_options(metadata, body),
        key=key,
        explanation=body.explanation,
        extra=metadata.extra,
        **said,
    )


def _read_stated(front_matter: FrontMatter, metadata: Metadata, report: Report) -> Stated | None:
    """The answer of a kind where nothing is picked; without a kind of its own it stays unread."""
    kind, said = metadata.fields.get("kind"), metadata.fields.get("answer")
    if said is None and kind in OTHER_KINDS:
        said = {}
    if said is None:
        return None
    entry = front_matter.get("answer") or front_matter["kind"]
    try:
        if kind not in OTHER_KINDS:
            raise ValueError("a kind where options are picked has its answer in the callout")
        return read_answer_of(kind, said)
    except ValueError as error:
        report.add("wrong_answer", entry.line, entry.column, error)
    return None


def _by_place(metadata: Metadata, body: Body) -> dict[str, Any]:
    """Combinations and tests with places, from 1, for the numbers that the list shows."""
    first = body.options[0].number if body.options else 1
    if first == 1:
        return {}
    return {
        "combinations": tuple(
            replace(one, positions=frozenset(number - first + 1 for number in one.positions))
            for one in metadata.fields.get("combinations", ())
        ),
        "tests": tuple(
            replace(test, response={"selected": [n - first + 1 for n in test.response["selected"]]})
            if "selected" in test.response
            else test
            for test in metadata.fields.get("tests", ())
        ),
    }


def _options(metadata: Metadata, body: Body) -> tuple[Option, ...]:
    own = [
        Option(one.text, None, metadata.feedback.get(one.number), one.number in metadata.pin)
        for one in body.options
    ]
    others = [Option(text, part=part) for part, texts in metadata.choices.items() for text in texts]
    options = (*own, *others)
    ids = metadata.ids or (None,) * len(options)
    return tuple(replace(one, id=id_) for one, id_ in zip(options, ids, strict=True))


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
    options = len(body.options) + sum(map(len, metadata.choices.values()))
    if metadata.ids is not None and len(metadata.ids) != options:
        entry = front_matter["ids"]
        report.add("wrong_number_of_ids", entry.line, entry.column, len(metadata.ids))


def _read_key(body: Body, line: str, report: Report) -> AnswerKey:
    """The positions that the answer line means, from 1, whatever number the list begins with."""
    if body.answer is None:
        return AnswerKey()
    if body.answer.truth is not None:
        return AnswerKey(frozenset({1 if body.answer.truth else 2}))
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
