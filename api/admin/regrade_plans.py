"""The form that plans a regrade."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any
from uuid import uuid4

from fastapi import Query, Request, Response
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.admin.forms import Fields, FormFields, text_of
from api.admin.pages import admin_page, go_to
from api.admin.routes import admin_router
from api.admin.sessions import Author
from api.admin.stated import faults_by_field, read_as, utc, whole
from api.dependencies import AppDatabase, ReadSession
from api.protocol_errors import InvalidRequest
from api.regrade_steps import UNDER_WAY, Steps
from api.schemas.regrades import RegradeIn
from domain.errors import Conflict, Invalid, NotFound, QuestionNotFound, ServiceError
from domain.grading.catalogue import catalogue
from domain.regrading import MODES, WITH_KEY, Mode
from models import Question, QuestionVersion
from operations.find_question import find_question

HOME = "/admin/regrades"
# Of which field a fault is, by where it points in the request that the form becomes.
FIELDS = {
    "/reason": "reason",
    "/scope/question": "question",
    "/scope/versions": "versions",
    "/scope/since": "since",
    "/scope": "until",
    "/mode": "mode",
    "/version": "version",
    "/rule": "rule",
}
WORDS: Mapping[Mode, tuple[str, str]] = {
    "current_key": (
        "By the corrected key",
        "Everybody gets what the corrected key gives. Some scores rise, some may fall.",
    ),
    "current_or_previous": (
        "By the better of two keys",
        "The corrected key, or the one at the time of the answer: whichever gives more. "
        "Nobody loses by the correction.",
    ),
    "full_credit": (
        "All points for everybody",
        "The question itself was faulty: every answer earns all its points, whatever it was.",
    ),
    "none": (
        "Leave the scores",
        "No score changes. That it was looked at, and why, is kept on record.",
    ),
}
assert WORDS.keys() == set(MODES)

router = admin_router("/regrades")


@router.get("/new")
def show_form(
    request: Request,
    session: ReadSession,
    _: Author,
    question: Annotated[str, Query(max_length=120)] = "",
) -> Response:
    """The form for one question, or which question it is to be."""
    name = question.strip()
    fields: Fields = {"question": [name], "mode": [MODES[0]], "once": [str(uuid4())]}
    try:
        return _form(request, session, fields, find_question(session, name) if name else None)
    except QuestionNotFound as error:
        return _form(request, session, fields, None, error)


@router.post("")
def plan(
    request: Request, database: AppDatabase, steps: Steps, caller: Author, fields: FormFields
) -> Response:
    """Make the plan and show it; sent twice, the form makes one."""
    try:
        run, _ = steps.plan(_stated(fields), caller, text_of(fields, "once") or None)
    except (InvalidRequest, Invalid, Conflict, NotFound) as error:
        with database.read() as session:
            found = session.scalar(_named(text_of(fields, "question")))
            return _form(request, session, fields, found, error)
    is_ready = run.state not in UNDER_WAY
    told = "The plan is ready. No grade has changed yet." if is_ready else "The plan is being made."
    return go_to(f"{HOME}/{run.id}", told)


def _named(name: str) -> Any:
    return select(Question).where(Question.is_named(name))


def _stated(fields: Fields) -> RegradeIn:
    scope = {
        "question": text_of(fields, "question"),
        "versions": [whole(number) for number in fields.get("versions", [])] or None,
        "since": utc(text_of(fields, "since")) or None,
        "until": utc(text_of(fields, "until")) or None,
    }
    said: dict[str, Any] = {name: text_of(fields, name) for name in ("reason", "mode")}
    said["scope"] = {name: value for name, value in scope.items() if value is not None}
    if said["mode"] in WITH_KEY:  # the others use no key, whatever is chosen below them
        said |= {"version": whole(text_of(fields, "version")), "rule": text_of(fields, "rule")}
    return read_as(RegradeIn, said)


def _form(
    request: Request,
    session: Session,
    fields: Fields,
    question: Question | None,
    error: ServiceError | None = None,
) -> Response:
    versions = _published(session, question) if question else []
    newest = versions[-1] if versions else None
    otherwise = "reason" if question else "question"
    context = {
        "question": question,
        "title": newest.title if newest else "",
        "versions": versions,
        "current": question.published if question else None,
        "rules": [each for each in catalogue() if newest and newest.kind in each.kinds],
        "words": WORDS,
        "said": {name: text_of(fields, name) for name in (*FIELDS.values(), "once")},
        "picked": fields.get("versions", []),
        "faults": faults_by_field(error, FIELDS, otherwise) if error else {},
    }
    return admin_page(request, "admin/regrades/new.html", context, problem=error)


def _published(session: Session, question: Question) -> Sequence[Any]:
    """Number, kind, title and time of the versions that were ever published, oldest first."""
    told = (QuestionVersion.number, QuestionVersion.kind, QuestionVersion.title)
    asked = select(*told, QuestionVersion.published_at).where(
        QuestionVersion.question_id == question.id, QuestionVersion.published_at.is_not(None)
    )
    return session.execute(asked.order_by(QuestionVersion.number)).all()
