"""A thread beside the requests that works off the imports that no request waits for."""

from threading import Event, Thread

import structlog
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from uuid_utils.compat import uuid7

from models import Database, ImportJob, now
from operations.run_import_job import JobLostError, claim_job, finish_job, run_job

PAUSE = 5.0  # seconds between two looks for jobs of other processes; own ones wake the worker

log = structlog.get_logger()


class ImportWorker:
    """Takes one job after another. Any number of them, in any processes, share the jobs."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.id = uuid7()
        self._awake, self._stopping = Event(), Event()
        self._thread = Thread(target=self._run, name="imports", daemon=True)

    def start(self) -> None:
        """Begin to look for jobs."""
        self._thread.start()

    def wake(self) -> None:
        """Look for a job now."""
        self._awake.set()

    def stop(self) -> None:
        """Give back what is begun, and end."""
        self._stopping.set()
        self._awake.set()
        self._thread.join()

    def work_off(self) -> bool:
        """Do one job; whether there was one."""
        job = self.database.write(lambda session: claim_job(session, worker=self.id, at=now()))
        if job is None:
            return False
        if job.finished_at is None:
            self._do(job)
        return True

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._awake.clear()
            try:
                found = self.work_off()
            except SQLAlchemyError as error:  # the database is away, or not set up yet
                log.warning("imports_wait", reason=type(error).__name__)
                found = False
            if not found:
                self._awake.wait(PAUSE)

    def _do(self, job: ImportJob) -> None:
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
