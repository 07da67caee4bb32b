"""Import what a dry run has looked at."""

from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session, undefer
from sqlalchemy.orm.attributes import set_committed_value

from domain.access import Caller
from domain.errors import ImportNotFound, UploadNotKept
from models import ImportJob, ImportPart


def import_checked(session: Session, *, import_id: UUID, by: Caller) -> ImportJob | None:
    """The caller's dry run as a job that begins anew, and writes; ``None`` if it already was.

    The report of the dry run gives way to that of the import. Raises :class:`ImportNotFound`, and
    :class:`UploadNotKept` where there is nothing left to import.
    """
    own = (ImportJob.id == import_id, ImportJob.caller == by.id)
    wanted = select(ImportJob).where(*own).options(undefer(ImportJob.data))
    job = session.scalar(wanted.with_for_update())
    if job is None:
        raise ImportNotFound
    if not job.dry_run:
        return None
    if job.state != "done" or job.data is None:
        raise UploadNotKept
    session.execute(delete(ImportPart).where(ImportPart.job_id == job.id))
    set_committed_value(job, "parts", [])
    job.dry_run, job.attempts = False, 0
    job.worker = job.alive_at = job.finished_at = None
    return job
