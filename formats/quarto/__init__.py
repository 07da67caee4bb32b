"""Quarto question files: front matter, stem, numbered options and an answer callout.

The dialect is described in ``docs/formats/quarto.md``.
"""

from collections.abc import Iterator
from typing import BinaryIO

from domain.questions import Draft
from formats.format import Format, Parsed, Rendered, not_expressible
from formats.quarto.reader import parse
from formats.quarto.source import LARGEST_FILE
from formats.quarto.writer import render


def _parse(stream: BinaryIO) -> Iterator[Parsed]:
    yield from parse(stream.read(LARGEST_FILE + 1))


def _sniff(head: bytes) -> bool:
    return head.removeprefix(b"\xef\xbb\xbf").startswith(b"---") and b":::" in head


def _render(draft: Draft) -> Rendered:
    try:
        return Rendered(render(draft))
    except ValueError as error:
        return not_expressible(str(error))


FORMAT = Format(
    "quarto",
    (".qmd", ".md"),
    sniff=_sniff,
    parse=_parse,
    render=_render,
    media_type="text/markdown; charset=utf-8",
    shows="{}",
)

__all__ = ["FORMAT", "parse", "render"]
