"""From a line whose shape is right to a draft: what names options and kinds is looked up."""

from collections.abc import Sequence
from typing import Any, TypeVar

from pydantic import ValidationError

from domain.grading import CHOICE_KINDS, Stated, StatedValues
from domain.grading import KINDS as OTHER_KINDS
from domain.problems import Problem
from domain.questions import (
    TRUTHS,
    AnswerKey,
    Combination,
    Draft,
    Explanation,
    Option,
    Reference,
    ScoreTest,
    Scoring,
)
from formats.jsonl.places import column_of
from formats.jsonl.schema import OptionName, QuestionLine
from formats.refusals import Refused, refuse

StatedT = TypeVar("StatedT", bound=Stated)
KINDS_PAGE = "docs/kinds.md says what each kind asks for."
MEANT_AS_THEY_ARE = (
    "slug",
    "title",
    "kind",
    "release",
    "shuffle",
    "oracle_budget",
    "difficulty",
    "language",
    "date",
    "external_id",
    "extra",
)


def assemble(line: QuestionLine, text: str, number: int) -> Draft:
    """The draft that a line says; :class:`Refused` for what names nothing that is there."""
    return _Assembly(line, text, number).draft()


class _Assembly:
    def __init__(self, line: QuestionLine, text: str, number: int) -> None:
        self._line, self._text, self._number = line, text, number
        self._options = _options(line)
        self._ids = [one.id for one in self._options]

    def draft(self) -> Draft:
        line = self._line
        self._check_parts()
        return Draft(
            **{name: getattr(line, name) for name in MEANT_AS_THEY_ARE},
            prompt=_trim(line.prompt),
            options=self._options,
            key=AnswerKey(self._places(line.key, "key")),
            answer=self._answer(),
            explanation=Explanation(
                _trim(line.explanation),
                tuple(Reference(one.title, one.url, one.note, one.lead) for one in line.references),
            ),
            hints=tuple(map(_trim, line.hints)),
            combinations=tuple(
                Combination(self._places(one.picked, "combinations", n, "picked"), _trim(one.text))
                for n, one in enumerate(line.combinations)
            ),
            tests=tuple(ScoreTest(one.response, one.score) for one in line.tests),
            scoring=Scoring(line.scoring.rule, line.scoring.max_points, self._values()),
            tags=tuple(line.tags),
        )

    def _refuse(self, code: str, message: str, hint: str, *path: str | int) -> None:
        refuse(code, message, hint, self._number, column_of(self._text, path))

    def _check_parts(self) -> None:
        """The options of a part stand together, those without a part first."""
        parts = [one.part for one in self._options]
        for place, part in enumerate(parts[1:], start=1):
            if part != parts[place - 1] and part in ("", *parts[:place]):
                hint = "Keep a part together, those without a part first."
                self._refuse("scattered_part", "The part is scattered.", hint, "options", place)

    def _places(self, names: Sequence[OptionName], *path: str | int) -> frozenset[int]:
        places: set[int] = set()
        for n, name in enumerate(names):
            place = self._ids.index(name) + 1 if name in self._ids else name
            if not isinstance(place, int) or not 1 <= place <= len(self._options):
                hint = f"Name one of the {len(self._options)} options by place, from 1, or by id."
                self._refuse("unknown_option", "This names no option.", hint, *path, n)
            elif place in places:
                self._refuse("repeated_option", "The option stands twice.", "Cut it.", *path, n)
            else:
                places.add(place)
        return frozenset(places)

    def _answer(self) -> Stated | None:
        line = self._line
        if line.kind in CHOICE_KINDS:
            if line.answer is not None:
                hint = "Say by `key` what is right, or choose another kind."
                self._refuse("answer_not_asked", "Options are picked here.", hint, "answer")
            if "key" not in line.model_fields_set:
                hint = "Name the right options, such as [2]; [] says that none is right."
                self._refuse("missing_key", "There is no `key`.", hint)
            return None
        if line.answer is None:
            self._refuse("missing_answer", f"There is no `answer` of {line.kind}.", KINDS_PAGE)
        shape: type[Stated] = OTHER_KINDS[line.kind].stated
        return self._read(shape, line.answer or {}, "answer")

    def _values(self) -> StatedValues | None:
        said = self._line.scoring.values
        return None if said is None else self._read(StatedValues, said, "scoring", "values")

    def _read(self, shape: type[StatedT], said: dict[str, Any], *path: str) -> StatedT:
        try:
            return shape.read(said)
        except ValidationError as error:
            faults = error.errors(include_url=False)[:5]
        raise Refused(*(self._problem(fault, path) for fault in faults))

    def _problem(self, fault: Any, path: Sequence[str | int]) -> Problem:
        place = (*path, *fault["loc"])
        told = f"`{'.'.join(map(str, place))}`: {fault['msg'].removeprefix('Value error, ')}."
        column = column_of(self._text, place)
        return Problem("bad_value", told, KINDS_PAGE, self._number, column)


def _options(line: QuestionLine) -> tuple[Option, ...]:
    if line.kind == "true_false" and not line.options:
        return tuple(map(Option, TRUTHS))
    return tuple(
        Option(
            _trim(one.text),
            one.id,
            None if one.feedback is None else _trim(one.feedback),
            one.pinned,
            one.part,
        )
        for one in line.options
    )


def _trim(text: str) -> str:
    """A text without empty lines around it, as drafts hold it."""
    return text.strip("\n")
