"""Asks the question service: :class:`QuestionService`, and the same for ``async`` code."""

from question_service_client import shapes
from question_service_client.asynchronous import AsyncQuestionService
from question_service_client.exchange import Patience
from question_service_client.plain import QuestionService
from question_service_client.problems import (
    Conflict,
    Forbidden,
    Invalid,
    Malformed,
    NotFound,
    PreconditionFailed,
    Problem,
    RateLimited,
    Unauthenticated,
    Unavailable,
)

__all__ = [
    "AsyncQuestionService",
    "Conflict",
    "Forbidden",
    "Invalid",
    "Malformed",
    "NotFound",
    "Patience",
    "PreconditionFailed",
    "Problem",
    "QuestionService",
    "RateLimited",
    "Unauthenticated",
    "Unavailable",
    "shapes",
]
