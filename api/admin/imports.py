"""Imports: files are uploaded, checked, and then imported as they were checked."""

from typing import Annotated, Any, get_args
from uuid import UUID

from fastapi import Query, Request, Response
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.admin.actors import names_of
from api.admin.format_titles import titled
from api.admin.forms import FormFields, text_of
from api.admin.import_reports import Shown, changes_of, counts_of, page_of_items
from api.admin.pages import admin_page, go_to
from api.admin.routes import admin_router
from api.admin.sessions import Author
from api.admin.uploads import ChosenFile, UploadRoute
from api.dependencies import AppSettings, ReadSession
from api.import_worker import ImportWorker
from api.imports import name_of
from api.pagination import Cursors, ordered
from api.protocol_errors import InvalidRequest
from domain.access import Caller
from domain.errors import Fault, ImportNotFound
from formats import AUTO, FormatName
from models import ImportJob
from operations.import_checked import import_checked
from operations.import_sources import Terms
from operations.queue_import import queue_import
from operations.read_apart import count_files
from operations.reader_process import Limits

PATH = "/admin/imports"
PAGE = 20  # imports

router = admin_router("/imports", UploadRoute)
Cursor = Annotated[str | None, Query(max_length=1000)]


@router.get("")
def list_imports(
    request: Request,
    session: ReadSession,
    settings: AppSettings,
    caller: Author,
    cursor: Cursor = None,
) -> Response:
    """Where files are uploaded, above the imports that one may see, newest first."""
    cursors = Cursors(session, ("admin imports", caller.id))
    last = None if cursor is None else [UUID(cursors.read(cursor))]
    found = ordered(ImportJob.seen_by(caller), [ImportJob.id], last, descending=True)
    jobs = session.scalars(found.limit(PAGE + 1)).all()
    page = jobs[:PAGE]
    context = _upload_form(settings.max_import_bytes) | {
        "jobs": page,
        "counts": counts_of(session, page),
        "callers": names_of(session, (job.caller for job in page)) if caller.may("admin") else None,
        "cursor": cursor,
        "next": cursors.write(str(page[-1].id)) if len(jobs) > PAGE else None,
    }
    return admin_page(request, "admin/imports.html", context)


@router.post("")
def check(
    request: Request,
    settings: AppSettings,
    caller: Author,
    fields: FormFields,
    upload: ChosenFile,
) -> Response:
    """Look at what was uploaded as a dry run, whose report leads on to the import."""
    form = text_of(fields, "format") or AUTO
    if form not in get_args(FormatName):
        raise InvalidRequest(faults=(Fault("/format", "literal_error", "Choose one of the list."),))
    if upload is None:
        raise InvalidRequest(faults=(Fault("/file", "missing", "Choose a file."),))
    name, data, terms = name_of(upload), upload.data, Terms(form, dry_run=True)
    limits = Limits(settings.import_seconds, settings.import_memory)
    total = count_files(name, data, form=form, limits=limits)

    def queued(session: Session) -> ImportJob:
        return queue_import(session, caller=caller, name=name, data=data, total=total, terms=terms)

    job = _worker(request).begin(queued, settings.import_at_once)
    return go_to(f"{PATH}/{job.id}")


@router.get("/{import_id}")
def show(
    request: Request,
    session: ReadSession,
    caller: Author,
    import_id: UUID,
    shown: Annotated[Shown | None, Query()] = None,
    cursor: Cursor = None,
) -> Response:
    """How far an import is, or its report, a page at a time."""
    job = _find(session, caller, import_id)
    cursors = Cursors(session, ("admin import", str(import_id), shown))
    after = None if cursor is None else cursors.read(cursor)
    is_kept = select(ImportJob.data.is_not(None)).where(ImportJob.id == job.id)
    items, mark = page_of_items(session, job, shown, after) if job.state == "done" else ([], None)
    context = {
        "job": job,
        "counts": counts_of(session, [job])[job.id],
        "is_own": job.caller == caller.id,
        "is_kept": session.scalar(is_kept),
        "items": items,
        "changes_of": changes_of,
        "formats": titled([job.format]),
        "shown": shown,
        "cursor": cursor,
        "next": mark and cursors.write(mark),
    }
    return admin_page(request, "admin/import.html", context)


@router.get("/{import_id}/progress")
def show_progress(
    request: Request, session: ReadSession, caller: Author, import_id: UUID
) -> Response:
    """How far an import is; once it has ended, the word to load the page anew."""
    job = _find(session, caller, import_id)
    if job.finished_at is not None:
        return Response(status_code=204, headers={"HX-Refresh": "true"})
    context = {"job": job, "counts": counts_of(session, [job])[job.id]}
    return admin_page(request, "admin/_import_progress.html", context)


@router.post("/{import_id}")
def import_it(request: Request, settings: AppSettings, caller: Author, import_id: UUID) -> Response:
    """Import what was checked. Asked for again, it changes nothing."""
    _worker(request).begin(
        lambda session: import_checked(session, import_id=import_id, by=caller),
        settings.import_at_once,
    )
    return go_to(f"{PATH}/{import_id}")


def _worker(request: Request) -> ImportWorker:
    worker: ImportWorker = request.app.state.import_worker
    return worker


def _find(session: Session, caller: Caller, import_id: UUID) -> ImportJob:
    job = session.scalar(ImportJob.seen_by(caller).where(ImportJob.id == import_id))
    if job is None:
        raise ImportNotFound
    return job


def _upload_form(largest: int) -> dict[str, Any]:
    return {"formats": titled(get_args(FormatName)), "largest": largest}
