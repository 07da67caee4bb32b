"""From bytes to lines of text, within bounds that keep every later step fast."""

from formats.lines import place_of
from formats.quarto.findings import Report

LARGEST_FILE = 1024 * 1024
MOST_LINES = 5_000


def read_lines(data: bytes, report: Report) -> list[str]:
    """The file's lines without their ends, a byte order mark dropped.

    CRLF and CR end a line as LF does; nothing else does.
    """
    if len(data) > LARGEST_FILE:
        report.refuse("too_large", found=f"{LARGEST_FILE:,}")
    text = _decode(data, report).removeprefix("\ufeff")
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if len(lines) > MOST_LINES:
        report.refuse("too_many_lines", MOST_LINES + 1, found=f"{len(lines):,}")
    return lines


def _decode(data: bytes, report: Report) -> str:
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        line, column = place_of(data[: error.start].decode())
        report.refuse("not_utf8", line, column, f"0x{data[error.start]:02X}")
    if "\0" in text:
        report.refuse("nul_character", *place_of(text[: text.index("\0")]))
    return text
