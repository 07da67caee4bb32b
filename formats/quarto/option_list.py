"""The numbered list of options: found among the blocks, and each option's text cut out."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from formats.lines import strip_blank_lines
from formats.quarto.blocks import Block, outline
from formats.quarto.findings import Report

_MARKER = re.compile(r"([ \t]*)(\d{1,9})[.)]([ \t]*)", re.ASCII)
_IMAGE = re.compile(r"!\[.*\]\([^()]*\)(?:\{[^{}]*\})?", re.DOTALL)


@dataclass(frozen=True, slots=True)
class ListedOption:
    """An option as the file has it: its ``number`` as shown to a reader, its text, its place."""

    number: int
    text: str
    line: int
    column: int


def find_options(before: Sequence[Block], report: Report) -> int:
    """The place of the last numbered list before the callout."""
    lists = [place for place, block in enumerate(before) if block.kind == "ordered_list"]
    if not lists:
        report.refuse("no_options", before[-1].start + 1 if before else 1)
    place = lists[-1]
    if len(lists) > 1:
        _refuse_if_continued(before, lists[-2], place, report)
    if before[place + 1 :] and _belongs_to_option(before[place + 1]):
        number = _numbers(before[place])[-1]
        report.refuse("options_interrupted", before[place + 1].start + 1, 1, number)
    return place


def read_options(block: Block, lines: Sequence[str], report: Report) -> tuple[ListedOption, ...]:
    """The options of a numbered list. Pandoc counts from the first number; so does this."""
    items = outline(block.inside)
    written = [int(item.info) for item in items]
    shown = list(range(written[0], written[0] + len(items)))
    if written != shown and len(set(written)) > 1:
        numbers = ", ".join(str(number) for number in written)
        report.add("option_numbers", block.start + 1, 1, numbers)
    options = tuple(
        _read_item(item, number, lines) for item, number in zip(items, shown, strict=True)
    )
    _check(options, report)
    return options


def _read_item(item: Block, number: int, lines: Sequence[str]) -> ListedOption:
    first = lines[item.start]
    marker = _MARKER.match(first)
    if marker is None:
        raise AssertionError("a numbered item begins with its number")
    text = first[marker.end() :]
    after_marker, content = _width(first[: marker.start(3)]), _width(first[: marker.end()])
    # The rule of CommonMark: behind more than four blanks is an indented code block.
    indent = content if text and content - after_marker <= 4 else after_marker + 1
    written = (" " * content + text, *lines[item.start + 1 : item.end])
    dedented = strip_blank_lines([_dedent(line, indent) for line in written])
    return ListedOption(number, dedented, item.start + 1, len(marker[1]) + 1)


def _width(text: str) -> int:
    return len(text.expandtabs(4))


def _dedent(line: str, columns: int) -> str:
    """The line without its first ``columns`` columns of blanks, as far as it has them."""
    column = 0
    for index, character in enumerate(line):
        if column >= columns or character not in " \t":
            return " " * (column - columns) + line[index:]
        column += 1 if character == " " else 4 - column % 4
    return ""


def _check(options: Sequence[ListedOption], report: Report) -> None:
    if len(options) < 2:
        report.add("fewer_than_two_options", options[0].line, options[0].column)
    first_with: dict[str, int] = {}
    for option in options:
        if not option.text:
            report.add("empty_option", option.line, option.column, option.number)
        elif (first := first_with.setdefault(option.text, option.number)) != option.number:
            report.add("duplicate_option", option.line, option.column, first)


def _refuse_if_continued(before: Sequence[Block], earlier: int, place: int, report: Report) -> None:
    """Refuse a list that goes on counting where the list before it ended.

    Pandoc would show two lists. Taking the second for all options would lose some in silence.
    """
    last, first = _numbers(before[earlier])[-1], _numbers(before[place])[0]
    if first == last + 1 > 1:
        block = before[min(earlier + 1, place)]
        report.refuse("options_interrupted", block.start + 1, 1, last)


def _numbers(numbered_list: Block) -> range:
    items = outline(numbered_list.inside)
    return range(int(items[0].info), int(items[0].info) + len(items))


def _belongs_to_option(block: Block) -> bool:
    """Whether a block behind the options is code or an image, which no stem has there."""
    if block.kind in ("fence", "code_block"):
        return True
    return block.kind == "paragraph" and bool(_IMAGE.fullmatch(block.inside[0].content.strip()))
