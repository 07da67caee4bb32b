"""What the front matter says about grading: scoring, answers, parts, hints, tests.

Each reader takes the YAML value and returns what a draft holds, or raises :class:`Unexpected`.
"""

import re
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from pydantic import ValidationError

from domain.grading import KINDS, Stated, StatedValues
from domain.questions import Combination, Draft, ScoreTest, Scoring, document

LONGEST_RULE = 64
MOST_HINTS = 20
_RULE = re.compile(r"[a-z][a-z0-9_]*(?:\([^()\n]*\))?")
_POINTS = re.compile(r"\d{1,9}(?:\.\d{1,9}|/\d{1,9})?", re.ASCII)
_SCORE = re.compile(r"-?\d{1,9}(?:\.\d{1,9}|/\d{1,9})?", re.ASCII)
_PART = re.compile(r"[a-z][a-z0-9_]{0,39}")
_OF_SCORING = {"rule", "max_points"}
_OF_VALUES = {"values", "default", "lower", "upper", "maximum"}


class Unexpected(Exception):
    """The value is not what the key expects. The table of findings has the words."""


def expect(condition: object) -> None:
    """Raise :class:`Unexpected` unless the condition holds."""
    if not condition:
        raise Unexpected


def matching(pattern: re.Pattern[str], value: Any) -> re.Match[str]:
    """The match of a whole text."""
    match = pattern.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise Unexpected
    return match


def is_number(value: Any) -> bool:
    """Whether YAML has it as a number."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def read_scoring(value: Any) -> Scoring:
    """A rule by its name, or with points and with what each option is worth."""
    said = {"rule": value} if isinstance(value, str) else value
    expect(isinstance(said, dict) and said and said.keys() <= _OF_SCORING | _OF_VALUES)
    rule = matching(_RULE, said.get("rule", Scoring().rule))[0]
    expect(len(rule) <= LONGEST_RULE)
    points = _number(_POINTS, said.get("max_points", 1))
    expect(points > 0)
    return Scoring(rule, points, _values(said))


def _values(said: Mapping[str, Any]) -> StatedValues | None:
    stated = {name: value for name, value in said.items() if name in _OF_VALUES}
    if not stated:
        return None
    expect("values" in stated)
    try:
        return StatedValues.read({"options": stated.pop("values"), **stated})
    except ValidationError as error:
        raise Unexpected from error


def _number(pattern: re.Pattern[str], value: Any) -> Fraction:
    expect(is_number(value) or isinstance(value, str))
    try:
        return Fraction(matching(pattern, str(value))[0])
    except ZeroDivisionError as error:
        raise Unexpected from error


def read_document(value: Any) -> dict[str, Any]:
    """An answer before its kind is known."""
    expect(isinstance(value, dict))
    return dict(value)


def read_answer_of(kind: str, said: Mapping[str, Any]) -> Stated:
    """The answer of a kind, or a ``ValueError`` that says where it is wrong."""
    try:
        stated: Stated = KINDS[kind].stated.read(said)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        told = first["msg"].removeprefix("Value error, ")
        raise ValueError(f"{place}: {told}" if place else told) from None
    return stated


def read_choices(value: Any) -> dict[str, tuple[str, ...]]:
    """The options of each part beside those below the stem."""
    expect(isinstance(value, dict) and value)
    for part, texts in value.items():
        matching(_PART, part)
        _expect_texts(texts)
    return {part: tuple(text.strip("\n") for text in texts) for part, texts in value.items()}


def read_hints(value: Any) -> tuple[str, ...]:
    """Hints from vague to plain."""
    _expect_texts(value)
    expect(len(value) <= MOST_HINTS)
    return tuple(text.strip("\n") for text in value)


def _expect_texts(value: Any) -> None:
    expect(isinstance(value, list) and value)
    expect(all(isinstance(text, str) and text.strip() for text in value))


def read_combinations(value: Any) -> tuple[Combination, ...]:
    """What to say to who picked exactly these options, which are told by number."""
    expect(isinstance(value, list) and value)
    found = tuple(_combination(one) for one in value)
    expect(len({one.positions for one in found}) == len(found))
    return found


def _combination(value: Any) -> Combination:
    expect(isinstance(value, dict) and value.keys() == {"picked", "feedback"})
    text = value["feedback"]
    expect(isinstance(text, str) and text.strip())
    return Combination(frozenset(_numbers(value["picked"])), text.strip("\n"))


def _numbers(value: Any) -> list[int]:
    expect(isinstance(value, list) and all(type(number) is int for number in value))
    expect(len(set(value)) == len(value))
    return list(value)


def read_tests(value: Any) -> tuple[ScoreTest, ...]:
    """Responses, their options told by number, with the scores that are expected."""
    expect(isinstance(value, list) and value)
    return tuple(_test(one) for one in value)


def _test(value: Any) -> ScoreTest:
    expect(isinstance(value, dict) and "score" in value and len(value) == 2)
    score = _number(_SCORE, value["score"])
    if "selected" in value:
        return ScoreTest({"selected": _numbers(value["selected"])}, score)
    expect(isinstance(value.get("response"), dict))
    return ScoreTest(_as_sent(value["response"]), score)


def _as_sent(value: Any) -> Any:
    """A response as a learner sends it, where ids and numbers are texts."""
    if isinstance(value, dict):
        return {str(name): _as_sent(part) for name, part in value.items()}
    if isinstance(value, list):
        return [_as_sent(part) for part in value]
    return str(value) if is_number(value) else value


def read_budget(value: Any) -> int:
    """How many submissions must not be enough to learn the key."""
    expect(type(value) is int and 1 <= value < 2**63)
    return int(value)


def written_keys(draft: Draft) -> dict[str, object]:
    """The keys of this page that a draft has something to say under, as JSON values."""
    parts: dict[str, list[str]] = {}
    for option in draft.options[len(draft.own_options) :]:
        parts.setdefault(option.part, []).append(option.text)
    said: dict[str, object] = {
        "scoring": None if draft.scoring == Scoring() else _written_scoring(draft.scoring),
        "answer": None if draft.answer is None else document(draft.answer),
        "choices": parts or None,
        "hints": list(draft.hints) or None,
        "combinations": [
            {"picked": sorted(one.positions), "feedback": one.text} for one in draft.combinations
        ]
        or None,
        "tests": [_written_test(test) for test in draft.tests] or None,
        "oracle_budget": draft.oracle_budget,
    }
    return {key: value for key, value in said.items() if value is not None}


def _written_test(test: ScoreTest) -> dict[str, object]:
    said = dict(test.response)
    picked = isinstance(said.get("selected"), list) and len(said) == 1
    return {**(said if picked else {"response": said}), "score": _plain(test.score)}


def _written_scoring(scoring: Scoring) -> dict[str, object]:
    said: dict[str, object] = {"rule": scoring.rule, "max_points": _plain(scoring.max_points)}
    if scoring.values is not None:
        values = document(scoring.values)
        said |= {"values": values.pop("options"), **values}
    return said


def _plain(number: Fraction) -> int | float | str:
    if number.denominator == 1:
        return number.numerator
    decimal = float(number)
    return decimal if Fraction(str(decimal)) == number else str(number)
