"""The steps of a regrade, for every door: at once with few submissions, else by the worker."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request
from sqlalchemy.orm import Session

from api.dependencies import AppDatabase, AppSettings
from api.idempotency import answer_once
from api.regrade_worker import RegradeWorker
from api.schemas.regrades import RegradeIn, RegradeOut
from domain.access import Caller
from models import Database, Regrade, now
from operations.apply_regrade import apply_regrade
from operations.assess_submissions import count_in_scope
from operations.plan_regrade import plan_regrade
from operations.read_regrade import find_regrade
from operations.run_regrade import finish_now
from operations.undo_regrade import undo_regrade
from settings import Settings

UNDER_WAY = ("planning", "applying", "undoing")


@dataclass(frozen=True, slots=True)
class RegradeSteps:
    """What one may ask of regrades; each answer says how far it is, under way or done."""

    database: Database
    settings: Settings
    worker: RegradeWorker

    def plan(self, body: RegradeIn, caller: Caller, key: str | None) -> tuple[RegradeOut, bool]:
        """A new regrade, or the one that was made before under this idempotency key."""
        at, most = now(), self.settings.regrade_at_once

        def planned(session: Session) -> str:
            run = plan_regrade(session, wish=body.wish, by=caller, at=at)
            if count_in_scope(session, run, most + 1) <= most:
                finish_now(session, run=run)
            return RegradeOut.of(run).model_dump_json()

        stored, replayed = self.database.write(
            lambda session: answer_once(
                session,
                caller=caller,
                route="plan_regrade",
                key=key,
                request=body.model_dump_json(),
                at=at,
                work=lambda: planned(session),
            )
        )
        return self._told(RegradeOut.model_validate_json(stored)), replayed

    def apply(self, regrade_id: UUID, caller: Caller) -> RegradeOut:
        """Append the grades of the plan."""
        four_eyes = self.settings.four_eyes
        return self._asked(
            regrade_id,
            lambda session, run: apply_regrade(
                session, regrade=run, by=caller, at=now(), four_eyes=four_eyes
            ),
        )

    def undo(self, regrade_id: UUID, caller: Caller) -> RegradeOut:
        """Append the grades that counted before."""
        return self._asked(
            regrade_id,
            lambda session, run: undo_regrade(session, regrade=run, by=caller, at=now()),
        )

    def _asked(self, regrade_id: UUID, ask: Callable[[Session, Regrade], bool]) -> RegradeOut:
        """Ask for a task, which is done in the same transaction where it is small."""

        def work(session: Session) -> RegradeOut:
            run = find_regrade(session, regrade_id, locked=True)
            if ask(session, run) and (run.total or 0) <= self.settings.regrade_at_once:
                finish_now(session, run=run)
            session.flush()
            return RegradeOut.of(run)

        return self._told(self.database.write(work))

    def _told(self, run: RegradeOut) -> RegradeOut:
        """The regrade; while it is under way the worker gets to know."""
        if run.state in UNDER_WAY:
            self.worker.wake()
        return run


async def regrade_steps(
    request: Request, database: AppDatabase, settings: AppSettings
) -> RegradeSteps:
    """The steps with what this application was made with."""
    return RegradeSteps(database, settings, request.app.state.regrade_worker)


Steps = Annotated[RegradeSteps, Depends(regrade_steps)]
