"""The OpenAPI document and the page that shows it, with every asset served by us."""

from typing import Any

from fastapi import FastAPI, Request
from fastapi.openapi.utils import get_openapi

from api.errors import CATALOGUE, base_url, status_of
from api.links import put_links
from api.schemas.examples import EXAMPLES
from api.schemas.problems import ProblemOut
from domain.errors import ServiceError

PROBLEM_SCHEMA = "ProblemOut"
PROBLEM_TYPE = "application/problem+json"
LEARNERS = frozenset(
    {
        "draw_questions",
        "list_questions",
        "list_scoring_rules",
        "read_hint",
        "read_question",
        "submit_answer",
    }
)
Responses = dict[int | str, dict[str, Any]]


def problems(*statuses: int) -> Responses:
    """The error responses of a route, for its documentation; any may answer 400, 429 and 5xx."""
    return unlimited_problems(*statuses, 429)


def unlimited_problems(*statuses: int) -> Responses:
    """Those of a route that may be asked as often as one likes."""
    return {status: _problem(status) for status in (400, *statuses, 500, 503)}


def _problem(status: int) -> dict[str, Any]:
    error = next(error for error in CATALOGUE.values() if status_of(error) == status)
    content = {
        "schema": {"$ref": f"#/components/schemas/{PROBLEM_SCHEMA}"},
        "example": _example(error).model_dump(),
    }
    return {"description": f"{error.title}.", "content": {PROBLEM_TYPE: content}}


def _example(error: type[ServiceError]) -> ProblemOut:
    return ProblemOut(
        type=f"http://127.0.0.1:8000/problems/{error.code}",
        title=error.title,
        status=status_of(error),
        detail=error.cure,
        instance="/v1/questions/vanishing-gradients",
        code=error.code,
        request_id="01a209c9-9051-70fe-b3d6-9476e7026683",
        errors=[],
    )


def describe(app: FastAPI) -> dict[str, Any]:
    """The OpenAPI document, made once: FastAPI's own plus the shape of problems."""
    if app.openapi_schema is None:
        document = get_openapi(
            title=app.title,
            version=app.version,
            description=app.description,
            routes=app.routes,
            tags=app.openapi_tags,
            servers=[{"url": "/"}],
            contact={"name": "Whoever runs this service"},
        )
        shapes = ProblemOut.model_json_schema(ref_template="#/components/schemas/{model}")
        components = document.setdefault("components", {}).setdefault("schemas", {})
        components |= shapes.pop("$defs") | {PROBLEM_SCHEMA: shapes}
        _complete_operations(document, app.state.settings.public)
        app.openapi_schema = document
    return app.openapi_schema


def describe_to(request: Request) -> dict[str, Any]:
    """The document with the address at which the client reaches us."""
    return describe(request.app) | {"servers": [{"url": base_url(request.scope)}]}


def _complete_operations(document: dict[str, Any], is_public: bool) -> None:
    """Say where a key need not be sent, what may follow, and an example of what is sent."""
    for operation in (each for path in document["paths"].values() for each in path.values()):
        security = operation.setdefault("security", [])
        if is_public and operation["operationId"] in LEARNERS:
            security.append({})  # nobody is as welcome as somebody with a key
        put_links(operation)
        bodies = [operation.get("requestBody", {}), *operation["responses"].values()]
        for content in (body.get("content", {}).get("application/json") for body in bodies):
            if content:
                schema = content["schema"]
                reference: str = schema.get("anyOf", [schema])[0]["$ref"]
                content["example"] = EXAMPLES[reference.rpartition("/")[2]]
