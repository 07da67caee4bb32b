"""The custom element that shows questions on any page: its file, and how to load it safely."""

import re
from base64 import b64encode
from dataclasses import dataclass
from functools import cache
from hashlib import sha384

from fastapi import APIRouter, Request, Response

from api.documentation import problems
from api.errors import base_url
from api.requests import StrictRoute
from api.responses import IMMUTABLE, PUBLIC, json_response
from api.schemas.element import ElementOut
from api.static_files import content_of, file_response
from domain.errors import NotFound
from settings import ROOT

FILE = ROOT / "clients" / "element" / "quiz-question.js"
_VERSION = re.compile(r'static version = "([^"]+)"')

router = APIRouter(tags=["questions"], route_class=StrictRoute)
files = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class Element:
    """The element's file. ``name`` says its content, as far as addresses need to."""

    content: bytes
    version: str
    integrity: str
    name: str


@cache
def element() -> Element:
    """The file as it was when it was first asked for."""
    content = content_of(FILE)
    version, digest = _VERSION.search(content.decode()), sha384(content)
    assert version is not None
    return Element(
        content=content,
        version=version[1],
        integrity=f"sha384-{b64encode(digest.digest()).decode()}",
        name=f"{version[1]}-{digest.hexdigest()[:16]}",
    )


@router.get(
    "/element.json",
    operation_id="read_element",
    summary="Read how to load the element that shows questions",
    response_model=ElementOut,
    responses=problems(422),
)
def read_element(request: Request) -> Response:
    """The address and the hash of ``<quiz-question>``, and the line that a page needs."""
    found = element()
    url = f"{base_url(request.scope)}/element/{found.name}/quiz-question.js"
    script = (
        f'<script type="module" src="{url}" integrity="{found.integrity}" crossorigin></script>'
    )
    content = ElementOut(version=found.version, src=url, integrity=found.integrity, html=script)
    return json_response(request, content, cache_control=PUBLIC)


@files.get("/element/{name}/quiz-question.js")
def read_element_file(request: Request, name: str) -> Response:
    """The file under an address that stands for this content only."""
    if name != element().name:
        raise NotFound("The element has changed since; /element.json says where it is now.")
    return file_response(request, FILE, IMMUTABLE)


@files.get("/static/quiz-question.js")
def read_newest_element_file(request: Request) -> Response:
    """The file as it is now, for pages that do not bind themselves to a version."""
    return file_response(request, FILE, PUBLIC)
