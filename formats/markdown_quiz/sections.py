"""Sections of a markdown file: a heading of any level and what follows, to the next one."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from formats.lines import Line, joined

STEM = "<!-- stem -->"  # what follows it, and not the heading, is the stem
LONGEST_TITLE = 200  # where a title is taken from a stem
LONGEST_HEADING = 500  # that is a title as it stands
_HEADING = re.compile(r" {0,3}#{1,6}[ \t]+(\S.*)")
_RULES = ("---", "***", "___", "")
_NUMBER = re.compile(
    r"(?:q(?:uestion)?\s*)?[0-9]{1,5}\s*[.):]\s+|q(?:uestion)?\s*[0-9]{1,5}\s+", re.I
)
_ONLY_NUMBER = re.compile(r"(?:[a-z]+\s*)?[0-9]{1,5}\s*[.):]?|question", re.I)
_DETAILS = re.compile(r"<(/?)details\b", re.I)
_PROSE = re.compile(r"[^\s!>]")


@dataclass(slots=True)
class Section:
    """A heading without its number and the lines below it; ``line`` is where it begins."""

    heading: str
    line: int
    lines: list[Line] = field(default_factory=list)


def read_sections(lines: Sequence[Line]) -> list[Section]:
    """All sections; headings inside of ``<details>`` are part of it and begin none."""
    sections, depth = [Section("", 1)], 0
    for line in lines:
        heading = _HEADING.fullmatch(line.structure) if not depth else None
        if heading:
            title = _NUMBER.sub("", _unfenced(heading[1]), count=1)
            sections.append(Section(title, line.number))
            continue
        for tag in _DETAILS.finditer(line.structure):
            depth = max(0, depth + (-1 if tag[1] else 1))
        sections[-1].lines.append(line)
    return sections


def _unfenced(heading: str) -> str:
    """A heading without the hashes that may end it."""
    text = heading.rstrip()
    bare = text.rstrip("#")
    return bare.rstrip() if bare[-1:] in ("", " ", "\t") else text


def without_rule(lines: Sequence[Line]) -> str:
    """The text without the rules that part it from the next question."""
    end = len(lines)
    while end and not lines[end - 1].is_opaque and lines[end - 1].text.strip() in _RULES:
        end -= 1
    return joined(lines[:end])


def stem_of(heading: str, before: Sequence[Line]) -> tuple[str, str]:
    """Title and stem: the heading is part of the stem if it asks, or if nothing else does."""
    body = joined(before)
    if body.startswith(STEM):
        return heading, body.removeprefix(STEM).strip("\n")
    if not heading or _ONLY_NUMBER.fullmatch(heading):
        return heading if heading and body else _title(body), body
    is_long = len(heading) > LONGEST_HEADING
    asks = is_long or heading.rstrip("*_ ").endswith("?") or not _has_prose(before)
    title = _title(heading) if is_long else heading
    return title, f"{heading}\n\n{body}".rstrip("\n") if asks else body


def _title(body: str) -> str:
    return body.partition("\n")[0].strip("#*_ ")[:LONGEST_TITLE]


def _has_prose(lines: Sequence[Line]) -> bool:
    return any(_PROSE.match(line.structure.strip()) for line in lines)
