"""The front matter: YAML read into JSON values and written back.

Built from the safe loader's events rather than its objects, so that every key has its place in
the file, aliases and tags are refused before they cost anything, and only the core scalars of
YAML 1.2 are special: ``no`` and ``2022-09-21`` stay texts.
"""

import json
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from formats.quarto.findings import Report

LONGEST_FRONT_MATTER = 65_536
LONGEST_KEY = 128
DEEPEST = 16
LONGEST_NUMBER = 60
# In these, options are named by their numbers: the only places where a key may be a number.
NUMBERED = frozenset({"feedback", "tests"})

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_WORDS: dict[str, bool | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_INTEGER = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_NOT_FINITE = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")
# A plain key that every YAML reader takes for a text: three letters at least, none of yes and null.
_PLAIN_KEY = re.compile(
    r"(?!(?:yes|off|true|false|null)$)[A-Za-z][A-Za-z_-]+[A-Za-z]", re.IGNORECASE
)
_NOT_PRINTABLE = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class Entry:
    """The value of one key and the place where the value begins, both from 1."""

    value: Any
    line: int
    column: int


FrontMatter = dict[str, Entry]


def cut_front_matter(lines: list[str], report: Report) -> tuple[FrontMatter, int]:
    """The front matter of a file and the index of the first line after it."""
    start = next((index for index, line in enumerate(lines) if line.strip()), 0)
    if lines[start].rstrip(" \t") != "---":
        return {}, 0
    for end in range(start + 1, len(lines)):
        if lines[end].rstrip(" \t") in ("---", "..."):
            return _read(lines[start + 1 : end], start + 1, report), end + 1
    report.refuse("front_matter_not_closed", start + 1)


def write_entry(key: str, value: object) -> str:
    """One line of front matter. The value is written as JSON, which YAML contains."""
    return f"{key if _PLAIN_KEY.fullmatch(key) else to_yaml(key)}: {to_yaml(value)}"


def to_yaml(value: object) -> str:
    """A JSON value on one line, so that any YAML reader takes it for the same value."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False)
    return _NOT_PRINTABLE.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def _read(lines: list[str], first: int, report: Report) -> FrontMatter:
    text = "\n".join([*lines, ""])
    if len(text) > LONGEST_FRONT_MATTER:
        report.refuse("front_matter_too_long", first, found=f"{len(text):,}")
    events = yaml.parse(text, Loader=_LOADER)
    reader = _Reader(events, first, report)
    try:
        return reader.document()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line, mark.column) if mark else (0, 0)
        found = error.problem or error.context
    except yaml.reader.ReaderError as error:
        line, column = text.count("\n", 0, error.position), 0
        found = "it has a control character"
    report.refuse("bad_yaml", min(first + line, first + len(lines)) + 1, column + 1, found)


class _Reader:
    """Builds values from events. ``first`` is the number of lines before the YAML."""

    def __init__(self, events: Iterator[yaml.Event], first: int, report: Report) -> None:
        self.events = events
        self.first = first
        self.report = report

    def document(self) -> FrontMatter:
        """The one mapping of the document, or nothing if there is none."""
        for event in self.events:
            if isinstance(event, yaml.MappingStartEvent):
                return self._entries(event)
            if isinstance(event, yaml.NodeEvent) and self._value(event, 1) is not None:
                self._refuse("not_a_mapping", event)
        return {}

    def _entries(self, start: yaml.Event) -> FrontMatter:
        self._check_node(start)
        entries: FrontMatter = {}
        for key, event in self._keys(entries, with_numbers=False):
            value = self._value(event, 1, key in NUMBERED)
            entries[key] = Entry(value, *self._place(event))
        self._check_end()
        return entries

    def _check_end(self) -> None:
        for event in self.events:
            if isinstance(event, yaml.DocumentStartEvent):
                self._refuse("bad_yaml", event, "it has a second document")

    def _keys(
        self, seen: Mapping[Any, object], with_numbers: bool
    ) -> Iterator[tuple[Any, yaml.Event]]:
        """Each key of a mapping with the first event of its value."""
        for event in self.events:
            if isinstance(event, yaml.MappingEndEvent):
                return
            key = self._value(event, DEEPEST) if isinstance(event, yaml.ScalarEvent) else None
            is_text = isinstance(key, str) and 0 < len(key) <= LONGEST_KEY
            if not is_text and not (with_numbers and type(key) is int):
                self._refuse("bad_key", event, getattr(event, "value", "that is not a text"))
            if key in seen:
                self._refuse("duplicate_key", event, f"`{key}`")
            yield key, next(self.events)

    def _value(self, event: yaml.Event, depth: int, with_numbers: bool = False) -> Any:
        self._check_node(event)
        if isinstance(event, yaml.ScalarEvent):
            return self._scalar(event)
        if depth >= DEEPEST:
            self._refuse("yaml_too_deep", event, DEEPEST)
        if isinstance(event, yaml.SequenceStartEvent):
            return [self._value(item, depth + 1, with_numbers) for item in self._items()]
        mapping: dict[Any, Any] = {}
        for key, item in self._keys(mapping, with_numbers):
            mapping[key] = self._value(item, depth + 1, with_numbers)
        return mapping

    def _items(self) -> Iterator[yaml.Event]:
        for event in self.events:
            if isinstance(event, yaml.SequenceEndEvent):
                return
            yield event

    def _check_node(self, event: yaml.Event) -> None:
        if isinstance(event, yaml.AliasEvent):
            self._refuse("yaml_alias", event, f"the alias `*{event.anchor}`")
        if anchor := getattr(event, "anchor", None):
            self._refuse("yaml_alias", event, f"the anchor `&{anchor}`")
        if tag := getattr(event, "tag", None):
            self._refuse("yaml_tag", event, f"`{tag}`")

    def _scalar(self, event: yaml.ScalarEvent) -> str | int | float | bool | None:
        text = event.value
        if not event.implicit[0]:  # in quotes, or a block
            return text
        if text in _WORDS:
            return _WORDS[text]
        is_integer = _INTEGER.fullmatch(text)
        if not is_integer and not _FLOAT.fullmatch(text) and not _NOT_FINITE.fullmatch(text):
            return text
        if len(text) > LONGEST_NUMBER or _NOT_FINITE.fullmatch(text):
            self._refuse("bad_number", event, text)
        if is_integer:
            return int(text, 0 if text[:2] in ("0o", "0x") else 10)
        number = float(text)
        return number if math.isfinite(number) else self._refuse("bad_number", event, text)

    def _place(self, event: yaml.Event) -> tuple[int, int]:
        mark = event.start_mark
        return (self.first + mark.line + 1, mark.column + 1) if mark else (self.first + 1, 1)

    def _refuse(self, code: str, event: yaml.Event, found: object = "") -> Any:
        self.report.refuse(code, *self._place(event), found)
