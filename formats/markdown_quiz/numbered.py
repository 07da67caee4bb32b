"""Lettered questions that are the items of a numbered list instead of having headings."""

import re
from collections.abc import Sequence
from itertools import pairwise

from formats.lines import Line
from formats.markdown_quiz.lettered import has_options
from formats.markdown_quiz.sections import Section

_ITEM = re.compile(r"[0-9]{1,5}[.)][ \t]+(\S.*)")


def split_list(section: Section) -> list[Section]:
    """A section for each item, and for the text before them, if any item has lettered options."""
    lines = section.lines
    starts = [place for place, line in enumerate(lines) if _ITEM.fullmatch(line.structure)]
    parts = [_part(lines[start:end]) for start, end in pairwise([*starts, len(lines)])]
    if not any(map(has_options, parts)):
        return [section]
    return [Section(section.heading, section.line, lines[: starts[0]]), *parts]


def _part(lines: Sequence[Line]) -> Section:
    first, *rest = lines
    item = _ITEM.fullmatch(first.structure)
    assert item is not None
    return Section(item[1], first.number, _dedented(rest))


def _dedented(lines: Sequence[Line]) -> list[Line]:
    """What is indented below an item, without the indentation; lines at the margin as they are."""
    texts = [line.text.expandtabs(4) for line in lines]
    widths = [len(text) - len(text.lstrip(" ")) for text in texts if text.strip()]
    indent = " " * min(filter(None, widths), default=0)
    return [
        Line(line.number, text.removeprefix(indent), line.is_opaque)
        for line, text in zip(lines, texts, strict=True)
    ]
