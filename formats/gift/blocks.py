"""A GIFT file cut into its questions: blocks of lines between empty ones."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

from domain.problems import Problem
from formats.text_lines import Line, read_lines

MOST_LINES = 5_000  # of one question
CATEGORY = "$CATEGORY:"


@dataclass(slots=True)
class Block:
    """The lines of one question, its comments apart, and the category it stands in."""

    start: int
    category: str
    lines: list[str] = field(default_factory=list)
    comments: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    @property
    def says_something(self) -> bool:
        """Whether there is more than comments."""
        return bool(self.problems) or any(map(str.strip, self.lines))


def read_blocks(stream: BinaryIO) -> Iterator[Block]:
    """The questions of a file one by one, none longer than ``MOST_LINES``."""
    category = ""
    block = Block(1, category)
    for line in read_lines(stream):
        text = line.text.strip()
        if text.startswith(CATEGORY):
            category, text = text.removeprefix(CATEGORY).strip(), ""
        if not text and not line.problem:
            if block.says_something:
                yield block
            block = Block(line.number + 1, category)
        else:
            _take(block, line, text)
    if block.says_something:
        yield block


def _take(block: Block, line: Line, text: str) -> None:
    if line.problem:
        block.problems.append(line.problem)
    elif text.startswith("//"):
        block.comments.append(text)
        block.lines.append("")  # the lines after it keep their numbers
    elif len(block.lines) < MOST_LINES:
        block.lines.append(line.text)
    elif not block.problems:
        told = f"The question has over {MOST_LINES:,} lines."
        hint = "Put an empty line between questions."
        block.problems.append(Problem("long_question", told, hint, line.number, 1))
