"""Question files: bytes to drafts and back.

A format is registered here once by name. Reading never raises for what a file says: every
refusal is a :class:`~domain.problems.Problem` with line, column and cure, and everything that a
draft or a file cannot say is a :class:`~domain.losses.Loss`.
"""

from io import BytesIO
from pathlib import PurePath
from typing import Literal, get_args

from formats.aiken import FORMAT as AIKEN
from formats.csv_table import FORMAT as CSV
from formats.format import SNIFFED, File, Format, Parsed, Rendered
from formats.gift import FORMAT as GIFT
from formats.jsonl import FORMAT as JSONL
from formats.jupyterquiz import FORMAT as JUPYTERQUIZ
from formats.markdown_quiz import FORMAT as MARKDOWN
from formats.mdbook_toml import FORMAT as MDBOOK_TOML
from formats.moodle_xml import FORMAT as MOODLE_XML
from formats.qti import QTI3, QTI12, QTI21, QTI22
from formats.quarto import FORMAT as QUARTO
from formats.rexams import FORMAT as REXAMS
from formats.text2qti import FORMAT as TEXT2QTI

# Of two that know a beginning the first is taken: those with plainer signs stand in front.
ALL = (
    QUARTO, REXAMS, JSONL, CSV, JUPYTERQUIZ, MDBOOK_TOML,
    QTI3, QTI22, QTI21, QTI12, MOODLE_XML, AIKEN, GIFT, TEXT2QTI, MARKDOWN,
)  # fmt: skip
FORMATS: dict[str, Format] = {form.name: form for form in ALL}
AUTO = "auto"
INDEXES = frozenset({"imsmanifest.xml", "assessment_meta.xml"})  # of a package, beside questions
COMMON = frozenset(
    {".csv", ".json", ".markdown", ".md", ".toml", ".txt", ".xml"}
)  # suffixes that many programs use
# What may be asked for, for doors that list it, and what may be exported.
FormatName = Literal[
    "auto", "quarto", "qti3", "qti22", "qti21", "qti12", "moodle_xml", "gift", "aiken", "jsonl",
    "csv", "markdown", "rexams", "jupyterquiz", "mdbook_toml", "text2qti",
]  # fmt: skip
WrittenFormat = Literal[
    "quarto", "qti3", "qti22", "qti21", "qti12", "moodle_xml", "gift", "aiken", "jsonl", "csv",
    "markdown", "rexams",
]  # fmt: skip

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


def may_hold_questions(file: str, head: bytes) -> bool:
    """The same of a file that nobody named: one of many programs' suffixes is not enough.

    Markdown is known by no more than a heading, so its beginning has to hold a question.
    """
    if not is_question_file(file) or PurePath(file).suffix.lower() not in COMMON:
        return is_question_file(file)
    form = find_format(AUTO, file, head)
    if form is MARKDOWN:
        return next(form.parse(BytesIO(head)), None) is not None
    return form is not None and form.sniff(head)


__all__ = [
    "AUTO",
    "FORMATS",
    "INDEXES",
    "SNIFFED",
    "File",
    "Format",
    "FormatName",
    "Parsed",
    "Rendered",
    "WrittenFormat",
    "find_format",
    "is_question_file",
    "may_hold_questions",
]
