"""What a learner gets to know after answering: the one place where a key may be seen."""

from collections.abc import Set as AbstractSet
from functools import lru_cache
from typing import Any, Self

from pydantic import Field

from api.schemas.base import Outgoing
from api.schemas.interactions import SOLUTIONS, Solution
from api.schemas.questions import TextOut
from domain.grading import ChoiceKey, ChoiceResponse, Verdict, verdicts
from domain.option_references import label, label_html
from models import ReferenceRow, Submission, SubmissionValues
from models.answering import AnswerableVersion, ToldText

MOST_REMEMBERED = 2000  # feedbacks on picks, about 5 KB each


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
    def of(
        cls, submission: Submission | SubmissionValues, version: AnswerableVersion
    ) -> "FeedbackOut":
        """Feedback on a submission by the version, its options in the order the learner saw.

        That is the version answered or, after a regrade, the one whose key made the grade; an
        option that this one does not have has no verdict.
        """
        key, shown = version.key, tuple(submission.shown)
        if isinstance(key, ChoiceKey):
            # Many learners pick the same; what is read back has a version of its own each time.
            is_new = isinstance(submission, SubmissionValues)
            tell = _on_picks if is_new else _on_picks.__wrapped__
            return tell(version, key, frozenset(submission.selected), shown)
        sent = key.read(submission.response or {})
        judged = key.kind.judged(key.stated, sent, key.parts)
        solution = key.kind.solution(key.stated, key.parts)
        return cls(
            correct=[],
            options=[],
            solution=SOLUTIONS[key.kind.name].model_validate(solution),
            parts=[PartFeedbackOut(id=id_, correct=right) for id_, right in judged.items()],
            **_told(version, frozenset(submission.selected), shown),
        )


@lru_cache(MOST_REMEMBERED)
def _on_picks(
    version: AnswerableVersion, key: ChoiceKey, selected: AbstractSet[str], shown: tuple[str, ...]
) -> FeedbackOut:
    html = version.feedback_html
    found = verdicts(key, ChoiceResponse(frozenset(selected)))
    options = [
        OptionFeedbackOut(
            id=id_,
            selected=id_ in selected,
            correct=id_ in key.correct,
            verdict=found[id_],
            html=label_html(html.get(id_, ""), shown) or None,
        )
        for id_ in shown
        if id_ in found
    ]
    return FeedbackOut(
        correct=[id_ for id_ in shown if id_ in key.correct],
        options=options,
        solution=None,
        parts=[],
        **_told(version, selected, shown),
    )


def _told(
    version: AnswerableVersion, selected: AbstractSet[str], shown: tuple[str, ...]
) -> dict[str, Any]:
    """What the author says to everybody, and to who picked exactly these options."""
    return {
        "combination": _labelled(version.combination(sorted(selected)), shown),
        "explanation": _labelled(version.explanation, shown),
        "references": [ReferenceOut.of(row) for row in version.row.references],
    }


def _labelled(told: ToldText | None, shown: tuple[str, ...]) -> TextOut | None:
    if told is None:
        return None
    return TextOut(markdown=label(told.text, shown), html=label_html(told.html, shown))
