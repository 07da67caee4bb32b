"""From what an author sent to a draft, with every fault of it at once."""

from collections.abc import Iterator, Sequence
from typing import Any

from pydantic import ValidationError

from api.schemas.drafts import DraftIn
from domain.errors import Fault, InvalidDraft
from domain.grading import CHOICE_KINDS, Stated, StatedValues
from domain.grading import KINDS as OTHER_KINDS
from domain.option_references import name_by_place
from domain.questions import (
    AnswerKey,
    Combination,
    Draft,
    Explanation,
    Option,
    Reference,
    ScoreTest,
    Scoring,
)


def draft_of(body: DraftIn, slug: str, ids: Sequence[str]) -> Draft:
    """The draft under this slug, its options under these ids.

    :class:`InvalidDraft` points at all that names no option or fits no kind.
    """
    return _Reading(body, ids).draft(slug)


class _Reading:
    """Turns what was sent into a draft, and collects what cannot be read."""

    def __init__(self, body: DraftIn, ids: Sequence[str]) -> None:
        self._body, self._ids = body, ids
        self._faults: list[Fault] = []

    def draft(self, slug: str) -> Draft:
        body = self._body
        draft = Draft(
            slug=slug,
            external_id=body.external_id,
            title=body.title.strip(),
            kind=body.kind,
            prompt=body.prompt.strip(),
            options=tuple(self._options()),
            key=AnswerKey(self._places("/key", body.key)),
            answer=self._answer(),
            explanation=Explanation(
                self._text(body.explanation),
                tuple(Reference(one.title, one.url, one.note, one.lead) for one in body.references),
            ),
            hints=tuple(map(self._text, body.hints)),
            combinations=tuple(
                Combination(
                    self._places(f"/combinations/{n}/picked", one.picked), self._text(one.text)
                )
                for n, one in enumerate(body.combinations)
            ),
            tests=tuple(ScoreTest(self._response(one.response), one.score) for one in body.tests),
            scoring=Scoring(body.scoring.rule, body.scoring.max_points, self._values()),
            release=body.release,
            shuffle=body.shuffle,
            oracle_budget=body.oracle_budget,
            tags=tuple(body.tags),
            difficulty=body.difficulty,
            language=body.language,
            date=body.date,
            extra=body.extra,
        )
        if self._faults:
            raise InvalidDraft(faults=tuple(self._faults))
        return draft

    def _options(self) -> Iterator[Option]:
        for option, id_ in zip(self._body.stated_options, self._ids, strict=True):
            feedback = self._text(option.feedback or "") or None
            yield Option(option.text, id_, feedback, option.pinned, option.part)

    def _text(self, text: str) -> str:
        """A text of an author: options are named by place, however they were named."""
        return name_by_place(text.strip(), self._ids)

    def _place(self, name: object) -> int | None:
        """The place of an option that is named by place or id."""
        if isinstance(name, int) and not isinstance(name, bool):
            return name if 1 <= name <= len(self._ids) else None
        return self._ids.index(name) + 1 if name in self._ids else None

    def _places(self, pointer: str, names: Sequence[int | str]) -> frozenset[int]:
        places = [self._place(name) for name in names]
        for number, place in enumerate(places):
            if place is None:
                told = f"Name one of the {len(self._ids)} options by place or id."
                self._faults.append(Fault(f"{pointer}/{number}", "unknown_option", told))
            elif place in places[:number]:
                told = "The option stands twice."
                self._faults.append(Fault(f"{pointer}/{number}", "repeated_option", told))
        return frozenset(place for place in places if place is not None)

    def _response(self, response: dict[str, Any]) -> dict[str, Any]:
        """The response of a test with its picks by place; what names nothing fails as a test."""
        picked = response.get("selected")
        if self._body.kind not in CHOICE_KINDS or not isinstance(picked, list):
            return response
        return {**response, "selected": [self._place(name) or name for name in picked]}

    def _answer(self) -> Stated | None:
        said = self._body.answer
        if said is None:
            return None
        if self._body.kind in CHOICE_KINDS:
            told = "Options are picked, so `key` says what is right."
            self._faults.append(Fault("/answer", "answer_not_asked", told))
            return None
        return self._read("/answer", OTHER_KINDS[self._body.kind].stated, said)

    def _values(self) -> StatedValues | None:
        said = self._body.scoring.values
        if said is None:
            return None
        read = self._read("/scoring/values", StatedValues, said)
        assert read is None or isinstance(read, StatedValues)
        return read

    def _read(self, pointer: str, shape: type[Stated], said: dict[str, Any]) -> Stated | None:
        try:
            return shape.read(said)
        except ValidationError as error:
            for fault in error.errors():
                path = "".join(f"/{part}" for part in fault["loc"])
                told = fault["msg"].removeprefix("Value error, ")
                self._faults.append(Fault(pointer + path, fault["type"], told))
            return None
