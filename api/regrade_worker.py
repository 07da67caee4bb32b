"""The worker that plans, applies and undoes regrades of many submissions."""

import structlog
from sqlalchemy.exc import DBAPIError

from api.background_worker import BackgroundWorker
from models import Regrade, now
from operations.run_regrade import RegradeLostError, claim_regrade, fail_regrade, run_regrade

log = structlog.get_logger()


class RegradeWorker(BackgroundWorker):
    """Works off one regrade after another."""

    name = "regrades"

    def work_off(self) -> bool:
        """Do what is left of one regrade; whether there was one."""
        with self.database.read() as session:  # mostly there is none, and nobody has to wait
            if session.scalar(Regrade.next_free(now())) is None:
                return False
        run = self.database.write(lambda session: claim_regrade(session, worker=self.id, at=now()))
        if run is None:
            return False
        if run.finished_at is None:
            self._do(run)
        return True

    def _do(self, run: Regrade) -> None:
        run_id, write = run.id, self.database.write
        try:
            run_regrade(write, run=run, worker=self.id, is_stopping=self._stopping.is_set)
        except (RegradeLostError, DBAPIError) as error:  # it will be taken up again
            log.warning("regrade_interrupted", regrade=str(run_id), reason=type(error).__name__)
        except Exception:
            log.exception("regrade_failed", regrade=str(run_id))
            told = "The service made a mistake; its log says more."
            write(
                lambda session: fail_regrade(session, run_id=run_id, worker=self.id, failure=told)
            )
