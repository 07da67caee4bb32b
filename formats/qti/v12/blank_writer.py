"""Write a text with blanks: as classic Canvas says one where it can, else as New Quizzes do.

Classic Canvas knows two sorts, blanks to type in and blanks to pick for, and mixes none. New
Quizzes state for each option how it is answered.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from domain.grading.cloze import Blank, ChoiceBlank, StatedBlanks
from domain.grading.numeric import StatedNumber
from domain.losses import Loss
from domain.questions import Draft
from formats.qti.asking import number_losses, text_losses
from formats.qti.build import make, number
from formats.qti.entries import accepted_texts, margin_of
from formats.qti.losing import unread_feedback
from formats.qti.v12.blanks import DROPDOWNS, PICKED, TYPED, TYPED_BLANKS
from formats.qti.v12.written import (
    FULL,
    Written,
    choice_list,
    condition,
    equal,
    partial_losses,
    rule_losses,
)


class Way(NamedTuple):
    """What stands in the list of a blank, the places from 1 that are right, and what is lost."""

    texts: Sequence[str]
    right: Sequence[int]
    losses: tuple[Loss, ...] = ()


def write_blanks(draft: Draft) -> Written | str:
    """The responses for all blanks, or why there are none."""
    answer = draft.answer
    assert isinstance(answer, StatedBlanks)
    ways = {name: _way(draft, name, blank) for name, blank in answer.blanks.items()}
    if empty := next((name for name, way in ways.items() if not way.texts), None):
        return f"No text is right by itself for the blank {empty!r}."
    picked = {name for name, blank in answer.blanks.items() if isinstance(blank, ChoiceBlank)}
    written = Written(DROPDOWNS if len(picked) == len(ways) else TYPED_BLANKS)
    for name, way in ways.items():
        is_mixed = 0 < len(picked) < len(ways)
        _add(written, name, way, _marks(name in picked, way) if is_mixed else {})
        written.losses += [*way.losses, *_mixed(name, is_mixed and name in picked)]
    share = FULL / len(ways)
    written.conditions = [
        condition(equal(f"{name}_{at}", f"response_{name}"), share, "Add")
        for name, way in ways.items()
        for at in way.right
    ]
    if len(ways) > 1:
        written.losses += rule_losses(draft, "each_blank")
    written.losses += unread_feedback(draft.options)
    return written


def _add(written: Written, name: str, way: Way, marks: dict[str, str]) -> None:
    labels = {f"{name}_{at}": text for at, text in enumerate(way.texts, 1)}
    response = choice_list(f"response_{name}", labels, marks=marks)
    response.insert(0, make("material", make("mattext", name)))
    written.responses.append(response)


def _marks(is_picked: bool, way: Way) -> dict[str, str]:
    if is_picked:
        return {"scoring_algorithm": "Equivalence", "answer_type": PICKED}
    algorithm = "TextEquivalence" if len(way.texts) == 1 else "TextInChoices"
    return {"scoring_algorithm": algorithm, "answer_type": TYPED}


def _mixed(name: str, is_lost: bool) -> Iterator[Loss]:
    if is_lost:
        what = "A choice among blanks to type in."
        yield Loss(f"/answer/blanks/{name}", "mixed_blanks", what, "Only New Quizzes show a list.")


def _way(draft: Draft, name: str, blank: Blank) -> Way:
    path = f"/answer/blanks/{name}"
    if isinstance(blank, ChoiceBlank):
        return Way([one.text for one in draft.options if one.part == name], [blank.key])
    if isinstance(blank, StatedNumber):
        losses = (*number_losses(blank, path), *_number_losses(blank, path))
        return Way([number(blank.value)], [1], losses)
    texts = [one.text for one in accepted_texts(blank) if one.score == 1]
    lost = (*text_losses(blank, path), *partial_losses(blank, path), *_case(blank.case, path))
    return Way(texts, range(1, len(texts) + 1), lost)


def _number_losses(blank: StatedNumber, path: str) -> Iterator[Loss]:
    yield Loss(path, "number_as_text", "That a number is asked for.", "It is compared as a text.")
    if margin_of(blank):
        what = "How far a number may be from the right one."
        yield Loss(f"{path}/tolerance", "margin", what, "Only the number itself is right.")


def _case(is_exact: bool, path: str) -> Iterator[Loss]:
    if is_exact:
        what = "Letters in upper and lower case differ."
        yield Loss(f"{path}/case", "case", what, "They do not.")
