"""Pages for people: the playground, the documentation of the API, and one page per problem."""

from collections.abc import Mapping
from typing import Annotated, Any
from urllib.parse import parse_qs

from fastapi import APIRouter, Depends, Request, Response
from sqlalchemy.orm import Session

from api.dependencies import AppSettings, PublishedSession, get_writer
from api.errors import CATALOGUE, status_of
from api.protocol_errors import MalformedRequest
from api.rendering import OF_DOCUMENTATION, render
from api.schemas.questions import QuestionOut
from api.schemas.submissions import SubmissionOut
from domain.access import PUBLIC
from domain.errors import NotFound, QuestionNotFound, ServiceError
from models import Question, QuestionVersion, now
from models.learning import versions_for_learners
from operations.grade_answer import Answer
from operations.submit_answer import submit_answer

router = APIRouter(include_in_schema=False)

MOST_LISTED = 50
LONGEST_NUMBER = 10  # digits
MOST_FIELDS = 100  # of a form: a question has at most 64 options


async def form_fields(request: Request) -> Mapping[str, list[str]]:
    """The fields of a posted form, each with all its values."""
    body = (await request.body()).decode(errors="replace")
    if "\0" in body or "%00" in body:
        raise MalformedRequest("The form contains a NUL character.")
    try:
        return parse_qs(body, max_num_fields=MOST_FIELDS)
    except ValueError:
        raise MalformedRequest(f"The form has over {MOST_FIELDS} fields.") from None


@router.get("/")
def playground(
    request: Request, session: PublishedSession, settings: AppSettings, question: str | None = None
) -> Response:
    """A published question as a learner meets it; without scripts."""
    return _playground(request, session, settings.public, question, {})


@router.post("/")
def answer_in_playground(
    request: Request,
    settings: AppSettings,
    fields: Annotated[Mapping[str, list[str]], Depends(form_fields)],
) -> Response:
    """Grade the answer that the page's form sends, and show the result below the question."""
    writer = get_writer(request)
    name, stated = fields.get("question", [""])[0], fields.get("version", [""])[0]
    # A number that no version has, where it is none at all: the answer is refused.
    version = int(stated) if stated.isdecimal() and len(stated) < LONGEST_NUMBER else 0
    answer = Answer(selected=tuple(fields.get("selected", [])), version=version)

    def work(session: Session) -> Response:
        if not settings.public:
            return _playground(request, session, False, name, {})
        try:
            graded = submit_answer(
                session,
                question=name,
                answer=answer,
                caller=PUBLIC,
                at=now(),
                versions=writer.versions,
            )
        except ServiceError as error:
            page = _playground(request, session, True, name, {"refused": error})
            page.status_code = status_of(type(error))
            return page
        told = SubmissionOut.first(graded)
        return _playground(request, session, True, name, {"graded": told}, version)

    return writer.run(work)


def _playground(
    request: Request,
    session: Session,
    public: bool,
    name: str | None,
    result: dict[str, Any],
    version: int | None = None,
) -> Response:
    """The page with a question, in the version that was answered if one was."""
    newest = versions_for_learners().order_by(QuestionVersion.published_at.desc())
    listed = session.scalars(newest.limit(MOST_LISTED)).all() if public else []
    shown = current = listed[0] if listed else None
    if name and public:
        is_named = Question.is_named(name)
        shown = current = session.scalar(versions_for_learners().where(is_named))
        if current is None and not result:
            raise QuestionNotFound
        if current is not None and version not in (None, current.number):
            shown = session.scalar(versions_for_learners(version).where(is_named))
    context = {
        "public": public,
        "is_old": shown is not current,
        "listed": [(row.question.slug, row.title) for row in listed],
        "question": QuestionOut.of(shown) if shown else None,
        **result,
    }
    return render(request, "playground.html", context)


@router.get("/docs")
def documentation(request: Request) -> Response:
    """The HTTP interface, to read and to try."""
    return render(request, "docs.html", policy=OF_DOCUMENTATION)


@router.get("/problems")
def list_problems(request: Request) -> Response:
    """Every problem that this service names."""
    return render(request, "problems.html", {"problems": CATALOGUE.values(), "status": status_of})


@router.get("/problems/{code}")
def explain_problem(request: Request, code: str) -> Response:
    """The page that the ``type`` of a problem document points at: cause and cure."""
    error = CATALOGUE.get(code)
    if error is None:
        raise NotFound(f"No problem has the code {code[:60]!r}.")
    return render(request, "problem.html", {"problem": error, "status": status_of(error)})
