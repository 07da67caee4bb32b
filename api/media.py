"""Pictures: served to anybody who knows their names, uploaded and listed by authors."""

from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from typing import Annotated

import structlog
from fastapi import APIRouter, Depends, Path, Query, Request, Response
from sqlalchemy import Row
from sqlalchemy.orm import Session

from api.dependencies import (
    AppDatabase,
    AppSettings,
    Author,
    BankReader,
    IdempotencyKey,
    PublishedSession,
    ReadSession,
)
from api.documentation import problems
from api.idempotency import REPLAYED, answer_once
from api.pagination import Cursors, next_link, ordered
from api.requests import StrictRoute
from api.responses import IMMUTABLE, PRIVATE, has_etag, json_response
from api.schemas.media import MediaOut, MediaPage, MediaQuery, MediaUploadQuery, UsedMediaOut
from api.uploads import Upload, upload_of
from domain.access import Caller
from domain.errors import Fault, InvalidPicture, MediaNotFound
from domain.pictures import ENDINGS, Picture
from formats.pictures import BadPicture, read_picture
from formats.sanitising import MEDIA_ADDRESS
from models import Media, now
from operations.find_picture import content_of, find_media
from operations.keep_pictures import keep_pictures
from operations.record_audit import record_audit

PATH = "/v1/bank/media"
MEDIA_TYPES = (*ENDINGS, "application/octet-stream")
LONGEST_NAME = 100
WAS_THERE = "200 "  # before what is kept of such an answer, which is told alike when sent again
# A picture that is opened by itself runs nothing and loads nothing, whatever is in it.
POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'; sandbox"
)
_BYTES = {"schema": {"type": "string", "format": "binary"}}

router = APIRouter(tags=["media"], route_class=StrictRoute)
MediaName = Annotated[
    str,
    Path(
        max_length=LONGEST_NAME,
        description="The SHA-256 of its bytes, and its ending.",
        examples=["9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08.png"],
    ),
]


@router.get(
    MEDIA_ADDRESS + "{name}",
    operation_id="read_media",
    summary="Read a picture",
    response_class=Response,
    responses={
        200: {"description": "The picture.", "content": dict.fromkeys(ENDINGS, _BYTES)},
        **problems(404, 422),
    },
)
def read_media(request: Request, session: PublishedSession, name: MediaName) -> Response:
    """The picture of that name, for ever the same. No key is needed: the name is the secret."""
    row = find_media(session, name)
    if row is None:
        raise MediaNotFound
    etag = f'"{row.sha256}"'
    headers = {
        "Cache-Control": IMMUTABLE,
        "ETag": etag,
        "Content-Security-Policy": POLICY,
        "Cross-Origin-Resource-Policy": "cross-origin",
    }
    if has_etag(request, etag):
        return Response(status_code=304, headers=headers)
    content = content_of(session, row)
    if content is None:
        structlog.get_logger().error("picture_lost", name=row.name)
        raise MediaNotFound("The picture is not in the folder for pictures any more.")
    return Response(content, 200, headers, media_type=row.type)


@router.post(
    PATH,
    operation_id="upload_media",
    summary="Upload a picture",
    status_code=201,
    response_model=MediaOut,
    responses={
        200: {"model": MediaOut, "description": "It was there already."},
        **problems(401, 403, 413, 415, 422),
    },
    openapi_extra={
        "requestBody": {"required": True, "content": dict.fromkeys(MEDIA_TYPES, _BYTES)}
    },
)
def upload_media(
    database: AppDatabase,
    settings: AppSettings,
    caller: Author,
    query: Annotated[MediaUploadQuery, Query()],
    upload: Annotated[Upload, Depends(upload_of("A picture", MEDIA_TYPES))],
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """Keep a picture for the texts of questions. The same bytes again change nothing.

    An SVG is kept without scripts and whatever else does more than draw.
    """
    picture = picture_of(upload)

    def keep(session: Session) -> str:
        is_new, row = keep_picture(session, picture, caller)
        told = MediaOut.of(row, settings.base_url).model_dump_json()
        return told if is_new else WAS_THERE + told

    kept, replayed = database.write(
        lambda session: answer_once(
            session,
            caller=caller,
            route="upload_media",
            key=idempotency_key,
            request=f"{upload.file} {sha256(upload.data).hexdigest()}",
            at=now(),
            work=lambda: keep(session),
        )
    )
    headers = {"Cache-Control": PRIVATE, "Location": MEDIA_ADDRESS + picture.name}
    headers |= REPLAYED if replayed else {}
    content, status = kept.removeprefix(WAS_THERE), 200 if kept.startswith(WAS_THERE) else 201
    return Response(content, status, headers, media_type="application/json")


def keep_picture(session: Session, picture: Picture, caller: Caller) -> tuple[bool, Media]:
    """The stored picture, and whether it is new: then it is kept in the audit log."""
    at = now()
    is_new = keep_pictures(session, pictures=[picture], at=at) > 0
    if is_new:
        record_audit(
            session,
            actor=caller,
            action="media.uploaded",
            subject_type="media",
            subject_id=picture.name,
            detail={"file": picture.file, "bytes": len(picture.content)},
            at=at,
        )
    return is_new, session.get_one(Media, picture.sha256)


@router.get(
    PATH,
    operation_id="list_media",
    summary="List pictures and how often they are used",
    response_model=MediaPage,
    responses=problems(401, 403, 422),
)
def list_media(
    request: Request,
    session: ReadSession,
    settings: AppSettings,
    _: BankReader,
    query: Annotated[MediaQuery, Query()],
) -> Response:
    """A page of all pictures, newest first."""
    rows, cursor = page_of_media(session, query)
    items = [
        UsedMediaOut(media=MediaOut.of(row, settings.base_url), uses=uses) for row, uses in rows
    ]
    page = MediaPage(items=items, next_cursor=cursor, limit=query.limit)
    link = next_link(request.url.path, query.model_dump(mode="json"), cursor)
    return json_response(request, page, headers=link)


def picture_of(upload: Upload) -> Picture:
    """The picture as it will be kept; :class:`InvalidPicture` says why it cannot be."""
    try:
        return read_picture(upload.data, upload.file)
    except BadPicture as error:
        fault = Fault("/body", error.code, f"{error.message} {error.hint}")
        raise InvalidPicture(faults=(fault,)) from None


def page_of_media(
    session: Session, query: MediaQuery
) -> tuple[Sequence[Row[Media, int]], str | None]:
    """The rows of a page and the cursor of the next: it carries the last one's moment and hash."""
    cursors = Cursors(session, ("media", query.used))
    keys = (Media.created_at, Media.sha256)
    last = None
    if query.cursor is not None:
        at, sha256_ = cursors.read(query.cursor)
        last = (datetime.fromisoformat(at), sha256_)
    found = ordered(Media.with_uses(query.used), keys, last, descending=True)
    rows = session.execute(found.limit(query.limit + 1)).all()
    if len(rows) <= query.limit:
        return rows, None
    last_row = rows[query.limit - 1][0]
    return rows[: query.limit], cursors.write([last_row.created_at.isoformat(), last_row.sha256])
