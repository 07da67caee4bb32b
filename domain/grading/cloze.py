"""Cloze questions: several blanks in one stem, each of a kind of its own.

A blank is graded by the kind it names, as a question with that answer alone would be.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from fractions import Fraction
from types import MappingProxyType
from typing import Annotated, Any, Literal

from pydantic import Field

from domain.errors import Fault, InvalidResponse
from domain.grading.kinds import OWN, Kind, KindKey, KindRule, Parts, pointer_to, register_kind
from domain.grading.numeric import NUMERIC, StatedNumber
from domain.grading.short_text import SHORT_TEXT, StatedText
from domain.grading.stated import Sent, Stated
from domain.problems import Problem
from domain.responses import check_choice

MOST_BLANKS = 50
NAME = "[a-z][a-z0-9_]{0,39}"
_MARK = re.compile(rf"\[\[({NAME})\]\]")


class NumericBlank(StatedNumber):
    """A number, as in a numeric question."""

    kind: Literal["numeric"]


class TextBlank(StatedText):
    """A short text, as in a question for one."""

    kind: Literal["short_text"]


class ChoiceBlank(Stated):
    """One of the options of the part that is named as the blank: ``key`` is the right place."""

    kind: Literal["inline_choice"]
    key: Annotated[int, Field(ge=1)]


class SentChoice(Sent):
    """The id of the picked option, or nothing."""

    selected: Annotated[tuple[str, ...], Field(strict=False)]


Blank = Annotated[NumericBlank | TextBlank | ChoiceBlank, Field(discriminator="kind")]
Name = Annotated[str, Field(pattern=rf"\A{NAME}\z")]


class StatedBlanks(Stated):
    """The answer to each blank by its name, in the order in which learners see them."""

    blanks: Annotated[Mapping[Name, Blank], Field(min_length=1, max_length=MOST_BLANKS)]


class SentBlanks(Sent):
    """What goes into each blank, by its name. Blanks left out are left open."""

    blanks: Annotated[Mapping[str, Mapping[str, Any]], Field(max_length=MOST_BLANKS)] = Field(
        description="For each blank what a question of its kind takes: `value` and `unit`, "
        "`text`, or `selected`.",
        examples=[{"rate": {"value": "9.81"}, "verb": {"selected": ["m3kq"]}}],
    )


def blanks_in(stem: str) -> tuple[str, ...]:
    """The names that a stem marks as ``[[name]]``, as often as it does and in its order."""
    return tuple(_MARK.findall(stem))


def _picks_key(stated: ChoiceBlank, sent: SentChoice, parts: Parts) -> bool:
    return sent.selected == (parts[OWN][stated.key - 1],)


def _choice_faults(_: ChoiceBlank, sent: SentChoice, parts: Parts) -> Iterator[Fault]:
    yield from check_choice(sent.selected, parts[OWN], most=1)


def _choice_problems(stated: ChoiceBlank, parts: Parts) -> Iterator[Problem]:
    if len(parts[OWN]) < 2:
        yield Problem("too_few_options", "There are fewer than two options.", "Add options.")
    if stated.key > len(parts[OWN]):
        yield Problem("unknown_answer", "The key names an option that is not there.", "Mend it.")


def _other_keys(stated: ChoiceBlank, parts: Parts) -> Iterator[ChoiceBlank]:
    for key in range(1, len(parts[OWN]) + 1):
        if key != stated.key:
            yield stated.model_copy(update={"key": key})


# Not registered: as a question of its own it is a single choice.
INLINE_CHOICE = Kind(
    name="inline_choice",
    stated=ChoiceBlank,
    sent=SentChoice,
    is_right=_picks_key,
    faults=_choice_faults,
    problems=_choice_problems,
    solution=lambda stated, parts: {"selected": [parts[OWN][stated.key - 1]]},
    mutants=_other_keys,
)
BLANK_KINDS: Mapping[str, Kind[Any, Any]] = MappingProxyType(
    {kind.name: kind for kind in (NUMERIC, SHORT_TEXT, INLINE_CHOICE)}
)


def _keys(stated: StatedBlanks, parts: Parts) -> dict[str, KindKey]:
    """What each blank is graded against, its options being those of the part of its name."""
    return {
        name: KindKey(BLANK_KINDS[blank.kind], blank, {OWN: parts.get(name, ())})
        for name, blank in stated.blanks.items()
    }


def _scores(stated: StatedBlanks, sent: SentBlanks, parts: Parts) -> dict[str, Fraction]:
    return {
        name: _score(key, sent.blanks[name]) if name in sent.blanks else Fraction(0)
        for name, key in _keys(stated, parts).items()
    }


def _score(key: KindKey, document: Mapping[str, Any]) -> Fraction:
    """The score of one blank, with partial credit where its kind knows one way to give it."""
    rule = next(iter(key.kind.partial), key.kind.find_rule("all_or_nothing"))
    return key.grade(key.read(document), rule).score


def _judged(stated: StatedBlanks, sent: SentBlanks, parts: Parts) -> dict[str, bool]:
    return {name: score == 1 for name, score in _scores(stated, sent, parts).items()}


def _is_right(stated: StatedBlanks, sent: SentBlanks, parts: Parts) -> bool:
    return all(_judged(stated, sent, parts).values())


def _each_blank(stated: StatedBlanks, sent: SentBlanks, parts: Parts) -> Fraction:
    return sum(_scores(stated, sent, parts).values(), Fraction(0)) / len(stated.blanks)


def _faults(stated: StatedBlanks, sent: SentBlanks, parts: Parts) -> Iterator[Fault]:
    keys = _keys(stated, parts)
    for name, document in sent.blanks.items():
        pointer = pointer_to("blanks", name)
        if name not in keys:
            yield Fault(pointer, "unknown_blank", f"There is none; known: {', '.join(keys)}.")
            continue
        try:
            keys[name].read(document, pointer)
        except InvalidResponse as refused:
            yield from refused.faults


def _problems(stated: StatedBlanks, parts: Parts) -> Iterator[Problem]:
    for name, key in _keys(stated, parts).items():
        for one in key.kind.problems(key.stated, key.parts):
            yield Problem(one.code, f"Blank `{name}`: {one.message}", one.hint)


def _choices(stated: StatedBlanks) -> Iterator[str]:
    """The blanks that have options of their own."""
    return (name for name, blank in stated.blanks.items() if isinstance(blank, ChoiceBlank))


def _stem_problems(stated: StatedBlanks, stem: str) -> Iterator[Problem]:
    """Each blank stands once in the stem, and nothing else looks like one."""
    marked = Counter(blanks_in(stem))
    for name in sorted(marked.keys() | stated.blanks.keys()):
        if name not in stated.blanks:
            told = f"The stem has the blank `[[{name}]]`, and the answer does not."
            yield Problem("unanswered_blank", told, "State what goes into it.")
        elif marked[name] != 1:
            told = f"The stem has the blank `[[{name}]]` {marked[name]} times."
            yield Problem("unmarked_blank", told, "Write it once where the blank stands.")


def _interaction(stated: StatedBlanks) -> dict[str, Any]:
    blanks = [
        {"name": name, "kind": blank.kind, **BLANK_KINDS[blank.kind].interaction(blank)}
        for name, blank in stated.blanks.items()
    ]
    return {"blanks": blanks}


def _solution(stated: StatedBlanks, parts: Parts) -> dict[str, Any]:
    keys = _keys(stated, parts)
    return {
        "blanks": {name: key.kind.solution(key.stated, key.parts) for name, key in keys.items()}
    }


def _mutants(stated: StatedBlanks, parts: Parts) -> Iterator[StatedBlanks]:
    """Each mutant of one blank, the others as they are."""
    for name, key in _keys(stated, parts).items():
        for mutant in key.kind.mutants(key.stated, key.parts):
            yield stated.model_copy(update={"blanks": {**stated.blanks, name: mutant}})


CLOZE = register_kind(
    Kind(
        name="cloze",
        stated=StatedBlanks,
        sent=SentBlanks,
        is_right=_is_right,
        judged=_judged,
        part_names=_choices,
        faults=_faults,
        problems=_problems,
        stem_problems=_stem_problems,
        interaction=_interaction,
        solution=_solution,
        mutants=_mutants,
        partial=(
            KindRule(
                name="each_blank",
                score=_each_blank,
                formula="sum of the scores of the blanks / number of blanks",
                example="three blanks: one right, one half right, one left open: 1/2",
                used_by="Moodle embedded answers (Cloze), with blanks of equal weight",
                source="Source of Moodle, question/type/multianswer "
                "(https://github.com/moodle/moodle)",
                policy="each blank earns the same part, as far as it is right",
            ),
        ),
    )
)
