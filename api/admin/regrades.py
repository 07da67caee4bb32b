"""Regrades as pages: the list, one of them and its submissions, applying and undoing it."""

import re
from collections.abc import Callable
from typing import Annotated
from uuid import UUID

from fastapi import Query, Request, Response
from sqlalchemy.orm import Session

from api.admin.actors import names_of
from api.admin.pages import admin_page, go_to
from api.admin.routes import admin_router
from api.admin.sessions import Publisher, Reader
from api.admin.stated import AsForm
from api.dependencies import AppDatabase, ReadSession
from api.pagination import next_address
from api.regrade_steps import UNDER_WAY, Steps
from api.regrades import page_of_items, page_of_regrades
from api.schemas.regrades import RegradeItemQuery, RegradeOut, RegradeQuery
from domain.errors import Conflict, OwnPlan, ServiceError
from domain.questions import UUID_TEXT
from operations.read_regrade import find_regrade

HOME = "/admin/regrades"

router = admin_router("/regrades")


class ListQuery(AsForm, RegradeQuery):
    """The same as a form sends it."""


@router.get("")
def list_regrades(
    request: Request, session: ReadSession, _: Reader, query: Annotated[ListQuery, Query()]
) -> Response:
    """All regrades, or those of one question, newest first."""
    page = page_of_regrades(session, query)
    context = {
        "regrades": page.items,
        "names": names_of(session, (run.planned_by for run in page.items)),
        "query": query,
        "next": next_address(HOME, query.model_dump(mode="json"), page.next_cursor),
    }
    return admin_page(request, "admin/regrades/list.html", context)


@router.get("/{regrade_id}")
def show_regrade(
    request: Request,
    session: ReadSession,
    _: Reader,
    regrade_id: UUID,
    query: Annotated[RegradeItemQuery, Query()],
) -> Response:
    """What a regrade comes to, whom it affects, and how far it is."""
    return _shown(request, session, regrade_id, query)


@router.post("/{regrade_id}/apply")
def apply(
    request: Request, database: AppDatabase, steps: Steps, caller: Publisher, regrade_id: UUID
) -> Response:
    """Append the grades of the plan."""

    def told(run: RegradeOut) -> str:
        return f"{run.result.applied:,} grades were appended."

    return _asked(request, database, regrade_id, lambda: steps.apply(regrade_id, caller), told)


@router.post("/{regrade_id}/undo")
def undo(
    request: Request, database: AppDatabase, steps: Steps, caller: Publisher, regrade_id: UUID
) -> Response:
    """Append the grades that counted before."""

    def told(run: RegradeOut) -> str:
        return f"{run.result.undone:,} scores are again what they were before."

    return _asked(request, database, regrade_id, lambda: steps.undo(regrade_id, caller), told)


def _asked(
    request: Request,
    database: AppDatabase,
    regrade_id: UUID,
    ask: Callable[[], RegradeOut],
    told: Callable[[RegradeOut], str],
) -> Response:
    """Back to the regrade, or its page with what keeps it from that."""
    try:
        run = ask()
    except (Conflict, OwnPlan) as error:
        with database.read() as session:
            return _shown(request, session, regrade_id, RegradeItemQuery(), error)
    said = "The work has begun; this page follows it." if run.state in UNDER_WAY else told(run)
    return go_to(f"{HOME}/{regrade_id}", said)


def _shown(
    request: Request,
    session: Session,
    regrade_id: UUID,
    query: RegradeItemQuery,
    problem: ServiceError | None = None,
) -> Response:
    run = RegradeOut.of(find_regrade(session, regrade_id))
    page, here = page_of_items(session, regrade_id, query), f"{HOME}/{regrade_id}"
    context = {
        "run": run,
        "here": here,
        "names": names_of(session, (run.planned_by, run.applied_by, run.undone_by)),
        "is_under_way": run.state in UNDER_WAY,
        "can_apply": run.state == "planned" or _stopped(run) == "apply",
        "can_undo": run.state == "applied" or _stopped(run) in ("apply", "undo"),
        "items": page.items,
        "query": query,
        "next": next_address(here, query.model_dump(mode="json"), page.next_cursor),
        "other": _named_in(problem, regrade_id),
    }
    return admin_page(request, "admin/regrades/plan.html", context, problem=problem)


def _stopped(run: RegradeOut) -> str | None:
    """The task that failed, if one did."""
    if run.state != "failed":
        return None
    return "undo" if run.undone_by else "apply" if run.applied_by else "plan"


def _named_in(problem: ServiceError | None, but: UUID) -> str | None:
    """The other regrade that a problem names."""
    found = re.findall(UUID_TEXT.pattern, str(problem or ""))
    return next((id_ for id_ in found if id_ != str(but)), None)
