"""Before a submission no shape of an answer has a place for the key."""

from collections.abc import Iterator
from typing import Any

import pytest

from api.app import create_app
from api.documentation import describe
from api.schemas.feedback import FeedbackOut
from api.schemas.submissions import SubmissionOut
from settings import Settings

Json = dict[str, Any]


def reachable(schema: Any, shapes: Json, seen: set[str]) -> Iterator[str]:
    """The names of all properties, and of all shapes, that a schema can carry."""
    if isinstance(schema, list):
        for part in schema:
            yield from reachable(part, shapes, seen)
    elif isinstance(schema, dict):
        name = str(schema.get("$ref", "")).rpartition("/")[2]
        if name and name not in seen:
            seen.add(name)
            yield name
            yield from reachable(shapes[name], shapes, seen)
        yield from schema.get("properties", {})
        for part in schema.values():
            yield from reachable(part, shapes, seen)


# What feedback shares with every question, and what therefore tells nothing.
HARMLESS = {"id", "options", "blanks", "title", "markdown", "html", "TextOut"}


def forbidden() -> set[str]:
    """What only the result of a submission may carry: told by its shape, not by a list."""
    schema = FeedbackOut.model_json_schema()
    inside = set(reachable(schema, schema["$defs"], set()))
    of_result = {"score", "points", "reason", "feedback", "FeedbackOut"}
    assert of_result - {"FeedbackOut"} < SubmissionOut.model_fields.keys()
    return (inside | of_result) - HARMLESS


# The scores that the catalogue of rules tells are of no question.
OF_NO_QUESTION = {"list_scoring_rules": {"score"}}


OF_AUTHORS = ("/v1/bank/", "/v1/learners")  # and of admins


def leaks(document: Json) -> dict[str, set[str]]:
    """By operation that learners may ask for, what its answers can carry and should not.

    Results of submissions may.
    """
    shapes = document["components"]["schemas"]
    found = {
        operation["operationId"]: set(reachable(operation["responses"], shapes, set()))
        & forbidden() - OF_NO_QUESTION.get(operation["operationId"], set())
        for path, methods in document["paths"].items()
        for operation in methods.values()
        if not path.startswith(OF_AUTHORS)
    }
    return {name: names for name, names in found.items() if names}


RESULTS = {
    "submit_answer",
    "submit_answers",
    "read_submission",
    "read_receipt",
    "list_grades",
    "list_submissions",
}


@pytest.fixture(scope="module")
def document() -> Json:
    return describe(create_app(Settings.load(database_url="sqlite:///unused.db")))


def test_only_results_of_submissions_can_carry_a_secret(document: Json) -> None:
    assert leaks(document).keys() == RESULTS
    assert forbidden() >= {
        "correct", "verdict", "explanation", "references", "feedback", "url", "note", "selected",
        "FeedbackOut", "OptionFeedbackOut", "ReferenceOut",
    }  # fmt: skip


@pytest.mark.parametrize("name", ["correct", "explanation", "references", "feedback", "verdict"])
def test_a_planted_field_would_be_noticed(document: Json, name: str) -> None:
    shapes = document["components"]["schemas"]
    for shape in ("OptionOut", "QuestionOut", "TextOut", "SelectOut"):
        properties = {**shapes[shape]["properties"], name: {"type": "string"}}
        planted = {**shapes, shape: {**shapes[shape], "properties": properties}}
        found = leaks({**document, "components": {"schemas": planted}})
        assert found["read_question"] == {name}, shape


def test_a_planted_shape_would_be_noticed(document: Json) -> None:
    """Whatever the field is called that carries it."""
    shapes = document["components"]["schemas"]
    carrier = {"type": "array", "items": {"$ref": "#/components/schemas/OptionFeedbackOut"}}
    properties = {**shapes["QuestionOut"]["properties"], "harmless": carrier}
    planted = {**shapes, "QuestionOut": {**shapes["QuestionOut"], "properties": properties}}
    found = leaks({**document, "components": {"schemas": planted}})
    assert found["list_questions"] >= {"OptionFeedbackOut", "verdict"}
