"""From rows to questions. A row that cannot be read is told, and the others go on."""

import datetime
import math
import re
from collections.abc import Iterator, Sequence
from typing import Any, BinaryIO, NoReturn

from domain.grading import CHOICE_KINDS, Stated
from domain.grading import KINDS as OTHER_KINDS
from domain.grading.numbers import read_number
from domain.losses import Loss
from domain.questions import (
    KINDS,
    LONGEST_TAG,
    RELEASES,
    TRUTHS,
    AnswerKey,
    Draft,
    Explanation,
    Option,
    Scoring,
    is_storable,
)
from formats.csv_table.answers import read_answer
from formats.csv_table.columns import FEEDBACK, KNOWN, OPTIONS, known_columns
from formats.csv_table.rows import Row, read_rows
from formats.format import Parsed
from formats.refusals import Refused, did_you_mean, quote, refuse

_SEPARATOR = re.compile(r"[;,\s]+")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_BOOLEANS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
_NONE_RIGHT = "none"


def parse(stream: BinaryIO) -> Iterator[Parsed]:
    """The question of each row that is not empty."""
    rows = read_rows(stream)
    try:
        names = next(rows).cells
        _check_names(names)
        for row in rows:
            yield _parse_row(row, names)
    except Refused as refused:
        yield Parsed(None, refused.problems)


def _check_names(names: Sequence[str]) -> None:
    for place, name in enumerate(names):
        if name and name in names[:place]:
            refuse("repeated_column", f"The column {quote(name)} stands twice.", "Cut one.", 1)
        hint = did_you_mean(name, KNOWN) if name and name not in KNOWN else ""
        if hint.startswith("Did"):
            refuse("unknown_column", f"There is no column {quote(name)}.", hint, 1, place + 1)


def _parse_row(row: Row, names: Sequence[str]) -> Parsed:
    try:
        _check_cells(row, names)
        return Parsed(_Reading(row, known_columns(names)).draft(), (), tuple(_unread(row, names)))
    except Refused as refused:
        return Parsed(None, refused.problems)


def _check_cells(row: Row, names: Sequence[str]) -> None:
    for place, cell in enumerate(row.cells, 1):
        if place > len(names) and cell.strip():
            hint = 'Write cells that hold a delimiter in "quotes".'
            refuse("too_many_cells", "The row is longer than the header.", hint, row.line, place)
        if not is_storable(cell):
            hint = "Save the table with the encoding UTF-8."
            refuse("not_utf8", "The cell holds what is no UTF-8 text.", hint, row.line, place)


def _unread(row: Row, names: Sequence[str]) -> Iterator[Loss]:
    for name, cell in zip(names, row.cells, strict=False):
        if name not in KNOWN and cell.strip():
            what = f"The column {quote(name)} says {quote(cell)}."
            yield Loss("", "column_not_read", what, "Nothing reads it.")


class _Reading:
    """One row, whose cells are read by the names of their columns."""

    def __init__(self, row: Row, columns: dict[str, int]) -> None:
        self._row, self._columns = row, columns

    def draft(self) -> Draft:
        kind = self._one_of("kind", KINDS, "multiple_response")
        options = self._options(kind)
        return Draft(
            title=self._text("title") or self._text("prompt").partition("\n")[0][:100],
            prompt=self._text("prompt"),
            options=options,
            key=self._key(kind, options),
            explanation=Explanation(self._text("explanation")),
            kind=kind,
            answer=self._answer(kind),
            slug=self._plain("slug") or None,
            external_id=self._text("external_id") or None,
            date=self._date(),
            tags=self._tags(),
            difficulty=self._difficulty(),
            language=self._plain("language") or "en",
            scoring=self._scoring(),
            release=self._one_of("release", RELEASES, RELEASES[0]),
            shuffle=self._boolean("shuffle"),
        )

    def _text(self, name: str) -> str:
        place = self._columns.get(name)
        if place is None or place >= len(self._row.cells):
            return ""
        text = self._row.cells[place]
        return text.replace("\r\n", "\n").replace("\r", "\n").strip("\n") if text.strip() else ""

    def _plain(self, name: str) -> str:
        return self._text(name).strip()

    def _refuse(self, name: str, code: str, message: str, hint: str) -> NoReturn:
        column = self._columns.get(name, 0) + 1
        refuse(code, f"`{name}`: {message}", hint, self._row.line, column)

    def _one_of(self, name: str, known: Sequence[str], usual: str) -> Any:
        said = self._plain(name) or usual
        if said not in known:
            hint = did_you_mean(said, tuple(known))
            self._refuse(name, f"bad_{name}", f"there is no {quote(said)}.", hint)
        return said

    def _boolean(self, name: str) -> bool:
        said = self._plain(name).lower() or "false"
        if said not in _BOOLEANS:
            self._refuse(name, f"bad_{name}", f"{quote(said)} is no truth.", "Use true or false.")
        return _BOOLEANS[said]

    def _date(self) -> datetime.date | None:
        said = self._plain("date")
        try:
            if said and not _DATE.fullmatch(said):
                raise ValueError(said)
            return datetime.date.fromisoformat(said) if said else None
        except ValueError:
            self._refuse("date", "bad_date", f"{quote(said)} is no day.", "Write 2026-11-24.")

    def _tags(self) -> tuple[str, ...]:
        tags = tuple(tag.strip() for tag in self._text("tags").split(";") if tag.strip())
        if any(len(tag) > LONGEST_TAG for tag in tags):
            hint = "Separate tags by semicolons."
            self._refuse("tags", "bad_tags", f"a tag is over {LONGEST_TAG} characters.", hint)
        return tags

    def _difficulty(self) -> float | None:
        said = self._plain("difficulty")
        try:
            number = float(said) if said else None
        except ValueError:
            number = math.inf
        if number is not None and not math.isfinite(number):
            hint = "Write a number such as 0.5."
            self._refuse("difficulty", "bad_difficulty", f"{quote(said)} is no number.", hint)
        return number

    def _scoring(self) -> Scoring:
        said = self._plain("points") or "1"
        try:
            points = read_number(said)
        except ValueError as error:
            self._refuse("points", "bad_points", f"{error}.", "Write for example 2 or 1/3.")
        return Scoring(self._plain("rule") or Scoring().rule, points)

    def _options(self, kind: str) -> tuple[Option, ...]:
        texts = [self._text(name) for name in OPTIONS]
        while texts and not texts[-1]:
            texts.pop()
        if not texts and kind == "true_false":
            texts = list(TRUTHS)
        if "" in texts:
            hint = "Move the options together; the key names them by their places."
            self._refuse(OPTIONS[texts.index("")], "empty_option", "an empty cell.", hint)
        if feedback := next((one for one in FEEDBACK[len(texts) :] if self._text(one)), None):
            self._refuse(feedback, "no_such_option", "it has no option.", "Move or delete it.")
        pinned = self._places("pinned", self._plain("pinned"), len(texts))
        return tuple(
            Option(text, None, self._text(FEEDBACK[place - 1]) or None, place in pinned)
            for place, text in enumerate(texts, 1)
        )

    def _key(self, kind: str, options: Sequence[Option]) -> AnswerKey:
        said = self._plain("key").lower()
        if kind not in CHOICE_KINDS:
            if said:
                hint = "Write what is right under `answer`."
                self._refuse("key", "key_not_asked", f"nothing is picked in {kind}.", hint)
            return AnswerKey()
        if not said:
            hint = "Write the places of the right options, such as `2;3`, or `none`."
            self._refuse("key", "missing_key", "the cell is empty.", hint)
        if said == _NONE_RIGHT:
            return AnswerKey()
        if kind == "true_false" and said in ("true", "false"):
            said = "1" if said == "true" else "2"
        return AnswerKey(self._places("key", said, len(options)))

    def _places(self, name: str, cell: str, options: int) -> frozenset[int]:
        places: set[int] = set()
        for said in _SEPARATOR.split(cell):
            place = _place(said)
            if said and not 1 <= place <= options:
                hint = f"Name the {options} options by place from 1, or by letter from A."
                self._refuse(name, "unknown_option", f"{quote(said)} is no option.", hint)
            if place in places:
                self._refuse(name, "repeated_option", f"{quote(said)} stands twice.", "Cut it.")
            places |= {place} if said else set()
        return frozenset(places)

    def _answer(self, kind: str) -> Stated | None:
        said = self._text("answer")
        if kind in CHOICE_KINDS:
            if said:
                hint = "Name the right options under `key`, or choose another kind."
                self._refuse("answer", "answer_not_asked", f"options are picked in {kind}.", hint)
            return None
        try:
            return read_answer(OTHER_KINDS[kind], said)
        except ValueError as error:
            hint = "docs/formats/csv.md says what the column holds."
            self._refuse("answer", "wrong_answer", f"{error}.", hint)


def _place(said: str) -> int:
    """The place that a number or a letter names; 0 for neither."""
    if said.isascii() and said.isdigit() and len(said) <= 3:
        return int(said)
    return ord(said.lower()) - ord("a") + 1 if re.fullmatch("[A-Za-z]", said) else 0
