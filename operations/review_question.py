"""Ask for a review of a draft."""

from datetime import datetime

from domain.errors import WrongState
from models import Question


def review_question(*, question: Question, by: str, at: datetime) -> None:
    """Put the draft of a question into review. Safe to repeat."""
    if question.status == "in_review":
        return
    if question.status != "draft":
        raise WrongState(f"The question is {question.status}; only a draft can be reviewed.")
    version = question.versions[-1]
    version.in_review_at, version.in_review_by = at, by
    question.changed_at = at
