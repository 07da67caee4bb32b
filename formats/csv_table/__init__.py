"""CSV: one question a row, in the columns that ``docs/formats/csv.md`` describes."""

from formats.csv_table.columns import HEADER, known_columns
from formats.csv_table.reader import parse
from formats.csv_table.rows import read_header, write_row
from formats.csv_table.writer import render
from formats.format import Book, Format
from formats.refusals import Refused


def _sniff(head: bytes) -> bool:
    first = head.removeprefix(b"\xef\xbb\xbf").partition(b"\n")[0]
    try:
        names = read_header(first.decode("utf-8", "replace"))[0]
    except Refused:
        return False
    return {"prompt", "option_1"} <= known_columns(names).keys()


FORMAT = Format(
    "csv",
    (".csv", ".tsv"),
    sniff=_sniff,
    parse=parse,
    render=render,
    book=Book(head=write_row(HEADER), between=b""),
)

__all__ = ["FORMAT", "parse", "render"]
