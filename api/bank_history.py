"""The versions of a question, and what became of one in another."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response
from sqlalchemy.orm import Session

from api.bank import QuestionName
from api.dependencies import BankReader, ReadSession
from api.documentation import problems
from api.requests import StrictRoute
from api.responses import json_response
from api.schemas.bank import BankVersionOut, DiffQuery, VersionListOut, VersionStateOut
from api.schemas.revisions import DiffOut
from domain.errors import VersionNotFound
from domain.revisions import compare
from models import Question, QuestionVersion
from models.authoring import versions_for_authors
from operations.find_version import find_newest
from operations.read_draft import read_draft

router = APIRouter(prefix="/v1/bank/questions/{name}", tags=["bank"], route_class=StrictRoute)


@router.get(
    "/versions",
    operation_id="list_question_versions",
    summary="List the versions of a question",
    response_model=VersionListOut,
    responses=problems(401, 403, 404, 422),
)
def list_versions(
    request: Request, session: ReadSession, _: BankReader, name: QuestionName
) -> Response:
    """All versions with who wrote, reviewed and published them, oldest first."""
    versions = find_newest(session, name).question.versions
    items = [VersionStateOut.of(version) for version in versions]
    return json_response(request, VersionListOut(items=items))


@router.get(
    "/versions/{number}",
    operation_id="read_question_version",
    summary="Read one version of a question",
    response_model=BankVersionOut,
    responses=problems(401, 403, 404, 422),
)
def read_version(
    request: Request,
    session: ReadSession,
    _: BankReader,
    name: QuestionName,
    number: Annotated[int, Path(ge=1, le=2**31 - 1)],
) -> Response:
    """All that a version says."""
    return json_response(request, BankVersionOut.of(find_version(session, name, number)))


@router.get(
    "/diff",
    operation_id="compare_question_versions",
    summary="Compare two versions of a question",
    response_model=DiffOut,
    responses=problems(401, 403, 404, 422),
)
def compare_versions(
    request: Request,
    session: ReadSession,
    _: BankReader,
    name: QuestionName,
    query: Annotated[DiffQuery, Query()],
) -> Response:
    """What differs, option by option, paragraph by paragraph, word by word."""
    old, new = (find_version(session, name, number) for number in (query.from_, query.to))
    revision = compare(read_draft(old), read_draft(new))
    return json_response(request, DiffOut.of(revision, query.from_, query.to))


def find_version(session: Session, name: str, number: int) -> QuestionVersion:
    """The version of that number with all it says; :class:`VersionNotFound`."""
    statement = versions_for_authors().where(Question.is_named(name))
    version = session.scalar(statement.where(QuestionVersion.number == number))
    if version is None:
        raise VersionNotFound
    return version
