"""Answers with their caching rules and entity tags."""

from collections.abc import Sequence
from hashlib import sha256
from uuid import UUID

from fastapi import Request, Response
from pydantic import BaseModel

PUBLIC = "public, max-age=60, stale-while-revalidate=300"
IMMUTABLE = "public, max-age=31536000, immutable"
NO_STORE = "no-store"
PRIVATE = "private, no-store"


def json_response(
    request: Request,
    content: BaseModel,
    *,
    cache_control: str = PRIVATE,
    status: int = 200,
    headers: dict[str, str] | None = None,
    languages: Sequence[str] = (),
    about: UUID | None = None,
) -> Response:
    """A document as JSON with a strong ETag, or 304 where the client has it already."""
    body = content.model_dump_json().encode()
    return document_response(
        request,
        body,
        cache_control=cache_control,
        status=status,
        headers=headers,
        languages=languages,
        about=about,
    )


def document_response(
    request: Request,
    body: bytes,
    *,
    cache_control: str,
    status: int = 200,
    headers: dict[str, str] | None = None,
    media_type: str = "application/json",
    languages: Sequence[str] = (),
    about: UUID | None = None,
) -> Response:
    """The same for a document that is JSON already.

    ``languages`` are those that its Accept-Language chose from, if the answer depends on that.
    ``about`` is the question that it depends on, where that is one alone.
    """
    request.state.question = about  # for the layer that keeps answers, as the languages are
    if not request.app.state.settings.public:  # a shared cache would outlive a revoked key
        cache_control = cache_control.replace("public", "private")
    etag = entity_tag(body)
    headers = {"Cache-Control": cache_control, "ETag": etag, **(headers or {})}
    if cache_control not in {NO_STORE, PRIVATE}:
        headers["Vary"] = "Authorization, Accept-Encoding"
        if languages:
            headers["Vary"] += ", Accept-Language"
            request.state.languages = tuple(languages)
    if status == 200 and request.method == "GET" and has_etag(request, etag):
        return Response(status_code=304, headers=headers)
    return Response(body, status, headers, media_type=media_type)


def entity_tag(body: bytes) -> str:
    """The strong ETag of these bytes."""
    return f'"{sha256(body).hexdigest()[:32]}"'


def has_etag(request: Request, etag: str) -> bool:
    """Whether If-None-Match names the tag; compared weakly, as RFC 9110 says for it."""
    stated = request.headers.get("if-none-match", "")
    tags = {tag.strip().removeprefix("W/") for tag in stated.split(",")}
    return etag in tags or "*" in tags
