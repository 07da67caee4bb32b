"""Kinds of question whose answer is more than a set of picked options.

A kind is one file of this folder: what its author states (:class:`Stated`), what its learner
sends (:class:`Sent`), and pure functions over the two, joined in a :class:`Kind` and registered
once by name. ``docs/kinds.md`` says how to add one.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from types import MappingProxyType
from typing import Any, Generic, TypeVar

from pydantic import ValidationError

from domain.errors import Fault, InvalidResponse, UnknownRule
from domain.grading.choice import Grade
from domain.grading.parameters import LONGEST_NAME
from domain.grading.rules import tell
from domain.grading.stated import Sent, Stated
from domain.problems import Problem

# Option ids in the author's order, by the part of the question they belong to. The part without
# a name holds the options that stand below the stem.
Parts = Mapping[str, tuple[str, ...]]
OWN = ""


StatedT = TypeVar("StatedT", bound=Stated)
SentT = TypeVar("SentT", bound=Sent)


@dataclass(frozen=True, slots=True)
class KindRule(Generic[StatedT, SentT]):
    """A way to score one kind. ``score`` gives the exact fraction of the maximum, from 0 to 1.

    ``policy`` tells a learner how points arise, as a clause without a full stop.
    """

    name: str
    score: Callable[[StatedT, SentT, Parts], Fraction] = field(compare=False, repr=False)
    formula: str
    example: str
    used_by: str
    source: str
    policy: str
    version: int = 1

    def reason(self, score: Fraction) -> str:
        """A score in one sentence that a learner understands, told without the key."""
        return tell(score, self.policy)


def _nothing(*_: object) -> Iterator[Any]:
    return iter(())


def _no_document(*_: object) -> dict[str, Any]:
    return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind(Generic[StatedT, SentT]):
    """A kind of question: its two types, and what can be asked about values of them.

    ``is_right`` is whether a response is wholly right. ``interaction`` is what a learner needs
    beside the options to answer; nothing in it may depend on what is right. ``solution`` is the
    right answer as a learner sees it afterwards, and ``judged`` whether each part of a response
    is right. ``part_names`` are the parts that have options of their own. ``problems``,
    ``stem_problems`` and ``faults`` say what is wrong with an answer by itself, beside the stem,
    and with a response.
    ``mutants`` are answers that differ slightly, to see whether tests notice. ``has_options``:
    options stand below the stem; ``order_tells``: their order is the answer, and never shown.
    """

    name: str
    stated: type[StatedT]
    sent: type[SentT]
    is_right: Callable[[StatedT, SentT, Parts], bool]
    solution: Callable[[StatedT, Parts], dict[str, Any]]
    mutants: Callable[[StatedT, Parts], Iterable[StatedT]]
    interaction: Callable[[StatedT], dict[str, Any]] = _no_document
    part_names: Callable[[StatedT], Iterable[str]] = _nothing
    problems: Callable[[StatedT, Parts], Iterable[Problem]] = _nothing
    stem_problems: Callable[[StatedT, str], Iterable[Problem]] = _nothing
    faults: Callable[[StatedT, SentT, Parts], Iterable[Fault]] = _nothing
    judged: Callable[[StatedT, SentT, Parts], dict[str, bool]] = _no_document
    partial: tuple[KindRule[StatedT, SentT], ...] = ()
    has_options: bool = False
    order_tells: bool = False

    @property
    def rules(self) -> Mapping[str, KindRule[StatedT, SentT]]:
        """The ways to score this kind, by name."""
        return {rule.name: rule for rule in (self._all_or_nothing, *self.partial)}

    @property
    def _all_or_nothing(self) -> KindRule[StatedT, SentT]:
        return KindRule(
            name="all_or_nothing",
            score=lambda *values: Fraction(self.is_right(*values)),
            formula="1 if everything is right else 0",
            example="one of several parts wrong: 0",
            used_by="Exact match in most systems",
            source="QTI response processing, match_correct (https://www.imsglobal.org/spec/qti/v3p0)",
            policy="only an answer that is right in every part earns points",
        )

    def find_rule(self, name: str) -> KindRule[StatedT, SentT]:
        """The rule of that name, or :class:`UnknownRule` that says which there are."""
        found = self.rules.get(name)
        if found is None:
            known = ", ".join(self.rules)
            raise UnknownRule(f"There is no rule {name!r} for {self.name}; known: {known}.")
        return found


KINDS: dict[str, Kind[Any, Any]] = {}


def register_kind(kind: Kind[StatedT, SentT]) -> Kind[StatedT, SentT]:
    """Add a kind; the same name again is a ``ValueError``."""
    if kind.name in KINDS:
        raise ValueError(f"The kind {kind.name!r} is registered twice.")
    KINDS[kind.name] = kind
    return kind


@dataclass(frozen=True, slots=True)
class KindKey:
    """What a response to a question of a registered kind is graded against."""

    kind: Kind[Any, Any]
    stated: Stated
    parts: Parts

    def __post_init__(self) -> None:
        object.__setattr__(self, "parts", MappingProxyType(dict(self.parts)))

    def read(self, document: Mapping[str, Any], pointer: str = "/response") -> Sent:
        """The response that a document says, or :class:`InvalidResponse` with every fault."""
        try:
            sent: Sent = self.kind.sent.read(document)
        except ValidationError as error:
            known = ", ".join(self.kind.sent.model_fields)
            raise InvalidResponse(
                faults=tuple(_fault(each, pointer, known) for each in error.errors())
            ) from None
        if faults := tuple(self.kind.faults(self.stated, sent, self.parts)):
            raise InvalidResponse(
                faults=tuple(Fault(pointer + one.pointer, one.code, one.detail) for one in faults)
            )
        return sent

    def grade(self, sent: Sent, rule: KindRule[Any, Any]) -> Grade:
        """The score of a response under a rule of this kind, and why."""
        score = rule.score(self.stated, sent, self.parts)
        right = self.kind.is_right(self.stated, sent, self.parts)
        return Grade(score=score, correct=right, reason=rule.reason(score))


def pointer_to(*parts: str | int) -> str:
    """The JSON pointer (RFC 6901) to a value below these names and places.

    Names are cut, and made storable, since a client may send any.
    """
    names = (str(part)[:LONGEST_NAME].encode(errors="replace").decode() for part in parts)
    return "".join("/" + name.replace("~", "~0").replace("/", "~1") for name in names)


def _fault(error: Mapping[str, Any], pointer: str, known: str) -> Fault:
    path = pointer_to(*error["loc"])
    if error["type"] == "extra_forbidden":
        return Fault(pointer + path, "unknown_field", f"Nothing reads this. Known: {known}.")
    return Fault(pointer + path, error["type"], error["msg"].removeprefix("Value error, "))
