"""Question files by HTTP: a few are imported at once, many in the background."""

from collections.abc import Callable, Sequence
from hashlib import sha256
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel
from sqlalchemy.orm import Session, selectinload

from api.dependencies import AppDatabase, AppSettings, Author, IdempotencyKey, ReadSession
from api.documentation import problems
from api.idempotency import REPLAYED, answer_once
from api.requests import StrictRoute
from api.responses import PRIVATE, json_response
from api.schemas.examples_shared import MARKDOWN_FILE
from api.schemas.imports import ImportJobOut, ImportQuery, ImportReportOut
from api.uploads import Upload, upload_of
from domain.access import Caller
from domain.errors import ImportNotFound
from models import ImportJob, now
from operations.import_many import import_many
from operations.import_sources import Terms
from operations.note_import import note_import
from operations.prepare_import import Prepared
from operations.queue_import import queue_import
from operations.read_apart import Reading
from operations.reader_process import Limits
from operations.report_import import report_import

PATH = "/v1/bank/imports"
MARKDOWN = "text/markdown"
OTHER_MEDIA_TYPES = ("application/octet-stream", "application/zip")
_BYTES = {"schema": {"type": "string", "format": "binary"}}
# A name that says nothing, so that the question is named by its title.
NAMELESS = "index.md"
LARGEST_AT_ONCE = 4 * 1024 * 1024  # bytes of an upload that is answered at once

router = APIRouter(tags=["imports"], route_class=StrictRoute)


@router.post(
    PATH,
    operation_id="import_questions",
    summary="Bring question files into the bank",
    response_model=ImportReportOut,
    responses={
        202: {"model": ImportJobOut, "description": "Many files: follow the import at Location."},
        **problems(401, 403, 413, 415, 422),
    },
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                MARKDOWN: {"schema": {"type": "string"}, "example": MARKDOWN_FILE},
                **dict.fromkeys(OTHER_MEDIA_TYPES, _BYTES),
            },
        }
    },
)
def import_files(
    request: Request,
    database: AppDatabase,
    settings: AppSettings,
    caller: Author,
    query: Annotated[ImportQuery, Query()],
    upload: Annotated[Upload, Depends(upload_of("A file", (MARKDOWN, *OTHER_MEDIA_TYPES)))],
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """Create or revise what a question file, or a zip of many, holds, and publish it.

    What says nothing new stays unchanged, and one bad file never stops the others.
    """
    terms = Terms(query.format, dry_run=query.dry_run)
    limits = Limits(settings.import_seconds, settings.import_memory)
    with Reading(name_of(upload), upload.data, form=terms.form, limits=limits) as reading:
        total = len(reading)
        is_large = total > settings.import_at_once or len(upload.data) > LARGEST_AT_ONCE
        read = None if is_large else reading.all()
    work = _queue(caller, upload, total, terms) if read is None else _import(caller, read, terms)

    def once(session: Session) -> tuple[str, bool]:
        return answer_once(
            session,
            caller=caller,
            route="import_questions",
            key=idempotency_key,
            request=f"{terms} {name_of(upload)} {sha256(upload.data).hexdigest()}",
            at=now(),
            work=lambda: work(session).model_dump_json(),
        )

    content, replayed = database.write(once)
    headers = {"Cache-Control": PRIVATE} | (REPLAYED if replayed else {})
    if is_large:
        headers["Location"] = f"{PATH}/{ImportJobOut.model_validate_json(content).id}"
        request.app.state.import_worker.wake()
    status = 202 if is_large else 200
    return Response(content, status, headers, media_type="application/json")


@router.get(
    PATH + "/{import_id}",
    operation_id="read_import",
    summary="Follow an import",
    response_model=ImportJobOut,
    responses=problems(401, 403, 404, 422),
)
def read_import(
    request: Request, session: ReadSession, caller: Author, import_id: UUID
) -> Response:
    """How far an import in the background is, and its report when it is done."""
    wanted = ImportJob.seen_by(caller).where(ImportJob.id == import_id)
    job = session.scalar(wanted.options(selectinload(ImportJob.parts)))
    if job is None:
        raise ImportNotFound
    return json_response(request, ImportJobOut.of(job))


Work = Callable[[Session], BaseModel]


def name_of(upload: Upload) -> str:
    """What the file is called in reports; without a name it is called so that its title counts."""
    return "".join(filter(str.isprintable, upload.file))[:255] or NAMELESS


def _import(caller: Caller, prepared: Sequence[Prepared], terms: Terms) -> Work:
    """Import at once. The files were read and rendered before anything in the bank is locked."""

    def work(session: Session) -> ImportReportOut:
        at = now()
        items = import_many(session, prepared=prepared, at=at, claims={}, dry_run=terms.dry_run)
        if not terms.dry_run:
            note_import(session, items=items, by=caller, at=at)
        return ImportReportOut(**report_import(items))

    return work


def _queue(caller: Caller, upload: Upload, total: int, terms: Terms) -> Work:
    def work(session: Session) -> ImportJobOut:
        name, data = name_of(upload), upload.data
        job = queue_import(session, caller=caller, name=name, data=data, total=total, terms=terms)
        return ImportJobOut.of(job)

    return work
