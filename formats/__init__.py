"""Question files: bytes to drafts and back.

A format is registered here once by name. Reading never raises for what a file says: every
refusal is a :class:`~domain.problems.Problem` with line, column and cure.
"""

from pathlib import PurePath
from typing import Literal, get_args

from formats.format import Format, Parsed
from formats.quarto import FORMAT as QUARTO

FORMATS: dict[str, Format] = {form.name: form for form in (QUARTO,)}
AUTO = "auto"
FormatName = Literal["auto", "quarto"]  # what may be asked for, for doors that list it

if set(get_args(FormatName)) != {AUTO, *FORMATS}:
    raise LookupError("FormatName does not list the registered formats.")


def find_format(name: str, file: str) -> Format:
    """The format of that name; for ``auto``, the one whose suffix the file has, else Quarto's."""
    if name != AUTO:
        return FORMATS[name]
    suffix = PurePath(file).suffix.lower()
    return next((form for form in FORMATS.values() if suffix in form.suffixes), QUARTO)


def is_question_file(file: str) -> bool:
    """Whether a file is named like one that holds questions."""
    suffix = PurePath(file).suffix.lower()
    return any(suffix in form.suffixes for form in FORMATS.values())


__all__ = ["AUTO", "FORMATS", "Format", "FormatName", "Parsed", "find_format", "is_question_file"]
