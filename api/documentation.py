"""The OpenAPI document and the page that shows it, with every asset served by us."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from api.errors import CATALOGUE, status_of
from api.schemas.problems import ProblemOut

PROBLEM_SCHEMA = "ProblemOut"
PROBLEM_TYPE = "application/problem+json"
Responses = dict[int | str, dict[str, Any]]


def problems(*statuses: int) -> Responses:
    """The error responses of a route, for its documentation; any route may answer 500 and 503."""
    return {status: _problem(status) for status in (*statuses, 500, 503)}


def _problem(status: int) -> dict[str, Any]:
    titles = [error.title for error in CATALOGUE.values() if status_of(error) == status]
    schema = {"$ref": f"#/components/schemas/{PROBLEM_SCHEMA}"}
    return {"description": f"{titles[0]}.", "content": {PROBLEM_TYPE: {"schema": schema}}}


def describe(app: FastAPI) -> dict[str, Any]:
    """The OpenAPI document, made once: FastAPI's own plus the shape of problems."""
    if app.openapi_schema is None:
        document = get_openapi(
            title=app.title,
            version=app.version,
            description=app.description,
            routes=app.routes,
            tags=app.openapi_tags,
        )
        shapes = ProblemOut.model_json_schema(ref_template="#/components/schemas/{model}")
        components = document.setdefault("components", {}).setdefault("schemas", {})
        components |= shapes.pop("$defs") | {PROBLEM_SCHEMA: shapes}
        app.openapi_schema = document
    return app.openapi_schema
