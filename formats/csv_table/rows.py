"""Rows of cells: RFC 4180, with a comma, a semicolon or a tab, and safe for spreadsheets."""

import csv
import re
from collections.abc import Iterator, Sequence
from io import StringIO
from typing import BinaryIO, NamedTuple

from formats.csv_table.columns import KNOWN, column_name
from formats.refusals import refuse

LONGEST_LINE = 4 * 1024 * 1024
DELIMITERS = ",;\t"
# What a spreadsheet would take for a formula, behind any apostrophes that keep it from doing so.
# Signs of full width count as their plain ones where people write Japanese or Chinese.
_SIGNS = r"[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]"
_FORMULA = re.compile(f"'*{_SIGNS}")
_GUARDED = re.compile(f"'+{_SIGNS}")


class Row(NamedTuple):
    """The cells of a record and the line, from 1, in which it begins."""

    line: int
    cells: list[str]


def write_row(cells: Sequence[str]) -> bytes:
    """One record; a cell that a spreadsheet would run gets an apostrophe before it."""
    out = StringIO()
    csv.writer(out, lineterminator="\r\n").writerow(map(_guard, cells))
    return out.getvalue().encode("utf-8", "surrogatepass")


def read_rows(stream: BinaryIO) -> Iterator[Row]:
    """The header with its names made plain, then every record that is not empty.

    :class:`Refused` for what is no table. Bytes that are not UTF-8 stay as lone surrogates.
    """
    lines = _lines(stream)
    first = next(lines, "")
    names, delimiter = read_header(first)
    yield Row(1, names)
    reader, line = csv.reader(lines, delimiter=delimiter, strict=True), 2
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            hint = (
                'Write a cell with a delimiter or a line end in "quotes", and quotes in it twice.'
            )
            refuse("bad_csv", f"The table cannot be read on: {error}.", hint, line)
        if any(map(str.strip, cells)):
            yield Row(line, [_unguard(cell) for cell in cells])
        line = reader.line_num + 2


def read_header(line: str) -> tuple[list[str], str]:
    """The names of the columns, and the delimiter that makes most of them known ones."""
    read = [(_names(line, delimiter), delimiter) for delimiter in DELIMITERS]
    names, delimiter = max(read, key=lambda one: sum(name in KNOWN for name in one[0]))
    if "prompt" not in names:
        hint = "Begin with a row of names such as `title,kind,prompt,option_1,option_2,key`."
        refuse("no_header", "The first row has no column `prompt`.", hint)
    return names, delimiter


def _names(line: str, delimiter: str) -> list[str]:
    try:
        return [column_name(cell) for cell in next(csv.reader([line], delimiter=delimiter), [])]
    except csv.Error:
        return []


def _lines(stream: BinaryIO) -> Iterator[str]:
    number = 0
    while data := stream.readline(LONGEST_LINE + 1):
        number += 1
        if len(data) > LONGEST_LINE:
            hint = "Keep pictures in files of their own and link to them."
            refuse("line_too_long", "The line has over 4,194,304 bytes (4 MiB).", hint, number)
        text = data.decode("utf-8", "surrogateescape")
        yield text.removeprefix("\ufeff") if number == 1 else text


def _guard(cell: str) -> str:
    return f"'{cell}" if _FORMULA.match(cell) else cell


def _unguard(cell: str) -> str:
    return cell[1:] if _GUARDED.match(cell) else cell
