"""What the front matter says about a question: checked key by key, and written back."""

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import Any

from domain.questions import KINDS, LONGEST_TAG, RELEASES, Draft, is_slug
from formats.quarto.findings import Report
from formats.quarto.front_matter import Entry, FrontMatter, to_yaml, write_entry
from formats.quarto.grading_keys import (
    Unexpected,
    expect,
    is_number,
    matching,
    read_budget,
    read_choices,
    read_combinations,
    read_document,
    read_hints,
    read_scoring,
    read_tests,
    written_keys,
)

LARGEST_DIFFICULTY = 100
OF_OPTIONS = ("pin", "feedback", "ids", "choices")
_DATE = re.compile(r"(\d{4}-\d{2}-\d{2})([T ]\d{2}:\d{2}\S*(?: \S+)?)?", re.ASCII)
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*")
_OPTION_ID = re.compile(r"[a-z2-7]{4,52}")


@dataclass(frozen=True, slots=True)
class Metadata:
    """The known keys as values for a draft, those about options apart, and the unknown keys.

    ``pin``, ``feedback`` and ``ids`` name options as the file numbers them.
    """

    fields: Mapping[str, Any]
    extra: Mapping[str, Any]
    pin: tuple[int, ...] = ()
    feedback: Mapping[int, str] = field(default_factory=dict)
    ids: tuple[str, ...] | None = None
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def read_metadata(front_matter: FrontMatter, report: Report) -> Metadata:
    """Check every known key. What is wrong with one hides nothing about the others."""
    said: dict[str, Any] = {}
    for key, entry in front_matter.items():
        if key in _READERS and entry.value is not None:
            try:
                said[key] = _READERS[key](entry.value)
            except Unexpected:
                report.add(f"bad_{key}", entry.line, entry.column, f"`{entry.value}`")
    if _is_missing(front_matter.get("title")):
        report.add("missing_title")
    _warn_of_time(front_matter.get("date"), said, report)
    extra = {key: entry.value for key, entry in front_matter.items() if key not in _READERS}
    options = {key: said.pop(key) for key in OF_OPTIONS if key in said}
    return Metadata(said, MappingProxyType(extra), **options)


def write_metadata(draft: Draft) -> list[str]:
    """The lines between ``---`` and ``---``; what a file need not say is left out."""
    taken = sorted(_READERS.keys() & draft.extra.keys())
    if taken:
        raise ValueError(f"`extra` has {', '.join(taken)}, which the draft says itself.")
    lines = [write_entry("title", draft.title)]
    lines += [f"date: {draft.date.isoformat()}"] if draft.date else []
    lines += [write_entry(key, value) for key, value in _other_keys(draft).items()]
    lines += _feedback_lines(draft)
    return lines + [write_entry(key, value) for key, value in draft.extra.items()]


def _other_keys(draft: Draft) -> dict[str, object]:
    """The known keys after title and date whose values differ from what their absence says."""
    same = Draft(draft.title, draft.prompt, draft.options, draft.key)
    plain = ("slug", "external_id", "kind", "difficulty", "language", "release", "shuffle")
    keys = {key: getattr(draft, key) for key in plain if getattr(draft, key) != getattr(same, key)}
    if draft.tags:
        keys["tags"] = list(draft.tags)
    return keys | written_keys(draft) | _option_keys(draft)


def _option_keys(draft: Draft) -> dict[str, object]:
    options = list(enumerate(draft.options, 1))
    keys: dict[str, object] = {}
    if pinned := [number for number, option in options if option.pinned]:
        keys["pin"] = pinned
    if draft.options and all(option.id is not None for option in draft.options):
        keys["ids"] = [option.id for option in draft.options]
    return keys


def _feedback_lines(draft: Draft) -> list[str]:
    texts = [(number, option.feedback) for number, option in enumerate(draft.options, 1)]
    said = ", ".join(f"{number}: {to_yaml(text)}" for number, text in texts if text is not None)
    return [f"feedback: {{{said}}}"] if said else []


def _is_missing(title: Entry | None) -> bool:
    return title is None or title.value is None or not str(title.value).strip()


def _warn_of_time(entry: Entry | None, said: Mapping[str, Any], report: Report) -> None:
    if entry and "date" in said and entry.value != said["date"].isoformat():
        report.add("time_dropped", entry.line, entry.column, f"`{entry.value}`")


def _title(value: Any) -> str:
    expect(isinstance(value, str))
    return str(value).strip()


def _date(value: Any) -> date:
    try:
        return date.fromisoformat(matching(_DATE, value)[1])
    except ValueError as error:
        raise Unexpected from error


def _slug(value: Any) -> str:
    expect(isinstance(value, str) and is_slug(value))
    return str(value)


def _external_id(value: Any) -> str:
    expect(isinstance(value, str) or type(value) is int)
    expect(str(value).strip())
    return str(value).strip()


def _one_of(choices: tuple[str, ...]) -> Callable[[Any], str]:
    def read(value: Any) -> str:
        expect(value in choices)
        return str(value)

    return read


def _tags(value: Any) -> tuple[str, ...]:
    tags = value.split(",") if isinstance(value, str) else value
    expect(isinstance(tags, list) and all(isinstance(tag, str) for tag in tags))
    stripped = [tag.strip() for tag in tags]
    expect(all(len(tag) <= LONGEST_TAG for tag in stripped))
    return tuple(dict.fromkeys(tag for tag in stripped if tag))


def _difficulty(value: Any) -> float:
    expect(is_number(value) and abs(value) <= LARGEST_DIFFICULTY and math.isfinite(value))
    return float(value)


def _language(value: Any) -> str:
    return matching(_LANGUAGE, value)[0]


def _shuffle(value: Any) -> bool:
    expect(isinstance(value, bool))
    return bool(value)


def _pin(value: Any) -> tuple[int, ...]:
    expect(isinstance(value, list) and all(type(number) is int for number in value))
    expect(len(set(value)) == len(value))
    return tuple(value)


def _feedback(value: Any) -> dict[int, str]:
    expect(isinstance(value, dict) and all(type(number) is int for number in value))
    expect(all(isinstance(text, str) and text.strip() for text in value.values()))
    return {number: text.strip("\n") for number, text in value.items()}


def _ids(value: Any) -> tuple[str, ...]:
    expect(isinstance(value, list))
    ids = tuple(matching(_OPTION_ID, text)[0] for text in value)
    expect(len(set(ids)) == len(ids))
    return ids


_READERS: dict[str, Callable[[Any], Any]] = {
    "title": _title,
    "date": _date,
    "slug": _slug,
    "external_id": _external_id,
    "kind": _one_of(KINDS),
    "tags": _tags,
    "difficulty": _difficulty,
    "language": _language,
    "scoring": read_scoring,
    "answer": read_document,
    "choices": read_choices,
    "hints": read_hints,
    "combinations": read_combinations,
    "tests": read_tests,
    "oracle_budget": read_budget,
    "release": _one_of(RELEASES),
    "shuffle": _shuffle,
    "pin": _pin,
    "ids": _ids,
    "feedback": _feedback,
}
