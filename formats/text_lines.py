"""Lines of a text file whose encoding its first bytes tell, read as a stream."""

import codecs
import re
from collections.abc import Iterator
from io import SEEK_CUR, TextIOWrapper
from typing import BinaryIO, NamedTuple

from domain.problems import Problem

LONGEST_LINE = 1024 * 1024  # characters
BAD_ENCODING = "Save the file with the encoding UTF-8."
_NO_TEXT = re.compile("[\0\ud800-\udfff]")
_BOMS = {codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}


class Line(NamedTuple):
    """One line without its end, its number from 1, and what keeps it from being text."""

    number: int
    text: str
    problem: Problem | None = None


def read_head(head: bytes) -> str:
    """The beginning of a file as text, as far as it is some."""
    return head.decode(_encoding(head), errors="ignore").removeprefix("\ufeff")


def read_lines(stream: BinaryIO) -> Iterator[Line]:
    """The lines of UTF-8, or of UTF-16 with a byte order mark; LF, CRLF and CR end a line.

    A line that is no text has a problem and is empty; after one in UTF-16 nothing follows.
    """
    head = stream.read(3)
    stream.seek(-len(head), SEEK_CUR)
    encoding = _encoding(head)
    # Bytes that are no UTF-8 become half surrogates, so that their line can be named.
    errors = "surrogateescape" if encoding == "utf-8-sig" else "strict"
    text = TextIOWrapper(stream, encoding=encoding, errors=errors)
    number = 0
    try:
        while line := text.readline(LONGEST_LINE):
            number += 1
            yield _checked(number, line)
    except UnicodeDecodeError:
        told = f"After line {number} there are bytes that are no {encoding.upper()}."
        yield Line(number + 1, "", Problem("bad_encoding", told, BAD_ENCODING, number + 1))
    finally:
        text.detach()  # the stream belongs to the caller


def _encoding(head: bytes) -> str:
    return _BOMS.get(head[:2], "utf-8-sig")


def _checked(number: int, line: str) -> Line:
    if len(line) >= LONGEST_LINE:
        told = f"The line has over {LONGEST_LINE:,} characters."
        return Line(number, "", Problem("long_line", told, "Break the line.", number))
    found = _NO_TEXT.search(line)
    if found is None:
        return Line(number, line.rstrip("\n"))
    told = f"The byte 0x{ord(found[0]) & 0xFF:02X} is no text in UTF-8."
    return Line(number, "", Problem("not_utf8", told, BAD_ENCODING, number, found.start() + 1))
