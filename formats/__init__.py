"""Question files: bytes to drafts and back.

A format is registered here once by name. Reading never raises for what a file says: every
refusal is a :class:`~domain.problems.Problem` with line, column and cure, and everything that a
draft or a file cannot say is a :class:`~domain.losses.Loss`.
"""

from pathlib import PurePath
from typing import Literal, get_args

from formats.format import SNIFFED, File, Format, Parsed, Rendered
from formats.qti import QTI3, QTI12, QTI21, QTI22
from formats.quarto import FORMAT as QUARTO

FORMATS: dict[str, Format] = {form.name: form for form in (QUARTO, QTI3, QTI22, QTI21, QTI12)}
AUTO = "auto"
INDEXES = frozenset({"imsmanifest.xml", "assessment_meta.xml"})  # of a package, beside questions
# What may be asked for, for doors that list it, and what may be exported.
FormatName = Literal["auto", "quarto", "qti3", "qti22", "qti21", "qti12"]
WrittenFormat = Literal["quarto", "qti3", "qti22", "qti21", "qti12"]

if set(get_args(FormatName)) != {AUTO, *FORMATS}:
    raise LookupError("FormatName does not list the registered formats.")
if set(get_args(WrittenFormat)) != {form.name for form in FORMATS.values() if form.is_written}:
    raise LookupError("WrittenFormat does not list the formats that are written.")


def find_format(name: str, file: str, head: bytes) -> Format | None:
    """The format of that name; for ``auto``, the one that the file's name and ``head`` tell.

    Of the formats with the file's suffix, the one that knows the beginning; else any that does;
    else the first with the suffix, which will say what is wrong. ``None``: not a question file.
    """
    if name != AUTO:
        return FORMATS[name]
    suffix = PurePath(file).suffix.lower()
    named = [form for form in FORMATS.values() if suffix in form.suffixes]
    known = (form for form in (*named, *FORMATS.values()) if form.sniff(head[:SNIFFED]))
    return next(known, named[0] if named else None)


def is_question_file(file: str) -> bool:
    """Whether a file is named like one that holds questions, and not like a package's index."""
    suffix = PurePath(file).suffix.lower()
    if PurePath(file).name.lower() in INDEXES:
        return False
    return any(suffix in form.suffixes for form in FORMATS.values())


__all__ = [
    "AUTO",
    "FORMATS",
    "SNIFFED",
    "File",
    "Format",
    "FormatName",
    "Parsed",
    "Rendered",
    "WrittenFormat",
    "find_format",
    "is_question_file",
]
