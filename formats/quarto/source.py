"""From bytes to lines of text, within bounds that keep every later step fast."""

from collections.abc import Sequence

from formats.quarto.findings import Report

LARGEST_FILE = 1024 * 1024
MOST_LINES = 5_000


def read_lines(data: bytes, report: Report) -> list[str]:
    """The file's lines without their ends, a byte order mark dropped.

    CRLF and CR end a line as LF does; nothing else does.
    """
    if len(data) > LARGEST_FILE:
        report.refuse("too_large", found=f"{len(data):,}")
    text = _decode(data, report).removeprefix("\ufeff")
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if len(lines) > MOST_LINES:
        report.refuse("too_many_lines", MOST_LINES + 1, found=f"{len(lines):,}")
    return lines


def strip_blank_lines(lines: Sequence[str]) -> str:
    """The lines as one text without blank lines around it and blanks at its end."""
    start = next((index for index, line in enumerate(lines) if line.strip(" \t")), len(lines))
    return "\n".join(lines[start:]).rstrip(" \t\n")


def _decode(data: bytes, report: Report) -> str:
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        line, column = _place(data[: error.start].decode())
        report.refuse("not_utf8", line, column, f"0x{data[error.start]:02X}")
    if "\0" in text:
        report.refuse("nul_character", *_place(text[: text.index("\0")]))
    return text


def _place(before: str) -> tuple[int, int]:
    """Line and column of the character that follows ``before``."""
    lines = before.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return len(lines), len(lines[-1].removeprefix("\ufeff")) + 1
