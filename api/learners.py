"""What is stored of a learner: given to them, or forgotten."""

from fastapi import APIRouter, Request, Response

from api.dependencies import Admin, AppDatabase, ReadSession
from api.documentation import problems
from api.requests import StrictRoute
from api.responses import json_response
from api.schemas.learners import ErasedOut, LearnerIn, LearnerOut
from models import now
from operations.erase_learner import erase_learner
from operations.export_learner import export_learner

router = APIRouter(prefix="/v1/learners", tags=["learners"], route_class=StrictRoute)


@router.post(
    "/export",
    operation_id="export_learner",
    summary="Read all that is stored of a learner",
    response_model=LearnerOut,
    responses=problems(401, 403, 413, 415, 422),
)
def read_learner(request: Request, session: ReadSession, _: Admin, body: LearnerIn) -> Response:
    """Every submission with every grade, oldest first; of a stranger there are none."""
    record = export_learner(session, learner=body.learner)
    return json_response(request, LearnerOut.of(body.learner, record, now()))


@router.post(
    "/erase",
    operation_id="erase_learner",
    summary="Forget who a learner was",
    response_model=ErasedOut,
    responses=problems(401, 403, 413, 415, 422),
)
def forget_learner(
    request: Request, database: AppDatabase, caller: Admin, body: LearnerIn
) -> Response:
    """Put a random pseudonym for the id; answers and grades stay. Sent again, it finds nothing."""
    erased = database.write(
        lambda session: erase_learner(session, learner=body.learner, actor=caller, at=now())
    )
    database.forget()
    return json_response(request, ErasedOut.of(erased))
