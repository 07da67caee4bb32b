"""Static exercises of R/exams in R Markdown, described in ``docs/formats/rexams.md``."""

import re

from formats.format import Format
from formats.rexams.reader import parse
from formats.rexams.writer import render

_SIGN = re.compile(rb"^ex(?:type|solution)[ \t]*:", re.MULTILINE)
_BEGINNING = re.compile(rb"^Question[ \t]*\r?\n=+[ \t]*\r?$", re.MULTILINE | re.IGNORECASE)


def _sniff(head: bytes) -> bool:
    return _SIGN.search(head) is not None and _BEGINNING.search(head) is not None


FORMAT = Format("rexams", (".Rmd", ".rmd"), sniff=_sniff, parse=parse, render=render)

__all__ = ["FORMAT", "parse", "render"]
