"""Questions in plain markdown: task lists, and lettered options with a folded answer.

The dialects are described in ``docs/formats/markdown.md``.
"""

import re

from formats.format import Book, Format
from formats.markdown_quiz.reader import parse
from formats.markdown_quiz.writer import render

_TASK = re.compile(rb"^ {0,3}(?:[-*+]|\d+[.)])[ \t]+\[[ xX]\][ \t]", re.MULTILINE)
_FOLD = re.compile(rb"<details\b", re.IGNORECASE)
_HEADING = re.compile(rb"\s*#{1,6}[ \t]+\S")


def _sniff(head: bytes) -> bool:
    said = head.removeprefix(b"\xef\xbb\xbf")
    if said.lstrip().startswith((b"<?xml", b"{", b"[")) or _is_quarto(said):
        return False
    signs = (_HEADING.match(said), _TASK.search(said), _FOLD.search(said))
    return any(sign is not None for sign in signs)


def _is_quarto(said: bytes) -> bool:
    return said.startswith(b"---") and b":::" in said


FORMAT = Format(
    "markdown",
    (".md", ".markdown"),
    sniff=_sniff,
    parse=parse,
    render=render,
    book=Book(),
    shows="{}",
)

__all__ = ["FORMAT", "parse", "render"]
