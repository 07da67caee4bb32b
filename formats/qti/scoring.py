"""The rule of ours under which a draft scores as its item does, proved by asking both."""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from fractions import Fraction
from typing import Any

from pydantic import ValidationError

from domain.errors import ServiceError
from domain.grading import (
    CHOICE_KINDS,
    KINDS,
    RULES,
    AnyRule,
    ChoiceResponse,
    Key,
    KindKey,
    StatedValues,
    find_marking,
    grade_response,
)
from domain.questions import Draft, Scoring, key_of
from formats.qti.declarations import Declared
from formats.qti.item import Item
from formats.qti.probes import Probe
from formats.qti.processing import Score, template
from formats.qti.xml import child, instructions

HINT = "scoring"  # the name of the instruction that says our rule; believed if it scores alike
ANSWER = "answer"  # the same for an answer that an item does not state as such
ZERO = Fraction(0)
Asked = list[tuple[Any, Fraction]]


def with_scoring(
    item: Item, draft: Draft, score: Score, probes: Sequence[Probe], names: Sequence[str]
) -> Draft:
    """The draft under the first rule that gives every probe what the item gives it."""
    asked = [(sent, score(said)) for said, sent in probes]
    maximum = _maximum(item, asked)
    for one in (*_hinted_answers(item, draft), draft):
        for scoring in _candidates(item, one, asked, maximum, names):
            if _agrees(one, scoring, asked):
                return replace(one, scoring=scoring)
    item.lose(
        "/scoring",
        "scoring",
        "The item scores by a rule that is not known here.",
        "Only a wholly right answer earns points.",
    )
    return replace(draft, scoring=Scoring(max_points=maximum))


def _hinted_answers(item: Item, draft: Draft) -> Iterator[Draft]:
    for one in instructions(item.root, ANSWER):
        if draft.answer is not None:
            with suppress(ValueError, TypeError):
                yield replace(draft, answer=type(draft.answer).read(json.loads(str(one.text))))


def _maximum(item: Item, asked: Asked) -> Fraction:
    stated = item.stated_maximum
    best = max((points for _, points in asked), default=ZERO)
    return stated if stated is not None else best if best > 0 else Fraction(1)


def _candidates(
    item: Item, draft: Draft, asked: Asked, most: Fraction, names: Sequence[str]
) -> Iterator[Scoring]:
    yield from _hinted(item)
    yield Scoring(max_points=most)
    best = max((points for _, points in asked), default=most)
    if best > 0 and best != most:
        yield Scoring(max_points=best)
    if draft.kind not in CHOICE_KINDS:
        for rule in KINDS[draft.kind].partial:
            yield Scoring(rule.name, most)
        return
    yield from _mapped(item, most, names)
    for name in RULES:
        yield Scoring(name, most)
    yield from _summed(draft, asked, most)


def _hinted(item: Item) -> Iterator[Scoring]:
    for one in instructions(item.root, HINT):
        try:
            said = json.loads(str(one.text))
            values = said.get("values")
            points = Fraction(said["max_points"])
            stated = None if values is None else StatedValues.read(values)
            yield Scoring(str(said["rule"]), points, stated)
        except (ValueError, TypeError, KeyError, AttributeError, ZeroDivisionError):
            continue


def _mapped(item: Item, most: Fraction, names: Sequence[str]) -> Iterator[Scoring]:
    """The mapping that the only variable has, as the item states it."""
    declared = next(iter(item.responses.values()), None)
    if declared is None or declared.mapped is None or len(item.responses) > 1:
        return
    one, bounds = declared.mapped, {}
    if one.lower is not None:
        bounds["lower"] = one.lower
    if one.upper is not None:
        bounds["upper"] = one.upper
    values = tuple(one.entries.get(name) for name in names)
    default = {"default": one.default} if None in values and one.default else {}
    values = tuple(ZERO if not default and value is None else value for value in values)
    yield Scoring("mapping", most, StatedValues(options=values, maximum=most, **default, **bounds))


def _summed(draft: Draft, asked: Asked, most: Fraction) -> Iterator[Scoring]:
    """What single picks earn, added up, with the least and the most of all answers as bounds."""
    alone = {next(iter(sent)): points for sent, points in asked if len(sent) == 1}
    values = tuple(alone.get(str(at), ZERO) for at in range(1, len(draft.own_options) + 1))
    points = [score for _, score in asked]
    yield Scoring(
        "mapping",
        most,
        StatedValues(options=values, maximum=most, lower=min(points), upper=max(points)),
    )


def _agrees(draft: Draft, scoring: Scoring, asked: Asked) -> bool:
    try:
        key = key_of(draft)
        rule = find_marking(key, scoring.rule, scoring.values)
    except (ServiceError, ValueError, ValidationError):
        return False
    if scoring.max_points <= 0:
        return False
    return all(graded(key, rule, sent) * scoring.max_points == points for sent, points in asked)


def graded(key: Key, rule: AnyRule, sent: Any) -> Fraction:
    """What our grading gives a probe; nothing sent earns nothing."""
    if sent is None:
        return ZERO
    response = key.read(sent) if isinstance(key, KindKey) else ChoiceResponse(sent)
    return grade_response(key, response, rule).score


def by_template(item: Item, declared: Declared, draft: Draft) -> Scoring | None:
    """The scoring that a standard template means by itself, without asking; else ``None``."""
    element = child(item.root, "responseProcessing")
    name = None if element is None else template(element)
    is_hinted = any(True for _ in instructions(item.root, HINT))
    if name != "match_correct" or is_hinted or item.stated_maximum not in (None, 1):
        return None
    if declared.value is None or draft.kind == "short_text":
        return None
    return Scoring()


def points_of(draft: Draft) -> Callable[[Any], Fraction]:
    """The points of a probe under the rule of the draft."""
    key = key_of(draft)
    rule = find_marking(key, draft.scoring.rule, draft.scoring.values)
    return lambda sent: graded(key, rule, sent) * draft.scoring.max_points
