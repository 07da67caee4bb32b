"""The JSON Schema of our files, as it is served: it takes what we write and refuses what we do."""

import json
from typing import Any

import pytest
from fastapi.testclient import TestClient
from jsonschema import Draft202012Validator

from domain.questions import KINDS
from formats import FORMATS
from tests.api.conftest import MakeClient
from tests.factories import Bank
from tests.formats.fuzz.corpus import drafts

PATH = "/schemas/question.json"
LINE = {"title": "Free fall", "prompt": "How fast?", "options": [{"text": "a"}], "key": [1]}
NUMBER = {"title": "Free fall", "kind": "numeric", "prompt": "How fast?", "answer": {"value": "9"}}


@pytest.fixture
def schema(client: TestClient) -> Draft202012Validator:
    return Draft202012Validator(client.get(PATH).json())


def test_everybody_may_read_and_keep_it(make_client: MakeClient) -> None:
    for is_public in (True, False):
        client = make_client(public=is_public)
        first = client.get(PATH)
        assert first.status_code == 200
        assert first.headers["content-type"] == "application/schema+json"
        assert "max-age=86400" in first.headers["cache-control"]
        again = client.get(PATH, headers={"If-None-Match": first.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
        Draft202012Validator.check_schema(first.json())
    assert client.get(f"{PATH}?x=1").status_code == 422


def test_it_takes_what_an_export_says(
    client: TestClient, bank: Bank, schema: Draft202012Validator
) -> None:
    bank.publish(slug="rhine")
    _, author = bank.key("author")
    answer = client.get("/v1/bank/exports/jsonl", headers=author, params={"slug": "rhine"})
    schema.validate(json.loads(answer.text))


def test_it_takes_every_kind_that_we_write(schema: Draft202012Validator) -> None:
    made = [FORMATS["jsonl"].render(draft).content or b"" for draft in drafts()]
    lines = [json.loads(line) for line in made]
    for line in lines:
        schema.validate(line)
    assert {line["kind"] for line in lines} == set(KINDS)


BROKEN: dict[str, dict[str, Any]] = {
    "no title": {**LINE, "title": None},
    "unknown field": {**LINE, "titel": "x"},
    "unknown kind": {**LINE, "kind": "essay"},
    "no key": {"title": "T", "prompt": "P", "options": [{"text": "a"}]},
    "answer of a choice": {**LINE, "answer": {"value": 1}},
    "no answer": {**LINE, "kind": "numeric"},
    "answer of another kind": {**NUMBER, "answer": {"pairs": [1]}},
    "no number": {**NUMBER, "answer": {"value": ["9"]}},
    "option without a text": {**LINE, "options": [{"id": "abcd"}]},
    "points": {**LINE, "scoring": {"max_points": []}},
    "day": {**LINE, "date": 5},
}


@pytest.mark.parametrize("line", BROKEN.values(), ids=BROKEN)
def test_it_refuses_what_the_reader_refuses(
    line: dict[str, Any], schema: Draft202012Validator
) -> None:
    (parsed,) = FORMATS["jsonl"].read(json.dumps(line).encode())
    assert parsed.draft is None
    assert not schema.is_valid(line)


@pytest.mark.parametrize("line", [LINE, NUMBER])
def test_the_broken_lines_are_only_broken_where_they_say(
    line: dict[str, Any], schema: Draft202012Validator
) -> None:
    assert schema.is_valid(line)
    assert FORMATS["jsonl"].read(json.dumps(line).encode())[0].draft is not None
