"""The OpenAPI document: complete, documented with its errors, and changed only on purpose."""

import importlib
import json
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from api import schemas
from api.app import create_app
from api.documentation import describe
from api.schemas.audit import AuditEntryOut
from api.schemas.feedback import FeedbackOut, OptionFeedbackOut
from api.schemas.keys import KeyIn, KeyOut, NewKeyOut
from api.schemas.problems import FaultOut, ProblemOut
from api.schemas.questions import QuestionOut
from api.schemas.receipts import PublicKeyOut, ReceiptOut, SignedReceiptOut
from api.schemas.scoring import CohortOut, LabOut, RuleResultOut, ScoringRuleOut
from api.schemas.submissions import SubmissionIn, SubmissionOut
from settings import Settings

# Renew it: .venv/bin/python -m tests.api.test_openapi
SNAPSHOT = Path(__file__).with_name("openapi.json")

Json = dict[str, Any]
SHAPES = {
    shape.__name__: shape
    for found in pkgutil.iter_modules(schemas.__path__, "api.schemas.")
    for shape in vars(importlib.import_module(found.name)).values()
    if isinstance(shape, type) and issubclass(shape, BaseModel)
}


def current() -> Json:
    """The document of an application with default settings."""
    document = describe(create_app(Settings.load(database_url="sqlite:///unused.db")))
    told: Json = json.loads(json.dumps(document))
    return told


DOCUMENT = current()


def operations(document: Json) -> Iterator[tuple[str, str, Json]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


NAMED = [
    pytest.param(path, method, operation, id=operation["operationId"])
    for path, method, operation in operations(DOCUMENT)
]
each_operation = pytest.mark.parametrize(("path", "method", "operation"), NAMED)


def test_the_interface_changes_only_on_purpose() -> None:
    assert json.loads(SNAPSHOT.read_text()) == DOCUMENT


def test_operations_have_names_of_their_own() -> None:
    names = [operation["operationId"] for _, _, operation in operations(DOCUMENT)]
    assert len(set(names)) == len(names)
    assert all(re.fullmatch(r"[a-z]+(_[a-z]+)+", name) for name in names)


@each_operation
def test_an_operation_is_described(path: str, method: str, operation: Json) -> None:
    assert operation["summary"]
    assert operation["description"]
    tags = {tag["name"] for tag in DOCUMENT["tags"]}
    assert set(operation["tags"]) <= tags
    assert len(operation["tags"]) == 1


@each_operation
def test_an_operation_lists_its_errors(path: str, method: str, operation: Json) -> None:
    responses = operation["responses"]
    expected = set()
    if path.startswith("/v1/"):
        expected |= {"422", "429", "500", "503"}
        expected |= {"401"} if operation["security"] else set()
    if "{" in path:
        expected |= {"404"}
    if method in {"post", "put", "patch"}:
        expected |= {"400", "413", "415"}
    if any(parameter["name"] == "cursor" for parameter in operation.get("parameters", [])):
        expected |= {"400"}
    assert responses.keys() >= expected
    for status, response in responses.items():
        if not status.startswith("2"):
            assert list(response["content"]) == ["application/problem+json"]
            schema = response["content"]["application/problem+json"]["schema"]
            assert schema == {"$ref": "#/components/schemas/ProblemOut"}
            assert response["description"]
            example = response["content"]["application/problem+json"]["example"]
            assert example["status"] == int(status)
            assert ProblemOut.model_validate(example)


@each_operation
def test_an_operation_shows_what_is_sent_and_what_comes_back(
    path: str, method: str, operation: Json
) -> None:
    answers = operation["responses"].items()
    success = [body for status, body in answers if status.startswith("2")]
    sent = [operation["requestBody"]] if "requestBody" in operation else []
    assert success
    assert sent or method not in {"put", "patch"}
    for body in (*success, *sent):
        for media_type, content in body.get("content", {}).items():
            schema = content["schema"].get("anyOf", [content["schema"]])[0]
            if media_type == "application/json":
                shape = SHAPES[schema["$ref"].rpartition("/")[2]]
                assert shape.model_validate_json(json.dumps(content["example"]))
            elif schema.get("format") != "binary":
                assert content.get("example") or schema["examples"]


def test_every_reference_leads_somewhere() -> None:
    text = json.dumps(DOCUMENT)
    for name in set(re.findall(r'"#/components/schemas/([^"]+)"', text)):
        assert name in DOCUMENT["components"]["schemas"]
    assert "#/$defs/" not in text


FIELDS: list[tuple[type[Any], str]] = [
    (QuestionOut, "id slug version kind language title date tags difficulty prompt options select "
                  "interaction hints scoring published_at shuffle"),
    (SubmissionIn, "response selected learner version shuffle duration_ms language"),
    (SubmissionOut, "id question learner selected response submitted_at score points "
                    "max_points correct rule rule_version reason language feedback"),
    (FeedbackOut, "correct options solution parts combination explanation references"),
    (OptionFeedbackOut, "id selected correct verdict html"),
    (ScoringRuleOut, "name version kinds formula example used_by source policy properties "
                     "parameters ticking_everything ticking_nothing"),
    (LabOut, "options key selected submissions rules"),
    (RuleResultOut, "rule version score exact chance oracle oracle_bounds cohort"),
    (CohortOut, "mean exact_mean spread lowest highest changed raised lowered examples"),
    (SignedReceiptOut, "receipt alg kid signature"),
    (ReceiptOut, "issuer submission grade learner question options key selected response rule "
                 "rule_version score points max_points submitted_at graded_at"),
    (PublicKeyOut, "kty crv x kid use alg"),
    (KeyIn, "name role expires_at rate_limit"),
    (KeyOut, "id public_part name role scopes rate_limit created_at expires_at last_used_at "
             "revoked_at"),
    (NewKeyOut, "id public_part name role scopes rate_limit created_at expires_at last_used_at "
                "revoked_at key"),
    (AuditEntryOut, "number at actor actor_name action subject version detail previous_hash "
                    "hash"),
    (ProblemOut, "type title status detail instance code request_id errors"),
    (FaultOut, "pointer code detail"),
]  # fmt: skip


@pytest.mark.parametrize(("shape", "names"), FIELDS)
def test_the_names_that_clients_rely_on(shape: type[Any], names: str) -> None:
    schema = DOCUMENT["components"]["schemas"][shape.__name__]
    assert list(schema["properties"]) == names.split()
    if shape.__name__.endswith("Out"):
        assert set(schema["required"]) == set(names.split()), "arrays and nulls are always there"


def test_filters_are_those_that_clients_rely_on() -> None:
    parameters = {p["name"] for p in DOCUMENT["paths"]["/v1/questions"]["get"]["parameters"]}
    expected = "tag kind language difficulty_min difficulty_max q id sort limit cursor include"
    assert parameters == set(expected.split())


if __name__ == "__main__":
    SNAPSHOT.write_text(json.dumps(DOCUMENT, indent=1, sort_keys=True) + "\n")
