"""The versions of a question, and what differs between any two."""

from typing import Annotated, Any

from fastapi import Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session

from api.admin.actors import names_of
from api.admin.pages import admin_page
from api.admin.questions import address, writers_of
from api.admin.routes import admin_router
from api.admin.sessions import Reader
from api.bank import QuestionName
from api.bank_history import find_version
from api.dependencies import ReadSession
from domain.revisions import Revision, compare
from operations.find_version import find_newest
from operations.read_draft import read_draft

router = admin_router("/questions/{name}/history")

Number = Annotated[int, Field(ge=1, le=2**31 - 1)]


class Compared(BaseModel):
    """Which two versions are compared; without them, the last two."""

    model_config = ConfigDict(frozen=True)

    from_: Number | None = Field(default=None, alias="from")
    to: Number | None = None


@router.get("")
def history(
    request: Request,
    session: ReadSession,
    _: Reader,
    name: QuestionName,
    compared: Annotated[Compared, Query()],
) -> Response:
    """All versions, newest first, and a readable difference of two."""
    newest = find_newest(session, name)
    versions = newest.question.versions
    to = compared.to or newest.number
    from_ = compared.from_ or max(1, to - 1)
    context: dict[str, Any] = {
        "question": newest.question,
        "title": newest.title,
        "versions": versions[::-1],
        "names": names_of(session, writers_of(versions)),
        "from_": from_,
        "to": to,
        "revision": None if from_ == to else _revision(session, name, from_, to),
        "here": address(newest.question),
    }
    return admin_page(request, "admin/questions/history.html", context)


def _revision(session: Session, name: str, from_: int, to: int) -> Revision:
    old, new = (find_version(session, name, number) for number in (from_, to))
    return compare(read_draft(old), read_draft(new))
