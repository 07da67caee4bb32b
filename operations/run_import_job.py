"""Work off an upload: claim it, import it part by part, go on where another was interrupted."""

from collections import Counter
from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import case, update
from sqlalchemy.orm import Session, selectinload, undefer

from domain.access import Caller
from domain.losses import Loss
from domain.problems import Problem
from models import ImportJob, ImportPart, now
from operations.import_item import OUTCOMES, ImportItem
from operations.import_sources import CHUNK, Part, Terms, edge_of, import_prepared
from operations.prepare_many import processes_for
from operations.read_apart import Reading
from operations.reader_process import Limits

MOST_ATTEMPTS = 5  # without one part done: an upload that takes its workers down is given up

Write = Callable[[Callable[[Session], Any]], Any]


class JobLostError(Exception):
    """Another worker has taken the job, since this one gave no sign of life for too long."""


class _StoppedError(Exception):
    """It is time to stop."""


def claim_job(session: Session, *, worker: UUID, at: datetime) -> ImportJob | None:
    """The oldest job that nobody works on, which is now this worker's; ``None`` without one."""
    parts = (undefer(ImportJob.data), selectinload(ImportJob.parts))
    free = ImportJob.next_free(at).options(*parts).with_for_update(skip_locked=True)
    job = session.scalar(free)
    if job is None:
        return None
    job.take(worker, at)
    if job.attempts > MOST_ATTEMPTS:
        job.finished_at, job.failure = at, "It was begun several times and never finished."
    return job


def run_job(
    write: Write,
    *,
    job: ImportJob,
    worker: UUID,
    limits: Limits,
    is_stopping: Callable[[], bool],
) -> None:
    """Import what the job has left; raises :class:`JobLostError` where it is another's now.

    A part is written together with its outcome and the sign of life, or not at all. When it is
    time to stop, the job is given back.
    """
    job_id = job.id

    def on_wait() -> None:
        if is_stopping():
            raise _StoppedError
        write(lambda session: _stay_alive(session, job_id, worker))

    try:
        with closing(_parts(write, job, worker, limits, on_wait)) as parts:
            for part in parts:
                if is_stopping():
                    raise _StoppedError
                if not part.items:  # done before: it takes its time all the same
                    write(lambda session: _stay_alive(session, job_id, worker))
    except _StoppedError:
        write(lambda session: _give_back(session, job_id, worker))
    else:
        write(lambda session: finish_job(session, job_id=job_id, worker=worker))


def _parts(
    write: Write, job: ImportJob, worker: UUID, limits: Limits, on_wait: Callable[[], None]
) -> Generator[Part, None, None]:
    job_id, done = job.id, [read_part(part) for part in job.parts]
    terms = Terms(job.format, dry_run=job.dry_run, by=Caller(job.caller, frozenset()))
    with Reading(
        job.name,
        job.data or b"",
        form=job.format,
        limits=limits,
        shares=max(processes_for(job.total), 1),
        on_wait=on_wait,
    ) as reading:
        yield from import_prepared(
            write,
            reading.chunks(CHUNK, edge_of(done)),
            terms=terms,
            done=done,
            keep=lambda session, part: _keep(session, job_id, worker, part),
        )


def finish_job(session: Session, *, job_id: UUID, worker: UUID, failure: str | None = None) -> None:
    """End the job, if it is still this worker's. Only what a dry run found readable is kept."""
    mine = (ImportJob.id == job_id, ImportJob.worker == worker)
    kept = None if failure else case((ImportJob.dry_run, ImportJob.data))
    ended = {"finished_at": now(), "failure": failure, "data": kept}
    session.execute(update(ImportJob).where(*mine).values(ended))


def read_part(row: ImportPart) -> Part:
    """A part as it was when it was imported."""
    return Part(row.first, row.files, tuple(_read_item(item) for item in row.items))


def _read_item(said: dict[str, Any]) -> ImportItem:
    problems = tuple(Problem(**problem) for problem in said["problems"])
    losses = tuple(Loss(**loss) for loss in said.get("losses", ()))
    told = {"problems": problems, "changes": tuple(said["changes"]), "losses": losses}
    return ImportItem(**{**said, **told})


def _keep(session: Session, job_id: UUID, worker: UUID, part: Part) -> None:
    _stay_alive(session, job_id, worker)
    session.execute(update(ImportJob).where(ImportJob.id == job_id).values(attempts=1))
    items, counts = [asdict(item) for item in part.items], _counts(part.items)
    row = ImportPart(job_id=job_id, first=part.first, files=part.files, items=items, **counts)
    session.add(row)
    session.flush()


def _counts(items: Sequence[ImportItem]) -> dict[str, int]:
    outcomes = Counter(item.outcome for item in items)
    noted = sum(item.is_noted for item in items)
    return {outcome: outcomes[outcome] for outcome in OUTCOMES} | {"noted": noted}


def _stay_alive(session: Session, job_id: UUID, worker: UUID) -> None:
    """Say so, and lock the job's row until the commit, so that nobody takes it in between."""
    sign = ImportJob.sign_of_life(job_id, worker, now())
    if session.execute(sign.returning(ImportJob.id)).first() is None:
        raise JobLostError


def _give_back(session: Session, job_id: UUID, worker: UUID) -> None:
    mine = (ImportJob.id == job_id, ImportJob.worker == worker)
    free = {"worker": None, "alive_at": None, "attempts": ImportJob.attempts - 1}
    session.execute(update(ImportJob).where(*mine).values(free))
