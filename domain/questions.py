"""What an author writes, as frozen values that know nothing of files, tables or HTTP."""

import hashlib
import json
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from fractions import Fraction
from types import MappingProxyType
from typing import Any, Literal, get_args

from domain.problems import Problem

Kind = Literal["multiple_response", "single_choice"]
Release = Literal["after_submission", "score_only", "never"]

KINDS: tuple[Kind, ...] = get_args(Kind)
RELEASES: tuple[Release, ...] = get_args(Release)
SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
LONGEST_SLUG = 120


@dataclass(frozen=True, slots=True)
class Option:
    """A statement the learner may pick. ``id`` is ``None`` until the bank has given one."""

    text: str
    id: str | None = None
    feedback: str | None = None
    pinned: bool = False


@dataclass(frozen=True, slots=True)
class AnswerKey:
    """The right options by their position in the draft, counted from 1. Empty: none is right."""

    positions: frozenset[int]


@dataclass(frozen=True, slots=True)
class Reference:
    """A recommended reading: ``lead`` and ``note`` are the words before and after the link.

    ``url`` is ``None`` for a work without an address; then ``title`` is the whole citation.
    """

    title: str
    url: str | None = None
    note: str = ""
    lead: str = ""


@dataclass(frozen=True, slots=True)
class Explanation:
    """What a learner may read after answering."""

    text: str = ""
    references: tuple[Reference, ...] = ()


@dataclass(frozen=True, slots=True)
class Scoring:
    """The name of a scoring rule and the points that a score of 1 is worth."""

    rule: str = "all_or_nothing"
    max_points: Fraction = Fraction(1)


@dataclass(frozen=True, slots=True)
class Draft:
    """One question as its author wrote it. Texts are markdown without surrounding blank lines.

    ``extra`` keeps what the author's file said and this service does not read (JSON values).
    """

    title: str
    prompt: str
    options: tuple[Option, ...]
    key: AnswerKey
    explanation: Explanation = Explanation()
    kind: Kind = "multiple_response"
    slug: str | None = None
    external_id: str | None = None
    date: date | None = None
    tags: tuple[str, ...] = ()
    difficulty: float | None = None
    language: str = "en"
    scoring: Scoring = Scoring()
    release: Release = "after_submission"
    shuffle: bool = False
    extra: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
