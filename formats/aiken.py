"""Aiken files: a stem, options with letters, and `ANSWER: B`. Single choice and nothing else.

What is carried is described in ``docs/formats/aiken.md``.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

from domain.problems import Problem
from domain.questions import AnswerKey, Draft, Option
from formats.carried import render_checked
from formats.format import Book, Format, Parsed, Rendered
from formats.markdown_text import escape_markdown, first_words, plain_words, trim
from formats.text_lines import Line, read_head, read_lines

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
MOST_LINES = 1_000  # of one question
_OPTION = re.compile(r"([A-Za-z])[.)](?:[ \t]+(.*))?")
_ANSWER = re.compile(r"ANSWER[ \t]*:[ \t]*(.*)", re.IGNORECASE)


@dataclass(slots=True)
class _Reading:
    """One question as far as it is read."""

    stem: list[str] = field(default_factory=list)
    options: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    start: int | None = None

    def refuse(self, code: str, message: str, hint: str, line: int, column: int = 1) -> None:
        self.problems.append(Problem(code, message, hint, line, column))

    def take(self, line: Line) -> None:
        """Read a line that is no answer line."""
        text = line.text.strip()
        self.start = self.start or line.number
        option = _OPTION.fullmatch(text)
        if option and (self.options or option[1] in "Aa"):
            self._take_option(line.number, option[1].upper(), option[2] or "")
        elif self.options:
            told = f"`{text[:40]}` is no option and no answer line."
            hint = "Write each option on one line after its letter, then `ANSWER: A`."
            self.refuse("text_after_options", told, hint, line.number)
        else:
            self.stem.append(text)

    def _take_option(self, line: int, letter: str, text: str) -> None:
        place = len(self.options)
        self.options.append(escape_markdown(text.strip()))
        if place >= len(LETTERS) or letter != LETTERS[place]:
            told = f"Option {place + 1} has the letter {letter}."
            self.refuse("option_letters", told, "Letter the options A, B, C in order.", line)

    def finish(self, line: int, answer: str) -> Parsed:
        """The question that the answer line ends."""
        letter = answer.strip()
        place = LETTERS.find(letter.upper()) + 1 if len(letter) == 1 else 0
        if not 1 <= place <= len(self.options):
            told = f"The answer is `{letter[:40]}`, which is no letter of an option."
            hint = "Write one letter, as in `ANSWER: B`; Aiken has single choice only."
            self.refuse("bad_answer", told, hint, line)
        prompt = escape_markdown(trim("\n".join(self.stem)))
        if not prompt:
            told = "The question has no stem before its options."
            self.refuse("missing_prompt", told, "Write it on the line before `A.`.", line)
        if self.problems:
            return Parsed(None, tuple(self.problems))
        options = tuple(map(Option, self.options))
        key = AnswerKey(frozenset({place}))
        return Parsed(Draft(first_words(prompt), prompt, options, key, kind="single_choice"))


def parse(stream: BinaryIO) -> Iterator[Parsed]:
    """The questions of a file one by one."""
    reading, lines = _Reading(), 0
    for line in read_lines(stream):
        lines += 1
        if line.problem:
            reading.problems.append(line.problem)
        elif answer := _ANSWER.fullmatch(line.text.strip()):
            yield reading.finish(line.number, answer[1])
            reading, lines = _Reading(), 0
        elif lines > MOST_LINES:
            yield Parsed(None, (_endless(line.number),))
            return
        elif line.text.strip() or reading.stem:
            _take(reading, line)
    if reading.start or reading.problems:
        yield Parsed(None, (*reading.problems, _unfinished(reading.start)))


def _take(reading: _Reading, line: Line) -> None:
    if line.text.strip():
        reading.take(line)
    elif not reading.options:
        reading.stem.append("")


def _endless(line: int) -> Problem:
    told = f"No answer line within {MOST_LINES:,} lines."
    return Problem("no_answer_line", told, "Check that this is an Aiken file.", line, 1)


def _unfinished(line: int | None) -> Problem:
    hint = "Write `ANSWER:` and the letter of the right option after the options."
    return Problem("no_answer_line", "The last question has no answer line.", hint, line, 1)


def _write(draft: Draft) -> str | None:
    if draft.kind not in {"single_choice", "true_false"} or len(draft.options) > len(LETTERS):
        return None
    lines = [_line(draft.prompt)]
    lines += [
        f"{letter}. {_line(one.text)}" for letter, one in zip(LETTERS, draft.options, strict=False)
    ]
    return "\n".join([*lines, f"ANSWER: {LETTERS[min(draft.key.positions) - 1]}", ""])


def _line(markdown: str) -> str:
    return " ".join(plain_words(markdown).split())


def _render(draft: Draft) -> Rendered:
    return render_checked(draft, _write, FORMAT.read)


def _sniff(head: bytes) -> bool:
    lines = [line.strip() for line in read_head(head).splitlines()]
    has_options = any(_OPTION.fullmatch(line) for line in lines)
    return has_options and any(map(_ANSWER.fullmatch, lines))


FORMAT = Format("aiken", (".txt",), sniff=_sniff, parse=parse, render=_render, book=Book())
