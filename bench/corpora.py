"""Question files that others wrote: how many questions a folder holds, and what became of them.

``python -m bench corpora FOLDER...`` counts the questions of each format twice: roughly, by the
signs that begin one, and as they are read. The rough count knows no comments and no code; where a
format has no signs, a file counts as one. What is incomplete is read, but could not be published.
"""

import re
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from formats import AUTO, SNIFFED, find_format, may_hold_questions
from operations.prepare_import import Prepared, Source, prepare_source

SUGGESTED = (
    "1EdTech/qti-examples",
    "Ebazhanov/linkedin-skill-assessments-quizzes",
    "cognitive-engineering-lab/rust-book",
    "instructure/qti",
    "lydiahallie/javascript-questions",
)
ITEM = re.compile(rb"<(?:\w+:)?(?:qti-assessment-item|assessmentItem|item)\s")
SIGNS = {
    "qti3": ITEM,
    "qti22": ITEM,
    "qti21": ITEM,
    "qti12": ITEM,
    "moodle_xml": re.compile(rb"<question\s+type\s*=\s*.(?!category)"),
    "gift": re.compile(rb"(?<!\\)\{(?!\w+\})"),
    "aiken": re.compile(rb"^ANSWER:", re.M | re.I),
    "markdown": re.compile(
        rb"(?:^[ \t]*(?:[-*+]|\d+[.)])[ \t]+\[[ xX]\].*\n(?:(?!#).*\n)*)+|<details", re.M
    ),
    "mdbook_toml": re.compile(rb"^\[\[questions\]\]", re.M),
    "jupyterquiz": re.compile(rb'"question"\s*:'),
    "text2qti": re.compile(rb"^\d+\.[ \t]", re.M),
    "csv": re.compile(rb"\n(?=.)"),
    "jsonl": re.compile(rb"^\{", re.M),
}


@dataclass(slots=True)
class Table:
    """What the files of one format came to."""

    files: int = 0
    signs: int = 0
    read: int = 0
    seconds: float = 0.0
    refused: Counter[str] = field(default_factory=Counter)
    incomplete: Counter[str] = field(default_factory=Counter)
    lost: Counter[str] = field(default_factory=Counter)
    right: Counter[int] = field(default_factory=Counter)

    def add(self, one: Prepared) -> None:
        """Count a question, and the first reason why it is not read or could not be published."""
        self.lost.update({loss.code for loss in one.losses})
        first = next((each.code for each in one.problems if each.severity == "error"), "")
        if one.draft is None:
            self.refused[first] += 1
            return
        self.read += 1
        self.right[len(one.draft.key.positions)] += 1
        self.incomplete.update([first] if not one.fits else [])

    def lines(self) -> Iterator[str]:
        """The counts, and below them the codes and how many options are right."""
        refused = self.refused.total()
        rate = (self.read + refused) / max(self.seconds, 1e-9)
        yield (
            f"{self.files:6,} files, {self.signs:7,} signs, {self.read:7,} read,"
            f" {refused:6,} refused, {rate:7,.0f} a CPU second"
        )
        for what in ("refused", "incomplete", "lost", "right"):
            if counts := getattr(self, what):
                told = ", ".join(f"{key} {count:,}" for key, count in counts.most_common())
                yield f"       {what}: {told}"


def figures(folders: Sequence[Path] = ()) -> Iterator[str]:
    """A table for each format in each folder."""
    if not folders:
        yield f"skipped: name folders, such as copies of {', '.join(SUGGESTED)}"
    for folder in folders:
        for name, table in sorted(tables_of(folder).items()):
            yield from (f"{folder.name}, {name}: {line}" for line in table.lines())


def tables_of(folder: Path) -> dict[str, Table]:
    """The files of a folder that may hold questions, by format."""
    tables: dict[str, Table] = defaultdict(Table)
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        data = path.read_bytes()
        form = find_format(AUTO, path.name, data[:SNIFFED])
        if form is not None and may_hold_questions(path.name, data[:SNIFFED]):
            _add(tables[form.name], form.name, path, data)
    return tables


def _add(table: Table, form: str, path: Path, data: bytes) -> None:
    table.files += 1
    sign = SIGNS.get(form)
    table.signs += len(sign.findall(data)) if sign else 1
    started = time.process_time()
    found = list(prepare_source(Source(str(path), data), form))
    table.seconds += time.process_time() - started
    for one in found:
        table.add(one)
