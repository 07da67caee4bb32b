"""The questions of the bank: a list to search, and each with all that it says."""

from collections.abc import Iterable, Sequence
from typing import Annotated

from fastapi import Query, Request, Response
from pydantic import ValidationError
from sqlalchemy.orm import Session

from api.admin.actors import names_of
from api.admin.pages import admin_page
from api.admin.question_filters import ListForm
from api.admin.question_views import QuestionView, spell
from api.admin.routes import admin_router
from api.admin.sessions import Reader
from api.bank import QuestionName, select_bank_page
from api.dependencies import ReadSession
from api.errors import faults_of
from api.responses import entity_tag
from api.schemas.bank import BankQuery, BankQuestionOut
from api.translation_steps import translation_states
from domain.errors import Fault, ServiceError
from domain.questions import KINDS, RELEASES, STATUSES
from models import Question, QuestionVersion
from operations.find_version import find_newest
from operations.read_draft import read_draft

LIST = "/admin/questions"
NEW = "new"  # the word in an address that begins a question, so a slug of that name is not used

router = admin_router("/questions")

# Pages of other sections about a question.
PAGES = (
    ("Statistics", LIST + "/{slug}/statistics"),
    ("Near-duplicates", "/admin/duplicates?question={slug}"),
    ("Regrade", "/admin/regrades/new?question={slug}"),
)

SORTS = {
    "-updated": "Changed last",
    "updated": "Changed first",
    "title": "Title, A to Z",
    "-title": "Title, Z to A",
    "-created": "Newest",
    "created": "Oldest",
}


@router.get("")
def list_questions(
    request: Request, session: ReadSession, _: Reader, form: Annotated[ListForm, Query()]
) -> Response:
    """A page of the questions that match; for htmx the list alone."""
    faults: tuple[Fault, ...] = ()
    rows: Sequence[QuestionVersion] = ()
    cursor = None
    try:
        rows, cursor = select_bank_page(session, form.query)
    except ValidationError as error:
        faults = faults_of(error.errors(), BankQuery)
    is_part = "hx-request" in request.headers
    name = "admin/questions/_found.html" if is_part else "admin/questions/list.html"
    context = {
        "form": form,
        "rows": rows,
        "next": form.address(LIST, cursor=cursor) if cursor else "",
        "faults": {fault.pointer.split("/")[1]: fault.detail for fault in faults},
        "choices_of": {"kind": KINDS, "status": STATUSES, "release": RELEASES, "sort": SORTS},
        "address": address,
        "is_part": is_part,
        "is_narrowed": bool(form.stated.keys() - {"q", "sort", "status", "cursor"}),
    }
    response = admin_page(request, name, context, status=422 if faults else 200)
    if is_part:
        response.headers["HX-Replace-Url"] = form.address(LIST)
    return response


@router.get("/{name}")
def read_question(
    request: Request, session: ReadSession, _: Reader, name: QuestionName
) -> Response:
    """A question with its key and its state, and what can be done with it now."""
    return question_page(request, session, name)


def question_page(
    request: Request, session: Session, name: str, problem: ServiceError | None = None
) -> Response:
    """The page of a question, with the problem that a step on its way met."""
    version = find_newest(session, name)
    question = BankQuestionOut.of(version)
    context = {
        "question": question,
        "version": version,
        "etag": etag_of(question),
        "view": QuestionView.of(read_draft(version)),
        "names": names_of(session, writers_of([version])),
        "translations": translation_states(session, version.question),
        "four_eyes": request.app.state.settings.four_eyes,
        "pages": [(title, path.format(slug=question.slug)) for title, path in PAGES],
        "here": address(version.question),
        "spell": spell,
    }
    return admin_page(request, "admin/questions/read.html", context, problem=problem)


def address(question: Question, below: str = "") -> str:
    """The address of a question's page, or of one below it."""
    name = question.id if question.slug == NEW else question.slug
    return f"{LIST}/{name}{below}"


def etag_of(question: BankQuestionOut) -> str:
    """The ETag that the API gives for the question."""
    return entity_tag(question.model_dump_json().encode())


def writers_of(versions: Iterable[QuestionVersion]) -> set[str]:
    """The ids of the keys that wrote, reviewed or published any of the versions."""
    found: set[str | None] = set()
    for version in versions:
        found |= {*(version.writers or ()), version.in_review_by, version.publish_by}
        found.add(version.published_by)
    return {by for by in found if by}
