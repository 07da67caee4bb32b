"""What the types of question of QTI 1.2 share: the shape of what is asked, and what is right."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from domain.grading import Stated
from domain.questions import AnswerKey, Draft, Option
from formats.qti.declarations import ZERO, read_float
from formats.qti.v12.processing import Given
from formats.qti.xml import Element, refused, text_of

Probes = Callable[[Draft], Iterator[tuple[Given, Any]]]
NO_KEY = AnswerKey()


@dataclass(frozen=True, slots=True)
class Shape:
    """What an item asks. ``labels`` name the options, ``feedback_names`` their feedback."""

    kind: str
    prompt: str
    probes: Probes
    options: tuple[Option, ...] = ()
    key: AnswerKey = NO_KEY
    answer: Stated | None = None
    shuffle: bool = False
    labels: tuple[str, ...] = ()
    feedback_names: frozenset[str] = frozenset()


def labels_of(response: Element) -> list[Element]:
    """The options of a response."""
    return list(response.iter("response_label"))


def right_of(item: Element, name: str) -> list[str]:
    """The values that conditions with points ask for, without those under `not`."""
    return list(earned_by(item, name))


def earned_by(item: Element, name: str) -> dict[str, Fraction]:
    """The most that a condition which asks for a value gives, for each value that earns any."""
    found: dict[str, Fraction] = {}
    for condition in item.iter("respcondition"):
        points = max(map(_amount, condition.iterchildren("setvar")), default=ZERO)
        for one in condition.iter("varequal"):
            is_not = any(True for _ in one.iterancestors("not"))
            if points > 0 and one.get("respident", name) == name and not is_not:
                said = (one.text or "").strip()
                found[said] = max(points, found.get(said, ZERO))
    return found


def _amount(change: Element) -> Fraction:
    is_off = change.get("action", "Set") == "Subtract"
    return ZERO if is_off else read_float(text_of(change), change)


def only_right(right: Sequence[str], at: Element) -> str | None:
    """The right value where there may be one; several are refused, since one would be picked."""
    if len(right) > 1:
        raise refused(
            "several_right",
            "Several options are right where one is picked.",
            "Leave one, or ask each by itself.",
            at,
        )
    return right[0] if right else None
