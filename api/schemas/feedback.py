"""What a learner gets to know after answering: the one place where a key may be seen."""

from typing import Any, Self

from pydantic import Field

from api.schemas.base import Outgoing
from api.schemas.interactions import SOLUTIONS, Solution
from api.schemas.questions import TextOut
from domain.grading import ChoiceKey, ChoiceResponse, KindKey, Verdict, verdicts
from domain.option_references import label, label_html
from models import ReferenceRow, Submission


class OptionFeedbackOut(Outgoing):
    """What became of one option, and what its author says to those who met it."""

    id: str = Field(examples=["m3kq"])
    selected: bool
    correct: bool
    verdict: Verdict
    html: str | None


class ReferenceOut(Outgoing):
    """A recommended reading; ``lead`` and ``note`` are the words around its link."""

    title: str
    url: str | None
    note: str
    lead: str

    @classmethod
    def of(cls, row: ReferenceRow) -> Self:
        """The reference of a version."""
        return cls(title=row.title, url=row.url, note=row.note, lead=row.lead)


class PartFeedbackOut(Outgoing):
    """Whether one part of a response was right: a premise by its id, a blank by its name."""

    id: str
    correct: bool


class FeedbackOut(Outgoing):
    """What was right, a verdict on each option or part, and the explanation.

    ``correct`` and ``options`` are for kinds where options are picked, ``solution`` and ``parts``
    for the others. ``combination`` is what the author says to who picked exactly these options.
    """

    correct: list[str]
    options: list[OptionFeedbackOut]
    solution: Solution | None
    parts: list[PartFeedbackOut]
    combination: TextOut | None
    explanation: TextOut | None
    references: list[ReferenceOut]

    @classmethod
    def of(cls, submission: Submission) -> Self:
        """Feedback on a submission, its options in the order that the learner saw."""
        version, key = submission.version, submission.version.key
        shown, told = submission.shown, version.explanation
        return cls(
            explanation=_labelled(told.text, told.html, shown) if told else None,
            references=[ReferenceOut.of(row) for row in version.references],
            combination=_combination(submission),
            **(_on_picks(submission, key) if isinstance(key, ChoiceKey) else {}),
            **(_on_parts(submission, key) if isinstance(key, KindKey) else {}),
        )


def _labelled(text: str, html: str, shown: list[str]) -> TextOut:
    return TextOut(markdown=label(text, shown), html=label_html(html, shown))


def _combination(submission: Submission) -> TextOut | None:
    scheme, picked = submission.version.mark_scheme, sorted(submission.selected)
    for one in scheme.combinations if scheme else ():
        if one["picked"] == picked:
            return _labelled(one["text"], one["html"], submission.shown)
    return None


def _on_picks(submission: Submission, key: ChoiceKey) -> dict[str, Any]:
    selected, shown = frozenset(submission.selected), submission.shown
    html = {row.option_id: row.feedback_html for row in submission.version.options}
    found = verdicts(key, ChoiceResponse(selected))
    options = [
        OptionFeedbackOut(
            id=id_,
            selected=id_ in selected,
            correct=id_ in key.correct,
            verdict=found[id_],
            html=label_html(html[id_] or "", shown) or None,
        )
        for id_ in shown
    ]
    right = [id_ for id_ in shown if id_ in key.correct]
    return {"correct": right, "options": options, "solution": None, "parts": []}


def _on_parts(submission: Submission, key: KindKey) -> dict[str, Any]:
    sent = key.read(submission.response or {})
    judged = key.kind.judged(key.stated, sent, key.parts)
    solution = key.kind.solution(key.stated, key.parts)
    return {
        "correct": [],
        "options": [],
        "solution": SOLUTIONS[key.kind.name].model_validate(solution),
        "parts": [PartFeedbackOut(id=id_, correct=right) for id_, right in judged.items()],
    }
