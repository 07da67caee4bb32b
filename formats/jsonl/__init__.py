"""JSON Lines: one question a line, every field of it, read and written without loss.

Described in ``docs/formats/jsonl.md``; :func:`json_schema` is the shape of a line.
"""

from formats.format import Book, Format
from formats.jsonl.reader import parse
from formats.jsonl.schema import json_schema
from formats.jsonl.writer import render

NAMES = (b'"prompt"', b'"title"', b'"kind"')


def _sniff(head: bytes) -> bool:
    first, _, _ = head.removeprefix(b"\xef\xbb\xbf").lstrip().partition(b"\n")
    return first.startswith(b"{") and any(name in first for name in NAMES)


FORMAT = Format(
    "jsonl",
    (".jsonl", ".ndjson"),
    sniff=_sniff,
    parse=parse,
    render=render,
    book=Book(between=b""),
    shows="{}",
)

__all__ = ["FORMAT", "json_schema", "parse", "render"]
