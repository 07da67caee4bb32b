"""The shape of a question in our JSON Lines format, for editors and programs that write files."""

import json
from functools import cache

from fastapi import APIRouter, Request, Response

from api.documentation import problems
from api.requests import StrictRoute
from api.responses import document_response
from formats.jsonl import json_schema

MEDIA_TYPE = "application/schema+json"
CHANGES_SELDOM = "public, max-age=86400"
PATH = "/schemas/question.json"

_BEGINNING = {name: part for name, part in json_schema().items() if isinstance(part, str)}

router = APIRouter(tags=["imports"], route_class=StrictRoute)


@router.get(
    PATH,
    operation_id="read_question_schema",
    summary="Read the JSON Schema of a question in a file",
    response_class=Response,
    responses={
        200: {
            "description": "The JSON Schema (2020-12) of a line of the format `jsonl`.",
            "content": {MEDIA_TYPE: {"schema": {"type": "object"}, "example": _BEGINNING}},
        },
        **problems(422),
    },
)
def read_question_schema(request: Request) -> Response:
    """What a line may say; each kind of question has its own answer."""
    return document_response(
        request, _schema(), cache_control=CHANGES_SELDOM, media_type=MEDIA_TYPE
    )


@cache
def _schema() -> bytes:
    return json.dumps(json_schema(), ensure_ascii=False).encode()
