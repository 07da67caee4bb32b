"""The scoring lab: what every rule gives to the same answer, while one ticks it.

The key is always the visitor's own guess. What is right of a published question is never read here.
"""

from dataclasses import dataclass
from fractions import Fraction
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from api.dependencies import AppSettings, PublishedSession
from api.errors import status_of
from api.languages import choices, translations, wish_in
from api.rendering import public_page
from api.schemas.questions import QuestionOut
from domain.errors import QuestionNotFound, ServiceError
from domain.grading.lab import Comparison, compare, find_rules, lettered_key
from models import Question
from models.learning import versions_for_learners

router = APIRouter(include_in_schema=False)

FEWEST, MOST, USUAL = 2, 26, 4  # options that nobody has written
LEAST = Fraction(0)


@dataclass(frozen=True, slots=True)
class Row:
    """A rule as the page tells it: what it gives, and what blind guessing earns."""

    name: str
    policy: str
    score: Fraction
    chance: Fraction

    @property
    def length(self) -> float:
        """Of the bar of its score, of 100; what is below zero has none."""
        return float(max(self.score, LEAST) * 100)

    @property
    def mark(self) -> float:
        """Where guessing is on that bar."""
        return float(max(self.chance, LEAST) * 100)


@router.get("/lab")
def lab(
    request: Request,
    session: PublishedSession,
    settings: AppSettings,
    key: Annotated[list[str], Query(default_factory=list)],
    selected: Annotated[list[str], Query(default_factory=list)],
    question: str = "",
    options: str = "",
) -> Response:
    """Rules side by side, for options in general or those of a question."""
    try:
        shown = _question(session, request, question) if question and settings.public else None
        size = len(shown.options) if shown else _size(options)
        fresh = not (key or selected or shown or options)
        right, ticked = (["b", "c"], ["b"]) if fresh else (key, selected)
        view = _view(compare(lettered_key(size, right), find_rules(), ticked), shown)
    except ServiceError as error:
        view = {"refused": error, "question": None}
        return public_page(request, "lab.html", view, status=status_of(type(error)))
    view["hidden"] = bool(question) and shown is None
    return public_page(request, "lab.html", view)


def _size(stated: str) -> int:
    """The number of options that a form states, as far as it is one that can be."""
    number = int(stated) if stated.isascii() and stated.isdigit() and len(stated) < 4 else USUAL
    return min(max(number, FEWEST), MOST)


def _question(session: PublishedSession, request: Request, name: str) -> QuestionOut:
    """A question whose options are picked, as learners see it."""
    version = session.scalar(versions_for_learners().where(Question.is_named(name)))
    if version is None or version.select_max == 0:
        raise QuestionNotFound("There is no question of that name whose options are picked.")
    translated = translations(session, choices(session, [version], wish_in(request, None)))
    return QuestionOut.of(version, translation=translated.get(version.id))


def _view(compared: Comparison, question: QuestionOut | None) -> dict[str, Any]:
    letters, ticked = compared.key.options, compared.selected or frozenset()
    rows = [
        Row(one.rule.name, one.rule.about.policy, one.score, one.chance.any)
        for one in compared.results
        if one.score is not None
    ]
    texts = [option.html for option in question.options] if question else [""] * len(letters)
    return {
        "question": question,
        "options": list(zip(letters, texts, strict=True)),
        "right": compared.key.correct,
        "ticked": ticked,
        "rows": rows,
        "lowest": min(row.score for row in rows),
        "highest": max(row.score for row in rows),
        "fewest": FEWEST,
        "most": MOST,
    }
