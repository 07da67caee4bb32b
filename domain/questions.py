"""What an author writes, as frozen values that know nothing of files, tables or HTTP."""

import datetime
import hashlib
import json
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from fractions import Fraction
from types import MappingProxyType
from typing import Any, Literal, get_args

from domain.grading import CHOICE_KINDS, OWN, ChoiceKey, Key, KindKey, Parts, Stated, StatedValues
from domain.grading import KINDS as OTHER_KINDS

Release = Literal["after_submission", "score_only", "never"]
Status = Literal["draft", "in_review", "published", "retired"]

SINGLE_KINDS = ("single_choice", "true_false")
TRUTHS = ("True", "False")  # the options of true_false, unless its author says otherwise
KINDS: tuple[str, ...] = (*CHOICE_KINDS, *OTHER_KINDS)
STATUSES: tuple[Status, ...] = get_args(Status)  # in the order that a question goes through
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


@dataclass(frozen=True, slots=True)
class Option:
    """A statement the learner may pick. ``id`` is ``None`` until the bank has given one.

    ``part`` is the part of the question it may be picked for: none for the options below the
    stem, else what the kind of question names, such as ``targets``.
    """

    text: str
    id: str | None = None
    feedback: str | None = None
    pinned: bool = False
    part: str = OWN


@dataclass(frozen=True, slots=True)
class AnswerKey:
    """The right options by their position in the draft, counted from 1. Empty: none is right."""

    positions: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Combination:
    """What to say to a learner who picked exactly these options: the misconception behind them."""

    positions: frozenset[int]
    text: str


@dataclass(frozen=True, slots=True)
class ScoreTest:
    """A response and the score that the author expects for it under the question's rule.

    ``response`` is as a learner sends it, but with places of options, from 1, for their ids;
    for kinds where options are picked, ``{"selected": [2, 3]}``.
    """

    response: Mapping[str, Any]
    score: Fraction


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
    """The name of a scoring rule and the points that a score of 1 is worth.

    ``values`` are what each option is worth, for the rules ``weights`` and ``mapping``.
    """

    rule: str = "all_or_nothing"
    max_points: Fraction = Fraction(1)
    values: StatedValues | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """One question as its author wrote it. Texts are markdown without surrounding blank lines.

    ``key`` is for kinds where options are picked, ``answer`` for the others. The options below
    the stem come first in ``options``, those of other parts behind them. ``hints`` go from vague
    to plain. ``oracle_budget`` is how many submissions must not be enough to learn the key.
    Texts shown after a shuffle name an option by ``{option:2}``, by its place here. ``extra``
    keeps what the author's file said and this service does not read (JSON values).
    """

    title: str
    prompt: str
    options: tuple[Option, ...]
    key: AnswerKey = AnswerKey()
    explanation: Explanation = Explanation()
    kind: str = "multiple_response"
    answer: Stated | None = None
    slug: str | None = None
    external_id: str | None = None
    date: datetime.date | None = None
    tags: tuple[str, ...] = ()
    difficulty: float | None = None
    language: str = "en"
    scoring: Scoring = Scoring()
    release: Release = "after_submission"
    shuffle: bool = False
    hints: tuple[str, ...] = ()
    combinations: tuple[Combination, ...] = ()
    tests: tuple[ScoreTest, ...] = ()
    oracle_budget: int | None = None
    extra: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def most_picks(self) -> int:
        """How many options may be picked: told by the kind, never by the key."""
        if self.kind not in CHOICE_KINDS:
            return 0
        return 1 if self.kind in SINGLE_KINDS else len(self.own_options)

    @property
    def own_options(self) -> tuple[Option, ...]:
        """The options below the stem."""
        return tuple(option for option in self.options if option.part == OWN)


def key_of(draft: Draft, parts: Parts | None = None) -> Key:
    """What a response is graded against, with these option ids; without, an id is its place.

    A draft that is not complete can be a ``ValueError``.
    """
    parts = places(draft) if parts is None else parts
    if draft.kind in CHOICE_KINDS:
        own = parts[OWN]
        return ChoiceKey(own, frozenset(own[place - 1] for place in draft.key.positions))
    if draft.answer is None:
        raise ValueError("The question states no answer.")
    return KindKey(OTHER_KINDS[draft.kind], draft.answer, parts)


def places(draft: Draft) -> Parts:
    """The places of all options as texts, from 1 in each part."""
    counts = Counter(option.part for option in draft.options)
    return {
        part: tuple(str(place) for place in range(1, count + 1)) for part, count in counts.items()
    }


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


def texts_in(value: object) -> Iterator[str]:
    """Every text anywhere inside a document of mappings, sequences and plain values."""
    left = [value]
    while left:
        part = left.pop()
        if isinstance(part, str):
            yield part
        elif isinstance(part, list | tuple):
            left.extend(part)
        elif isinstance(part, dict | Mapping):  # the second takes its time
            left.extend(part)
            left.extend(part.values())


def is_all_storable(said: object) -> bool:
    """Whether all texts of such a document are storable."""
    written = _RAW_JSON.encode(said)
    if "\\u0000" not in written and is_storable(written):
        return True
    return all(map(is_storable, texts_in(said)))  # it may only say so in letters


def content_hash(draft: Draft) -> str:
    """SHA-256 over what a version says, in hex: equal drafts have equal hashes on any machine.

    Slug, external id and option ids name things and say nothing, so they do not count.
    """
    return hashlib.sha256(_JSON.encode(content(draft)).encode()).hexdigest()


def document(value: Stated) -> dict[str, Any]:
    """What an author states as a JSON document, without what was left unsaid."""
    return value.model_dump(mode="json", exclude_unset=True)


def _scoring(scoring: Scoring) -> dict[str, Any]:
    said: dict[str, Any] = {"rule": scoring.rule, "max_points": scoring.max_points}
    return said if scoring.values is None else {**said, "values": document(scoring.values)}


def _explanation(explanation: Explanation) -> dict[str, Any]:
    references = [
        {"title": one.title, "url": one.url, "note": one.note, "lead": one.lead}
        for one in explanation.references
    ]
    return {"text": explanation.text, "references": references}


def _option(option: Option) -> dict[str, Any]:
    said = {"text": option.text, "feedback": option.feedback, "pinned": option.pinned}
    return {**said, "part": option.part} if option.part else said


# How parts of a draft that JSON does not know are told to the hash.
_SAID: dict[str, Callable[[Any], Any]] = {
    "explanation": _explanation,
    "scoring": _scoring,
    "answer": document,
    "combinations": lambda said: sorted((sorted(one.positions), one.text) for one in said),
    "tests": lambda said: [[dict(one.response), str(one.score)] for one in said],
}


_USUAL = {field.name: field.default for field in fields(Draft) if field.name not in NAMES}
_JSON = json.JSONEncoder(sort_keys=True, default=str)
_RAW_JSON = json.JSONEncoder(ensure_ascii=False, default=str)


def content(draft: Draft) -> dict[str, Any]:
    """What a draft says beyond the defaults, so that a new field leaves old hashes as they are."""
    told: dict[str, Any] = {
        name: value for name, usual in _USUAL.items() if (value := getattr(draft, name)) != usual
    }
    told |= {name: _SAID[name](told[name]) for name in _SAID.keys() & told.keys()}
    told["key"] = sorted(draft.key.positions)
    told["options"] = [_option(option) for option in draft.options]
    told["extra"] = dict(draft.extra)
    if draft.difficulty is not None:
        told["difficulty"] = float(draft.difficulty)  # 1 and 1.0 are equal, their JSON is not
    return told
