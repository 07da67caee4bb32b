"""Which dialect a markdown file is written in, and its questions."""

import re
from collections.abc import Iterator, Sequence
from typing import BinaryIO

from domain.losses import Loss
from formats.format import Parsed
from formats.lines import LARGEST_FILE, Line, read_lines
from formats.markdown_quiz.lettered import has_letters, read_lettered
from formats.markdown_quiz.numbered import split_list
from formats.markdown_quiz.sections import Section, read_sections
from formats.markdown_quiz.sequences import has_sequence, is_quizdown, read_sequence
from formats.markdown_quiz.tasks import has_tasks, read_tasks
from formats.refusals import Refused

_SETTING = re.compile(r"[A-Za-z_][\w-]*[ \t]*:|[ \t]+\S|- |# ")  # a line of simple YAML


def parse(stream: BinaryIO) -> Iterator[Parsed]:
    """The questions of a file, section by section. Sections that ask nothing are passed over."""
    try:
        whole = read_lines(stream.read(LARGEST_FILE + 1))
        lines, losses = _without_meta(whole)
    except Refused as refused:
        yield Parsed(None, refused.problems)
        return
    has_sequences = is_quizdown(whole[: len(whole) - len(lines)], lines)
    for section in read_sections(lines):
        for parsed in _read(section, has_sequences):
            yield Parsed(parsed.draft, parsed.problems, (*losses, *parsed.losses))
            losses = ()


def _read(section: Section, has_sequences: bool) -> Iterator[Parsed]:
    if has_tasks(section):
        yield from read_tasks(section)
        return
    if len(parts := split_list(section)) > 1:
        for part in parts:
            yield from _read(part, has_sequences)
        return
    try:
        asks = has_letters(section)
    except Refused as refused:
        yield Parsed(None, refused.problems)
        return
    if asks:
        yield from read_lettered(section)
    elif has_sequences and has_sequence(section):
        yield from read_sequence(section)


def _without_meta(lines: Sequence[Line]) -> tuple[Sequence[Line], tuple[Loss, ...]]:
    """The lines behind a front matter, and the loss of it."""
    begins = lines[0].text.rstrip() == "---" and len(lines) > 1
    if not begins or not _SETTING.match(lines[1].text):
        return lines, ()
    for place, line in enumerate(lines[1:], 1):
        if line.text.rstrip() == "---":
            what = "The file begins with settings of another program."
            loss = Loss("", "settings_not_read", what, "They were left out.")
            return lines[place + 1 :], (loss,)
        if line.text.strip() and not _SETTING.match(line.text):
            break
    return lines, ()
