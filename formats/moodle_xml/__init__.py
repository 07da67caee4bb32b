"""Moodle XML: every question type of Moodle whose answers a program can mark.

What is carried is described in ``docs/formats/moodle-xml.md``.
"""

import re
from collections.abc import Sequence

from domain.questions import Draft
from formats.carried import render_checked
from formats.format import Book, Format, Parsed, Rendered
from formats.moodle_xml.pictures import embed
from formats.moodle_xml.reader import parse
from formats.moodle_xml.writer import write
from formats.text_lines import read_head

BOOK = Book(b'<?xml version="1.0" encoding="UTF-8"?>\n<quiz>\n', b"\n", b"</quiz>\n")
_QUIZ = re.compile(r"\s*+(?>(?:<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^>]*>)\s*)*+<quiz[\s/>]", re.DOTALL)


def _sniff(head: bytes) -> bool:
    return _QUIZ.match(read_head(head)) is not None


def _read_one(content: bytes) -> Sequence[Parsed]:
    return FORMAT.read(BOOK.head + content + BOOK.tail)


def _render(draft: Draft) -> Rendered:
    return render_checked(draft, write, _read_one)


FORMAT = Format("moodle_xml", (".xml",), _sniff, parse, _render, BOOK, shows="{}", embed=embed)

__all__ = ["FORMAT"]
