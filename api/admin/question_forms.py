"""The form of a question: what is typed into it, and its rows added, removed and moved.

Rows of a kind (options, hints, references ...) stand in lists side by side, one field for each
column. An option has a token of its own, its ``row``, by which boxes and pairs name it wherever
it is moved.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from api.admin.forms import Fields
from domain.grading import CHOICE_KINDS, OWN
from domain.grading.catalogue import CatalogueEntry, catalogue
from domain.grading.matching import TARGETS
from domain.questions import TRUTHS

OPTION = ("row", "option-id", "option-part", "option-text", "option-feedback", "option-value")
REFERENCE = ("reference-title", "reference-url", "reference-lead", "reference-note")
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "option": OPTION,
    "target": OPTION,
    "hint": ("hint",),
    "reference": REFERENCE,
    "accept": ("accept-text", "accept-score"),
    "unit": ("unit-name", "unit-size"),
}
BOUNDS = ("lower", "upper", "default", "maximum")
MARGINS = ("tolerance", "relative", "significant_figures")
FLAGS = ("case", "accents", "whitespace", "punctuation")
USUAL_FLAGS = ("accents", "punctuation")  # that matter unless an author says otherwise
FIRST_OPTIONS = 4
NONE = "none"


@dataclass(frozen=True, slots=True)
class OptionField:
    """A row of the options as it is typed. ``same`` answers which old option a new text is."""

    row: str
    id: str
    part: str
    text: str
    feedback: str
    value: str
    is_right: bool
    pinned: bool
    pair: str
    same: str | None

    @property
    def is_blank(self) -> bool:
        """Whether nothing is typed into it, and nothing was there before."""
        return not (self.id or self.text.strip() or self.feedback.strip() or self.value.strip())


@dataclass(frozen=True, slots=True)
class QuestionForm:
    """What the fields hold."""

    fields: Fields

    def text(self, name: str) -> str:
        """The text of a field as it is typed."""
        return self.fields.get(name, [""])[0]

    def has(self, name: str) -> bool:
        """Whether a box is ticked."""
        return name in self.fields

    @property
    def kind(self) -> str:
        """The kind that is chosen."""
        return self.text("kind")

    @property
    def is_picked(self) -> bool:
        """Whether options are picked in this kind."""
        return self.kind in CHOICE_KINDS

    @property
    def options(self) -> list[OptionField]:
        """All rows of options, those of parts, too."""
        right, pinned = self.fields.get("key", []), self.fields.get("pinned", [])
        return [
            OptionField(
                row=row,
                id=id_,
                part=part,
                text=text,
                feedback=feedback,
                value=value,
                is_right=row in right,
                pinned=row in pinned,
                pair=self.text(f"pair-{row}"),
                same=self._same(row),
            )
            for row, id_, part, text, feedback, value in self.rows("option")
        ]

    def of_part(self, is_target: bool) -> list[OptionField]:
        """The rows of targets, or all others."""
        return [one for one in self.options if (one.part == TARGETS) == is_target]

    def rows(self, name: str) -> list[tuple[str, ...]]:
        """The rows of that name, each with the texts of its columns."""
        columns = [self.fields.get(column, []) for column in COLUMNS[name]]
        longest = max(map(len, columns))
        return list(zip(*(filled(column, longest) for column in columns), strict=True))

    def _same(self, row: str) -> str | None:
        return self.text(f"same-{row}") if f"same-{row}" in self.fields else None


def filled(column: Sequence[str], length: int) -> list[str]:
    return [*column, *[""] * (length - len(column))]


def blank_form() -> Fields:
    """The fields of a question that is begun."""
    fields = {
        "kind": ["multiple_response"],
        "language": ["en"],
        "rule": ["all_or_nothing"],
        "max_points": ["1"],
        "release": ["after_submission"],
    }
    return fitting(fields)


def fitting(fields: Fields) -> dict[str, list[str]]:
    """The fields with the rows that one begins with in the kind that is chosen."""
    form = QuestionForm(fields)
    said: dict[str, list[str]] = dict(fields)
    if form.kind == "short_text":
        said = said if form.rows("accept") else _added(said, "accept")
        said = said if "form" in said else said | {flag: ["on"] for flag in USUAL_FLAGS}
    elif form.kind == "true_false" and all(one.is_blank for one in form.options):
        said |= {column: [] for column in OPTION}
        for text in TRUTHS:
            said = _added(said, "option", **{"option-text": text})
    elif form.kind not in {"cloze", "numeric"} and not form.options:
        for _ in range(FIRST_OPTIONS):
            said = _added(said, "option")
    if form.kind == "matching" and not form.of_part(True):
        for _ in range(FIRST_OPTIONS):
            said = _added(said, "target")
    return said


def with_rows_changed(fields: Fields, wish: str) -> tuple[Fields, str]:
    """The fields after ``add hint``, ``remove option 2``, ``up option 2``, ``use kind`` ...

    Places count from 0. Beside them, the id of the field to go on with. What makes no sense
    changes nothing.
    """
    verb, _, rest = wish.partition(" ")
    name, _, digits = rest.partition(" ")
    if name not in COLUMNS:
        return fitting(fields), name
    if verb == "add":
        said = _added(dict(fields), name)
        return said, _name_of(name, said, len(said[COLUMNS[name][0]]) - 1)
    place, count = int(digits) if digits.isdecimal() else -1, len(QuestionForm(fields).rows(name))
    other = place + {"up": -1, "down": 1}.get(verb, 0)
    if not (0 <= place < count and 0 <= other < count):
        return fields, ""
    if verb == "remove":
        left = _picked(fields, name, [n for n in range(count) if n != place])
        return left, _name_of(name, left, min(place, count - 2)) if count > 1 else f"add-{name}"
    order = list(range(count))
    order[place], order[other] = other, place
    moved = _picked(fields, name, order)
    return (moved, _name_of(name, moved, other)) if _keeps_parts(moved) else (fields, "")


def _added(fields: dict[str, list[str]], name: str, **said: str) -> dict[str, list[str]]:
    """One row more; a target behind all options, an option before the targets."""
    form = QuestionForm(fields)
    rows = form.rows(name)
    new = {"row": _new_row(form), "option-part": TARGETS if name == "target" else OWN, **said}
    row = tuple(new.get(column, "") for column in COLUMNS[name])
    place = len(rows)
    if name == "option":
        place = sum(one.part != TARGETS for one in form.options)
    rows.insert(place, row)
    return fields | {
        column: list(values)
        for column, values in zip(COLUMNS[name], zip(*rows, strict=True), strict=True)
    }


def _new_row(form: QuestionForm) -> str:
    taken = {one.row for one in form.options}
    return next(row for n in range(len(taken) + 1) if (row := f"r{n}") not in taken)


def _picked(fields: Fields, name: str, order: Sequence[int]) -> Fields:
    rows = QuestionForm(fields).rows(name)
    return {
        **fields,
        **{column: [rows[n][at] for n in order] for at, column in enumerate(COLUMNS[name])},
    }


def _keeps_parts(fields: Fields) -> bool:
    """Whether targets still stand behind all options."""
    parts = [part == TARGETS for part in fields.get("option-part", [])]
    return parts == sorted(parts)


def _name_of(name: str, fields: Fields, place: int) -> str:
    """The id of the field that a row begins with."""
    if name not in {"option", "target"}:
        return f"{COLUMNS[name][0]}-{place}"
    options = QuestionForm(fields).options
    if name == "option" and place == len(options) - 1:  # added, perhaps before targets
        place = max(n for n, one in enumerate(options) if one.part != TARGETS or n == place)
    return f"option-text-{options[place].row}"


@lru_cache
def rules_for(kind: str) -> tuple[CatalogueEntry, ...]:
    """The scoring rules that a question of the kind can have."""
    return tuple(entry for entry in catalogue() if kind in entry.kinds)


def with_ids_by_text(fields: Fields, old: Mapping[str, str], asked: Sequence[str]) -> Fields:
    """The fields with each row that is not asked about under the id its text had before."""
    by_text = {text.strip(): id_ for id_, text in old.items()}
    form = QuestionForm(fields)
    options = [
        one if one.row in asked else replace(one, id=by_text.get(one.text.strip(), one.id))
        for one in form.options
    ]
    said = {f"same-{row}": [form.text(f"same-{row}")] for row in asked}
    return {**fields, "option-id": [one.id for one in options], **said}
