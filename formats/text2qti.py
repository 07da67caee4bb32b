"""The plain text of text2qti: numbered questions, lettered answers, a star before the right one.

It is only read. Lines that belong to the one above are indented, as text2qti asks for.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, BinaryIO

from domain.grading import KINDS
from domain.grading.numbers import read_number
from domain.losses import Loss
from domain.questions import AnswerKey, Draft, Explanation, Option, Scoring
from formats.format import Format, Parsed
from formats.lines import LARGEST_FILE, Line, dedented, joined, read_lines
from formats.refusals import Refused, quote, refuse

_MARKS: dict[str, re.Pattern[str]] = {
    "stem": re.compile(r"[0-9]{1,9}[.)][ \t]+(.*)"),
    "right": re.compile(r"\*[A-Za-z]\)[ \t]+(.*)"),
    "wrong": re.compile(r"[A-Za-z]\)[ \t]+(.*)"),
    "ticked": re.compile(r"\[\*\][ \t]+(.*)"),
    "open": re.compile(r"\[ ?\][ \t]+(.*)"),
    "number": re.compile(r"=[ \t]+(.*)"),
    "text": re.compile(r"\*[ \t]+(.*)"),
    "feedback": re.compile(r"\.\.\.[ \t]+(.*)"),
    "on_right": re.compile(r"\+[ \t]+(.*)"),
    "on_wrong": re.compile(r"-[ \t]+(.*)"),
    "essay": re.compile(r"(____+)[ \t]*"),
    "upload": re.compile(r"(\^\^\^\^+|\^\^\^)[ \t]*"),
    "title": re.compile(r"title:[ \t]*(.*)", re.IGNORECASE),
    "points": re.compile(r"points:[ \t]*(.*)", re.IGNORECASE),
    "quiz": re.compile(
        r"((?:quiz title|quiz description|text title|text|shuffle answers|"
        r"show correct answers|one question at a time|can't go back|"
        r"feedback is solution|solutions sample groups|"
        r"solutions randomize groups|pick|points per question):.*)",
        re.IGNORECASE,
    ),
    "group": re.compile(r"(GROUP|END_GROUP)[ \t]*"),
    "comment": re.compile(r"(%.*|COMMENT|END_COMMENT)"),
}
_OPTIONS = ("right", "wrong", "ticked", "open")
_ANSWERS = (*_OPTIONS, "number", "text", "essay", "upload")
_SIGN = re.compile(rb"^(?:\*[A-Za-z]\)|\[\*\]|=[ \t]+[-+\d\[])[ \t]*", re.MULTILINE)
_STEM = re.compile(rb"^\d+[.)][ \t]+\S", re.MULTILINE)
_RANGE = re.compile(r"\[[ \t]*([^,\]]+),[ \t]*([^,\]]+)\]")


@dataclass(slots=True)
class _Part:
    """What one mark begins: its kind, its lines, and the feedback below it."""

    mark: str
    lines: list[Line]
    feedback: str | None = None

    @property
    def line(self) -> int:
        return self.lines[0].number

    @property
    def said(self) -> str:
        return joined(dedented(self.lines))


@dataclass(slots=True)
class _Question:
    stem: _Part
    title: str | None = None
    points: _Part | None = None
    answers: list[_Part] = field(default_factory=list)
    told: list[_Part] = field(default_factory=list)


def parse(stream: BinaryIO) -> Iterator[Parsed]:
    """The questions of the file; a bad one is told, and the others go on."""
    try:
        parts = list(_parts(read_lines(stream.read(LARGEST_FILE + 1))))
        questions, losses = _questions(parts)
    except Refused as refused:
        yield Parsed(None, refused.problems)
        return
    for question in questions:
        try:
            yield Parsed(_draft(question), (), (*losses, *_losses(question)))
        except Refused as refused:
            yield Parsed(None, refused.problems)
        losses = ()


def _parts(lines: Sequence[Line]) -> Iterator[_Part]:
    """The marked lines, each with what is indented below it."""
    part: _Part | None = None
    for line in lines:
        mark, said = _mark(line)
        if mark is None and part is not None and _goes_on(line):
            part.lines.append(line)
        elif mark is None and line.text.strip():
            hint = "Indent it below the stem or the answer that it belongs to."
            refuse("no_mark", f"{quote(line.text)} begins nothing.", hint, line.number)
        elif mark is not None:
            if part is not None:
                yield part
            part = _Part(mark, [Line(line.number, said)])
    if part is not None:
        yield part


def _goes_on(line: Line) -> bool:
    return not line.text.strip() or line.is_opaque or line.text.startswith((" ", "\t"))


def _mark(line: Line) -> tuple[str | None, str]:
    for mark, pattern in _MARKS.items():
        if found := pattern.fullmatch(line.structure):
            return mark, found[1]
    return None, ""


def _questions(parts: Sequence[_Part]) -> tuple[list[_Question], tuple[Loss, ...]]:
    """The parts by question, and what is said of the quiz as a whole."""
    questions: list[_Question] = []
    losses: list[Loss] = []
    title, points = None, None
    for part in parts:
        if part.mark == "title":
            title = part.said
        elif part.mark == "points":
            points = part
        elif part.mark == "stem":
            questions.append(_Question(part, title, points))
            title, points = None, None
        elif part.mark in ("quiz", "group", "comment"):
            losses.append(Loss("", "not_read", f"The line {quote(part.said)}.", "It was left out."))
        elif not questions:
            refuse("no_stem", "This belongs to no question.", "Begin with `1. ...`.", part.line)
        else:
            _add(questions[-1], part)
    return questions, tuple(losses)


def _add(question: _Question, part: _Part) -> None:
    if part.mark in _ANSWERS:
        question.answers.append(part)
    elif part.mark == "feedback" and question.answers:
        question.answers[-1].feedback = part.said
    else:
        question.told.append(part)


def _losses(question: _Question) -> Iterator[Loss]:
    for part in question.told:
        if part.mark != "feedback":
            what = f"Feedback to right or wrong responses: {quote(part.said)}."
            yield Loss("/explanation", "feedback_not_read", what, "It was left out.")


def _draft(question: _Question) -> Draft:
    marks = {part.mark for part in question.answers}
    line = question.stem.line
    if not marks:
        hint = "Write `*a) ...` for the right answer, `b) ...` for a wrong one."
        refuse("missing_key", "The question has no answers.", hint, line)
    if marks & {"essay", "upload"}:
        refuse("not_graded", "A person has to grade this.", "Leave it out.", line)
    stem = question.stem.said
    told = [part.said for part in question.told if part.mark == "feedback"]
    return Draft(
        title=question.title or stem.partition("\n")[0][:200],
        prompt=stem,
        explanation=Explanation("\n\n".join(told)),
        scoring=Scoring(max_points=_points(question.points)),
        **_answered(question.answers, marks, line),
    )


def _points(part: _Part | None) -> Fraction:
    try:
        return read_number(part.said) if part else Fraction(1)
    except ValueError as error:
        assert part is not None
        refuse("bad_points", f"The points: {error}.", "Write for example `Points: 2`.", part.line)


def _answered(answers: Sequence[_Part], marks: set[str], line: int) -> dict[str, Any]:
    readers: dict[str, tuple[set[str], Callable[[Sequence[_Part]], dict[str, Any]]]] = {
        "single_choice": ({"right", "wrong"}, _picked),
        "multiple_response": ({"ticked", "open"}, _picked),
        "numeric": ({"number"}, _number),
        "short_text": ({"text"}, lambda parts: {"accept": [part.said for part in parts]}),
    }
    for kind, (read, reader) in readers.items():
        if marks <= read:
            said = reader(answers)
            return {"kind": kind} | (said if kind not in KINDS else _stated(kind, said, line))
    refuse("mixed_answers", "The answers are of different types.", "Use one mark for all.", line)


def _stated(kind: str, said: dict[str, Any], line: int) -> dict[str, Any]:
    try:
        return {"options": (), "answer": KINDS[kind].stated.read(said)}
    except ValueError:
        refuse("wrong_answer", "The answer makes no sense.", "Mend it.", line)


def _picked(parts: Sequence[_Part]) -> dict[str, Any]:
    right = frozenset(
        place for place, part in enumerate(parts, 1) if part.mark in ("right", "ticked")
    )
    is_single = parts[0].mark in ("right", "wrong")
    if not right or (is_single and len(right) > 1):
        told = f"There are {len(right)} right answers."
        hint = "Put a star before one letter, or write `[*]` and `[ ]` for several."
        refuse("single_choice_key" if right else "missing_key", told, hint, parts[0].line)
    options = tuple(Option(part.said, None, part.feedback) for part in parts)
    return {"options": options, "key": AnswerKey(right)}


def _number(parts: Sequence[_Part]) -> dict[str, Any]:
    if len(parts) > 1:
        refuse("several_numbers", "Several numbers are right.", "Leave one.", parts[1].line)
    said = parts[0].said
    try:
        return _margin(said)
    except ValueError as error:
        hint = "Write for example `= 9.81 +- 0.01`, `= 9.81 +- 1%` or `= [9.8, 9.82]`."
        refuse("bad_number", f"{quote(said)}: {error}.", hint, parts[0].line)


def _margin(said: str) -> dict[str, Any]:
    if bounds := _RANGE.fullmatch(said):
        low, high = read_number(bounds[1]), read_number(bounds[2])
        return {"value": (low + high) / 2, "tolerance": (high - low) / 2}
    value, sign, margin = said.partition("+-")
    if not sign:
        return {"value": read_number(said)}
    share = margin.strip().removesuffix("%")
    if share != margin.strip():
        return {"value": read_number(value), "relative": read_number(share) / 100}
    return {"value": read_number(value), "tolerance": read_number(margin)}


def _sniff(head: bytes) -> bool:
    return _SIGN.search(head) is not None and _STEM.search(head) is not None


FORMAT = Format("text2qti", (".txt",), sniff=_sniff, parse=parse)
