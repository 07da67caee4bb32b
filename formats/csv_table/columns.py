"""The columns of the table, and how a heading is recognised."""

import re
from collections.abc import Sequence

from domain.completeness import MOST_OPTIONS

WRITTEN_OPTIONS = 16  # as many columns as a written table has
BEFORE = (
    "slug",
    "external_id",
    "title",
    "kind",
    "language",
    "date",
    "tags",
    "difficulty",
    "rule",
    "points",
    "release",
    "shuffle",
    "prompt",
)
OPTIONS = tuple(f"option_{place}" for place in range(1, MOST_OPTIONS + 1))
FEEDBACK = tuple(f"feedback_{place}" for place in range(1, MOST_OPTIONS + 1))
BETWEEN = ("key", "answer", "explanation")
AFTER = ("pinned",)
KNOWN = (*BEFORE, *OPTIONS, *BETWEEN, *FEEDBACK, *AFTER)
HEADER = (
    *BEFORE,
    *OPTIONS[:WRITTEN_OPTIONS],
    *BETWEEN,
    *FEEDBACK[:WRITTEN_OPTIONS],
    *AFTER,
)
_JOINTS = re.compile(r"[\s_-]+")
_NUMBER = re.compile(r"(?<=[a-z])_?(?=[0-9]+$)")


def column_name(heading: str) -> str:
    """``Option 1``, ``option-1`` and ``OPTION1`` are all ``option_1``."""
    plain = _JOINTS.sub("_", heading.strip().lower())
    return _NUMBER.sub("_", plain)


def known_columns(names: Sequence[str]) -> dict[str, int]:
    """The place, from 0, of each heading that is known."""
    return {name: place for place, name in enumerate(names) if name in KNOWN}
