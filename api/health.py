"""Whether the service lives, is ready, and which version it is."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from importlib.metadata import version as installed_version

import structlog
from fastapi import APIRouter, Request, Response
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

import migrations
from api.dependencies import AppDatabase
from api.documentation import unlimited_problems
from api.protocol_errors import Unavailable
from api.requests import StrictRoute
from api.responses import NO_STORE
from api.schemas.health import Durability, LiveOut, ReadyOut, VersionOut
from models.durability import weaknesses

router = APIRouter(tags=["health"], route_class=StrictRoute)

VERSION = installed_version("question-service")
HEAD = migrations.head()
ENDING = "The service is about to stop."


@router.get(
    "/livez",
    operation_id="check_live",
    summary="Is the process alive?",
    responses=unlimited_problems(422),
)
async def livez(response: Response) -> LiveOut:
    """Always, if it can say so."""
    response.headers["Cache-Control"] = NO_STORE
    return LiveOut(status="alive")


@router.get(
    "/readyz",
    operation_id="check_ready",
    summary="Can it serve?",
    responses=unlimited_problems(422),
)
def readyz(request: Request, response: Response, database: AppDatabase) -> ReadyOut:
    """Whether the database answers and has tables that this version works on.

    So must the replica that learners read, where there is one. Not once the service is to end.
    """
    if request.app.state.drain.is_begun:
        raise Unavailable(ENDING)
    revision, durability = _checked("database", database.read)
    if database.published is not database.bind:
        _checked("replica", database.read_published)
    response.headers["Cache-Control"] = NO_STORE
    return ReadyOut(status="ready", migration=revision, durability=durability)


def _checked(
    name: str, read: Callable[[], AbstractContextManager[Session]]
) -> tuple[str, Durability]:
    """The migration that is there, if it serves, and durability; else :class:`Unavailable`."""
    try:
        with read() as session:
            connection = session.connection()
            revision, fits = migrations.current(connection), migrations.is_served(connection)
            weak = weaknesses(connection)
    except SQLAlchemyError as error:
        structlog.get_logger().error("not_ready", database=name, reason=type(error).__name__)
        raise Unavailable(f"The {name} does not answer.") from None
    if revision is None or not fits:
        raise Unavailable(f"The {name} is at migration {revision}, this version needs {HEAD}.")
    return revision, "may_lose_answers" if weak else "keeps_answers"


@router.get(
    "/version",
    operation_id="read_version",
    summary="Which version is this?",
    responses=unlimited_problems(422),
)
def read_version() -> VersionOut:
    """The version of the service and of its HTTP interface."""
    return VersionOut(version=VERSION, api="v1")
