"""Plain words as markdown that says just these words."""

import re

_SPECIAL = re.compile(
    r"(?m)"
    r"[`*_\[<$]"
    r"|\\(?=[!-/:-@\[-`{-~\n]|$)"
    r"|&(?=#?\w+;)"
    r"|~(?=~)|(?<=~)~"
    r"|^ {0,3}(?P<mark>[#>|+\-=~]|:{3})"
    r"|^(?P<number> {0,3}[0-9]{1,9})(?P<end>[.)])(?=\s|$)"
)
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")
_FIRST_WORDS = 80


def escape_markdown(text: str) -> str:
    """Markdown that is shown as ``text``; lines stay lines."""
    lines = (line.strip(" \t") for line in text.split("\n"))
    return _SPECIAL.sub(_escaped, "\n".join(lines))


def plain_words(markdown: str) -> str:
    """The words that :func:`escape_markdown` makes this markdown of; itself if there are none."""
    words = _ESCAPED.sub(r"\1", markdown)
    return words if escape_markdown(words) == markdown else markdown


def first_words(markdown: str) -> str:
    """A title for a question that has none: the beginning of its stem on one line."""
    words = " ".join(_ESCAPED.sub(r"\1", markdown).split())
    if len(words) <= _FIRST_WORDS:
        return words
    return words[: _FIRST_WORDS - 3].rpartition(" ")[0] + "..."


def trim(text: str) -> str:
    """The text without blank lines around it and blanks at its end."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    start = next((place for place, line in enumerate(lines) if line.strip()), len(lines))
    return "\n".join(lines[start:]).rstrip()


def _escaped(found: re.Match[str]) -> str:
    if mark := found["mark"]:
        return found[0].removesuffix(mark) + "\\" + mark
    if number := found["number"]:
        return number + "\\" + found["end"]
    return "\\" + found[0]
