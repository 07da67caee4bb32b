"""Lines of a text file, and which of them are structure: code and comments never are."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from formats.refusals import refuse

LARGEST_FILE = 8 * 1024 * 1024
# Between backticks on one line stands code in the text.
_FENCE = re.compile(r"(?:[-*+]\s+(?:\[.\]\s+)?|[0-9]{1,9}[.)]\s+)?(`{3,}(?=[^`]*$)|~{3,})")


@dataclass(frozen=True, slots=True)
class Line:
    """One line: its number from 1, its text, and whether it is code or a comment."""

    number: int
    text: str
    is_opaque: bool = False

    @property
    def structure(self) -> str:
        """The text where it may be structure; nothing inside of code and comments."""
        return "" if self.is_opaque else self.text


def decode(data: bytes) -> str:
    """The text of a file with LF line ends; :class:`Refused` for what is no text."""
    if len(data) > LARGEST_FILE:
        refuse("too_large", "The file has more than 8 MiB.", "Split it.")
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        told = f"The byte 0x{data[error.start]:02X} is not part of any UTF-8 character."
        place = place_of(data[: error.start].decode())
        refuse("not_utf8", told, "Save the file with the encoding UTF-8.", *place)
    if "\0" in text:
        place = place_of(text[: text.index("\0")])
        refuse("nul_character", "There is a NUL character.", "Delete it.", *place)
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")


def place_of(before: str) -> tuple[int, int]:
    """Line and column of the character that follows ``before``."""
    lines = before.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return len(lines), len(lines[-1].removeprefix("\ufeff")) + 1


def read_lines(data: bytes) -> list[Line]:
    """The lines of a markdown file; :class:`Refused` where code is opened and never closed."""
    return list(_marked(decode(data).split("\n")))


def _marked(texts: Sequence[str]) -> Iterator[Line]:
    fence, opened, comment = "", 0, False
    for number, text in enumerate(texts, 1):
        bare = text.strip()
        if fence:
            yield Line(number, text, True)
            fence = "" if _closes(bare, fence) else fence
        elif comment:
            yield Line(number, text, True)
            comment = "-->" not in text
        elif found := _FENCE.match(bare):
            fence, opened = found[1], number
            # An item may begin with code: then the line is structure, too.
            yield Line(number, text, not bare[0].isalnum() and bare[0] not in "-*+")
        else:
            comment = "<!--" in text and "-->" not in text[text.rindex("<!--") :]
            yield Line(number, text, bare.startswith("<!--"))
    if fence:
        hint = f"Add a line `{fence}` where the code ends."
        refuse("code_not_closed", "The code that begins here never ends.", hint, opened)


def _closes(bare: str, fence: str) -> bool:
    return len(bare) >= len(fence) and bare.strip(fence[0]) == ""


def joined(lines: Sequence[Line]) -> str:
    """The lines as one text without blank lines around it and blanks at its end."""
    return strip_blank_lines([line.text for line in lines])


def strip_blank_lines(lines: Sequence[str]) -> str:
    """The lines as one text without blank lines around it and blanks at its end."""
    start = next((index for index, line in enumerate(lines) if line.strip(" \t")), len(lines))
    return "\n".join(lines[start:]).rstrip(" \t\n")


def dedented(lines: Sequence[Line]) -> list[Line]:
    """The lines without the indentation that all but the first have."""
    rest = [line.text.expandtabs(4) for line in lines[1:]]
    indented = [len(text) - len(text.lstrip(" ")) for text in rest if text.strip()]
    indent = min(indented, default=0)
    return [
        lines[0],
        *(
            Line(line.number, text[indent:].rstrip(), line.is_opaque)
            for line, text in zip(lines[1:], rest, strict=True)
        ),
    ]
