"""The playground: pick a question, answer it as a learner does, see what goes over the wire."""

import json
from dataclasses import dataclass, replace
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import ValidationError
from sqlalchemy.orm import Session

from api.dependencies import AppDatabase, AppQuestionSets, AppSettings, get_writer
from api.element import element
from api.errors import base_url, faults_of, status_of
from api.exchange import coloured, snippets
from api.languages import choices, translations, wish_in
from api.own_origin import require_own_origin
from api.playground_forms import (
    Fields,
    cut_at_blanks,
    example_answer,
    first,
    form_fields,
    has_letters,
    names_of,
    read_answer,
)
from api.protocol_errors import InvalidRequest
from api.questions import select_page
from api.rendering import public_page, templates
from api.schemas.questions import ListQuery, QuestionOut
from api.schemas.submissions import SubmissionOut
from domain.access import PUBLIC
from domain.errors import QuestionNotFound, ServiceError
from domain.questions import KINDS
from models import Question, QuestionVersion, now
from models.draws import QuestionSets
from models.learning import versions_for_learners
from operations.grade_answer import Answer, Graded
from operations.submit_answer import submit_answer

router = APIRouter(include_in_schema=False)

templates.env.filters |= {
    "cut_at_blanks": cut_at_blanks,
    "has_letters": has_letters,
    "names_of": names_of,
    "tojson_coloured": lambda value: coloured(json.dumps(value, indent=2, ensure_ascii=False)),
}

MOST_LISTED = 20
MOST_TAGS = 12  # of a list, to choose from


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address of the page says: a question, and the list that it is picked from."""

    question: str = ""
    q: str = ""
    tag: tuple[str, ...] = ()
    kind: str = ""
    cursor: str = ""

    @property
    def filters(self) -> dict[str, Any]:
        """What narrows the list, as far as something does."""
        stated = {"q": self.q, "tag": [tag for tag in self.tag if tag], "kind": self.kind}
        return {name: value for name, value in stated.items() if value}

    def query(self) -> ListQuery:
        """The same question to the bank as the API's; :class:`InvalidRequest` where it is none."""
        cursor = {"cursor": self.cursor} if self.cursor else {}
        try:
            return ListQuery.model_validate(self.filters | cursor | {"limit": MOST_LISTED})
        except ValidationError as error:
            raise InvalidRequest(faults=faults_of(error.errors(), ListQuery)) from None

    def address(self, **changes: Any) -> str:
        """The address of this page, changed as stated."""
        changed = replace(self, **changes)
        kept = {"question": changed.question, **changed.filters, "cursor": changed.cursor}
        stated = {name: value for name, value in kept.items() if value}
        return "/?" + urlencode(stated, doseq=True) if stated else "/"


def asked_in(
    tag: Annotated[list[str], Query(default_factory=list)],
    question: str = "",
    q: str = "",
    kind: str = "",
    cursor: str = "",
) -> Asked:
    """What the query of the address states; a form states what is left empty, too."""
    return Asked(question.strip(), q.strip(), tuple(map(str.strip, tag)), kind.strip(), cursor)


AskedInAddress = Annotated[Asked, Depends(asked_in)]


@dataclass(frozen=True, slots=True)
class Listed:
    """The part of the list that is shown: its questions, and the address of the next part."""

    rows: tuple[QuestionVersion, ...] = ()
    following: str | None = None

    @property
    def tags(self) -> list[str]:
        """Some tags that its questions have."""
        return [*dict.fromkeys(tag.tag for row in self.rows for tag in row.tags)][:MOST_TAGS]


@router.get("/")
def playground(
    request: Request,
    database: AppDatabase,
    settings: AppSettings,
    sets: AppQuestionSets,
    asked: AskedInAddress,
) -> Response:
    """A published question as a learner meets it, and what the API says of it."""
    if not settings.public:
        return public_page(request, "playground.html", {"public": False})
    with database.read_published() as session:
        listed, refused = _list(session, sets, asked)
        shown = _find(session, asked.question) if asked.question else None
        if asked.question and shown is None:
            refused = refused or QuestionNotFound()
        elif not asked.question and listed.rows:
            shown = listed.rows[0]
        view = {**_view(session, request, asked, listed, shown), "refused": refused}
    return public_page(request, "playground.html", view, status=_status(refused))


@router.post("/")
def answer_in_playground(
    request: Request,
    database: AppDatabase,
    settings: AppSettings,
    sets: AppQuestionSets,
    asked: AskedInAddress,
    fields: Annotated[Fields, Depends(form_fields)],
) -> Response:
    """Grade the answer that the page's form sends, and show the result below the question."""
    if not settings.public:
        return public_page(request, "playground.html", {"public": False})
    name, version, refused = first(fields, "question"), None, None
    result: dict[str, Any] = {"posted": True}
    try:
        require_own_origin(request)
        answer = read_answer(fields)
        result["said"] = _said(answer)
        result |= _result(answer, _submit(request, name, answer))
        version = answer.version
    except ServiceError as error:
        refused = error
    with database.read() as session:
        listed, _ = _list(session, sets, asked)
        current = _find(session, name)
        shown = current if version is None else _find(session, name, version)
        view = _view(session, request, asked, listed, shown)
    view |= {**result, "refused": refused, "is_old": shown is not current}
    return public_page(request, "playground.html", view, status=_status(refused))


def _submit(request: Request, name: str, answer: Answer) -> Graded:
    writer = get_writer(request)

    def work(session: Session) -> Graded:
        versions = writer.versions
        return submit_answer(
            session, question=name, answer=answer, caller=PUBLIC, at=now(), versions=versions
        )

    return writer.run(work)


def _list(session: Session, sets: QuestionSets, asked: Asked) -> tuple[Listed, ServiceError | None]:
    """The questions to pick from, or why there are none to show."""
    try:
        rows, cursor = select_page(session, sets, asked.query())
    except ServiceError as error:
        return Listed(), error
    following = asked.address(question="", cursor=cursor) if cursor else None
    return Listed(tuple(rows), following), None


def _find(session: Session, name: str, version: int | None = None) -> QuestionVersion | None:
    return session.scalar(versions_for_learners(version).where(Question.is_named(name)))


def _view(
    session: Session, request: Request, asked: Asked, listed: Listed, shown: QuestionVersion | None
) -> dict[str, Any]:
    """What the template needs of the list and of the question, both in the visitor's language."""
    rows = {row.id: row for row in (*listed.rows, *([shown] if shown else []))}
    translated = translations(session, choices(session, rows.values(), wish_in(request, None)))
    found = [
        (asked.address(question=row.question.slug), translated.get(row.id, row).title, row)
        for row in listed.rows
    ]
    view = {"public": True, "asked": asked, "listed": listed, "found": found, "kinds": KINDS}
    if shown is None:
        return view
    question = QuestionOut.of(shown, translation=translated.get(shown.id))
    return view | _question_view(request, question)


def _question_view(request: Request, question: QuestionOut) -> dict[str, Any]:
    url = f"{base_url(request.scope)}/v1/questions/{question.slug}"
    example = example_answer(question)
    return {
        "question": question,
        "question_json": coloured(question.model_dump_json(indent=2)),
        "answer": example,
        "url": url,
        "snippets_of": lambda answer: snippets(url, answer),
        "element": element(),
    }


def _said(answer: Answer) -> dict[str, Any]:
    """What a learner says, as the body of a submission does."""
    if answer.response is not None:
        return {"response": answer.response}
    return {"selected": list(answer.selected or ())}


def _result(answer: Answer, graded: Graded) -> dict[str, Any]:
    """What was sent and what came of it, as the API says both."""
    told = SubmissionOut.first(graded)
    return {
        "graded": told,
        "graded_json": coloured(told.model_dump_json(indent=2)),
        "answer": {**_said(answer), "version": answer.version},
    }


def _status(refused: ServiceError | None) -> int:
    return status_of(type(refused)) if refused else 200
