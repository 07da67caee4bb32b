"""The worker that imports uploads which are too large to be answered at once."""

import structlog
from sqlalchemy.exc import DBAPIError

from api.background_worker import BackgroundWorker
from models import ImportJob, now
from operations.run_import_job import JobLostError, claim_job, finish_job, run_job

log = structlog.get_logger()


class ImportWorker(BackgroundWorker):
    """Imports one upload after another."""

    name = "imports"

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
            run_job(self.database.write, job=job, worker=self.id, is_stopping=self._stopping.is_set)
        except (JobLostError, DBAPIError) as error:  # it will be taken up again
            log.warning("import_interrupted", job=str(job_id), reason=type(error).__name__)
        except Exception:
            log.exception("import_failed", job=str(job_id))
            told = "The service made a mistake; its log says more."
            self.database.write(
                lambda session: finish_job(session, job_id=job_id, worker=self.id, failure=told)
            )
