"""Keep an upload, to be imported when somebody has time for it."""

from sqlalchemy.orm import Session

from domain.access import Caller
from models import ImportJob, now
from operations.import_sources import Terms


def queue_import(
    session: Session, *, caller: Caller, name: str, data: bytes, total: int, terms: Terms
) -> ImportJob:
    """A new job for the upload of so many files, which nobody works on yet.

    Uploads of dry runs that nobody has imported meanwhile are dropped.
    """
    session.execute(ImportJob.forget_checked(now()))
    job = ImportJob(
        caller=caller.id,
        name=name,
        format=terms.form,
        dry_run=terms.dry_run,
        total=total,
        data=data,
        parts=[],
    )
    session.add(job)
    session.flush()
    return job
