"""The worker that imports uploads which are too large to be answered at once."""

from collections.abc import Callable
from typing import TypeVar

import structlog
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from api.background_worker import BackgroundWorker
from models import Database, ImportJob, now
from operations.reader_process import Limits
from operations.run_import_job import JobLostError, claim_job, finish_job, run_job

log = structlog.get_logger()


Job = TypeVar("Job", bound=ImportJob | None)

SMALL = 1024 * 1024  # bytes of an upload of which nobody needs to see how far it is


class ImportWorker(BackgroundWorker):
    """Imports one upload after another."""

    name = "imports"

    def __init__(self, database: Database, limits: Limits | None = None) -> None:
        super().__init__(database)
        self.limits = limits or Limits()

    def begin(self, make: Callable[[Session], Job], at_once: int) -> Job:
        """Make a job, and do it now if it is small and of so few files; else it is done soon."""

        def work(session: Session) -> tuple[Job, bool]:
            job = make(session)
            is_small = job is not None and job.total <= at_once and len(job.data or b"") <= SMALL
            if job is not None and is_small:
                job.take(self.id, now())
            return job, is_small

        job, is_small = self.database.write(work)
        if job is not None and is_small:
            self.do(job)
        else:
            self.wake()
        return job

    def work_off(self) -> bool:
        """Do one job; whether there was one."""
        job = self.database.write(lambda session: claim_job(session, worker=self.id, at=now()))
        if job is None:
            return False
        if job.finished_at is None:
            self.do(job)
        return True

    def do(self, job: ImportJob) -> None:
        """Import what a job of this worker has left, whatever happens."""
        job_id = job.id
        try:
            run_job(
                self.database.write,
                job=job,
                worker=self.id,
                limits=self.limits,
                is_stopping=self._stopping.is_set,
            )
        except (JobLostError, DBAPIError) as error:  # it will be taken up again
            log.warning("import_interrupted", job=str(job_id), reason=type(error).__name__)
        except Exception:
            log.exception("import_failed", job=str(job_id))
            told = "The service made a mistake; its log says more."
            self.database.write(
                lambda session: finish_job(session, job_id=job_id, worker=self.id, failure=told)
            )
