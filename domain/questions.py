"""What an author writes, as frozen values that know nothing of files, tables or HTTP."""

import datetime
import hashlib
import json
import math
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, fields
from fractions import Fraction
from types import MappingProxyType
from typing import Any, Literal, get_args

from domain.grading.rules import RULES, is_rule
from domain.identity import normalise
from domain.problems import Problem

Kind = Literal["multiple_response", "single_choice"]
Release = Literal["after_submission", "score_only", "never"]

KINDS: tuple[Kind, ...] = get_args(Kind)
RELEASES: tuple[Release, ...] = get_args(Release)  # from telling most to telling nothing
SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
UNSTORABLE = re.compile(r"[\x00\ud800-\udfff]")
UUID_TEXT = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
OPTION_ID = re.compile(r"[a-z2-7]{4,52}")
NAMES = frozenset({"slug", "external_id"})  # they name a question and say nothing
RESERVED_SLUGS = frozenset({"random"})
LONGEST_SLUG = 120
LONGEST_TITLE = 500
LONGEST_EXTERNAL_ID = 255
LONGEST_LANGUAGE = 35
LONGEST_TAG = 100
FEWEST_OPTIONS = 2
MOST_OPTIONS = 64


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
    date: datetime.date | None = None
    tags: tuple[str, ...] = ()
    difficulty: float | None = None
    language: str = "en"
    scoring: Scoring = Scoring()
    release: Release = "after_submission"
    shuffle: bool = False
    extra: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def most_picks(self) -> int:
        """How many options may be picked: told by the kind, never by the key."""
        return 1 if self.kind == "single_choice" else len(self.options)


def stricter_release(one: str, other: str) -> str:
    """The one of the two that tells a learner less."""
    return max(one, other, key=RELEASES.index)


def slug_from(name: str) -> str:
    """A slug from a title or a file name: ASCII letters and digits joined by hyphens."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain)[:LONGEST_SLUG].strip("-")


def is_slug(text: str) -> bool:
    """Whether the text can name a question in an address, where ids and ``random`` stand, too."""
    return (
        len(text) <= LONGEST_SLUG
        and SLUG.fullmatch(text) is not None
        and UUID_TEXT.fullmatch(text) is None
        and text not in RESERVED_SLUGS
    )


def is_storable(text: str) -> bool:
    """Whether every engine and JSON can hold the text: no NUL, no lone surrogate."""
    return UNSTORABLE.search(text) is None


def _texts(value: object) -> Iterator[str]:
    """Every text anywhere inside a document of mappings, sequences and plain values."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        yield from _texts(list(value.items()))
    elif isinstance(value, list | tuple):
        for part in value:
            yield from _texts(part)


def content_hash(draft: Draft) -> str:
    """SHA-256 over what a version says, in hex: equal drafts have equal hashes on any machine.

    Slug, external id and option ids name things and say nothing, so they do not count.
    """
    text = json.dumps(_content(draft), sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def _content(draft: Draft) -> dict[str, Any]:
    """What a draft says beyond the defaults, so that a new field leaves old hashes as they are."""
    said = {field.name: getattr(draft, field.name) for field in fields(Draft)}
    usual = {field.name: field.default for field in fields(Draft)}
    content: dict[str, Any] = {
        name: asdict(value) if isinstance(value, Explanation | Scoring) else value
        for name, value in said.items()
        if name not in NAMES and value != usual[name]
    }
    content["key"] = sorted(draft.key.positions)
    content["options"] = [
        {"text": option.text, "feedback": option.feedback, "pinned": option.pinned}
        for option in draft.options
    ]
    content["extra"] = dict(draft.extra)
    if draft.difficulty is not None:
        content["difficulty"] = float(draft.difficulty)  # 1 and 1.0 are equal, their JSON is not
    return content


def completeness(draft: Draft) -> tuple[Problem, ...]:
    """What keeps a draft from being published; empty when it is complete."""
    checks = (_name_faults, _text_faults, _option_faults, _key_faults)
    return tuple(problem for check in checks for problem in check(draft))


def _name_faults(draft: Draft) -> Iterator[Problem]:
    if draft.slug is not None and not is_slug(draft.slug):
        yield Problem(
            "bad_slug",
            f"{draft.slug!r} cannot name a question in an address.",
            "Use small letters, digits and single hyphens; `random` and ids are taken.",
        )
    if not draft.title.strip():
        yield Problem("missing_title", "The question has no title.", "Give it one.")
    parts = [
        ("title", draft.title, LONGEST_TITLE),
        ("external_id", draft.external_id or "", LONGEST_EXTERNAL_ID),
        ("language", draft.language, LONGEST_LANGUAGE),
        ("tag", max(draft.tags, key=len, default=""), LONGEST_TAG),
    ]
    for name, text, longest in parts:
        if len(text) > longest:
            yield Problem(f"long_{name}", f"The {name} is over {longest} characters.", "Cut it.")


def _text_faults(draft: Draft) -> Iterator[Problem]:
    if len(set(draft.tags)) < len(draft.tags):
        yield Problem("duplicate_tag", "A tag stands twice.", "Delete one of the two.")
    if draft.difficulty is not None and not math.isfinite(draft.difficulty):
        yield Problem("bad_difficulty", "The difficulty is no finite number.", "State one.")
    if not all(map(is_storable, _texts([_content(draft), draft.external_id]))):
        yield Problem(
            "unstorable_character",
            "The question holds a NUL character or half of a surrogate pair.",
            "Delete it; it is not text.",
        )
    if not draft.prompt.strip():
        yield Problem("missing_prompt", "The question has no stem.", "Write what is asked.")


def _option_faults(draft: Draft) -> Iterator[Problem]:
    ids = [option.id for option in draft.options if option.id is not None]
    if ids and (len(set(ids)) < len(draft.options) or not all(map(OPTION_ID.fullmatch, ids))):
        yield Problem(
            "bad_option_ids",
            "The option ids are not one for each option, all different.",
            "State all or none; an id is four or more small letters and digits 2 to 7.",
        )
    texts = [normalise(option.text) for option in draft.options]
    if len(texts) < FEWEST_OPTIONS:
        yield Problem("too_few_options", "There are fewer than two options.", "Add options.")
    if len(texts) > MOST_OPTIONS:
        yield Problem("too_many_options", f"There are over {MOST_OPTIONS} options.", "Cut some.")
    if len(set(texts)) < len(texts):
        yield Problem("duplicate_option", "Two options say the same.", "Reword one of them.")
    if not all(texts):
        yield Problem("empty_option", "An option has no text.", "Write it or delete it.")


def _key_faults(draft: Draft) -> Iterator[Problem]:
    if draft.scoring.max_points <= 0:
        yield Problem("bad_points", "The question is worth no points.", "Make it worth some.")
    if not draft.key.positions <= set(range(1, len(draft.options) + 1)):
        yield Problem("unknown_answer", "The key names an option that is not there.", "Mend it.")
    if not is_rule(draft.scoring.rule):
        yield Problem(
            "unknown_rule",
            f"There is no scoring rule {draft.scoring.rule!r}.",
            f"Use one of: {', '.join(RULES)}.",
        )
    if draft.kind == "single_choice" and len(draft.key.positions) != 1:
        yield Problem(
            "single_choice_key",
            "A single-choice question has exactly one right option.",
            "Mark one option as right, or make the kind multiple_response.",
        )
